"""Connects reviews with the org: reads every candidate of a batch together, keeps the decisions.

It writes nothing for new reviews: their lookups travel with them. Only second tries are written
from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from connector.core.evidence import Evidence, evidence_of, make_evidence, spellings
from connector.core.instants import to_the_second
from connector.core.mapping import lookup_values
from connector.core.match_hits import Candidates, Hits
from connector.core.matching import BECOMES_REVIEWED, Match, match
from connector.core.objects import INVITATION, REVIEW, InvitationStatus, MatchMethod
from connector.core.records import Condition, Row, Select
from connector.core.reviews import Review, ReviewType
from connector.core.run_report import Action
from connector.flows.context import RunContext
from connector.flows.copies import lookups_changed
from connector.flows.ports import Org
from connector.flows.tally import Tally

REMATCHED_DAYS = 90
"""A review that nothing fitted for so long is left alone."""

AT_A_TIME = 200
"""Second tries in one run: one collection."""

INVITATION_FIELDS = (
    "Id",
    "Status__c",
    "Reference_Number__c",
    "Recipient_Email__c",
    "Contact__c",
    "Order__c",
    "Case__c",
    "Opportunity__c",
    "Contact__r.Email",
    "Contact__r.AccountId",
    "Business_Unit__r.External_Id__c",
)
ORDER_FIELDS = (
    "Id",
    "OrderNumber",
    "AccountId",
    "BillToContactId",
    "ShipToContactId",
    "BillToContact.Email",
    "ShipToContact.Email",
)
CASE_FIELDS = ("Id", "CaseNumber", "AccountId", "ContactId", "SuppliedEmail", "Contact.Email")
ROLE_FIELDS = ("Id", "OpportunityId", "ContactId", "IsPrimary", "Contact.Email")
UNMATCHED_FIELDS = (
    "Id",
    "External_Id__c",
    "Type__c",
    "Reference_Number__c",
    "Invited_Email__c",
    "Consumer_Email__c",
    "Product_Sku__c",
    "Business_Unit__r.External_Id__c",
)


class Matches(dict[str, dict[str, Any]]):
    """The fields to write by review id, and which invitations led to which of these reviews.

    `led` maps ids of invitations that are not `Reviewed` yet to review ids.
    """

    def __init__(self, matched: Mapping[str, Match], tried: Mapping[str, Any]) -> None:
        super().__init__(
            (review_id, {**each.fields, "Match_Tried_At__c": tried[review_id]})
            for review_id, each in matched.items()
        )
        self.led: dict[str, str] = {}
        for review_id, each in matched.items():
            if each.led_by:
                self.led.setdefault(each.led_by, review_id)


def match_reviews(context: RunContext, reviews: Sequence[Review]) -> Matches:
    """Return for each review the match fields to write; every lookup is named, found or None.

    All candidates are read together; where no review carries anything to look for, nothing is
    asked. Objects and fields that the org hides count as evidence that is not there.
    """
    return _matches(context, [evidence_of(review) for review in reviews])


def tell_invitations(
    context: RunContext, matches: Matches, stored: Mapping[str, str], tally: Tally
) -> None:
    """Make the invitations behind those reviews `Reviewed` whose record ids are in `stored`.

    Where two reviews come of one invitation, the first one is linked.
    """
    _tell(context, _records(matches.led, stored), tally)


def rematch(context: RunContext, tally: Tally) -> None:
    """Try again what matched nothing in the last 90 days, oldest try first, 200 at a time.

    Invitations that a run before could not tell of their review are told as well.
    """
    unmatched, untold = context.org.read([_unmatched(context), _UNTOLD])
    rows = {str(row["External_Id__c"]): row for row in unmatched.rows}
    matches = _matches(context, [_stored_evidence(*each) for each in rows.items()])
    tally.actions += [
        Action("connect review", name, {"method": matches[name]["Match_Method__c"]})
        for name in _found(matches)
    ]
    if context.dry_run:
        return
    stored = _write(context, rows, matches, tally)
    led = {str(row["Invitation__c"]): str(row["Id"]) for row in untold.rows}
    _tell(context, led | _records(matches.led, stored), tally)


def _found(matches: Matches) -> list[str]:
    nothing = MatchMethod.NONE.value
    return [name for name, fields in matches.items() if fields["Match_Method__c"] != nothing]


def _write(
    context: RunContext, rows: Mapping[str, Row], matches: Matches, tally: Tally
) -> dict[str, str]:
    """Write second tries, also those in vain: the oldest comes first next time."""
    if not matches:
        return {}
    found = {name: matches[name] for name in _found(matches)}
    waiting = lookups_changed(context, found, tally)
    changes = [
        {"Id": rows[name]["Id"], "Match_Tried_At__c": to_the_second(context.now)}
        if name in waiting
        else {"Id": rows[name]["Id"], **fields, **_own_lookups(context, rows[name], fields)}
        for name, fields in matches.items()
    ]
    results = context.org.update(REVIEW, changes)
    stored = {
        name: str(rows[name]["Id"])
        for name, result in zip(matches, results, strict=True)
        if result.ok and name not in waiting
    }
    tally.counts["reviews_matched"] += len(stored.keys() & set(_found(matches)))
    if len(stored) + len(waiting) < len(matches):
        tally.notes.append("Some reviews could not be connected; the next re-scan tries again.")
    return stored


def _own_lookups(context: RunContext, row: Row, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The lookups that the mapping of this type of review adds to the package's own."""
    for review_type in ReviewType:
        if row.get("Type__c") == review_type.value:
            return lookup_values(context.policy.mapping(review_type), fields)
    return {}


