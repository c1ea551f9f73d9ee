"""The case of a deleted review is closed and holds nothing about anybody, whatever happens."""

from itertools import count

import pytest

from connector.emulator.doors import InProcessDoor
from connector.emulator.faults import RowFault
from connector.flows.engine import RunRequest
from connector.flows.engine import run as engine_run
from connector.flows.privacy.person import erase_person
from connector.wiring import Transports, connect, run_policy

PERSONAL = (
    "Description",
    "SuppliedName",
    "SuppliedEmail",
    "SuppliedPhone",
    "ContactId",
    "AccountId",
)


@pytest.fixture
def erase(emulator, clock, reporter, with_cases):
    """Do one run of the flow erasure alone."""
    numbers = count(1)

    def run(settings=with_cases, door=None, *, dry_run=False):
        carrier = door or InProcessDoor(emulator)
        world = connect(settings, reporter, Transports(carrier, carrier, clock))
        request = RunRequest(f"erase-{next(numbers)}", ("erasure",), dry_run)
        return engine_run(world, run_policy(settings), request)

    return run


@pytest.fixture
def reviewed(work, world, emulator, soql):
    """A review that Trustpilot has, too, with a case full of its author; returns its id."""
    review = emulator.trustpilot.add_service_review(
        world.business_unit_id, createdAt=emulator.clock.now(), stars=1
    )
    contact = soql("SELECT Id, AccountId FROM Contact WHERE AccountId != null LIMIT 1")[0]
    lookups = {"Contact__c": contact["Id"], "Account__c": contact["AccountId"]}
    words = {"consumer_name": "Wanda", "invited_email": "wanda@customer.example"}
    work.review(review["id"], lookups=lookups, **words)
    work.open()
    emulator.org.update("Case", work.of(review["id"])["Id"], {"SuppliedPhone": "+49 30 1"})
    return review["id"]


def is_empty(case):
    return (
        case["IsClosed"]
        and case["Subject"] == "Review deleted"
        and not any(case[name] for name in PERSONAL)
    )


def gone(emulator, review_id):
    emulator.trustpilot.delete_review(review_id)


def test_the_case_is_closed_and_emptied_and_stays_linked(work, reviewed, erase, emulator):
    before = work.of(reviewed)
    assert all(before[name] for name in PERSONAL)
    gone(emulator, reviewed)

    report = erase()

    after = work.of(reviewed)
    assert is_empty(after)
    assert after["Id"] == before["Id"] == work.stored(reviewed)["Review_Case__c"]
    assert work.stored(reviewed)["Case_Rule__c"] is None
    assert report.count("cases_closed") == 1


def test_closing_is_done_once(work, reviewed, erase, emulator, later):
    gone(emulator, reviewed)
    erase()
    before = work.of(reviewed)
    later()

    report = erase()

    assert work.of(reviewed) == before  # its SystemModstamp, too
    assert report.count("cases_closed") == 0


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(12))
def test_wherever_the_run_is_killed_the_next_one_ends_with_an_empty_case(  # noqa: PLR0913, PLR0917
    work, reviewed, erase, emulator, dying_door, killed, at, after
):
    gone(emulator, reviewed)
    try:
        erase(door=dying_door(at, after=after))
    except killed:
        erase()

    assert is_empty(work.of(reviewed))
    assert work.stored(reviewed)["Deleted__c"] is True


def test_a_case_that_was_not_linked_is_found_by_its_key(work, world, emulator, erase):
    review = emulator.trustpilot.add_service_review(world.business_unit_id, stars=1)
    work.review(review["id"])
    emulator.faults.add(
        RowFault("Trustpilot_Review__c", "UNABLE_TO_LOCK_ROW", "busy", times=9, operation="update")
    )
    work.open()
    emulator.faults.clear()
    assert work.stored(review["id"])["Review_Case__c"] is None
    gone(emulator, review["id"])

    erase()

    assert is_empty(work.of(review["id"]))
    assert work.retry().counts == {}


def test_a_case_made_while_the_review_was_blanked_is_closed_by_the_next_run(
    work, world, emulator, erase
):
    review = emulator.trustpilot.add_service_review(world.business_unit_id, stars=1)
    work.review(review["id"])
    gone(emulator, review["id"])
    erase()
    emulator.org.insert("Case", {"Description": "words", "Trustpilot_Review_Key__c": review["id"]})

    erase()

    assert is_empty(work.of(review["id"]))


def test_another_case_in_the_lookup_is_not_touched(work, reviewed, erase, emulator):
    other = emulator.org.insert("Case", {"Subject": "About a lamp", "Description": "Broken"})
    emulator.org.update(
        "Trustpilot_Review__c", work.stored(reviewed)["Id"], {"Review_Case__c": other}
    )
    gone(emulator, reviewed)

    erase()

    assert emulator.org.retrieve("Case", other)["Description"] == "Broken"
    assert is_empty(work.of(reviewed))


def test_an_org_that_refuses_to_close_has_an_empty_case_and_an_issue(
    work, reviewed, erase, emulator
):
    gone(emulator, reviewed)
    emulator.faults.add(
        RowFault("Case", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Say why.", operation="update")
    )

    erase()

    case = work.of(reviewed)
    assert not case["IsClosed"]
    assert not any(case[name] for name in PERSONAL)
    assert work.issues() == [("case_closing_refused", reviewed)]
    erase()
    assert is_empty(work.of(reviewed))
    assert work.issues() == []


def test_the_issue_ends_when_somebody_deletes_the_case(work, reviewed, erase, emulator):
    gone(emulator, reviewed)
    emulator.faults.add(RowFault("Case", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "No.", times=2))
    erase()
    emulator.org.delete("Case", work.of(reviewed)["Id"])

    erase()

    assert work.issues() == []


def test_where_records_are_deleted_the_case_stays_closed_and_empty(
    work, reviewed, erase, emulator, deleting
):
    gone(emulator, reviewed)

    erase(deleting)

    assert emulator.org.query("SELECT Id FROM Trustpilot_Review__c") == []
    assert is_empty(work.of(reviewed))


def test_a_case_from_before_the_section_was_removed_is_closed_too(
    work, reviewed, erase, emulator, settings
):
    gone(emulator, reviewed)

    erase(settings)

    assert is_empty(work.of(reviewed))


def test_a_dry_run_names_the_case_and_changes_nothing(work, reviewed, erase, emulator):
    gone(emulator, reviewed)

    report = erase(dry_run=True)

    actions = [(each.what, each.record) for flow in report.flows for each in flow.actions]
    assert ("close case", reviewed) in actions
    assert work.of(reviewed)["Description"]


def test_a_person_who_asks_is_forgotten_in_the_case_too(work, reviewed, begin, with_cases):
    context = begin(with_cases)
    address = "wanda@customer.example"
    record_id = work.stored(reviewed)["Id"]
    work.emulator.org.update("Trustpilot_Review__c", record_id, {"Invited_Email__c": address})

    erase_person(context.org, context.trustpilot, context.policy, address, dry_run=False)

    assert is_empty(work.of(reviewed))


def test_deletions_of_others_cost_no_call_more(work, erase, emulator, world, settings):
    work.review()
    for _ in range(3):
        review = emulator.trustpilot.add_service_review(world.business_unit_id, stars=1)
        gone(emulator, review["id"])

    def calls(*chosen):
        before = len(emulator.calls.all())
        erase(*chosen)
        return len(emulator.calls.all()) - before

    assert calls() == calls(settings)
