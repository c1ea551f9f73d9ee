"""An import stores what the past holds, moves no mark, and can be typed again at any moment."""

from datetime import date, timedelta
from itertools import count

import pytest

from connector.core.reviews.estimate import ImportRange
from connector.core.terms.errors import ConfigurationError
from connector.emulator.doors import InProcessDoor
from connector.emulator.faults import Fault, custom_row_error, html_page
from connector.emulator.world import seed
from connector.flows.engine import RunRequest, import_since
from connector.wiring import Transports, connect, run_policy

MARKS = "SELECT Key__c, Mark__c, Seen__c FROM Trustpilot_Checkpoint__c WHERE Mark__c != null"
IDS = "SELECT External_Id__c FROM Trustpilot_Review__c"
SIXTY_DAYS = ImportRange(days=61)


@pytest.fixture
def world(bare):
    """A business with reviews of two months; the ready configuration reads one of them."""
    return seed(bare, service_reviews=60, product_reviews=20, people=5)


@pytest.fixture
def one_import(emulator, settings, clock, reporter):
    """Do one import as a process of its own would; `one_import.estimates` were announced."""
    numbers, estimates = count(1), []

    def run(wanted=SIXTY_DAYS, *, dry_run=False, door=None):
        carrier = door or InProcessDoor(emulator)
        both = connect(settings, reporter, Transports(carrier, carrier, clock))
        request = RunRequest(f"import-{next(numbers)}", dry_run=dry_run)
        return import_since(both, run_policy(settings), request, wanted, estimates.append)

    run.estimates = estimates
    return run


@pytest.fixture
def whole(differences, emulator):
    """How the org differs from all that Trustpilot holds; [] is right."""
    return lambda: differences(since=emulator.clock.now() - timedelta(days=400))


def test_an_import_stores_everything_from_that_day(one_import, whole):
    report = one_import()
    assert report.failures == ()
    assert report.count("reviews_new") == 80
    assert whole() == []


def test_nothing_older_than_the_first_day_is_stored(one_import, differences, emulator):
    one_import(ImportRange(days=10))
    midnight = emulator.clock.now().replace(hour=0, minute=0, second=0)
    assert differences(since=midnight - timedelta(days=10)) == []


def test_a_date_names_the_first_day_too(one_import, soql, emulator):
    day = (emulator.clock.now() - timedelta(days=10)).date()
    one_import(ImportRange(since=day))
    by_date = {row["External_Id__c"] for row in soql(IDS)}
    assert one_import(ImportRange(days=10)).count("reviews_new") == 0
    assert by_date


def test_a_day_that_has_not_come_stops_the_import(one_import, soql):
    with pytest.raises(ConfigurationError):
        one_import(ImportRange(since=date(2030, 1, 1)))
    assert soql(IDS) == []


def test_an_import_reads_behind_the_marks_of_a_run(one_run, one_import, whole):
    one_run()
    assert whole() != []
    one_import()
    assert whole() == []


def test_no_mark_moves(one_run, one_import, emulator, soql):
    one_run()
    before = sorted(map(str, soql(MARKS)))
    emulator.clock.advance(timedelta(hours=3))
    one_import()
    assert sorted(map(str, soql(MARKS))) == before


def test_an_import_before_the_first_run_leaves_no_mark(one_import, one_run, soql, whole):
    one_import()
    assert soql(MARKS) == []
    assert one_run(["reviews_in"]).count("reviews_new") == 0
    assert whole() == []


def test_a_second_import_writes_no_review(one_import, writes):
    one_import()
    before = len(writes("salesforce"))
    report = one_import()
    assert report.count("reviews_unchanged") == 80
    assert report.count("reviews_new") + report.count("reviews_changed") == 0
    paths = [call.path for call in writes("salesforce")[before:]]
    assert not any("Trustpilot_Review__c" in path for path in paths)


def test_an_import_brings_edits_of_long_ago(one_import, emulator, soql, whole):
    one_import()
    (oldest,) = soql(f"{IDS} WHERE Type__c = 'Service' ORDER BY Review_Created__c LIMIT 1")
    emulator.trustpilot.edit_review(oldest["External_Id__c"], stars=1, text="Changed my mind")
    assert one_import().count("reviews_changed") == 1
    assert whole() == []


