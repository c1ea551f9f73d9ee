"""Reads what the org knows of people: contacts, everybody with an address, their invitations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from connector.core.invitations.facts import ASKED_FIELDS, ASKED_STATUSES
from connector.core.invitations.recipients import (
    CONTACT_FIELDS,
    CONTACT_OPT_OUT,
    INDIVIDUAL_FIELDS,
    People,
)
from connector.core.invitations.unseen import CONSENT_OBJECT
from connector.core.terms.addresses import address, address_keys, spellings
from connector.core.terms.errors import AccessDenied
from connector.core.terms.objects import INVITATION
from connector.core.terms.records import Answer, Condition, Row, Select
from connector.flows.ports import Org

LEAD_FIELDS = ("Id", "Email", "HasOptedOutOfEmail")
"""What is read of a lead with an address that is about to be written to."""

PERSON_ACCOUNT_FIELDS = (
    "Id",
    "IsPersonAccount",
    "PersonContactId",
    "PersonEmail",
    "PersonHasOptedOutOfEmail",
    "PersonEmailBouncedDate",
)
"""What is read of a person account; an org without them has no `IsPersonAccount` (reference 6)."""

# Reference 6 names this object and not its fields: those below are asked, and an org that has
# others counts as one that does not show its consents.
CONSENT_FIELDS = ("Id", "PartyId")


@dataclass(frozen=True)
class PeopleQuestions:
    """What is asked of the org about people: contacts by id, and everybody with an address.

    `addresses` are as `address` has them. `leads` is whether leads count.
    """

    ids: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    leads: bool = True

    @property
    def selects(self) -> list[Select]:
        """The questions; none that would find nobody."""
        return list(self._by_name.values())

    @property
    def _by_name(self) -> dict[str, Select]:
        contact = (*CONTACT_FIELDS, *INDIVIDUAL_FIELDS)
        emails = tuple(dict.fromkeys(one for each in self.addresses for one in spellings(each)))
        asked = {
            "ids": ("Contact", contact, Condition("Id", "in", self.ids)),
            "contacts": ("Contact", contact, Condition("Email", "in", emails)),
            "leads": ("Lead", LEAD_FIELDS, Condition("Email", "in", emails)),
            "accounts": ("Account", PERSON_ACCOUNT_FIELDS, Condition("PersonEmail", "in", emails)),
        }
        return {
            name: Select(sobject, fields, (where,), optional=True)
            for name, (sobject, fields, where) in asked.items()
            if where.value and (name != "leads" or self.leads)
        }

    def read(self, answers: Sequence[Answer]) -> People:
        """What is known of them, from the answers to `selects`.

        A contact that is deleted or not visible is left out. Raises `AccessDenied` where the org
        shows no contacts at all: then nobody is known to be gone.
        """
        named = dict(zip(self._by_name, answers, strict=True))
        if any(named[name].missing_object for name in ("ids", "contacts") if name in named):
            raise AccessDenied(
                "Salesforce",
                "The org does not show contacts to the connector's user.",
                next_step="Give the user read access to Contact, then type: connector run",
            )
        accounts = [_as_contact(row) for row in _rows(named, "accounts")]
        shown = {row["PersonContactId"]: row for row in accounts if row.get("PersonContactId")}
        by_id = [_filled(row, shown) for row in _rows(named, "ids")]
        others = [_filled(row, shown) for row in _rows(named, "contacts")]
        others += [*_rows(named, "leads"), *accounts]
        return People(
            {str(row["Id"]): row for row in by_id},
            _by_address([*by_id, *others], self.addresses),
            unreadable=tuple(_unreadable(named)),
        )


def _rows(named: Mapping[str, Answer], name: str) -> tuple[Row, ...]:
    return named[name].rows if name in named else ()


def _as_contact(account: Row) -> Row:
    """A person account in the words of a contact, as far as the org shows it."""
    row = {"Email": account.get("PersonEmail"), **account}
    row["IsEmailBounced"] = bool(account.get("PersonEmailBouncedDate"))
    if "PersonHasOptedOutOfEmail" in account:
        row["HasOptedOutOfEmail"] = account["PersonHasOptedOutOfEmail"]
    return row


def _filled(contact: Row, accounts: Mapping[str, Row]) -> Row:
    """A contact; what it hides is taken from its person account where that shows it."""
    account = accounts.get(contact["Id"], {})
    words = ("Email", "HasOptedOutOfEmail", "IsEmailBounced")
    return {**{word: account[word] for word in words if word in account}, **contact}


def _by_address(rows: Iterable[Row], addresses: Iterable[str]) -> dict[str, tuple[Row, ...]]:
    wanted = frozenset(addresses)
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        email = address(row.get("Email"))
        if email in wanted:
            found.setdefault(email, {}).setdefault(str(row["Id"]), row)
    return {email: tuple(each.values()) for email, each in found.items()}


def _unreadable(named: Mapping[str, Answer]) -> Iterable[str]:
    """What the org does not show of opt-outs: where it has no such thing, nothing is hidden."""
    contact = {
        each for name in ("ids", "contacts") if name in named for each in _hidden(named, name)
    }
    if "HasOptedOutOfEmail" in contact:
        yield CONTACT_OPT_OUT
    if "Email" in contact:
        yield "Contact.Email"
    if "leads" in named:
        if named["leads"].missing_object:
            yield "Lead"
        yield from (f"Lead.{each}" for each in LEAD_FIELDS if each in _hidden(named, "leads"))
    accounts = _hidden(named, "accounts") if "accounts" in named else ()
    if "IsPersonAccount" not in accounts:
        yield from (f"Account.{each}" for each in PERSON_ACCOUNT_FIELDS[3:5] if each in accounts)


def _hidden(named: Mapping[str, Answer], name: str) -> tuple[str, ...]:
    return named[name].missing_fields


def read_people(
    org: Org,
    questions: PeopleQuestions,
    *besides: Select,
    consent: bool = False,
) -> tuple[People, list[Answer]]:
    """Return what the org knows of these people, and the answers to `besides`.

    One call where it fits; another one for `consent`, which is kept by the people that the first
    one finds. Raises `AccessDenied` like `PeopleQuestions`.
    """
    selects = [*questions.selects, *besides]
    answers = org.read(selects) if selects else []
    count = len(selects) - len(besides)
    people = with_person_accounts(org, questions.read(answers[:count]))
    return (with_consent(org, people) if consent else people), answers[count:]


def with_consent(org: Org, people: People) -> People:
    """The same people, with who of them withheld the consent to e-mail."""
    rows = [
        *people.contacts.values(),
        *(row for each in people.by_address.values() for row in each),
    ]
    individuals = {str(row["IndividualId"]) for row in rows if row.get("IndividualId")}
    if not individuals:
        return people
    where = (
        Condition("PartyId", "in", tuple(sorted(individuals))),
        Condition("ContactPointType", "=", "Email"),
        Condition("PrivacyConsentStatus", "=", "OptOut"),
    )
    (answer,) = org.read([Select(CONSENT_OBJECT, CONSENT_FIELDS, where, optional=True)])
    hidden = answer.missing_object or bool(answer.missing_fields)
    return replace(
        people,
        withheld=frozenset(str(row["PartyId"]) for row in answer.rows),
        unreadable=(*people.unreadable, CONSENT_OBJECT) if hidden else people.unreadable,
    )


def with_person_accounts(org: Org, people: People) -> People:
    """The same people; what contacts hide is taken from person accounts where these show it."""
    words = ("Email", "HasOptedOutOfEmail", "IsEmailBounced")
    blind = tuple(i for i, row in people.contacts.items() if any(word not in row for word in words))
    if not blind:
        return people
    where = (Condition("PersonContactId", "in", blind),)
    (answer,) = org.read([Select("Account", PERSON_ACCOUNT_FIELDS, where, optional=True)])
    shown = {row["PersonContactId"]: _as_contact(row) for row in answer.rows}
    filled = {i: _filled(row, shown) for i, row in people.contacts.items()}
    return replace(people, contacts=filled)


def asked_question(addresses: Iterable[str]) -> list[Select]:
    """The question for the invitations that these people got or are about to get, if any."""
    keys = tuple(dict.fromkeys(key for each in addresses for key in address_keys(each)))
    where = (
        Condition("Cooldown_Key__c", "in", keys),
        Condition("Status__c", "in", ASKED_STATUSES),
    )
    return [Select(INVITATION, ASKED_FIELDS, where)] if keys else []


def former_question(ids: Iterable[str]) -> list[Select]:
    """The question what became of these contacts, deleted and merged ones included, if any."""
    wanted = tuple(dict.fromkeys(ids))
    fields = ("Id", "IsDeleted", "MasterRecordId")
    where = (Condition("Id", "in", wanted),)
    return [Select("Contact", fields, where, optional=True, deleted=True)] if wanted else []


def deleted_question(addresses: Iterable[str]) -> list[Select]:
    """The question for deleted contacts that had these addresses, if any."""
    emails = tuple(dict.fromkeys(one for each in addresses if each for one in spellings(each)))
    fields = ("Id", "Email", "IsDeleted", "MasterRecordId", "SystemModstamp")
    where = (Condition("Email", "in", emails), Condition("IsDeleted", "=", True))  # noqa: FBT003 -- a value to compare with
    return [Select("Contact", fields, where, optional=True, deleted=True)] if emails else []
