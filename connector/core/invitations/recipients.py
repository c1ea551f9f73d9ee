"""Finds out who stands on a rule's ladder for a record, and what is known of them.

Whether they may be asked is decided in `checks`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from connector.core.rules.grammar import Recipient, Rule
from connector.core.terms.addresses import address
from connector.core.terms.records import Row, value_at

CONTACT_FIELDS = ("Id", "Email", "Name", "HasOptedOutOfEmail", "IsEmailBounced")
"""What is read of a contact; a field that the org hides counts as not set."""

ROLE_FIELDS = ("Id", "OpportunityId", "ContactId", "Role", "IsPrimary")
"""What is read of an opportunity's contact roles."""

CONTACT_LOOKUPS: Mapping[str, str] = {
    "bill_to": "BillToContactId",
    "ship_to": "ShipToContactId",
    "contact": "ContactId",
}
"""Recipient kinds that are a lookup on the record itself, and the field that holds it."""

ROLE_KINDS = frozenset({"contact_role", "primary_contact"})
"""Recipient kinds that are found among an opportunity's contact roles."""


INDIVIDUAL_FIELDS = (
    "IndividualId",
    "Individual.HasOptedOutSolicit",
    "Individual.HasOptedOutProcessing",
    "Individual.ShouldForget",
)
"""What is read of a contact's Individual, in orgs that keep one."""

_PERSON_ACCOUNT_FLAGS = ("PersonHasOptedOutOfEmail", "PersonEmailBouncedDate")


@dataclass(frozen=True)
class Person:
    """Someone who may be invited; `name` is empty where the org has none."""

    email: str
    name: str
    contact_id: str = ""


CONTACT_OPT_OUT = "Contact.HasOptedOutOfEmail"
"""What says of a contact that it wants no e-mail; a person account may say it instead."""


@dataclass(frozen=True)
class People:
    """What was read of people: contacts by id, and everybody with an address, as `address` has it.

    Leads and person accounts stand among the latter in the words of a contact. `withheld` are the
    individuals who withheld their consent to e-mail. `unreadable` names what the org does not
    show of opt-outs. `former` are contacts that were asked for among the deleted ones, by id.
    """

    contacts: Mapping[str, Row] = field(default_factory=dict)
    by_address: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    withheld: frozenset[str] = frozenset()
    unreadable: tuple[str, ...] = ()
    former: Mapping[str, Row] = field(default_factory=dict)


@dataclass(frozen=True)
class RecipientFacts:
    """What was read about one record: itself, its contact roles, and the people it names.

    `hidden` are the fields of the record that were asked for and that the org does not show.
    """

    record: Row
    roles: tuple[Row, ...] = ()
    people: People = field(default_factory=People)
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Candidate:
    """One person on a rule's ladder, whether or not they may be asked.

    `rows` is everything known of the person and of the address: an opt-out in one of them counts.
    `readable` is false where the record names a contact that could not be read. `unseen` names
    what the org does not show of opt-outs.
    """

    step: str
    email: str = ""
    name: str = ""
    contact_id: str = ""
    rows: tuple[Row, ...] = ()
    readable: bool = True
    withheld: bool = False
    unseen: tuple[str, ...] = ()

    @property
    def person(self) -> Person:
        """The candidate as a recipient."""
        return Person(self.email, self.name, self.contact_id)


def record_fields(rule: Rule) -> tuple[str, ...]:
    """The fields of the triggering record that finding the recipient needs."""
    fields: list[str] = []
    for recipient in rule.to:
        if recipient.kind in CONTACT_LOOKUPS:
            fields.append(CONTACT_LOOKUPS[recipient.kind])
        elif recipient.kind == "supplied_email":
            fields += ["SuppliedEmail", "SuppliedName"]
        elif recipient.kind == "field":
            fields.append(recipient.value)
    return tuple(fields)


def contact_ids(rule: Rule, record: Row, roles: tuple[Row, ...]) -> tuple[str, ...]:
    """The contacts that must be read before the recipient can be chosen."""
    return tuple(
        dict.fromkeys(
            found for recipient in rule.to for found in _contacts(recipient, record, roles)
        )
    )


def typed_addresses(rule: Rule, record: Row) -> tuple[str, ...]:
    """The addresses on the record itself, in lower case: whose opt-outs must be looked up."""
    typed = (_typed_email(record, path) for path, _ in map(_places, rule.to) if path)
    return tuple(dict.fromkeys(address(email) for email in typed if email))


def flag_fields(rule: Rule) -> tuple[str, ...]:
    """The fields of the record that tell more of an address on it; one that is hidden says no."""
    paths = (path for path, _ in map(_places, rule.to) if _is_person_email(path))
    return tuple(_beside(path, flag) for path in paths for flag in _PERSON_ACCOUNT_FLAGS)


