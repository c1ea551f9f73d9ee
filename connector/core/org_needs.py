"""Collects what the connector asks of an org: of its own package, the mappings and the rules.

It says what is needed and what lacking it costs; whether the org has it is `core.org_check`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from connector.core.entries import HISTORY_PARENT, STAMPS
from connector.core.mapping import Mapping as FieldMapping
from connector.core.objects import BUSINESS_UNIT, REVIEW
from connector.core.org_shapes import (
    Access,
    PicklistWord,
    RequiredField,
    RequiredObject,
    StandardField,
)
from connector.core.plan_erasure import OnDelete
from connector.core.policy import RunPolicy
from connector.core.recipients import (
    CONTACT_FIELDS,
    CONTACT_LOOKUPS,
    ROLE_FIELDS,
    ROLE_KINDS,
    record_fields,
)
from connector.core.rules import Rule, TriggerObject
from connector.core.schema import FieldDefinition, Schema

ONLY_READ = frozenset(
    {(BUSINESS_UNIT, "Pause_Invitations__c"), (BUSINESS_UNIT, "Pause_Replies__c")}
)
"""Fields of the package that belong to people: the connector reads them and never writes."""

_NEVER_WRITTEN = frozenset({"AutoNumber", "Formula", "Summary"})

Places = Mapping[tuple[str, str], str]
"""Where the keys of rules stand, by rule name and key."""


@dataclass(frozen=True)
class OrgNeeds:
    """Everything that is asked of an org."""

    objects: tuple[RequiredObject, ...]
    fields: tuple[RequiredField, ...]
    standard: tuple[StandardField, ...]
    words: tuple[PicklistWord, ...]

    @property
    def described(self) -> tuple[str, ...]:
        """The objects to be described, each once."""
        named = (
            *(each.object for each in self.objects),
            *(each.object for each in self.fields),
            *(each.object for each in self.standard),
            *(each.object for each in self.words),
        )
        return tuple(dict.fromkeys(named))


def org_needs(policy: RunPolicy, places: Places) -> OrgNeeds:
    """Return what a configuration asks of its org, rules that are switched off included."""
    mapped = (
        *mapping_fields(policy.service_mapping, policy.schema),
        *mapping_fields(policy.product_mapping, policy.schema),
    )
    elsewhere = {(each.object, each.field) for each in mapped}
    package = (
        each for each in package_fields(policy.schema) if (each.object, each.field) not in elsewhere
    )
    deletes = policy.on_delete is OnDelete.DELETE
    return OrgNeeds(
        objects=tuple(
            RequiredObject(name, delete=deletes and name == REVIEW)
            for name in policy.schema.objects
        ),
        fields=(*package, *mapped),
        standard=(*_MATCHING, *(need for rule in policy.rules for need in _of_rule(rule, places))),
        words=tuple(word for rule in policy.rules for word in _words(rule, places)),
    )


def package_fields(schema: Schema) -> Iterator[RequiredField]:
    """Yield every field of the package: all are read, and all but a few are written."""
    for definition in schema.objects.values():
        for field in definition.fields.values():
            only_read = (definition.name, field.name) in ONLY_READ or field.type in _NEVER_WRITTEN
            yield RequiredField(
                definition.name,
                field.name,
                field,
                needs=Access.READ if only_read else Access.WRITE,
                is_key=_is_key(field),
            )


def mapping_fields(mapping: FieldMapping, schema: Schema) -> Iterator[RequiredField]:
    """Yield every field that a mapping writes, with its place in the document."""
    definitions = schema.objects[mapping.object].fields
    for each in mapping.fields:
        yield RequiredField(
            mapping.object,
            each.target,
            definitions[each.target],
            each.place,
            Access.WRITE,
            is_key=each.target == mapping.external_id or _is_key(definitions[each.target]),
        )


def _is_key(field: FieldDefinition) -> bool:
    return field.external_id and field.unique


def _of_rule(rule: Rule, places: Places) -> Iterator[StandardField]:
    def needed(path: str, key: str) -> StandardField:
        cost = f"the rule {rule.name} reads it, and without it no invitation is claimed"
        place = places.get((rule.name, key), "")
        return StandardField(rule.on.value, path, cost, critical=True, place=place)

    yield needed(rule.stage_field, "becomes")
    yield needed(rule.reference_field, "reference")
    yield from (needed(path, "tags") for path in rule.tags)
    yield from (needed(path, "to") for path in record_fields(rule))
    if any(recipient.kind in ROLE_KINDS for recipient in rule.to):
        cost = f"the rule {rule.name} finds nobody to invite"
        place = places.get((rule.name, "to"), "")
        for field in ROLE_FIELDS:
            yield StandardField("OpportunityContactRole", field, cost, critical=True, place=place)
    if any(recipient.kind in {*ROLE_KINDS, *CONTACT_LOOKUPS} for recipient in rule.to):
        yield from _of_contacts()
    yield from _of_history(rule.on)


def _of_contacts() -> Iterator[StandardField]:
    yield StandardField("Contact", "Id", _CONTACT_COSTS["Id"], critical=True)
    for field in CONTACT_FIELDS:
        yield StandardField("Contact", field, _CONTACT_COSTS[field])


_CONTACT_COSTS = {
    "Id": "no contact can be invited",
    "Email": "no contact can be invited",
    "Name": "invitations address nobody by name",
    "HasOptedOutOfEmail": "people who opted out of e-mail are invited all the same",
    "IsEmailBounced": "addresses that bounced are invited all the same",
}


def _of_history(trigger: TriggerObject) -> Iterator[StandardField]:
    name = f"{trigger.value}History"
    if trigger is TriggerObject.OPPORTUNITY:
        for field in ("Id", HISTORY_PARENT[trigger], "StageName", "CreatedDate"):
            cost = "entries into stages of opportunities are found nowhere else"
            yield StandardField(name, field, cost, critical=True)
        return
    for field in ("Id", HISTORY_PARENT[trigger], "Field", "OldValue", "NewValue", "CreatedDate"):
        yield StandardField(name, field, HISTORY_COSTS[trigger])
    for field in STAMPS[trigger]:
        cost = f"without a history, entries of {trigger.value} records are not proved by it"
        yield StandardField(trigger.value, field, cost)


HISTORY_COSTS: Mapping[TriggerObject, str] = {
    TriggerObject.ORDER: (
        "only orders that are activated or new, and still in the stage when a run looks, count"
    ),
    TriggerObject.CASE: (
        "only cases that are closed or new, and still in the stage when a run looks, count"
    ),
}
"""What a rule misses in an org that keeps no history of the object's status."""


