"""A question becomes SOQL: quoted, checked, and cut where it is too long."""

from __future__ import annotations

import ast
import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.terms.records import AnyOf, Condition, Select
from connector.gateways.salesforce.soql import LONGEST_QUERY, encoded, pieces, soql

NOON = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)


def asks(field, operator, value):
    return soql(Select("Contact", ("Id",), (Condition(field, operator, value),))).split("WHERE ")[1]


def test_a_question_with_everything_is_one_query():
    select = Select(
        "Order",
        ("Id", "BillToContact.Email"),
        (Condition("Status", "=", "Activated"), Condition("TotalAmount", ">", 10)),
        order_by=("SystemModstamp", "Id DESC NULLS LAST"),
        limit=50,
    )
    assert soql(select) == (
        "SELECT Id, BillToContact.Email FROM Order WHERE Status = 'Activated' AND "
        "TotalAmount > 10 ORDER BY SystemModstamp, Id DESC NULLS LAST LIMIT 50"
    )


def test_a_question_that_counts_counts_all_or_each_combination():
    where = (Condition("Rule__c", "!=", None),)
    assert soql(Select("Invitation__c", where=where, count=True)) == (
        "SELECT COUNT(Id) total FROM Invitation__c WHERE Rule__c != null"
    )
    assert soql(Select("Invitation__c", ("Rule__c", "Status__c"), where, count=True)) == (
        "SELECT Rule__c, Status__c, COUNT(Id) total FROM Invitation__c "
        "WHERE Rule__c != null GROUP BY Rule__c, Status__c"
    )


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        ("O'Neill", r"'O\'Neill'"),  # a quote would end the text
        (r"back\slash", r"'back\\slash'"),
        ("two\nlines\tand\rmore", r"'two\nlines\tand\rmore'"),
        ("nul\0byte", "'nulbyte'"),  # the org cannot hold one
        ("' OR Name != '", r"'\' OR Name != \''"),  # injection stays text
        ("", "''"),
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (1.5, "1.5"),
        (1e21, "1000000000000000000000"),  # SOQL has no exponents
        (Decimal("4.50"), "4.50"),
        (date(2026, 5, 4), "2026-05-04"),
        (NOON, "2026-05-04T12:00:00Z"),
        (NOON.astimezone(timezone(timedelta(hours=2))), "2026-05-04T12:00:00Z"),
    ],
)
def test_a_value_is_written_as_its_literal(value, literal):
    assert asks("Field__c", "=", value) == f"Field__c = {literal}"


@pytest.mark.parametrize(
    ("operator", "second"),
    [
        ("<", "01"),  # all of second 00 lies before
        (">=", "01"),  # none of it does
        (">", "00"),
        ("<=", "00"),
    ],
)
def test_a_fraction_of_a_second_is_rounded_so_that_the_comparison_keeps_its_meaning(
    operator, second
):
    moment = NOON + timedelta(milliseconds=400)
    assert asks("F__c", operator, moment) == f"F__c {operator} 2026-05-04T12:00:{second}Z"


@pytest.mark.parametrize(
    "value", [NOON.replace(tzinfo=None), math.nan, math.inf, Decimal("NaN"), b"bytes", object()]
)
def test_a_value_without_a_literal_is_refused(value):
    with pytest.raises(ValueError, match="compared"):
        asks("Field__c", "=", value)


@pytest.mark.parametrize(
    "select",
    [
        Select("Contact; DROP", ("Id",)),
        Select("Contact", ("Id, (SELECT Id FROM Cases)",)),
        Select("Contact", ("Id",), (Condition("Name = 'x' OR Id", "=", 1),)),
        Select("Contact", ("Id",), order_by=("Id LIMIT 1",)),
        Select("Contact", ("Id\n",)),
        Select("Contact", ("Nämé__c",)),
    ],
)
def test_only_names_pass_as_names(select):
    with pytest.raises(ValueError, match="not"):
        soql(select)


def test_a_short_in_list_is_one_query():
    select = Select("Case", ("Id",), (Condition("Id", "in", ("a", "b")),))
    assert [soql(piece) for piece in pieces(select)] == [
        "SELECT Id FROM Case WHERE Id IN ('a','b')"
    ]


def test_an_empty_in_list_asks_nothing():
    assert pieces(Select("Case", ("Id",), (Condition("Id", "in", ()),))) == []


