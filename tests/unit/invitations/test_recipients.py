"""Who stands on the ladder of a rule, and what is known of them."""

from datetime import timedelta

import pytest

from connector.core.invitations.recipients import (
    CONTACT_LOOKUPS,
    People,
    Person,
    RecipientFacts,
    candidates,
    contact_ids,
    flag_fields,
    record_fields,
    typed_addresses,
)
from connector.core.rules.grammar import (
    RECIPIENT_WORDS,
    STAGE_FIELDS,
    Channel,
    Rule,
    TriggerObject,
    parse_recipient,
)
from connector.core.terms.records import value_at

ANNA = {"Id": "003A", "Email": "anna@example.com", "Name": "Anna Example"}
BEN = {"Id": "003B", "Email": "ben@example.org", "Name": "Ben Example"}


def rule(*ladder, on=TriggerObject.OPPORTUNITY):
    return Rule(
        name="a rule",
        on=on,
        stage_field=STAGE_FIELDS[on],
        stages=("Won",),
        to=tuple(parse_recipient(step) for step in ladder),
        after=timedelta(days=1),
        channel=Channel.EMAIL,
        business_unit="shop",
    )


def role(number, contact, name, *, primary=False):
    return {
        "Id": f"00K{number}",
        "OpportunityId": "006A",
        "ContactId": contact,
        "Role": name,
        "IsPrimary": primary,
    }


def facts(record=None, *, roles=(), contacts=(ANNA, BEN)):
    known = {contact["Id"]: contact for contact in contacts}
    return RecipientFacts({"Id": "006A", **(record or {})}, tuple(roles), People(known))


def ladder_of(known, *ladder, on=TriggerObject.OPPORTUNITY):
    return candidates(rule(*ladder, on=on), known)


@pytest.mark.parametrize(
    ("ladder", "roles", "chosen"),
    [
        # the role wins over the order of the rows
        (["contact_role Buyer"], [role(1, "003A", "User"), role(2, "003B", "Buyer")], "003B"),
        (["contact_role buyer"], [role(1, "003B", "BUYER")], "003B"),  # roles ignore capitals
        # of two in one role, the primary one
        (
            ["contact_role Buyer"],
            [role(1, "003A", "Buyer"), role(2, "003B", "Buyer", primary=True)],
            "003B",
        ),
        (
            ["primary_contact"],
            [role(1, "003A", "Buyer"), role(2, "003B", "", primary=True)],
            "003B",
        ),
        # nobody in the role: the next step
        (["contact_role Buyer", "primary_contact"], [role(1, "003A", "X", primary=True)], "003A"),
    ],
)
def test_the_ladder_finds_the_contact(ladder, roles, chosen):
    assert ladder_of(facts(roles=roles), *ladder)[0].contact_id == chosen


@pytest.mark.parametrize("record", [{"BillToContactId": None}, {}])
def test_an_order_that_names_nobody_has_an_empty_ladder(record):
    assert ladder_of(facts(record), "bill_to", on=TriggerObject.ORDER) == ()


def test_a_contact_that_is_deleted_or_not_shared_stands_on_the_ladder_unread():
    (found,) = ladder_of(
        facts({"BillToContactId": "003A"}, contacts=()), "bill_to", on=TriggerObject.ORDER
    )
    assert (found.contact_id, found.readable) == ("003A", False)


def test_a_contact_that_is_named_twice_stands_on_the_ladder_once():
    roles = [role(1, "003A", "Buyer", primary=True)]
    steps = [
        each.step for each in ladder_of(facts(roles=roles), "primary_contact", "contact_role Buyer")
    ]
    assert steps == ["primary_contact"]


@pytest.mark.parametrize(
    ("step", "record", "email"),
    [
        ("supplied_email", {"SuppliedEmail": " Cleo@Example.com "}, "Cleo@Example.com"),
        ("field Web_Email__c", {"Web_Email__c": "c@example.com"}, "c@example.com"),
        (
            "field Account.PersonEmail",
            {"Account": {"PersonEmail": "c@example.com"}},
            "c@example.com",
        ),
    ],
)
def test_an_address_on_the_record_itself_is_taken_as_typed(step, record, email):
    (found,) = ladder_of(facts(record), step, on=TriggerObject.CASE)
    assert (found.email, found.contact_id) == (email, "")


