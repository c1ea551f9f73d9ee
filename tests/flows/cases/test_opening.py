"""A review gets one case, in the right queue, whatever happens on the way."""

import threading

import pytest

from connector.core.terms.errors import VendorUnreachable
from connector.emulator.faults import RowFault, drop_after
from connector.flows.cases import lifecycle as cases
from connector.flows.cases import retries as case_retries
from connector.flows.run.tally import Tally

COLLECTION = "*/composite/sobjects*"


@pytest.fixture
def refused():
    """A fault: the org refuses the next row of an object."""
    return lambda sobject, operation: RowFault(
        sobject,
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "No.",
        fields=("Priority",),
        operation=operation,
    )


def test_a_review_gets_a_case_in_the_queue_of_its_rule(work, queue):
    wanted = work.review(consumer_name="Wanda", invited_email="Wanda@Customer.example")

    report = work.open()

    case = work.of()
    assert (case["OwnerId"], case["Priority"], case["Origin"]) == (queue, "High", "Trustpilot")
    assert (case["Subject"], case["Description"]) == ("1 stars: Never again", "It broke.")
    assert (case["SuppliedName"], case["SuppliedEmail"]) == ("Wanda", "wanda@customer.example")
    assert (case["Status"], case["Trustpilot_Review__c"]) == ("New", wanted.record_id)
    assert work.stored("r1")["Review_Case__c"] == case["Id"]
    assert report.counts == {"cases_opened": 1}


def test_a_user_a_record_type_and_a_status_are_found_by_name(work, praise, soql):
    work.review(stars=5, rule="praise")

    work.open()

    (sam,) = soql("SELECT Id FROM User WHERE Username = 'sam.seller@example.com'")
    case = work.of()
    assert (case["OwnerId"], case["RecordTypeId"]) == (sam["Id"], praise)
    assert (case["Status"], case["Subject"]) == ("Working", "Praise for shop")


def test_the_matched_customer_stands_on_the_case(work, soql):
    contact = soql("SELECT Id, AccountId FROM Contact WHERE AccountId != null LIMIT 1")[0]
    lookups = {"Contact__c": contact["Id"], "Account__c": contact["AccountId"]}
    work.review("sure", lookups={**lookups, "Match_Method__c": "Order Number"})
    work.review("doubt", lookups={**lookups, "Match_Method__c": "Needs Check"})

    work.open()

    assert work.of("sure")["ContactId"] == contact["Id"]
    assert work.of("doubt")["ContactId"] is work.of("doubt")["AccountId"] is None


def test_opening_twice_makes_one_case(work):
    work.review()

    work.open()
    report = work.open()

    assert len(work.all()) == 1
    assert report.counts == {}


def test_new_cases_cost_three_calls(work, emulator):
    for number in range(30):
        work.review(f"r{number}")

    context, before = work.begin(), len(emulator.calls.all())
    cases.open_cases(context, list(work.wanted.values()), Tally("reviews_in"))

    assert len(work.all()) == 30
    assert len(emulator.calls.all()) - before == 3


def test_a_dry_run_names_the_case_and_makes_none(work, writes):
    work.review()
    work.emulator.calls.clear()

    report = work.open(dry_run=True)

    assert [(each.what, each.record, each.facts) for each in report.actions] == [
        ("open case", "r1", {"rule": "unhappy"})
    ]
    assert writes("salesforce") == []
    assert work.all() == {}


# -- crashes, races, lost answers ---------------------------------------------------------------


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(12))
def test_wherever_a_run_is_killed_a_later_one_ends_with_one_linked_case(
    work, dying_door, killed, at, after
):
    work.review()
    try:
        work.open(door=dying_door(at, after=after))
    except killed:
        work.retry()

    assert work.stored("r1")["Review_Case__c"] == work.of()["Id"]


def test_what_an_agent_did_before_the_case_was_linked_stays(work, later, emulator):
    work.review()
    emulator.faults.add(
        RowFault("Trustpilot_Review__c", "UNABLE_TO_LOCK_ROW", "busy", times=9, operation="update")
    )
    work.open()
    emulator.org.update("Case", work.of()["Id"], {"Status": "Working", "Subject": "Called her"})
    emulator.faults.clear()
    later()

    work.retry()

    case = work.of()
    assert (case["Status"], case["Subject"]) == ("Working", "Called her")
    assert work.stored("r1")["Review_Case__c"] == case["Id"]
    assert work.issues() == []