def candidates(rule: Rule, facts: RecipientFacts) -> tuple[Candidate, ...]:
    """Everybody on the rule's ladder, in its order; an empty field is a candidate without address.

    Of contacts named twice the first counts.
    """
    found: dict[str, Candidate] = {}
    for recipient in rule.to:
        if _places(recipient)[0]:
            here = [_typed(rule, recipient, facts)]
        else:
            ids = _contacts(recipient, facts.record, facts.roles)
            here = [contact_candidate(each, facts.people, str(recipient)) for each in ids]
        for each in here:
            found.setdefault(each.contact_id or each.step, each)
    return tuple(found.values())


def contact_candidate(contact_id: str, people: People, step: str) -> Candidate:
    """The contact with this id as a candidate, with all that is known of its address."""
    row = people.contacts.get(contact_id)
    if row is None:
        return Candidate(step, contact_id=contact_id, readable=False)
    email, name = str(row.get("Email") or "").strip(), str(row.get("Name") or "")
    known = (row, *(each for each in _with_address(email, people) if each["Id"] != row["Id"]))
    return _candidate(step, Person(email, name, contact_id), known, people)


def address_candidate(step: str, person: Person, people: People, *more: Row) -> Candidate:
    """An address without a contact, with all that is known of it, and `more`."""
    return _candidate(step, person, (*_with_address(person.email, people), *more), people)


def _candidate(step: str, person: Person, rows: tuple[Row, ...], people: People) -> Candidate:
    return Candidate(
        step,
        person.email,
        person.name,
        person.contact_id,
        rows,
        withheld=any(row.get("IndividualId") in people.withheld for row in rows),
        unseen=_unseen(rows, people),
    )


def _with_address(email: str, people: People) -> tuple[Row, ...]:
    return people.by_address.get(address(email), ()) if email else ()


def _unseen(rows: tuple[Row, ...], people: People) -> tuple[str, ...]:
    """What is hidden of these people: what contacts hide, their person accounts may show."""
    shown = bool(rows) and all("HasOptedOutOfEmail" in row for row in rows)
    return tuple(each for each in people.unreadable if not (shown and each == CONTACT_OPT_OUT))


def flags_of(rule: Rule, record: Row, email: str) -> tuple[Row, ...]:
    """What the record itself tells of this address, in the words of a contact."""
    paths = (path for path, _ in map(_places, rule.to) if _is_person_email(path))
    return tuple(
        {
            "HasOptedOutOfEmail": value_at(record, _beside(path, _PERSON_ACCOUNT_FLAGS[0])),
            "IsEmailBounced": bool(value_at(record, _beside(path, _PERSON_ACCOUNT_FLAGS[1]))),
        }
        for path in paths
        if address(value_at(record, path)) == address(email)
    )


def _typed(rule: Rule, recipient: Recipient, facts: RecipientFacts) -> Candidate:
    path, name_path = _places(recipient)
    email = _typed_email(facts.record, path)
    if not email:
        return Candidate(str(recipient))
    name = value_at(facts.record, name_path) if name_path else None
    person = Person(email, str(name or ""))
    return address_candidate(
        str(recipient), person, facts.people, *flags_of(rule, facts.record, email)
    )


def _typed_email(record: Row, path: str) -> str:
    email = value_at(record, path)
    return email.strip() if isinstance(email, str) and "@" in email else ""


def _places(recipient: Recipient) -> tuple[str, str]:
    """Where the record itself holds address and name; nothing for recipients that are contacts."""
    if recipient.kind == "supplied_email":
        return "SuppliedEmail", "SuppliedName"
    return (recipient.value, "") if recipient.kind == "field" else ("", "")


def _is_person_email(path: str) -> bool:
    return path.rpartition(".")[2].casefold() == "personemail"


def _beside(path: str, field_name: str) -> str:
    return f"{path.rpartition('.')[0]}.{field_name}".lstrip(".")


def _contacts(recipient: Recipient, record: Row, roles: tuple[Row, ...]) -> Iterator[str]:
    if recipient.kind in CONTACT_LOOKUPS:
        found = record.get(CONTACT_LOOKUPS[recipient.kind])
        if found:
            yield str(found)
    elif recipient.kind in ROLE_KINDS:
        for role in sorted(roles, key=lambda row: (not row.get("IsPrimary"), str(row["Id"]))):
            if role.get("ContactId") and _plays(recipient, role):
                yield str(role["ContactId"])


def _plays(recipient: Recipient, role: Row) -> bool:
    if recipient.kind == "primary_contact":
        return bool(role.get("IsPrimary"))
    return str(role.get("Role") or "").casefold() == recipient.value.casefold()