def test_a_dry_import_writes_nothing_and_lists_what_it_would_do(one_import, writes):
    report = one_import(dry_run=True)
    assert writes("salesforce") == []
    assert len([a for flow in report.flows for a in flow.actions if "review" in a.what]) == 80


def test_an_import_leaves_the_row_of_a_run_and_updates_the_summary(one_import, soql):
    one_import()
    (row,) = soql("SELECT Run_Id__c, Flows__c, Reviews_Written__c FROM Trustpilot_Run__c")
    assert row["Run_Id__c"] == "import-1"
    assert (row["Flows__c"], row["Reviews_Written__c"]) == ("import_reviews, summary", 80)
    (unit,) = soql("SELECT New_Service_Reviews__c FROM Trustpilot_Business_Unit__c")
    assert unit["New_Service_Reviews__c"] > 0


def test_a_review_that_the_org_refuses_becomes_an_issue_that_a_run_retries(
    one_import, one_run, emulator, soql, whole
):
    emulator.faults.add(custom_row_error("Trustpilot_Review__c", "SOME_RULE", "No"))
    report = one_import(ImportRange(days=25))
    assert report.open_issues == 1
    one_run()
    (issue,) = soql("SELECT Code__c, Status__c FROM Trustpilot_Issue__c")
    assert issue["Code__c"] in {"service_review_refused", "product_review_refused"}
    assert issue["Status__c"] == "Closed"
    one_import()
    assert whole() == []


def test_one_list_that_fails_does_not_stop_the_other(one_import, emulator, soql):
    emulator.faults.add(html_page(path="*/product-reviews/*", times=None))
    report = one_import()
    assert [type(each).__name__ for each in report.failures] != []
    assert "Type it again" in report.flows[0].notes[0]
    assert len(soql(IDS)) == 60
    emulator.faults.clear()
    assert one_import().count("reviews_new") == 20


# -- the estimate -------------------------------------------------------------------------------


def test_the_estimate_comes_before_the_first_list(one_import, emulator):
    emulator.faults.add(Fault("trustpilot", path="*/reviews", status=401, body={}, times=None))
    one_import()
    assert len(one_import.estimates) == 1


@pytest.mark.parametrize("again", [False, True], ids=["a first import", "a repeat"])
def test_the_lists_cost_no_more_than_estimated(one_import, emulator, again):
    if again:
        one_import()
    emulator.calls.clear()
    report = one_import()
    estimate = one_import.estimates[-1]
    lists = [c for c in emulator.calls.all() if c.path.endswith(("/reviews", "/product-reviews"))]
    assert estimate.trustpilot[0] <= len(lists) <= estimate.trustpilot[1]
    assert report.calls["import_reviews"]["Salesforce"] <= estimate.salesforce[1]


def test_the_estimate_is_an_event_for_logs(one_import, reporter):
    one_import()
    (facts,) = reporter.of("import_estimated")
    assert facts["trustpilot"] == one_import.estimates[0].trustpilot


def test_progress_is_reported_for_both_kinds(one_import, reporter):
    one_import()
    assert {what.partition(": ")[2] for what, _, _ in reporter.steps} == {
        "service_reviews",
        "product_reviews",
    }


# -- kills --------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_an_import_killed_at_any_call_is_resumed_by_typing_it_again(
    one_import, dying_door, killed, whole, after
):
    """Each attempt dies one call later than the last, so every call of a whole import is hit."""
    for at in count():
        try:
            one_import(door=dying_door(at, after=after))
        except killed:
            continue
        break
    assert at > 8
    assert whole() == []


def test_many_reviews_go_by_one_job(emulator, world, one_import, whole):
    started = emulator.clock.now()
    for i in range(2_100):
        emulator.trustpilot.add_service_review(
            world.business_unit_id,
            stars=1 + i % 5,
            text=f'Line {i}\n"quoted", 🙂',
            createdAt=started - timedelta(days=3, seconds=i),
        )
    report = one_import()
    assert report.failures == ()
    assert emulator.calls.counts("salesforce", "POST", "*/jobs/ingest") == 1
    assert report.count("reviews_new") == 2_180
    assert whole() == []
