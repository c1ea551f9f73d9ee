"""An active assignment rule gives cases their owner, unless the client says FALSE (4.6)."""

import pytest

ROWS = "composite/sobjects"
OFF = {"Sforce-Auto-Assign": "FALSE"}


@pytest.fixture
def queue(side):
    queue = side.org.insert("Group", {"Name": "Front", "DeveloperName": "Front", "Type": "Queue"})
    side.org.settings.case_assignment_owner = queue
    return queue


@pytest.fixture
def case(side):
    return side.org.insert("Case", {"Subject": "Before"})


@pytest.fixture
def owner(side):
    return lambda record_id: side.org.retrieve("Case", record_id, ["OwnerId"])["OwnerId"]


def rows(**values):
    return {"records": [{"attributes": {"type": "Case"}, **values}]}


WRITES = {
    "create": lambda api, _case, **how: api.post("sobjects/Case", {"Subject": "A"}, **how),
    "update": lambda api, case, **how: api.patch(f"sobjects/Case/{case}", {"Subject": "A"}, **how),
    "collection create": lambda api, _case, **how: api.post(ROWS, rows(Subject="A"), **how),
    "collection update": lambda api, case, **how: api.patch(ROWS, rows(Id=case), **how),
}


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("headers", [{}, {"Sforce-Auto-Assign": "TRUE"}], ids=["none", "true"])
def test_without_the_header_the_rule_chooses_the_owner(api, queue, case, owner, write, headers):
    answer = WRITES[write](api, case, headers=headers)

    body = answer.json() if answer.content else {}
    written = body[0] if isinstance(body, list) else body
    assert owner(written.get("id", case)) == queue


@pytest.mark.parametrize("write", WRITES)
def test_with_false_it_stays_out(api, queue, case, owner, write):
    answer = WRITES[write](api, case, headers=OFF)

    body = answer.json() if answer.content else {}
    written = body[0] if isinstance(body, list) else body
    assert owner(written.get("id", case)) != queue


def test_other_objects_are_not_its_business(api, queue, side):
    made = api.post(
        "sobjects/Opportunity", {"Name": "A", "StageName": "B", "CloseDate": "2026-03-01"}
    )

    row = side.org.retrieve("Opportunity", made.json()["id"], ["OwnerId"])
    assert row["OwnerId"] != queue
