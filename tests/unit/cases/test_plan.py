"""What the rows of a case hold, from opening to erasure."""

from dataclasses import fields
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.core.cases.places import Places
from connector.core.cases.plan import (
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    LONGEST_SUBJECT,
    WantedCase,
    case_row,
    case_rule_for,
    closed_row,
    is_closed_and_scrubbed,
    is_wanted,
    linking_row,
    reopened_row,
    scrubbed_row,
    stored_fields,
    stored_review,
    wanted_case,
)
from connector.core.cases.rules import CaseOwner, CaseRule, OwnerKind
from connector.core.mapping.rows import FieldMap, Mapping
from connector.core.mapping.transforms import Kind, Transform, width
from connector.core.terms.objects import REVIEW
from connector.core.terms.reviews import Review, ReviewType

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
QUEUE = CaseOwner(OwnerKind.QUEUE, "Front")
RULE = CaseRule(name="unhappy", stars=(1, 2), owner=QUEUE, record_type="Review")
KNOWN = Places({QUEUE: "00G1"}, {"Review": "0121"})


def review(**words):
    return Review("r1", ReviewType.SERVICE, "u1", NOW, **words)


def row(rule=RULE, lookups=None, **words):
    wanted = WantedCase("a01", review(**words), rule.name, "shop", lookups or {})
    return case_row(wanted, rule, KNOWN)


def test_of_two_rules_that_fit_the_first_one_counts():
    rules = [RULE, CaseRule(name="all")]

    assert case_rule_for(rules, review(stars=1), "shop") is RULE
    assert case_rule_for(rules, review(stars=5), "shop") is rules[1]
    assert case_rule_for(rules[:1], review(stars=5), "shop") is None


def test_a_case_holds_the_key_the_review_and_what_the_rule_says():
    rule = CaseRule(name="u", owner=QUEUE, priority="High", origin="Web", status="Working")

    assert row(rule, stars=1, title="Bad", text="Broke\r\ntwice", consumer_name="Wanda") == {
        "Trustpilot_Review_Key__c": "r1",
        "Trustpilot_Review__c": "a01",
        "Subject": "1 stars: Bad",
        "Description": "Broke\ntwice",
        "SuppliedName": "Wanda",
        "OwnerId": "00G1",
        "Priority": "High",
        "Origin": "Web",
        "Status": "Working",
    }


def test_what_a_rule_leaves_to_the_org_is_not_in_the_row():
    assert not {"OwnerId", "RecordTypeId", "Priority", "Origin", "Status"} & set(
        row(CaseRule(name="any"), stars=1)
    )


@pytest.mark.parametrize(
    ("subject", "words", "expected"),
    [
        ("{stars} stars: {title}", {"stars": 1}, "1 stars"),  # a product review has no title
        ("{title}", {}, "Trustpilot review"),
        (" {title}\n{text} ", {"title": "a", "text": "b\tc"}, "a b c"),
        ("{title}", {"title": "word " * 100}, ("word " * 50 + "word")[:254].rstrip() + "…"),
    ],
)
def test_a_subject_is_one_line_that_is_never_empty(subject, words, expected):
    assert row(CaseRule(name="u", subject=subject), **words)["Subject"] == expected


def test_the_address_of_the_invitation_comes_before_that_of_the_consumer():
    both = {"invited_email": "A@shop.example", "consumer_email": "b@shop.example"}

    assert row(**both)["SuppliedEmail"] == "a@shop.example"
    assert row(consumer_email="b@shop.example")["SuppliedEmail"] == "b@shop.example"
    assert "SuppliedEmail" not in row(invited_email="no address")


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("Invitation", {"ContactId", "AccountId"}),
        ("E-mail", {"ContactId", "AccountId"}),
        ("Needs Check", set()),
        ("Ambiguous", set()),
    ],
)
def test_a_customer_in_doubt_is_left_to_a_person(method, expected):
    lookups = {"Match_Method__c": method, "Contact__c": "0031", "Account__c": "0011"}

    assert {"ContactId", "AccountId"} & set(row(lookups=lookups)) == expected


TEXTS = st.none() | st.text()
WORDS = {each.name: TEXTS for each in fields(Review) if each.type == "str | None"}
REVIEWS = st.builds(
    Review,
    id=st.text(min_size=1),
    type=st.sampled_from(ReviewType),
    business_unit_id=st.text(),
    created_at=st.just(NOW),
    stars=st.none() | st.integers(),
    **WORDS,
)
TEMPLATES = st.sampled_from(
    ["{stars} stars: {title}", "{text}", "{title}" * 5, "{business_unit} {consumer_name}", "a{{b"]
)


@given(review=REVIEWS, subject=TEMPLATES, description=TEMPLATES)
def test_any_review_makes_a_row_that_fits(review, subject, description):
    rule = CaseRule(name="u", subject=subject, description=description)

    made = case_row(WantedCase("a01", review, "u", "shop"), rule, KNOWN)

    assert 0 < width(made["Subject"]) <= LONGEST_SUBJECT
    assert "\n" not in made["Subject"]
    assert width(made.get("Description", "")) <= LONGEST_DESCRIPTION
    assert width(made.get("SuppliedName", "")) <= LONGEST_NAME
    assert all(made.values())


