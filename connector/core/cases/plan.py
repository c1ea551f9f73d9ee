"""Decides which review gets a case, and what the rows of a case hold from opening to erasure.

What agents write is never touched: a case is filled once, when it is made. Afterwards only its
status changes, until its review is deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connector.core.cases.places import Places
from connector.core.cases.rules import TEMPLATE_WORDS, CaseRule, fill
from connector.core.mapping.rows import Mapping as FieldMapping
from connector.core.mapping.transforms import clean, email, one_line, truncate
from connector.core.terms.instants import instant
from connector.core.terms.objects import MatchMethod
from connector.core.terms.records import Row
from connector.core.terms.reviews import Review, ReviewType

CASE_KEY = "Trustpilot_Review_Key__c"
CASE_FIELDS = ("Id", "External_Id__c", "Case_Rule__c", "Review_Case__c", "Case_Opened_At__c")
"""What must be read of a review before deciding about its case."""

LOOKUP_FIELDS = ("Contact__c", "Account__c", "Match_Method__c")
"""What must be read of a stored review before its case is made: whom it was matched with."""

DELETED_SUBJECT = "Review deleted"
# Salesforce 6: the lengths of a case's Subject and Description.
LONGEST_SUBJECT = 255
LONGEST_DESCRIPTION = 32_000
LONGEST_NAME = 80

_PLAIN = CaseRule(name="")
_WORDLESS_SUBJECT = "Trustpilot review"
_PERSONAL = (
    "Description",
    "SuppliedName",
    "SuppliedEmail",
    "SuppliedPhone",
    "ContactId",
    "AccountId",
)
_STORED_WORDS = {*TEMPLATE_WORDS, "invited_email", "consumer_email"} - {"id", "type"}
_ALWAYS_STORED = (
    *CASE_FIELDS,
    *LOOKUP_FIELDS,
    "Type__c",
    "Review_Created__c",
    "Business_Unit__c",
)
_DOUBTFUL = {MatchMethod.NEEDS_CHECK.value, MatchMethod.AMBIGUOUS.value}


@dataclass(frozen=True)
class WantedCase:
    """A review that stands in the org and has no case yet, although a rule wants one.

    `rule` and `unit_name` are names in the configuration. `lookups` are the review's
    `LOOKUP_FIELDS`, as far as they are known.
    """

    record_id: str
    review: Review
    rule: str
    unit_name: str
    lookups: Mapping[str, Any] = field(default_factory=dict)


def case_rule_for(rules: Iterable[CaseRule], review: Review, unit_name: str) -> CaseRule | None:
    """Return the first rule that fits the review, or None: then it gets no case."""
    return next((rule for rule in rules if rule.fits(review, unit_name)), None)


def is_wanted(row: Row) -> bool:
    """True for a review of the org (read with `CASE_FIELDS`) whose case was never linked."""
    return bool(row.get("Case_Rule__c")) and not row.get("Case_Opened_At__c")


def wanted_case(row: Row, review: Review, unit_name: str) -> WantedCase | None:
    """The case that a review of the org still wants, or None.

    Its row was read with `CASE_FIELDS` and `LOOKUP_FIELDS`.
    """
    if not is_wanted(row):
        return None
    return WantedCase(str(row["Id"]), review, str(row["Case_Rule__c"]), unit_name, row)


def case_row(wanted: WantedCase, rule: CaseRule, places: Places) -> dict[str, Any]:
    """The insert that makes the case of a review; its key keeps it from being made twice."""
    review, unit_name = wanted.review, wanted.unit_name
    name, address = review.consumer_name, review.invited_email or review.consumer_email
    row: dict[str, Any] = {
        CASE_KEY: review.id,
        "Trustpilot_Review__c": wanted.record_id,
        "Subject": _subject(rule, review, unit_name),
        "Description": _text(fill(rule.description, review, unit_name)),
        "SuppliedName": truncate(one_line(name), LONGEST_NAME) if name else None,
        # Salesforce 6: ContactEmail is read-only; this is what a web form fills.
        "SuppliedEmail": email(address) if address else None,
        "RecordTypeId": places.record_types.get(rule.record_type),
        "OwnerId": places.owners.get(rule.owner) if rule.owner else None,
        "Priority": rule.priority,
        "Origin": rule.origin,
        "Status": rule.status,
        **_customer(wanted.lookups),
    }
    return {name: value for name, value in row.items() if value}


def linking_row(record_id: str, case_id: str, now: datetime) -> dict[str, Any]:
    """The update of the review that says which case it has, and that it needs no other."""
    return {"Id": record_id, "Review_Case__c": case_id, "Case_Opened_At__c": now}


def reopened_row(row: Row, rules: Iterable[CaseRule]) -> dict[str, Any] | None:
    """The update of the case of an edited review; None where its row names no case."""
    if not row.get("Review_Case__c"):
        return None
    rule = _rule_named(row.get("Case_Rule__c"), rules)
    return {"Id": row["Review_Case__c"], "Status": rule.reopen_as}


def closed_row(case_id: str, rule_name: object, rules: Iterable[CaseRule]) -> dict[str, Any]:
    """The update that closes the case of a deleted review and leaves nothing about anybody in it.

    The key and the lookup to the review stay, so that no second case is made. The contact goes as
    well: beside the review's id it would tell who wrote what was deleted.
    """
    return {"Status": _rule_named(rule_name, rules).close_as, **scrubbed_row(case_id)}


def scrubbed_row(case_id: str) -> dict[str, Any]:
    """The same without closing it, for an org that refuses to close the case."""
    return {"Id": case_id, "Subject": DELETED_SUBJECT, **dict.fromkeys(_PERSONAL)}


def is_closed_and_scrubbed(case: Row) -> bool:
    """True for a case (read with `Subject` and `IsClosed`) that an earlier run has dealt with."""
    # Salesforce 1: what closed is called is up to the org; IsClosed is not.
    return case.get("Subject") == DELETED_SUBJECT and bool(case.get("IsClosed"))


def stored_fields(mappings: Iterable[FieldMapping]) -> tuple[str, ...]:
    """The fields of a stored review from which `stored_review` can be told, each once."""
    fields = (field for mapping in mappings for field in _words_of(mapping).values())
    return tuple(dict.fromkeys((*_ALWAYS_STORED, *fields)))


def stored_review(
    row: Row, review_type: ReviewType, mapping: FieldMapping, unit_id: str, now: datetime
) -> Review:
    """The review that a row of the org stands for, as far as its mapping stored the words."""
    words: dict[str, Any] = {word: row.get(name) for word, name in _words_of(mapping).items()}
    stars = words.pop("stars", None)
    return Review(
        id=str(row["External_Id__c"]),
        type=review_type,
        business_unit_id=unit_id,
        created_at=instant(row.get("Review_Created__c")) or now,
        stars=round(stars) if isinstance(stars, int | float) else None,
        **words,
    )


def _words_of(mapping: FieldMapping) -> dict[str, str]:
    """The fields that hold the words of a case unchanged, by word."""
    return {
        each.source: each.target
        for each in mapping.fields
        if each.source in _STORED_WORDS and each.transform is None
    }


def _rule_named(name: object, rules: Iterable[CaseRule]) -> CaseRule:
    """The rule that made a case; where it is not configured any more, one with the defaults."""
    return next((each for each in rules if each.name == name), _PLAIN)


def _subject(rule: CaseRule, review: Review, unit_name: str) -> str:
    """One line; what a missing title leaves behind at the end, such as a colon, goes."""
    filled = one_line(fill(rule.subject, review, unit_name)).rstrip(" :,;-")
    return truncate(filled, LONGEST_SUBJECT) or _WORDLESS_SUBJECT


def _text(text: str) -> str:
    return truncate(clean(text), LONGEST_DESCRIPTION)


def _customer(lookups: Mapping[str, Any]) -> dict[str, Any]:
    """The matched customer; a match in doubt is for a person to decide, on the review."""
    if lookups.get("Match_Method__c") in _DOUBTFUL:
        return {}
    return {"ContactId": lookups.get("Contact__c"), "AccountId": lookups.get("Account__c")}
