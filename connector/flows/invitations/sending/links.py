"""Makes the links that are due, writes them to their records, and to the ledger last.

A link needs no right of its own: it carries the same reference number every time it is made,
and nothing is sent for it, so a second one reaches nobody. It is therefore simply made again
after a run that was killed, or whose answer was lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connector.core.invitations.sending.batches import deadline
from connector.core.invitations.sending.links import (
    LinkPayload,
    business_generated_link,
    country_site,
)
from connector.core.invitations.sending.outgoing import LinkRequest, ReviewLink
from connector.core.invitations.sending.sends import (
    Ready,
    link_row,
    recipient_row,
    refused_link_row,
)
from connector.core.run.issues import Issue, issue_key
from connector.core.terms.errors import ConnectorError, NotFound, RequestRefused, Stopped
from connector.core.terms.objects import INVITATION, InvitationStatus
from connector.core.terms.records import RowError, RowResult
from connector.flows.invitations.claims import FLOW
from connector.flows.invitations.sending.rights import refused_issue, store_issues
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

_NOT_THERE = frozenset({"INVALID_FIELD", "INVALID_FIELD_FOR_INSERT_UPDATE"})
"""The org's words for a field that the connector cannot write to, whatever the record."""

_NAMELESS = "Customer"


@dataclass(frozen=True)
class _Made:
    """What came of one link: its row for the ledger, and the link where there is one."""

    ready: Ready
    row: dict[str, Any]
    link: str = ""


def make_links(
    context: RunContext,
    ready: Sequence[Ready],
    looked_at: datetime,
    unwritable: dict[str, RowError],
    tally: Tally,
) -> list[Ready]:
    """Make every link, write it to its record where the rule says so, and record it.

    `unwritable` are the fields that took no link in this run; it grows. Return those that found
    no time before the look grew old. Raises what stops all links
    (allowance, account rights, an outage) after what was made is recorded.
    """
    made, stopped_by = _make(context, ready, deadline(looked_at))
    _write_to_records(context, made, unwritable, tally)
    _record(context, made, tally)
    if isinstance(stopped_by, Stopped):
        tally.counts["invitations_waiting"] += len(ready) - len(made)
    if stopped_by is not None:
        raise stopped_by
    return list(ready[len(made) :])


def _make(
    context: RunContext, batch: Sequence[Ready], until: datetime
) -> tuple[list[_Made], ConnectorError | None]:
    made: list[_Made] = []
    for each in batch:
        if not each.due.is_own_link and context.org.now() >= until:
            break
        try:
            link = _own_link(context, each) if each.due.is_own_link else _link(context, each)
        except (RequestRefused, NotFound) as refused:
            row = refused_link_row(each.due, refused.facts.status, refused.message)
            made.append(_Made(each, row))
        except ConnectorError as stop:
            return made, stop
        else:
            row = recipient_row(each) | link_row(each, link.url, link.id)
            made.append(_Made(each, row, link.url))
    return made, None


def _own_link(context: RunContext, ready: Ready) -> ReviewLink:
    due, unit = ready.due, ready.unit
    if unit.link_keys is None:
        raise AssertionError("links without keys are held back")
    payload = LinkPayload(
        ready.person.email,
        ready.person.name or _NAMELESS,
        due.text("Reference_Number__c"),
        ready.asked.products.skus,
        due.tags,
    )
    site = country_site(context.policy.review_url, due.text("Locale__c"))
    return ReviewLink(
        business_generated_link(site, unit.domain, unit.link_keys, payload, context.new_iv())
    )


def _link(context: RunContext, ready: Ready) -> ReviewLink:
    """A link that Trustpilot makes; after the service review it leads to that of the products."""
    asked, after = ready.asked, context.policy.sender.redirect_url
    if asked.products:
        request = _request(ready, after)
        products = context.trustpilot.product_link(ready.unit.id, request)
        if not asked.service:
            return products
        after = products.url
    return context.trustpilot.service_link(ready.unit.id, _request(ready, after))


def _request(ready: Ready, redirect_url: str) -> LinkRequest:
    return LinkRequest(
        email=ready.person.email,
        name=ready.person.name or _NAMELESS,
        reference_number=ready.due.text("Reference_Number__c"),
        locale=ready.due.text("Locale__c"),
        tags=ready.due.tags,
        redirect_url=redirect_url,
        products=ready.asked.products.described,
    )


def _write_to_records(
    context: RunContext, made: Sequence[_Made], unwritable: dict[str, RowError], tally: Tally
) -> None:
    """Write links to the fields that rules name, before the ledger calls them ready.

    A record that takes none is an issue; the link stays on its invitation.
    """
    issues: list[Issue] = []
    for place, group in _by_place(made).items():
        for each, result in _written(context, place, group, unwritable):
            if result.error is None:
                tally.passed.append(issue_key("link_not_written", each.ready.due.id))
            else:
                issues.append(_not_written(each.ready, result.error))
    store_issues(context, issues, tally)


def _by_place(made: Sequence[_Made]) -> dict[tuple[str, str], list[_Made]]:
    """Group the links by the object and field that get them."""
    places: dict[tuple[str, str], list[_Made]] = {}
    for each in made:
        if each.link and each.ready.write_link_to:
            place = (each.ready.due.trigger.value, each.ready.write_link_to)
            places.setdefault(place, []).append(each)
    return places


def _written(
    context: RunContext,
    place: tuple[str, str],
    group: Sequence[_Made],
    unwritable: dict[str, RowError],
) -> Iterator[tuple[_Made, RowResult]]:
    """Write the first alone: where the field is not there, one try is enough for the run."""
    trigger, field = place
    name = f"{trigger}.{field}"
    for part in (group[:1], group[1:]):
        if name in unwritable:
            yield from ((each, RowResult(error=unwritable[name])) for each in part)
        elif part:
            rows = [{"Id": each.ready.due.trigger_id, field: each.link} for each in part]
            results = context.org.update(trigger, rows)
            if results[0].error is not None and results[0].error.code in _NOT_THERE:
                unwritable[name] = results[0].error
            yield from zip(part, results, strict=True)


def _not_written(ready: Ready, error: RowError) -> Issue:
    field = f"{ready.due.trigger.value}.{ready.write_link_to}"
    return Issue(
        "link_not_written",
        f"The org did not take the link into {field}: {error.code}; it stands on the invitation.",
        "Give the connector's user a field that is long enough and writable, and copy the link.",
        FLOW,
        ready.due.id,
    )


def _record(context: RunContext, made: Sequence[_Made], tally: Tally) -> None:
    if not made:
        return
    refused = [refused_issue(each.ready.due.id) for each in made if not each.link]
    store_issues(context, refused, tally)
    rows = [each.row for each in made]
    for each, result in zip(made, context.org.update(INVITATION, rows), strict=True):
        if result.error is not None:
            tally.notes.append(f"Invitation {each.row['Id']} was not updated: {result.error.code}.")
            tally.counts["invitations_refused"] += 1
            continue
        status = InvitationStatus(each.row["Status__c"])
        tally.counts["links_made" if each.link else "invitations_failed"] += 1
        context.reporter.event("invitation", invitation=each.row["Id"], status=status.value)