@settings(deadline=None)  # a text of millions of characters takes its time
@given(piece=st.text(min_size=1), times=st.integers(1, 9_000))
def test_a_text_of_any_length_fits(piece, times):
    assert width(row(title=piece * times)["Subject"]) <= LONGEST_SUBJECT
    assert width(row(text=piece * times).get("Description", "")) <= LONGEST_DESCRIPTION


# -- after the opening --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"Case_Rule__c": "u", "Case_Opened_At__c": None}, True),
        ({"Case_Rule__c": "u", "Case_Opened_At__c": "2026-11-24T09:00:00.000+0000"}, False),
        ({"Case_Rule__c": None, "Case_Opened_At__c": None}, False),
        ({}, False),
    ],
)
def test_a_case_is_wanted_until_it_was_linked(row, expected):
    assert is_wanted(row) is expected


def test_a_row_that_wants_a_case_says_for_which_review_and_by_which_rule():
    stored = {"Id": "a01", "Case_Rule__c": "u", "Contact__c": "0031"}
    wanted = wanted_case(stored, review(stars=1), "shop")

    assert wanted == WantedCase("a01", review(stars=1), "u", "shop", stored)
    assert wanted_case({**stored, "Case_Opened_At__c": "2026"}, review(stars=1), "shop") is None


def test_linking_ends_the_want():
    linked = linking_row("a01", "5001", NOW)

    assert linked["Review_Case__c"] == "5001"
    assert not is_wanted({"Case_Rule__c": "u", **linked})


def test_reopening_changes_the_status_and_nothing_else():
    stored = {"Review_Case__c": "5001", "Case_Rule__c": "u"}
    rules = [CaseRule(name="u", reopen_as="Working")]

    assert reopened_row(stored, rules) == {"Id": "5001", "Status": "Working"}
    assert reopened_row(stored, []) == {"Id": "5001", "Status": "New"}
    assert reopened_row({"Review_Case__c": None, "Case_Rule__c": "u"}, rules) is None


def test_a_closed_case_keeps_its_key_and_its_review_and_nothing_about_anybody():
    filled = row(
        stars=1,
        title="Bad",
        text="Broke",
        consumer_name="Wanda",
        invited_email="w@shop.example",
        lookups={"Contact__c": "0031", "Account__c": "0011"},
    )

    left = filled | closed_row("5001", "u", [CaseRule(name="u", close_as="Gone")])

    kept = {name: value for name, value in left.items() if value}
    assert kept == {
        "Id": "5001",
        "Trustpilot_Review_Key__c": "r1",
        "Trustpilot_Review__c": "a01",
        "OwnerId": "00G1",
        "RecordTypeId": "0121",
        "Status": "Gone",
        "Subject": "Review deleted",
    }


def test_a_rule_that_is_gone_closes_as_the_default():
    assert closed_row("5001", None, [CaseRule(name="u", close_as="Gone")])["Status"] == "Closed"


def test_emptying_without_closing_leaves_the_status_alone():
    assert "Status" not in scrubbed_row("5001")


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({"Subject": "Review deleted", "IsClosed": True}, True),
        ({"Subject": "Review deleted", "IsClosed": False}, False),
        ({"Subject": "Bad", "IsClosed": True}, False),
        ({}, False),
    ],
)
def test_a_case_is_done_when_it_is_closed_and_empty(case, expected):
    assert is_closed_and_scrubbed(case) is expected


# -- reviews told from the org ------------------------------------------------------------------


def mapping(*maps):
    return Mapping(REVIEW, "External_Id__c", ReviewType.PRODUCT, maps)


def test_a_stored_review_has_the_words_that_its_mapping_kept_unchanged():
    upper = Transform("upper", Kind.TEXT, str.upper)
    one = mapping(
        FieldMap("Stars__c", "stars"),
        FieldMap("Loud__c", "title", transform=upper),
        FieldMap("Title__c", "title"),
        FieldMap("Kind__c", constant="Import"),
        FieldMap("Tags__c", "tags"),
    )
    stored = {
        "External_Id__c": "r9",
        "Stars__c": 2.0,
        "Loud__c": "BAD",
        "Title__c": "Bad",
        "Review_Created__c": "2026-11-20T08:00:00.000+0000",
    }

    told = stored_review(stored, ReviewType.PRODUCT, one, "u1", NOW)

    created = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    assert told == Review("r9", ReviewType.PRODUCT, "u1", created, stars=2, title="Bad")
    assert {"Stars__c", "Title__c", "Case_Rule__c"} <= set(stored_fields([one, one]))
    assert not {"Loud__c", "Kind__c", "Tags__c"} & set(stored_fields([one]))
    assert len(stored_fields([one, one])) == len(set(stored_fields([one, one])))


def test_a_mapping_that_keeps_no_words_still_tells_which_review_it_is():
    assert (
        stored_review({"External_Id__c": "r9"}, ReviewType.SERVICE, mapping(), "u1", NOW).id == "r9"
    )
