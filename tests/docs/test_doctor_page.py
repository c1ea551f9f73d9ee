"""docs/org/doctor.md names every check, and the page of commands every key of its JSON."""

import json

from connector.core.org.findings import Check, DoctorReport, Side, passed
from connector.report.org.doctor import doctor_as_json

PAGE = "docs/org/doctor.md"


def test_every_code_stands_in_the_table_of_its_side_and_the_other_way_round(page):
    for side in Side:
        documented = page(PAGE).under(side.value).column()
        assert documented == [each.value for each in Check if each.side is side]


def test_every_code_says_what_it_means_and_what_to_do(page):
    rows = [row for table in page(PAGE).tables if table.header[0] == "code" for row in table.rows]
    assert len(rows) == len(Check)
    assert all(all(row) for row in rows)


def test_every_key_of_the_json_is_documented_and_the_other_way_round(page):
    told = json.loads(doctor_as_json(DoctorReport((passed(Check.CONFIG_VALID, "."),), {})))
    (check,) = told["checks"]
    commands = page("docs/commands.md")
    assert commands.table("key of the doctor JSON").column() == list(told)
    assert commands.table("key of a check").column() == list(check)