def _words(rule: Rule, places: Places) -> Iterator[PicklistWord]:
    for stage in rule.stages:
        place = places.get((rule.name, "becomes"), "")
        yield PicklistWord(rule.on.value, rule.stage_field, stage, rule.name, place)
    for recipient in rule.to:
        if recipient.kind == "contact_role":
            yield PicklistWord(
                "OpportunityContactRole",
                "Role",
                recipient.value,
                rule.name,
                places.get((rule.name, "to"), ""),
                ignore_case=True,
            )


_BY_EMAIL = "reviews are not connected with customers by their e-mail address"
_BY_ORDER = "reviews are not connected with orders by their number"
_BY_CASE = "reviews are not connected with cases by their number"
_BY_OPPORTUNITY = "reviews are not connected with opportunities"
_CUSTOMER = "reviews that are connected with it do not name their customer"
_BY_SKU = "product reviews are not connected with products by this code"

_MATCHING = (
    StandardField("Contact", "Email", _BY_EMAIL),
    StandardField("Contact", "AccountId", _CUSTOMER),
    StandardField("Order", "OrderNumber", _BY_ORDER),
    StandardField("Order", "AccountId", _CUSTOMER),
    StandardField("Order", "BillToContactId", _CUSTOMER),
    StandardField("Order", "ShipToContactId", _CUSTOMER),
    StandardField("Case", "CaseNumber", _BY_CASE),
    StandardField("Case", "AccountId", _CUSTOMER),
    StandardField("Case", "ContactId", _CUSTOMER),
    StandardField("Case", "SuppliedEmail", _CUSTOMER),
    StandardField("Opportunity", "Id", _BY_OPPORTUNITY),
    StandardField("Opportunity", "AccountId", _CUSTOMER),
    StandardField("OpportunityContactRole", "ContactId", _CUSTOMER),
    StandardField("OpportunityContactRole", "IsPrimary", _CUSTOMER),
    StandardField("Account", "PersonEmail", _BY_EMAIL, only_with="IsPersonAccount"),
    StandardField("Account", "PersonContactId", _CUSTOMER, only_with="IsPersonAccount"),
    StandardField("Product2", "StockKeepingUnit", _BY_SKU),
    StandardField("Product2", "ProductCode", _BY_SKU),
)
"""What connecting a review with records reads; a hidden part is evidence that is not there."""
