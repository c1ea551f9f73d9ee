"""The control door: the world is moved from outside."""

from dataclasses import asdict
from datetime import datetime, timedelta

from connector.emulator.faults import Fault


def ask(way, method, path, body=None):
    return way.session.request(method, f"{way.urls['control']}{path}", json=body, timeout=10)


def write(way, **fields):
    unit_id = next(iter(way.emulator.trustpilot.units))
    body = {"action": "write", "business_unit_id": unit_id, "fields": fields}
    return ask(way, "POST", "/trustpilot/reviews", body).json()


def test_the_clock_is_read_and_advanced(way):
    before = datetime.fromisoformat(ask(way, "GET", "/clock").json()["now"])
    after = ask(way, "POST", "/clock", {"advance_seconds": 3600}).json()["now"]
    passed = datetime.fromisoformat(after) - before
    assert timedelta(minutes=59) < passed < timedelta(minutes=61)


def test_a_fault_is_armed_and_disarmed(way):
    ask(way, "POST", "/faults", {"vendor": "trustpilot", "status": 503, "times": None})
    assert way.find(timeout=10).status_code == 503
    ask(way, "DELETE", "/faults")
    assert way.find(timeout=10).status_code == 200


def test_a_row_fault_is_armed(way):
    body = {"sobject": "Case", "status_code": "X", "message": "No.", "fields": ["Status"]}
    ask(way, "POST", "/faults", body)
    assert way.emulator.faults.take_row("Case", "update").fields == ("Status",)


def test_a_fault_with_an_unknown_key_is_refused(way):
    answer = ask(way, "POST", "/faults", {"vendor": "trustpilot", "stats": 503})
    assert answer.status_code == 400
    assert "stats" in answer.json()["error"]


def test_every_key_of_a_fault_may_travel_but_no_function(way):
    whole = asdict(Fault("trustpilot", status=503))
    assert ask(way, "POST", "/faults", whole).status_code == 200
    assert way.find(timeout=10).status_code == 503
    answer = ask(way, "POST", "/faults", {"vendor": "trustpilot", "meanwhile": "x"})
    assert answer.status_code == 400
    assert "meanwhile" in answer.json()["error"]


def test_calls_are_listed_and_forgotten(way):
    ask(way, "DELETE", "/calls")
    way.find(timeout=10)
    found = ask(way, "GET", "/calls").json()
    assert [call["path"] for call in found["calls"]] == ["/v1/business-units/find"]
    assert found["counted"] == {"trustpilot": 1}
    ask(way, "DELETE", "/calls")
    assert ask(way, "GET", "/calls").json()["calls"] == []


def test_the_control_doors_own_calls_are_not_logged(way):
    ask(way, "GET", "/clock")
    assert way.emulator.calls.counts("control") == 0


def test_a_consumer_writes_edits_and_deletes(way):
    written = write(way, stars=2, title="Late", createdAt="2026-03-01T10:00:00Z")
    assert (written["stars"], written["updatedAt"]) == (2, None)
    edit = {"action": "edit", "id": written["id"], "fields": {"stars": 4}}
    edited = ask(way, "POST", "/trustpilot/reviews", edit).json()
    assert edited["stars"] == 4
    assert edited["updatedAt"] is not None
    ask(way, "POST", "/trustpilot/reviews", {"action": "delete", "id": written["id"]})
    assert way.emulator.trustpilot.review_deletions[-1].id == written["id"]


def test_what_trustpilot_received_is_shown(way):
    review = write(way, stars=1)
    body = {"action": "portal_reply", "id": review["id"], "text": "Sorry.", "author": "Bo"}
    ask(way, "POST", "/trustpilot/reviews", body)
    received = ask(way, "GET", "/received").json()
    assert {"review_id": review["id"], "text": "Sorry."} in received["replies"]
    kinds = {"invitations", "invitation_links", "opened_links", "replies", "comments"}
    assert set(received) == kinds


def test_an_unknown_action_or_field_is_refused(way):
    assert ask(way, "POST", "/trustpilot/reviews", {"action": "burn"}).status_code == 400
    unit_id = next(iter(way.emulator.trustpilot.units))
    body = {"action": "write", "business_unit_id": unit_id, "fields": {"rating": 5}}
    answer = ask(way, "POST", "/trustpilot/reviews", body)
    assert (answer.status_code, "rating" in answer.json()["error"]) == (400, True)


def test_a_person_in_the_org_adds_and_changes_rows(way):
    body = {"object": "Account", "rows": [{"Name": "Example Ltd"}]}
    record_id = ask(way, "POST", "/salesforce/rows", body).json()["ids"][0]
    body = {"object": "Account", "rows": [{"Id": record_id, "Name": "Example Group"}]}
    assert ask(way, "POST", "/salesforce/rows", body).json()["ids"] == [record_id]
    soql = {"q": "SELECT Id, Name FROM Account ORDER BY CreatedDate"}
    records = ask(way, "POST", "/salesforce/soql", soql).json()["records"]
    assert (record_id, "Example Group") in [(one["Id"], one["Name"]) for one in records]


def test_the_org_says_what_is_wrong_with_a_query(way):
    answer = ask(way, "POST", "/salesforce/soql", {"q": "SELECT Nope FROM Account"})
    assert answer.status_code == 400