def _tell(context: RunContext, led: Mapping[str, str], tally: Tally) -> None:
    if not led:
        return
    status = InvitationStatus.REVIEWED.value
    rows = [{"Id": ours, "Status__c": status, "Review__c": review} for ours, review in led.items()]
    results = context.org.update(INVITATION, rows)
    told = sum(result.ok for result in results)
    tally.counts["invitations_reviewed"] += told
    if told < len(led):
        tally.notes.append("Some invitations could not be told of their review; they will be.")


def _records(led: Mapping[str, str], stored: Mapping[str, str]) -> dict[str, str]:
    """The record ids of those reviews, by invitation, that the org holds by now."""
    return {ours: stored[name] for ours, name in led.items() if name in stored}


def _unmatched(context: RunContext) -> Select:
    """Reviews without a match that carry something to look for: only those have been tried."""
    return Select(
        REVIEW,
        UNMATCHED_FIELDS,
        (
            Condition("Match_Method__c", "=", MatchMethod.NONE.value),
            Condition("Review_Created__c", ">=", context.now - timedelta(days=REMATCHED_DAYS)),
            Condition("Match_Tried_At__c", "!=", None),
        ),
        order_by=("Match_Tried_At__c", "Id"),
        limit=AT_A_TIME,
    )


_UNTOLD = Select(
    REVIEW,
    ("Id", "External_Id__c", "Invitation__c"),
    (
        Condition("Match_Method__c", "=", MatchMethod.INVITATION.value),
        Condition("Invitation__r.Status__c", "in", tuple(sorted(BECOMES_REVIEWED))),
    ),
    order_by=("Id DESC",),
    limit=AT_A_TIME,
)
"""Stored reviews whose invitation does not say so: the run ended between the two writes."""


def _stored_evidence(review_id: str, row: Row) -> Evidence:
    return make_evidence(
        review_id,
        unit_id=(row.get("Business_Unit__r") or {}).get("External_Id__c") or "",
        reference=row.get("Reference_Number__c"),
        emails=(row.get("Invited_Email__c"), row.get("Consumer_Email__c")),
        sku=row.get("Product_Sku__c"),
    )


def _matches(context: RunContext, evidence: Sequence[Evidence]) -> Matches:
    hits = Hits(_candidates(context.org, evidence))
    now = to_the_second(context.now)
    return Matches(
        {each.review_id: match(each, hits) for each in evidence},
        {each.review_id: now if each.is_any else None for each in evidence},
    )


def _candidates(org: Org, evidence: Sequence[Evidence]) -> Candidates:
    """Ask everything together; a question about nothing costs no call."""
    selects = _selects(evidence)
    answers = dict(zip(selects, org.read(list(selects.values())), strict=True))

    def rows(*names: str) -> tuple[Row, ...]:
        return tuple(row for name in names for row in answers[name].rows)

    return Candidates(
        invitations=rows("invitations"),
        orders=rows("orders"),
        cases=rows("cases"),
        opportunities=rows("opportunities"),
        roles=rows("roles"),
        contacts=rows("contacts"),
        person_accounts=rows("person_accounts"),
        # A product that was found both ways counts as the later row, which shows its SKU too.
        products=rows("products_by_code", "products_by_sku"),
    )


def _selects(evidence: Sequence[Evidence]) -> dict[str, Select]:
    """The questions, those that nearly every batch has first: they share one call."""
    references = _sorted(each for one in evidence for each in spellings(one.reference))
    emails = _sorted(each for one in evidence for each in one.emails)
    opportunities = _sorted(one.opportunity_id for one in evidence if one.opportunity_id)
    skus = _sorted(one.sku for one in evidence if one.sku)
    products = ("Id", "ProductCode")
    return {
        "invitations": _select(INVITATION, INVITATION_FIELDS, "Reference_Number__c", references),
        "orders": _select("Order", ORDER_FIELDS, "OrderNumber", references),
        "cases": _select("Case", CASE_FIELDS, "CaseNumber", references),
        "contacts": _select("Contact", ("Id", "AccountId", "Email"), "Email", emails),
        "person_accounts": _select(
            "Account", ("Id", "PersonContactId", "PersonEmail"), "PersonEmail", emails
        ),
        "opportunities": _select("Opportunity", ("Id", "AccountId"), "Id", opportunities),
        "roles": _select("OpportunityContactRole", ROLE_FIELDS, "OpportunityId", opportunities),
        "products_by_sku": _select(
            "Product2", (*products, "StockKeepingUnit"), "StockKeepingUnit", skus
        ),
        "products_by_code": _select("Product2", products, "ProductCode", skus),
    }


def _select(name: str, fields: tuple[str, ...], key: str, values: tuple[str, ...]) -> Select:
    return Select(name, fields, (Condition(key, "in", values),), optional=True)


def _sorted(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(values)))