@pytest.mark.parametrize("typed", [None, "", "none", 7, ["a@example.com"]])
def test_what_is_typed_but_is_no_address_is_no_email(typed):
    (found,) = ladder_of(
        facts({"Web_Email__c": typed}), "field Web_Email__c", on=TriggerObject.CASE
    )
    assert found.email == ""


def test_the_name_typed_into_the_web_form_goes_with_its_address():
    record = {"SuppliedEmail": "c@example.com", "SuppliedName": "Cleo"}
    (found,) = ladder_of(facts(record), "supplied_email")
    assert found.person == Person("c@example.com", "Cleo")


def test_what_is_known_of_contacts_with_a_typed_address_is_known_of_the_address():
    out = {**ANNA, "HasOptedOutOfEmail": True, "IndividualId": "0PK1"}
    people = People({}, {"anna@example.com": (out,)}, frozenset({"0PK1"}))
    known = RecipientFacts({"Id": "500A", "SuppliedEmail": "ANNA@example.com"}, (), people)
    (found,) = ladder_of(known, "supplied_email", on=TriggerObject.CASE)
    assert found.rows == (out,)
    assert found.withheld
    assert typed_addresses(rule("supplied_email"), known.record) == ("anna@example.com",)


@pytest.mark.parametrize(
    ("account", "flags"),
    [
        ({}, {"HasOptedOutOfEmail": None, "IsEmailBounced": False}),
        (
            {"PersonHasOptedOutOfEmail": True, "PersonEmailBouncedDate": "2026-01-01"},
            {"HasOptedOutOfEmail": True, "IsEmailBounced": True},
        ),
    ],
)
def test_the_address_of_a_person_account_brings_the_flags_beside_it(account, flags):
    record = {"Account": {"PersonEmail": "p@example.com", **account}}
    (found,) = ladder_of(facts(record), "field Account.PersonEmail", on=TriggerObject.CASE)
    assert found.rows == (flags,)
    assert flag_fields(rule("field Account.PersonEmail")) == (
        "Account.PersonHasOptedOutOfEmail",
        "Account.PersonEmailBouncedDate",
    )
    assert flag_fields(rule("field Account.Email__c")) == ()


def test_only_the_contacts_on_the_ladder_are_read_each_once():
    roles = (role(1, "003A", "Buyer"), role(2, "003B", "User"), role(3, "003A", "", primary=True))
    wanted = rule("contact_role Buyer", "primary_contact")
    assert contact_ids(wanted, {"Id": "006A"}, roles) == ("003A",)


def test_the_fields_that_the_ladder_needs_are_read_from_the_record():
    wanted = rule("contact", "supplied_email", "field Account.PersonEmail", on=TriggerObject.CASE)
    assert record_fields(wanted) == (
        "ContactId",
        "SuppliedEmail",
        "SuppliedName",
        "Account.PersonEmail",
    )


@pytest.mark.parametrize(
    ("path", "value"), [("A", 1), ("B.C", 2), ("B.X", None), ("X.C", None), ("A.C", None)]
)
def test_a_path_into_nothing_is_nothing(path, value):
    assert value_at({"A": 1, "B": {"C": 2}}, path) == value


def test_every_kind_of_recipient_that_a_rule_may_name_is_understood():
    values = {"contact_role": " Buyer", "field": " Some_Email__c"}
    for on, kinds in RECIPIENT_WORDS.items():
        for kind in kinds:
            record = {"Some_Email__c": "a@example.com", "SuppliedEmail": "a@example.com"}
            record |= dict.fromkeys(CONTACT_LOOKUPS.values(), "003A")
            (found,) = ladder_of(
                facts(record, roles=[role(1, "003A", "Buyer", primary=True)]),
                kind + values.get(kind, ""),
                on=on,
            )
            assert "@" in found.email, kind


def test_an_address_on_the_record_needs_no_contact_to_be_read():
    record = {
        "SuppliedEmail": "a@example.com",
        "Some_Email__c": "b@example.com",
        "ContactId": "003A",
    }
    typed = rule("supplied_email", "field Some_Email__c", on=TriggerObject.CASE)
    assert contact_ids(typed, record, (role(1, "003B", ""),)) == ()  # no role of that name either
    mixed = rule("supplied_email", "contact", on=TriggerObject.CASE)
    assert contact_ids(mixed, record, ()) == ("003A",)


def test_roles_need_no_field_of_the_record():
    assert record_fields(rule("contact_role Buyer", "primary_contact", "field Mail__c")) == (
        "Mail__c",
    )
