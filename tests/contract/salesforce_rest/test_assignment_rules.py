"""An active assignment rule gives cases their owner, unless the client says FALSE (4.6)."""

import pytest

ROWS = "composite/sobjects"


@pytest.fixture
def queue(side):
    queue = side.org.insert("Group", {"Name": "Front", "DeveloperName": "Front", "Type": "Queue"})
    side.org.settings.case_assignment_owner = queue
    return queue


@pytest.fixture
def owner_after(api, side):
    """The owner of a case after a write of a kind: `owner_after("update", headers)`."""
    case = side.org.insert("Case", {"Subject": "Before"})

    def write(kind, headers):
        answer = WRITES[kind](api, case, headers=headers)
        body = answer.json() if answer.content else {}
        written = body[0] if isinstance(body, list) else body
        return side.org.retrieve("Case", written.get("id", case), ["OwnerId"])["OwnerId"]

    return write


def rows(**values):
    return {"records": [{"attributes": {"type": "Case"}, **values}]}


WRITES = {
    "create": lambda api, _case, **how: api.post("sobjects/Case", {"Subject": "A"}, **how),
    "update": lambda api, case, **how: api.patch(f"sobjects/Case/{case}", {"Subject": "A"}, **how),
    "collection create": lambda api, _case, **how: api.post(ROWS, rows(Subject="A"), **how),
    "collection update": lambda api, case, **how: api.patch(ROWS, rows(Id=case), **how),
}


@pytest.mark.parametrize("kind", WRITES)
@pytest.mark.parametrize("headers", [{}, {"Sforce-Auto-Assign": "TRUE"}], ids=["none", "true"])
def test_unless_the_header_says_false_the_rule_chooses_the_owner(owner_after, queue, kind, headers):
    assert owner_after(kind, headers) == queue


@pytest.mark.parametrize("kind", WRITES)
def test_with_false_it_stays_out(owner_after, queue, kind):
    assert owner_after(kind, {"Sforce-Auto-Assign": "FALSE"}) != queue


def test_other_objects_are_not_its_business(api, queue, side):
    deal = {"Name": "A", "StageName": "B", "CloseDate": "2026-03-01"}
    made = api.post("sobjects/Opportunity", deal)

    row = side.org.retrieve("Opportunity", made.json()["id"], ["OwnerId"])
    assert row["OwnerId"] != queue