def test_a_lost_answer_stops_the_run_and_the_next_one_finds_the_case(work, emulator):
    work.review()
    context = work.begin()
    emulator.faults.add(drop_after(method="POST", path=COLLECTION))

    with pytest.raises(VendorUnreachable) as lost:
        cases.open_cases(context, list(work.wanted.values()), Tally("reviews_in"))

    assert lost.value.maybe_processed
    report = work.retry()
    assert work.stored("r1")["Review_Case__c"] == work.of()["Id"]
    assert report.counts == {}


def test_two_runs_at_once_make_one_case_for_each_review(work):
    for number in range(20):
        work.review(f"r{number}")
    contexts = [work.begin(), work.begin()]
    gate, failures = threading.Barrier(2), []

    def run(context):
        gate.wait()
        try:
            cases.open_cases(context, list(work.wanted.values()), Tally("reviews_in"))
        except Exception as error:  # noqa: BLE001 - a thread's failure is the test's
            failures.append(error)

    threads = [threading.Thread(target=run, args=(each,)) for each in contexts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert len(work.all()) == 20
    assert {each["Id"] for each in work.all().values()} == {
        work.stored(each)["Review_Case__c"] for each in work.wanted
    }


def test_the_loser_of_a_race_links_the_winners_case(work, emulator, meddling_door):
    """The other run inserts between this one's look and its own insert, and dies."""
    work.review()
    first = {"Subject": "First", "Trustpilot_Review_Key__c": "r1"}

    work.open(door=meddling_door(before=lambda: emulator.org.insert("Case", first)))

    assert work.of()["Subject"] == "First"
    assert work.stored("r1")["Review_Case__c"] == work.of()["Id"]


def test_a_case_that_an_agent_deleted_is_not_made_again(work, emulator):
    work.review()
    work.open()
    emulator.org.delete("Case", work.of()["Id"])
    emulator.org.update("Trustpilot_Review__c", work.stored("r1")["Id"], {"Review_Case__c": None})

    report = work.retry()

    assert work.all() == {}
    assert report.counts == {}


def test_a_review_that_was_erased_meanwhile_gets_no_case(work, emulator):
    wanted = work.review()
    emulator.org.update("Trustpilot_Review__c", wanted.record_id, {"Deleted__c": True})

    work.open()

    assert work.all() == {}


def test_a_case_whose_review_is_deleted_before_the_link_is_emptied(work, emulator, meddling_door):
    record_id = work.review().record_id
    delete = lambda: emulator.org.delete("Trustpilot_Review__c", record_id)  # noqa: E731

    work.open(door=meddling_door(after=delete))

    case = work.of()
    assert (case["Subject"], case["Description"], case["IsClosed"]) == (
        "Review deleted",
        None,
        True,
    )


# -- refusals -----------------------------------------------------------------------------------


def test_a_refused_case_is_an_issue_and_the_others_are_made(work, emulator, refused):
    for name in ("r1", "r2", "r3"):
        work.review(name)
    emulator.faults.add(refused("Case", "insert"))

    report = work.open()

    assert sorted(work.all()) == ["r2", "r3"]
    (issue,) = report.issues
    assert (issue.code, issue.record) == ("case_refused", "r1")
    assert "FIELD_CUSTOM_VALIDATION_EXCEPTION (Priority)" in issue.message


def test_a_refused_case_is_tried_again_from_what_the_org_holds(work, emulator, refused):
    work.review(consumer_name="Wanda")
    emulator.faults.add(refused("Case", "insert"))
    work.open()
    assert work.issues() == [("case_refused", "r1")]

    assert case_retries.has_cases_to_retry(work.begin())
    report = work.retry()

    case = work.of()
    assert (case["Subject"], case["Description"]) == ("1 stars: Never again", "It broke.")
    assert case["SuppliedName"] == "Wanda"
    assert report.counts == {"cases_opened": 1}
    assert work.issues() == []
    assert not case_retries.has_cases_to_retry(work.begin())


def test_a_case_that_a_person_gave_up_is_not_tried_again(work, emulator, refused, soql):
    work.review()
    emulator.faults.add(refused("Case", "insert"))
    work.open()
    (issue,) = soql("SELECT Id FROM Trustpilot_Issue__c")
    emulator.org.update("Trustpilot_Issue__c", issue["Id"], {"Status__c": "Dropped"})

    work.retry()

    assert work.all() == {}
    (issue,) = soql("SELECT Status__c FROM Trustpilot_Issue__c")
    assert issue["Status__c"] == "Dropped"


def test_an_unknown_queue_is_one_issue_of_the_rule_and_no_case(work, emulator, queue):
    emulator.org.delete("Group", queue)
    work.review("r1")
    work.review("r2")

    report = work.open()

    assert work.all() == {}
    (issue,) = report.issues
    assert (issue.code, issue.record) == ("case_owner_unknown", "unhappy")
    assert "its queue Trustpilot_Reviews" in issue.message
    assert work.retry().issues  # still unknown
    assert work.issues() == [("case_owner_unknown", "unhappy")]

    values = {"Name": "Reviews", "DeveloperName": "Trustpilot_Reviews", "Type": "Queue"}
    emulator.org.insert("Group", values)
    work.retry()

    assert sorted(work.all()) == ["r1", "r2"]
    assert work.issues() == []


def test_an_inactive_user_and_a_record_type_of_another_object_count_as_unknown(
    work, emulator, soql
):
    work.review(stars=5, rule="praise")
    values = {"Name": "Praise", "DeveloperName": "Praise", "SobjectType": "Account"}
    emulator.org.insert("RecordType", values)
    (first,) = work.open().issues
    (sam,) = soql("SELECT Id FROM User WHERE Username = 'sam.seller@example.com'")
    emulator.org.update("User", sam["Id"], {"IsActive": False})

    (second,) = work.retry().issues

    assert "its record type Praise" in first.message
    assert "its user" in second.message
    assert "sam.seller" not in second.message
    assert work.all() == {}


def test_a_rule_that_names_nobody_does_not_stop_the_other_rule(work):
    work.review("r1")
    work.review("r2", stars=5, rule="praise")  # its record type is not there

    work.open()

    assert sorted(work.all()) == ["r1"]


def test_issues_close_when_nothing_waits_for_the_rule_any_more(work, emulator, queue):
    emulator.org.delete("Group", queue)
    wanted = work.review()
    work.open()
    emulator.org.update("Trustpilot_Review__c", wanted.record_id, {"Case_Rule__c": None})

    work.retry()

    assert work.issues() == []


# -- assignment rules, other rules, no section --------------------------------------------------


def test_assignment_rules_stay_out_unless_the_rule_wants_them(work, emulator, configured):
    desk = emulator.org.insert("Group", {"Name": "D", "DeveloperName": "Desk", "Type": "Queue"})
    emulator.org.settings.case_assignment_owner = desk
    section = "\ncases: {rules: [{name: any, assignment_rules: true}]}\n"
    assigning = configured(lambda text: text + section)
    work.review("r1")
    wanted = work.review("r2", rule="any")

    work.open(work.wanted["r1"])
    work.open(wanted, settings=assigning)

    assert work.of("r1")["OwnerId"] != desk
    assert work.of("r2")["OwnerId"] == desk


def test_reopening_and_closing_never_run_assignment_rules(work, emulator, queue):
    work.review()
    work.open()
    desk = emulator.org.insert("Group", {"Name": "D", "DeveloperName": "Desk", "Type": "Queue"})
    emulator.org.settings.case_assignment_owner = desk

    work.reopen("r1")

    assert work.of()["OwnerId"] == queue


def test_without_the_section_nothing_is_asked_and_nothing_is_made(work, emulator, settings):
    work.review()
    context = work.begin(settings=settings)
    emulator.calls.clear()
    tally = Tally("reviews_in")

    cases.open_cases(context, list(work.wanted.values()), tally)
    cases.reopen_cases(context, [{**work.stored("r1"), "Review_Case__c": "500"}], tally)
    case_retries.retry_cases(context, tally)

    assert not cases.case_fields(context, work.wanted["r1"].review, context.units[0])
    assert emulator.calls.all() == []
    assert tally.report().actions == ()


def test_case_fields_names_the_first_rule_that_fits(work):
    context = work.begin()
    review = work.review().review

    assert cases.case_fields(context, review, context.units[0]) == {"Case_Rule__c": "unhappy"}
