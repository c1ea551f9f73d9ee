"""Reads the records that rules look at, and what the org knows of the people on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from connector.core.cases.plan import CASE_KEY
from connector.core.invitations.facts import (
    ASKED_FIELDS,
    ASKED_STATUSES,
    OtherInvitation,
    asked_by_person,
)
from connector.core.invitations.recipients import (
    CONTACT_FIELDS,
    INDIVIDUAL_FIELDS,
    ROLE_FIELDS,
    ROLE_KINDS,
    Candidate,
    People,
    RecipientFacts,
    flag_fields,
    record_fields,
)
from connector.core.rules.grammar import Rule, TriggerObject
from connector.core.terms.addresses import address, address_key
from connector.core.terms.errors import AccessDenied
from connector.core.terms.objects import INVITATION
from connector.core.terms.records import Answer, Condition, Row, Select
from connector.flows.ports import Org

PERSON_ACCOUNT_FIELDS = (
    "Id",
    "PersonContactId",
    "PersonEmail",
    "PersonHasOptedOutOfEmail",
    "PersonEmailBouncedDate",
)
"""What is read of a person account where its contact hides the same."""

# Reference 6 names this object and not its fields: where the org has others, there is nothing to
# ask, and nobody has withheld anything.
CONSENT = "ContactPointTypeConsent"
CONSENT_FIELDS = ("Id", "PartyId")


@dataclass(frozen=True)
class Records:
    """The triggering records by id, and the contact roles by opportunity.

    `hidden` are the fields, by object, that were asked for and that the org does not show.
    """

    by_id: Mapping[str, Row] = field(default_factory=dict)
    roles: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    hidden: Mapping[TriggerObject, frozenset[str]] = field(default_factory=dict)

    def facts(
        self, trigger: TriggerObject, record_id: str, people: People | None = None
    ) -> RecipientFacts:
        """What deciding about this record needs."""
        return RecipientFacts(
            self.by_id[record_id],
            self.roles.get(record_id, ()),
            people or People(),
            self.hidden.get(trigger, frozenset()),
        )


def read_records(
    org: Org,
    wanted: Mapping[TriggerObject, Sequence[str]],
    rules: Iterable[Rule],
    *besides: Select,
) -> tuple[Records, list[Answer]]:
    """Return the records with the fields their rules need, and the answers to `besides`.

    Everything travels in one call where it fits. Raises `AccessDenied` for a hidden field that
    no invitation can be made without.
    """
    every = tuple(rules)
    selects = [_select(trigger, ids, every) for trigger, ids in wanted.items()]
    opportunities = tuple(wanted.get(TriggerObject.OPPORTUNITY, ()))
    if opportunities and any(one.kind in ROLE_KINDS for rule in every for one in rule.to):
        selects.append(
            Select(
                "OpportunityContactRole",
                ROLE_FIELDS,
                (Condition("OpportunityId", "in", opportunities),),
            )
        )
    if not selects and not besides:
        return Records(), []
    answers = org.read([*besides, *selects])
    found = answers[len(besides) :]
    hidden = {
        trigger: _hidden(trigger, answer, every)
        for trigger, answer in zip(wanted, found, strict=False)
    }
    records = {str(row["Id"]): row for answer in found[: len(wanted)] for row in answer.rows}
    roles = [row for answer in found[len(wanted) :] for row in answer.rows]
    return Records(records, _by_opportunity(roles), hidden), answers[: len(besides)]


def read_people(
    org: Org, ids: Iterable[str], addresses: Iterable[str] = (), *, consent: bool = False
) -> People:
    """Return what the org knows of these contacts, and of everybody with these addresses.

    One call; another one where contacts hide what their person account may show, and another one
    for `consent`. A contact that is deleted or not visible is left out. Raises `AccessDenied`
    where the org shows no contacts at all: then nobody is known to be gone.
    """
    wanted, typed = tuple(dict.fromkeys(ids)), tuple(dict.fromkeys(addresses))
    fields = (*CONTACT_FIELDS, *INDIVIDUAL_FIELDS)
    sought = {"Id": wanted, "Email": typed}
    selects = {
        name: Select("Contact", fields, (Condition(name, "in", values),), optional=True)
        for name, values in sought.items()
        if values
    }
    if not selects:
        return People()
    answers = dict(zip(selects, org.read(list(selects.values())), strict=True))
    if "Id" in answers and answers["Id"].missing_object:
        raise AccessDenied(
            "Salesforce",
            "The org does not show contacts to the connector's user.",
            next_step="Give the user read access to Contact, then type: connector run",
        )
    rows = _with_person_accounts(org, answers.values())
    by_id = {str(row["Id"]): row for row in rows}
    grouped: dict[str, tuple[Row, ...]] = {}
    for row in by_id.values():
        key = address(row.get("Email"))
        grouped[key] = (*grouped.get(key, ()), row)
    return People(
        {each: by_id[each] for each in wanted if each in by_id},
        {each: grouped[each] for each in typed if each in grouped},
        _withheld(org, rows) if consent else frozenset(),
    )


def read_asked(
    org: Org, candidates: Iterable[Candidate]
) -> Mapping[str, tuple[OtherInvitation, ...]]:
    """Return the invitations that these people got or are about to get, by `address_key`."""
    emails = dict.fromkeys(each.email for each in candidates if each.email)
    keys = tuple(dict.fromkeys(address_key(email) for email in emails))
    if not keys:
        return {}
    where = (
        Condition("Cooldown_Key__c", "in", keys),
        Condition("Status__c", "in", ASKED_STATUSES),
    )
    (answer,) = org.read([Select(INVITATION, ASKED_FIELDS, where)])
    return asked_by_person(answer.rows)


def _with_person_accounts(org: Org, answers: Iterable[Answer]) -> list[Row]:
    """The contacts; what they hide is taken from their person account where that shows it."""
    found = list(answers)
    rows = [row for answer in found for row in answer.rows]
    missing = {name for answer in found for name in answer.missing_fields}
    if not rows or not missing & {"Email", "HasOptedOutOfEmail", "IsEmailBounced"}:
        return rows
    ids = tuple(str(row["Id"]) for row in rows)
    where = (Condition("PersonContactId", "in", ids),)
    (answer,) = org.read([Select("Account", PERSON_ACCOUNT_FIELDS, where, optional=True)])
    accounts = {row["PersonContactId"]: row for row in answer.rows}
    return [{**_as_contact(accounts.get(row["Id"], {})), **row} for row in rows]


def _as_contact(account: Row) -> Row:
    return {
        "Email": account.get("PersonEmail"),
        "HasOptedOutOfEmail": account.get("PersonHasOptedOutOfEmail"),
        "IsEmailBounced": bool(account.get("PersonEmailBouncedDate")),
    }


def _withheld(org: Org, contacts: Iterable[Row]) -> frozenset[str]:
    """The individuals who withheld their consent to e-mail; none where the org keeps none."""
    individuals = {row["IndividualId"] for row in contacts if row.get("IndividualId")}
    if not individuals:
        return frozenset()
    where = (
        Condition("PartyId", "in", tuple(sorted(individuals))),
        Condition("ContactPointType", "=", "Email"),
        Condition("PrivacyConsentStatus", "=", "OptOut"),
    )
    (answer,) = org.read([Select(CONSENT, CONSENT_FIELDS, where, optional=True)])
    return frozenset(str(row["PartyId"]) for row in answer.rows)


def _needed(rule: Rule) -> tuple[str, ...]:
    return (rule.stage_field, rule.reference_field, *rule.tags, *record_fields(rule))


def _soft(rule: Rule) -> tuple[str, ...]:
    """Fields whose absence is itself an answer to a check, or has a default."""
    zone = rule.quiet_hours.zone_field if rule.quiet_hours else ""
    paths = (each.field for each in rule.only_if)
    named = (rule.business_unit_field, rule.locale_field, zone, *paths, *flag_fields(rule))
    return tuple(path for path in named if path)


def _hidden(trigger: TriggerObject, answer: Answer, rules: tuple[Rule, ...]) -> frozenset[str]:
    """The soft fields that the org hides; any other hidden one stops the flow."""
    needed = {"Id", CASE_KEY, *(f for rule in rules if rule.on is trigger for f in _needed(rule))}
    lacking = [path for path in answer.missing_fields if path in needed]
    if lacking or answer.missing_object:
        what = ", ".join(lacking) or "any record"
        raise AccessDenied(
            "Salesforce",
            f"The org does not show {what} of {trigger.value} to the connector's user.",
            next_step="Give the user read access to it, then type: connector run",
        )
    return frozenset(answer.missing_fields)


def _select(trigger: TriggerObject, ids: Sequence[str], rules: tuple[Rule, ...]) -> Select:
    fields = ["Id"]
    for rule in rules:
        if rule.on is trigger:
            fields += [*_needed(rule), *_soft(rule)]
    where = [Condition("Id", "in", tuple(dict.fromkeys(ids)))]
    if trigger is TriggerObject.CASE:
        # The case of a review is no experience: to close it must not ask for a second review.
        where.append(Condition(CASE_KEY, "=", None))
    return Select(trigger.value, tuple(dict.fromkeys(fields)), tuple(where), optional=True)


def _by_opportunity(roles: Iterable[Row]) -> dict[str, tuple[Row, ...]]:
    grouped: dict[str, tuple[Row, ...]] = {}
    for row in roles:
        key = str(row["OpportunityId"])
        grouped[key] = (*grouped.get(key, ()), row)
    return grouped
