"""Erases one person on request: first in the org, then at Trustpilot.

The org comes first, so that no invitation goes out between the two; in it, copies come before
the reviews that lead to them. The address stands in the
questions to the org and in the request to Trustpilot, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.core.org.package_version import Standing
from connector.core.policy import RunPolicy
from connector.core.privacy.deletions import Deletion
from connector.core.privacy.plan import (
    ERASURE_FIELDS,
    KEY,
    RECIPIENT_ID,
    address_fields,
    mapped_addresses,
    needs_scrubbing,
    scrubbed_invitation,
    tombstone_row,
)
from connector.core.privacy.report import ErasureReport
from connector.core.terms.addresses import spellings
from connector.core.terms.errors import (
    AccessDenied,
    AllowanceExhausted,
    CallFacts,
    ConnectorError,
    RequestRefused,
    VendorUnreachable,
)
from connector.core.terms.objects import INVITATION, REVIEW
from connector.core.terms.outcomes import SendOutcome, Verdict
from connector.core.terms.records import Answer, Condition, Row, Select
from connector.core.terms.units import Unit
from connector.flows.cases.erasure import erase_cases
from connector.flows.copies import (
    FoundCopy,
    copies_where,
    erase_copies,
    find_copies,
    holds_content,
)
from connector.flows.ports import Org, Trustpilot
from connector.flows.privacy.recipients import invitations_of
from connector.flows.run.opening import read_opening, refuse_other_org, resolve_units

_FORBIDDEN = frozenset({401, 403})
_ALLOWANCE = 429


def erase_person(
    org: Org, trustpilot: Trustpilot, policy: RunPolicy, email: str, *, dry_run: bool
) -> ErasureReport:
    """Erase what both sides hold about an e-mail address and say what was done.

    Raises `SafetyStop` for another org and whatever keeps the org from answering; what
    Trustpilot did not do is in the report.
    """
    refuse_other_org(org, policy)
    opening = read_opening(org)
    units = resolve_units(org, trustpilot, policy, opening, dry_run=True)
    lacking = (RECIPIENT_ID,) if opening.package is Standing.OLDER else ()
    found = _found(org, policy, email)
    invitations = invitations_of(org, email, lacking=lacking)
    refused: dict[str, str] = {}
    if not dry_run:
        cases = erase_cases(org, policy.case_rules, found.reviews)
        refused = {each.case_id: each.error.code for each in cases if each.error}
        refused |= _erase_copies(org, policy, found.copies)
    waiting = {each.review_id for each in found.copies if each.id in refused}
    review_rows = _tombstones(org, policy, found.reviews, waiting)
    invitation_rows = [scrubbed_invitation(row, lacking=lacking) for row in invitations]
    if not dry_run:
        refused |= _write(org, {REVIEW: review_rows, INVITATION: invitation_rows})
    cancelled = [row for row in invitation_rows if "Status__c" in row]
    answered = {} if dry_run else _ask_trustpilot(trustpilot, units, email)
    return ErasureReport(
        dry_run=dry_run,
        copies=_ids([each.row for each in found.copies], refused),
        reviews=_ids(review_rows, refused),
        invitations=_ids(invitation_rows, refused),
        cancelled=_ids(cancelled, refused),
        refused=tuple(refused.items()),
        units=tuple(unit.name for unit in units if answered.get(unit.name) is None),
        failures=tuple(failure for failure in answered.values() if failure),
    )


@dataclass(frozen=True)
class _Found:
    """What the org holds of a person's reviews: copies and records with content."""

    copies: list[FoundCopy]
    reviews: list[Row]


def _found(org: Org, policy: RunPolicy, email: str) -> _Found:
    """Ask for the address wherever it may stand, then for all that belongs to what was found."""
    mappings = (policy.reviews.service_mapping, policy.reviews.product_mapping)
    written = spellings(email)
    by_review = [
        Select(REVIEW, ERASURE_FIELDS, (Condition(field, "in", written),))
        for field in address_fields(policy.schema, mappings)
    ]
    in_copies = [
        (each, Condition(field, "in", written))
        for each in policy.copies
        for field in mapped_addresses(policy.schema, each)
    ]
    answers = org.read([*by_review, *(copies_where(*each) for each in in_copies)])
    copies = [
        FoundCopy(each, row)
        for (each, _), answer in zip(in_copies, answers[len(by_review) :], strict=True)
        for row in answer.rows
    ]
    return _together(org, policy, _rows(answers[: len(by_review)]), copies)