def test_repeated_values_are_asked_once():
    select = Select("Case", ("Id",), (Condition("Id", "in", ["a", "b", "a"]),))
    assert pieces(select)[0].where[0].value == ("a", "b")


def test_two_thousand_ids_make_five_pieces():
    ids = tuple(f"500000000{i:06d}AAA" for i in range(2000))
    cut = pieces(Select("Case", ("Id", "Status"), (Condition("Id", "in", ids),)))
    assert len(cut) == 5
    assert tuple(value for piece in cut for value in piece.where[0].value) == ids


def test_the_longest_of_two_lists_is_cut():
    select = Select(
        "Case",
        ("Id",),
        (Condition("Status", "in", ("New", "Open")), Condition("Id", "in", ("x" * 18,) * 1)),
    )
    cut = pieces(select, longest=80)
    assert [piece.where[0].value for piece in cut] == [("New",), ("Open",)]


def test_one_value_that_is_too_long_stays_one_query():
    select = Select("Case", ("Id",), (Condition("Subject", "in", ("x" * 20_000,)),))
    assert pieces(select) == [select]


OPEN = AnyOf((Condition("Status", "=", "Open"), Condition("Priority", "!=", None)))


def test_alternatives_stand_in_parentheses_among_conditions_that_must_all_hold():
    select = Select("Case", ("Id",), (Condition("Origin", "=", "Web"), OPEN))
    assert soql(select) == (
        "SELECT Id FROM Case WHERE Origin = 'Web' AND (Status = 'Open' OR Priority != null)"
    )
    assert select.compared == ("Origin", "Status", "Priority")


def test_the_name_of_an_alternative_is_checked_like_any_other():
    injected = AnyOf((Condition("Name = 'x' OR Id", "=", 1),))
    with pytest.raises(ValueError, match="not"):
        soql(Select("Case", ("Id",), (injected,)))


def test_a_list_beside_alternatives_is_cut_and_every_piece_repeats_them():
    ids = tuple(f"500000000{i:06d}AAA" for i in range(40))
    cut = pieces(Select("Case", ("Id",), (OPEN, Condition("Id", "in", ids))), longest=400)
    assert len(cut) > 1
    assert {piece.where[0] for piece in cut} == {OPEN}
    assert tuple(value for piece in cut for value in piece.where[1].value) == ids


def test_an_empty_list_among_alternatives_leaves_the_others():
    either = AnyOf((Condition("Status", "in", ()), Condition("Id", "in", ["a", "b", "a"])))
    (piece,) = pieces(Select("Case", ("Id",), (either,)))
    assert soql(piece) == "SELECT Id FROM Case WHERE (Id IN ('a','b'))"


@pytest.mark.parametrize("none", [AnyOf(()), AnyOf((Condition("Id", "in", ()),))])
def test_no_alternative_asks_nothing(none):
    assert pieces(Select("Case", ("Id",), (none,))) == []


@given(values=st.lists(st.text(max_size=40), unique=True, max_size=300))
def test_every_value_is_asked_exactly_once_in_order_and_below_the_limit(values):
    cut = pieces(Select("Contact", ("Id",), (Condition("Email", "in", values),)), longest=2000)
    assert [value for piece in cut for value in piece.where[0].value] == values
    assert all(len(encoded(soql(piece))) <= 2000 for piece in cut)


def test_the_limit_leaves_room_for_headers():
    assert LONGEST_QUERY < 16_384 - 3_000  # 4.4: URI and headers; a token has up to 2 KB


@given(st.text())
def test_any_text_is_one_literal_that_means_the_text(text):
    """SOQL's escapes are among Python's, so Python can read the literal back."""
    literal = asks("Field__c", "=", text).removeprefix("Field__c = ")
    assert ast.literal_eval(literal) == text.replace("\0", "")


@pytest.mark.parametrize("fields", [1, 20], ids=["a short query", "a long one around the list"])
def test_a_long_list_is_cut_once_and_its_pieces_are_nearly_full(fields):
    names = tuple(f"Some_Field_{i}__c" for i in range(fields))
    values = tuple(f"{i:024d}" for i in range(9_000))
    select = Select("Trustpilot_Review__c", names, (Condition("External_Id__c", "in", values),))
    sizes = [len(encoded(soql(piece))) for piece in pieces(select)]
    assert max(sizes) <= LONGEST_QUERY
    assert min(sizes) > 0.85 * LONGEST_QUERY
