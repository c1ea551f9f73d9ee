"""Collects what rules and matching read of the org's own objects, and what lacking it costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from connector.core.invitations.recipients import (
    CONTACT_LOOKUPS,
    INDIVIDUAL_FIELDS,
    ROLE_FIELDS,
    ROLE_KINDS,
    flag_fields,
    record_fields,
)
from connector.core.org.shapes import PicklistWord, StandardField
from connector.core.products.bought import LINE_LOOKUPS
from connector.core.rules.entries import HISTORY_PARENT, STAMPS
from connector.core.rules.grammar import ConsentSource, Rule, TriggerObject

Places = Mapping[tuple[str, str], str]
"""Where the keys of rules stand, by rule name and key."""


def rule_fields(rule: Rule, places: Places) -> Iterator[StandardField]:
    """Yield every field of the org's own that a rule reads; without critical ones it stops."""

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
    yield from _of_checks(rule, places)
    yield from _of_contacts(rule)
    yield from _of_consent(rule, places)
    yield from _of_history(rule.on)


def _of_checks(rule: Rule, places: Places) -> Iterator[StandardField]:
    waits = f"the rule {rule.name} asks nobody until it can be read"
    for key, paths in (
        ("only_if", tuple(each.field for each in rule.only_if)),
        ("business_unit", (rule.business_unit_field,)),
    ):
        place = places.get((rule.name, key), "")
        for path in filter(None, paths):
            yield StandardField(rule.on.value, path, waits, critical=True, place=place)
    if rule.locale_field:
        cost = f"the rule {rule.name} asks everybody in its default locale"
        place = places.get((rule.name, "locale"), "")
        yield StandardField(rule.on.value, rule.locale_field, cost, place=place)
    yield from _of_products(rule, places)
    if rule.quiet_hours and rule.quiet_hours.zone_field:
        cost = f"the rule {rule.name} counts the hours of everybody in {rule.quiet_hours.zone}"
        place = places.get((rule.name, "quiet_hours"), "")
        yield StandardField(rule.on.value, rule.quiet_hours.zone_field, cost, place=place)
    if rule.write_link_to:
        cost = f"the links of the rule {rule.name} are not written to their records"
        place = places.get((rule.name, "write_link_to"), "")
        yield StandardField(
            rule.on.value, rule.write_link_to, cost, critical=True, written=True, place=place
        )
    for path in flag_fields(rule):
        if path.endswith(_ASKED_BY_ADDRESS):
            continue
        cost = "person accounts that bounced may be invited all the same"
        yield StandardField(rule.on.value, path, cost, place=places.get((rule.name, "to"), ""))


def _of_products(rule: Rule, places: Places) -> Iterator[StandardField]:
    source, place = rule.products, places.get((rule.name, "products"), "")
    if source is None:
        return
    waits = f"invitations of the rule {rule.name} to review products wait"
    for path in (LINE_LOOKUPS[source.lines], source.sku):
        yield StandardField(source.lines, path, waits, critical=True, place=place)
    for word, path in source.fields:
        cost = f"the rule {rule.name} describes products without {word}"
        yield StandardField(source.lines, path, cost, place=place)


def _of_contacts(rule: Rule) -> Iterator[StandardField]:
    if any(recipient.kind in {*ROLE_KINDS, *CONTACT_LOOKUPS} for recipient in rule.to):
        yield StandardField("Contact", "Id", _CONTACT_COSTS["Id"], critical=True)
    for field, cost in _CONTACT_COSTS.items():
        yield StandardField("Contact", field, cost)
    # Salesforce 6: uncertain: which fields an Individual has.
    for field in INDIVIDUAL_FIELDS:
        cost = "people whose Individual forbids it are invited all the same"
        yield StandardField("Contact", field, cost, only_with="IndividualId")


_CONTACT_COSTS = {
    "Id": "no contact can be invited",
    "Email": "no contact can be invited",
    "Name": "invitations address nobody by name",
    "IsEmailBounced": "addresses that bounced are invited all the same",
}


