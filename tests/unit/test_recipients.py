"""Whom a rule asks: the ladder, and the obstacles on it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.recipients import (
    CONTACT_LOOKUPS,
    Declined,
    Person,
    RecipientFacts,
    choose_recipient,
    contact_ids,
    may_be_asked,
    record_fields,
    value_at,
)
from connector.core.rules import (
    RECIPIENT_WORDS,
    STAGE_FIELDS,
    Channel,
    Rule,
    TriggerObject,
    parse_recipient,
)

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
    return RecipientFacts({"Id": "006A", **(record or {})}, tuple(roles), known)


@pytest.mark.parametrize(
    ("contact", "code"),
    [
        ({**ANNA, "Email": None}, "no_email"),
        ({**ANNA, "Email": ""}, "no_email"),
        ({**ANNA, "HasOptedOutOfEmail": True}, "opted_out"),
        ({**ANNA, "IsEmailBounced": True}, "bounced"),
    ],
)
def test_an_obstacle_has_a_stable_code_and_a_sentence_without_personal_data(contact, code):
    declined = may_be_asked(contact)
    assert isinstance(declined, Declined)
    assert declined.code == code
    assert declined.reason.endswith(".")
    assert "example" not in declined.reason.lower()


def test_a_contact_whose_opt_out_field_is_hidden_may_be_asked():
    assert may_be_asked(ANNA) == Person("anna@example.com", "Anna Example", "003A")


def test_a_contact_without_a_name_is_asked_without_a_name():
    assert may_be_asked({"Id": "003A", "Email": "a@example.com", "Name": None}).name == ""


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
    assert choose_recipient(rule(*ladder), facts(roles=roles)).contact_id == chosen


def test_who_has_opted_out_is_passed_over_for_the_next_on_the_ladder():
    out = {**ANNA, "HasOptedOutOfEmail": True}
    roles = [role(1, "003A", "Buyer"), role(2, "003B", "User", primary=True)]
    found = choose_recipient(
        rule("contact_role Buyer", "primary_contact"), facts(roles=roles, contacts=(out, BEN))
    )
    assert found.contact_id == "003B"


def test_where_nobody_may_be_asked_the_first_obstacle_is_told():
    out, silent = {**ANNA, "HasOptedOutOfEmail": True}, {**BEN, "Email": None}
    roles = [role(1, "003A", "Buyer"), role(2, "003B", "User", primary=True)]
    found = choose_recipient(
        rule("contact_role Buyer", "primary_contact"), facts(roles=roles, contacts=(out, silent))
    )
    assert found.code == "opted_out"


@pytest.mark.parametrize(
    ("record", "contacts", "code"),
    [
        ({"BillToContactId": None}, (), "no_recipient"),  # the order names nobody
        ({}, (), "no_recipient"),  # the field is not there
        ({"BillToContactId": "003A"}, (), "contact_unreadable"),  # deleted or not shared
    ],
)
def test_an_order_that_leads_to_nobody_says_why(record, contacts, code):
    asked = rule("bill_to", on=TriggerObject.ORDER)
    assert choose_recipient(asked, facts(record, contacts=contacts)).code == code


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
    found = choose_recipient(rule(step, on=TriggerObject.CASE), facts(record))
    assert (found.email, found.contact_id) == (email, "")


@pytest.mark.parametrize("typed", [None, "", "none", 7, ["a@example.com"]])
def test_what_is_typed_but_is_no_address_is_no_email(typed):
    asked = rule("field Web_Email__c", on=TriggerObject.CASE)
    assert choose_recipient(asked, facts({"Web_Email__c": typed})).code == "no_email"


def test_the_name_typed_into_the_web_form_goes_with_its_address():
    record = {"SuppliedEmail": "c@example.com", "SuppliedName": "Cleo"}
    assert choose_recipient(rule("supplied_email"), facts(record)) == Person(
        "c@example.com", "Cleo"
    )


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


_flags = st.sampled_from([None, False, True])
_contacts = st.builds(
    lambda number, email, out, bounced: {
        "Id": f"003{number}",
        "Email": email,
        "Name": "Someone",
        "HasOptedOutOfEmail": out,
        "IsEmailBounced": bounced,
    },
    st.integers(0, 3),
    st.sampled_from([None, "", "someone@example.com"]),
    _flags,
    _flags,
)


@given(
    st.lists(_contacts, max_size=4),
    st.lists(
        st.tuples(st.integers(0, 4), st.sampled_from(["Buyer", "User", None]), _flags), max_size=5
    ),
)
def test_nobody_is_ever_chosen_who_may_not_be_asked(contacts, roles):
    rows = [
        role(n, f"003{contact}", name, primary=bool(primary))
        for n, (contact, name, primary) in enumerate(roles)
    ]
    known = facts(roles=rows, contacts=contacts)
    chosen = choose_recipient(rule("contact_role Buyer", "primary_contact"), known)
    willing = {
        row["ContactId"]
        for row in rows
        if (row["IsPrimary"] or row["Role"] == "Buyer")
        and isinstance(may_be_asked(known.contacts.get(row["ContactId"], {"Id": ""})), Person)
    }
    if isinstance(chosen, Person):
        assert chosen.contact_id in willing
    else:
        assert not willing


def test_every_kind_of_recipient_that_a_rule_may_name_is_understood():
    values = {"contact_role": " Buyer", "field": " Some_Email__c"}
    for on, kinds in RECIPIENT_WORDS.items():
        for kind in kinds:
            record = {"Some_Email__c": "a@example.com", "SuppliedEmail": "a@example.com"}
            record |= dict.fromkeys(CONTACT_LOOKUPS.values(), "003A")
            found = choose_recipient(
                rule(kind + values.get(kind, ""), on=on),
                facts(record, roles=[role(1, "003A", "Buyer", primary=True)]),
            )
            assert isinstance(found, Person), kind