def _together(org: Org, policy: RunPolicy, reviews: list[Row], copies: list[FoundCopy]) -> _Found:
    """Add the copies of the reviews found, and the reviews of the copies found."""
    known = {str(row[KEY]) for row in reviews}
    alone = tuple(sorted({each.review_id for each in copies} - known))
    if alone:
        reviews += org.read([Select(REVIEW, ERASURE_FIELDS, (Condition(KEY, "in", alone),))])[
            0
        ].rows
    found = find_copies(org, policy.copies, [*sorted(known), *alone])
    return _Found(
        [each for each in found if holds_content(policy, each)],
        [row for row in reviews if needs_scrubbing(row)],
    )


def _rows(answers: Sequence[Answer]) -> list[Row]:
    """Every record once, in the order found."""
    rows = (row for answer in answers for row in answer.rows)
    return list({str(row["Id"]): row for row in rows}.values())


def _erase_copies(org: Org, policy: RunPolicy, copies: list[FoundCopy]) -> dict[str, str]:
    """Blank the copies and return the org's code for each that it refused."""
    refused = erase_copies(org, policy, copies, delete=False)
    return {record: error.code for record, error in refused.items()}


def _tombstones(
    org: Org, policy: RunPolicy, reviews: Iterable[Row], waiting: set[str]
) -> list[dict[str, Any]]:
    """The updates that blank the reviews, but for those whose copy was refused: they lead to it."""
    now = org.now()
    return [
        tombstone_row(policy.schema, row, Deletion(str(row["Id"]), None), now)
        for row in reviews
        if row[KEY] not in waiting
    ]


def _write(org: Org, rows_of: Mapping[str, list[dict[str, Any]]]) -> dict[str, str]:
    """Write the rows and return the org's code for each record that it refused."""
    return {
        str(row["Id"]): result.error.code
        for object_name, rows in rows_of.items()
        if rows
        for row, result in zip(rows, org.update(object_name, rows), strict=True)
        if result.error is not None
    }


def _ids(rows: Iterable[Mapping[str, Any]], refused: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(str(row["Id"]) for row in rows if str(row["Id"]) not in refused)


def _ask_trustpilot(
    trustpilot: Trustpilot, units: Sequence[Unit], email: str
) -> dict[str, ConnectorError | None]:
    """What came of each business unit: None, or the failure; one does not stop the others."""
    answered: dict[str, ConnectorError | None] = {}
    # How Trustpilot compares is not documented: it gets the address as it was typed as well.
    written = tuple(dict.fromkeys((email, *spellings(email))))
    for unit in units:
        try:
            # Trustpilot 7.3: for one business unit, and for good.
            answered[unit.name] = _failure(
                unit, trustpilot.delete_invitation_data(unit.id, written)
            )
        except ConnectorError as failure:
            answered[unit.name] = failure
    return answered


def _failure(unit: Unit, outcome: SendOutcome) -> ConnectorError | None:
    if outcome.verdict is Verdict.ACCEPTED:
        return None
    sentence = f"Trustpilot did not delete the invitation data of {unit.name}"
    said = f"{sentence} ({outcome.status}).".replace(" (None)", "")
    again = "Type the same command again: erasing twice does no harm."
    if outcome.status in _FORBIDDEN:
        step = "Check trustpilot.acting_user_id and the plan, or erase in Trustpilot Business."
        return AccessDenied("Trustpilot", said, next_step=step)
    if outcome.status == _ALLOWANCE:
        return AllowanceExhausted("Trustpilot", said, next_step=again)
    facts = CallFacts("Trustpilot", "POST", "invitation-data/delete", outcome.status, outcome.code)
    if outcome.verdict is Verdict.REFUSED:
        return RequestRefused(said, facts, next_step="Erase the address in Trustpilot Business.")
    unclear = outcome.verdict is Verdict.UNKNOWN
    return VendorUnreachable(said, facts, maybe_processed=unclear, next_step=again)
