# ruff: noqa: S608 - this is SOQL for the emulated org
"""WHERE, as SQL answers it, against a filter in plain Python with SOQL's two truth values."""

import operator
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.emulator.clock import EmulatorClock
from connector.emulator.faults import Faults
from connector.emulator.salesforce.org import Org
from connector.emulator.salesforce.rows.errors import ApiError

WORDS = st.text(alphabet="aAbBäÄ%_ '\\", min_size=1, max_size=4).map(str.strip)
TEXTS = WORDS.filter(bool)
NUMBERS = st.integers(-3, 3).map(float)
ROWS = st.lists(
    st.fixed_dictionaries(
        {"Title__c": st.none() | TEXTS, "Size__c": st.none() | NUMBERS, "Flag__c": st.booleans()}
    ),
    max_size=8,
)
ORDERED = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def literal(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def like_literal(text):
    escaped = re.sub(r"([%_\\])", r"\\\1", text)
    return "'%" + escaped.replace("'", "\\'") + "%'"


def equals(field, value):
    def check(row):
        stored = row[field]
        if isinstance(stored, str):
            return stored.casefold() == value.casefold()
        return stored == value

    return check


def compares(field, word, value):
    def check(row):
        return row[field] is not None and ORDERED[word](row[field], value)

    return check


def contains(text):
    def check(row):
        return row["Title__c"] is not None and text.casefold() in row["Title__c"].casefold()

    return check


def negated(check):
    return lambda row: not check(row)


def not_in(numbers):
    listed = ", ".join(map(str, numbers))
    return f"Size__c NOT IN ({listed})", lambda row: row["Size__c"] not in numbers


LEAVES = st.one_of(
    TEXTS.map(lambda text: (f"Title__c = {literal(text)}", equals("Title__c", text))),
    TEXTS.map(lambda text: (f"Title__c LIKE {like_literal(text)}", contains(text))),
    NUMBERS.map(lambda one: (f"Size__c != {one}", negated(equals("Size__c", one)))),
    st.tuples(st.sampled_from(sorted(ORDERED)), NUMBERS).map(
        lambda pair: (f"Size__c {pair[0]} {pair[1]}", compares("Size__c", *pair))
    ),
    st.lists(NUMBERS, min_size=1, max_size=3).map(not_in),
    st.just(("Flag__c = TRUE", lambda row: row["Flag__c"])),
    st.just(("Title__c = null", lambda row: row["Title__c"] is None)),
)


def combine(inner):
    def joined(parts, word, fold):
        text = f" {word} ".join(f"({one[0]})" for one in parts)
        return text, lambda row: fold(one[1](row) for one in parts)

    several = st.lists(inner, min_size=2, max_size=3)
    return (
        several.map(lambda parts: joined(parts, "AND", all))
        | several.map(lambda parts: joined(parts, "OR", any))
        | inner.map(lambda one: (f"NOT ({one[0]})", negated(one[1])))
    )


CONDITIONS = st.recursive(LEAVES, combine, max_leaves=6)


@pytest.fixture(scope="module")
def shared_org(schema):
    return Org(schema, EmulatorClock(), Faults())


@settings(max_examples=150, deadline=None)
@given(rows=ROWS, condition=CONDITIONS)
def test_where_agrees_with_a_plain_filter(shared_org, rows, condition):
    where, expected = condition
    for old in shared_org.query("SELECT Id FROM Gadget__c"):
        shared_org.delete("Gadget__c", old["Id"])
    ids = [shared_org.insert("Gadget__c", {"Must__c": "x", **row}) for row in rows]
    answer = shared_org.query(f"SELECT Id FROM Gadget__c WHERE {where}")
    wanted = [one for one, row in zip(ids, rows, strict=True) if expected(row)]
    assert sorted(row["Id"] for row in answer) == wanted


@settings(max_examples=100, deadline=None)
@given(value=st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30))
def test_any_text_reads_back_and_is_found_by_its_literal(shared_org, value):
    values = {"Must__c": "x", "Loose__c": value}
    gadget = shared_org.insert("Gadget__c", values)
    kept = shared_org.retrieve("Gadget__c", gadget, ["Loose__c"])["Loose__c"]
    assert kept == (value.strip() or None)
    where = f"Loose__c = {literal(kept or '')} AND Id = '{gadget}'"
    found = shared_org.query(f"SELECT Id FROM Gadget__c WHERE {where}")
    assert [row["Id"] for row in found] == [gadget]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.text(alphabet="SELECT FROM Id Account WHERE()',=%:0", max_size=60))
def test_any_text_is_answered_or_refused_with_a_vendor_error(shared_org, text):
    for soql in (text, f"SELECT Id FROM Account WHERE {text}"):
        try:
            shared_org.query(soql)
        except ApiError as error:
            assert error.http_status == 400  # noqa: PT017 - most texts are refused, few are not
