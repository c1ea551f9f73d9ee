"""The tables of docs/exit-codes.md are those of the code, both ways."""

import re

import pytest

from connector.core.run.exit_codes import MEANINGS, ExitCode, exit_code
from connector.core.terms import errors

FACTS = errors.CallFacts("Salesforce", "GET", "/")
FAILURES = {
    "Terminated": errors.Terminated(),
    "Stopped": errors.Stopped(),
    "SafetyStop": errors.SafetyStop("stop"),
    "ConfigurationError": errors.ConfigurationError([errors.Problem("wrong")]),
    "SignInError": errors.SignInError("Trustpilot", "no"),
    "AccessDenied": errors.AccessDenied("Trustpilot", "no"),
    "AllowanceExhausted": errors.AllowanceExhausted("Trustpilot", "later"),
    "VendorUnreachable": errors.VendorUnreachable("gone", FACTS, maybe_processed=False),
}


def test_every_code_stands_in_the_table_with_its_meaning_and_no_other(page):
    rows = page("docs/exit-codes.md").table("code").rows
    documented = [(int(code), name.strip("`"), meaning) for code, name, meaning, _ in rows]
    assert documented == [(each.value, each.name, MEANINGS[each]) for each in ExitCode]


def test_every_code_tells_what_to_do(page):
    assert all(row[3] for row in page("docs/exit-codes.md").table("code").rows)


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_leads_to_the_code_in_the_table(name, page):
    table = page("docs/exit-codes.md").table("order")
    (row,) = [row for row in table.rows if name in re.findall(r"`(\w+)`", row[1])]
    assert exit_code([FAILURES[name]]).value == int(row[2])


def test_of_several_failures_the_first_row_of_the_table_decides(page):
    table = page("docs/exit-codes.md").table("order")
    names = [re.findall(r"`(\w+)`", row[1]) for row in table.rows]
    codes = [int(row[2]) for row, found in zip(table.rows, names, strict=True) if found]
    failures = [FAILURES[found[0]] for found in names if found]
    for first in range(len(failures)):
        assert exit_code(reversed(failures[first:])).value == codes[first]


def test_every_failure_that_a_page_names_exists(pages):
    named = {
        span
        for page in pages
        for span in page.code
        if re.fullmatch(r"[A-Z][A-Za-z]+(?:Error|Stop|Exhausted|Denied|Unreachable)", span)
    }
    assert named - {"Unreachable"} <= set(vars(errors))