def _of_consent(rule: Rule, places: Places) -> Iterator[StandardField]:
    """What must be readable before anybody is asked; with `source: none` nothing has to be."""
    cost = f"the rule {rule.name} asks nobody until it can be read"
    place = places.get((rule.name, "consent")) or places.get((rule.name, "to"), "")
    for kept in _KEPT_CONSENT:
        if not _asks_for(rule, kept.object):
            continue
        for field in kept.fields:
            yield StandardField(
                kept.object,
                field,
                cost,
                critical=True,
                only_with=kept.only_with,
                place=place,
                fix=kept.fix,
            )


def _asks_for(rule: Rule, name: str) -> bool:
    if rule.consent is ConsentSource.NONE:
        return False
    if name == "Lead":
        return rule.leads
    return name != _CONSENTS or rule.consent is ConsentSource.SALESFORCE


@dataclass(frozen=True)
class _Kept:
    """Where the org keeps what people say to e-mail, and what to do where that is hidden."""

    object: str
    fields: tuple[str, ...]
    fix: str
    only_with: str = ""


_CONSENTS = "ContactPointTypeConsent"
_ASKED_BY_ADDRESS = "PersonHasOptedOutOfEmail"
_ASSIGN = (
    "Type `connector deploy`, and assign the permission set Trustpilot_Connector to the "
    "connector's user"
)
# A package that names fields of person accounts or consents is refused by orgs without them.
_ALLOW = "Allow reading it in a permission set of yours: Setup > Permission Sets > Object Settings"
_UNKEPT = "or, where no opt-out is kept there, write `consent: {source: none, reason: ...}`."

_KEPT_CONSENT = (
    _Kept("Contact", ("Email", "HasOptedOutOfEmail"), f"{_ASSIGN}; {_UNKEPT}"),
    _Kept(
        "Account",
        ("PersonEmail", _ASKED_BY_ADDRESS),
        f"{_ALLOW}; {_UNKEPT}",
        only_with="IsPersonAccount",
    ),
    _Kept(
        "Lead",
        ("Email", "HasOptedOutOfEmail"),
        f"{_ASSIGN}; or, where no lead is asked, write `consent: {{leads: none, reason: ...}}`.",
    ),
    _Kept(
        _CONSENTS,
        ("PartyId", "ContactPointType", "PrivacyConsentStatus"),
        f"{_ALLOW}; or, where the org keeps no consents, write `consent: flags`.",
    ),
)


def _of_history(trigger: TriggerObject) -> Iterator[StandardField]:
    name, parent = f"{trigger.value}History", HISTORY_PARENT[trigger]
    # Salesforce 6: the org keeps stages by itself, but tracks other fields only where asked to.
    values = ("StageName",) if trigger is TriggerObject.OPPORTUNITY else _TRACKED_VALUES
    for field in ("Id", parent, *values, "CreatedDate"):
        yield StandardField(name, field, HISTORY_COSTS[trigger])
    for field in STAMPS[trigger]:
        cost = f"without a history, entries of {trigger.value} records are not proved by it"
        yield StandardField(trigger.value, field, cost)


_TRACKED_VALUES = ("Field", "OldValue", "NewValue")

HISTORY_COSTS: Mapping[TriggerObject, str] = {
    TriggerObject.OPPORTUNITY: (
        "each run asks once more, and where StageName is not tracked either, only opportunities "
        "that are still in the stage when a run looks count"
    ),
    TriggerObject.ORDER: (
        "only orders that are still in the stage when a run looks count, and of these the ones "
        "that were activated or created since, or that an earlier run saw in another status"
    ),
    TriggerObject.CASE: (
        "only cases that are still in the stage when a run looks count, and of these the ones "
        "that were closed or created since, or that an earlier run saw in another status"
    ),
}
"""What a rule misses in an org that keeps no history of the object's status."""


def rule_words(rule: Rule, places: Places) -> Iterator[PicklistWord]:
    """Yield the stages that a rule waits for and the contact roles that it looks for."""
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

MATCHING = (
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
    # Salesforce 6: only orgs with person accounts have these two.
    StandardField("Account", "PersonEmail", _BY_EMAIL, only_with="IsPersonAccount"),
    StandardField("Account", "PersonContactId", _CUSTOMER, only_with="IsPersonAccount"),
    # Salesforce 12: often hidden, hence the product code beside it.
    StandardField("Product2", "StockKeepingUnit", _BY_SKU),
    StandardField("Product2", "ProductCode", _BY_SKU),
)
"""What connecting a review with records reads; a hidden part is evidence that is not there."""
