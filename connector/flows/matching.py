"""Connects reviews with the org: reads every candidate of a batch together, keeps the decisions.

It writes nothing for new reviews: their lookups travel with them. Only second tries are written
from here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from connector.core.mapping.rows import lookup_values
from connector.core.matching.evidence import Evidence, make_evidence, spellings, usual_reference
from connector.core.matching.hits import Candidates, Hits
from connector.core.matching.plan import BECOMES_REVIEWED, CERTAIN, match
from connector.core.run.report import Action
from connector.core.terms import addresses
from connector.core.terms.instants import to_the_second
from connector.core.terms.objects import INVITATION, REVIEW, InvitationStatus, MatchMethod
from connector.core.terms.records import Answer, Condition, Row, Select
from connector.core.terms.reviews import ReviewType
from connector.flows.copies import lookups_changed
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

REMATCHED_DAYS = 90
"""A review that nothing fitted for so long is left alone."""

AT_A_TIME = 200
"""Second tries in one run: one collection (Salesforce 4.2)."""

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
_ADDRESSES = ("Invited_Email__c", "Consumer_Email__c", "Consumer_Response_Email__c")
_ANSWERS = ("Consumer_Response_Email__c", "Consumer_Response_Reference__c")
UNMATCHED_FIELDS = (
    "Id",
    "External_Id__c",
    "Type__c",
    "Reference_Number__c",
    "Consumer_Response_Reference__c",
    *_ADDRESSES,
    "Product_Sku__c",
    "Business_Unit__r.External_Id__c",
)


@dataclass(frozen=True, eq=False)
class Matches(Mapping[str, Mapping[str, Any]]):
    """The fields to write by review id, and which invitations led to which of these reviews.

    `led` maps ids of invitations that are not `Reviewed` yet to review ids.
    """

    fields: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    led: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, review_id: str) -> Mapping[str, Any]:
        return self.fields[review_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    def only(self, review_ids: Collection[str]) -> Matches:
        """What is said about these reviews."""
        fields = {name: self.fields[name] for name in self.fields if name in review_ids}
        return Matches(fields, {k: v for k, v in self.led.items() if v in review_ids})

    def joined(self, others: Matches) -> Matches:
        """These and others, which replace them; of two led by one invitation the first stays."""
        return Matches({**self.fields, **others.fields}, {**others.led, **self.led})


def match_reviews(
    context: RunContext, evidence: Sequence[Evidence], *besides: Select
) -> tuple[Matches, list[Answer]]:
    """Return for each review the match fields to write, and the answers to `besides`.

    Every lookup is named, found or None. All candidates are read together, and with `besides`;
    where no review carries anything to look for, nothing is asked of them. Objects and fields
    that the org hides count as evidence that is not there.
    """
    selects = _selects(evidence)
    answers = context.org.read([*besides, *selects.values()])
    rest = dict(zip(selects, answers[len(besides) :], strict=True))
    return _matches(context, evidence, Hits(_candidates(rest))), answers[: len(besides)]


def tell_invitations(
    context: RunContext, led: Mapping[str, str], stored: Mapping[str, str], tally: Tally
) -> None:
    """Make the invitations behind those reviews `Reviewed` whose record ids are in `stored`.

    `led` maps invitations to reviews, as `Matches.led` does.
    """
    _tell(context, _records(led, stored), tally)


def rematch(context: RunContext, tally: Tally) -> None:
    """Try again what matched nothing in the last 90 days, oldest try first, 200 at a time.

    Those that carried nothing to look for are tried once the consumer has answered who they are.
    Invitations that a run before could not tell of their review are told as well.
    """
    questions = [_unmatched(context), *(_answered(context, field) for field in _ANSWERS)]
    untold, *unmatched = context.org.read([_UNTOLD, *questions])
    rows = {str(row["External_Id__c"]): row for answer in unmatched for row in answer.rows}
    matches, _ = match_reviews(context, [_stored_evidence(*each) for each in rows.items()])
    matches = with_tags(context, matches, {name: row.get("Type__c") for name, row in rows.items()})
    tally.actions += [
        Action("connect review", name, {"method": matches[name]["Match_Method__c"]})
        for name in _found(matches)
    ]
    if context.dry_run:
        return
    stored = _write(context, rows, matches, tally)
    led = {str(row["Invitation__c"]): str(row["Id"]) for row in untold.rows}
    _tell(context, led | _records(matches.led, stored), tally)


def with_tags(context: RunContext, matches: Matches, types: Mapping[str, str | None]) -> Matches:
    """Tick those service reviews that the records they are connected with give tags to."""
    if not context.policy.reviews.write_tags:
        return matches
    ticked = {
        name: {**fields, "Tags_Wanted__c": True}
        for name, fields in matches.items()
        if types[name] == ReviewType.SERVICE and fields["Match_Method__c"] in CERTAIN
    }
    return replace(matches, fields={**matches, **ticked})


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
    return _without_match(context, Condition("Match_Tried_At__c", "!=", None))


def _answered(context: RunContext, field: str) -> Select:
    """Reviews that were never tried, and whose consumer has meanwhile answered in this field."""
    untried = Condition("Match_Tried_At__c", "=", None)
    return _without_match(context, untried, Condition(field, "!=", None))


def _without_match(context: RunContext, *further: Condition) -> Select:
    return Select(
        REVIEW,
        UNMATCHED_FIELDS,
        (
            Condition("Match_Method__c", "=", MatchMethod.NONE.value),
            Condition("Review_Created__c", ">=", context.now - timedelta(days=REMATCHED_DAYS)),
            *further,
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
        reference=usual_reference(
            row.get("Reference_Number__c"), row.get("Consumer_Response_Reference__c")
        ),
        emails=(row.get(field) for field in _ADDRESSES),
        sku=row.get("Product_Sku__c"),
    )


def _matches(context: RunContext, evidence: Sequence[Evidence], hits: Hits) -> Matches:
    now = to_the_second(context.now)
    tried = {each.review_id: now if each.is_any else None for each in evidence}
    matched = {each.review_id: match(each, hits) for each in evidence}
    led: dict[str, str] = {}
    for review_id, found in matched.items():
        if found.led_by:
            led.setdefault(found.led_by, review_id)
    return Matches(
        {name: {**each.fields, "Match_Tried_At__c": tried[name]} for name, each in matched.items()},
        led,
    )


def _candidates(answers: Mapping[str, Answer]) -> Candidates:
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
    emails = _sorted(
        each for one in evidence for typed in one.emails for each in addresses.spellings(typed)
    )
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
    # Salesforce 12: StockKeepingUnit is often hidden; Salesforce 6: orders can be switched off.
    return Select(name, fields, (Condition(key, "in", values),), optional=True)


def _sorted(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(values)))
