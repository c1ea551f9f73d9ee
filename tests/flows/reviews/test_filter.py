"""A filter keeps new reviews out, counts them, and keeps true what the org holds."""

from datetime import timedelta

import pytest

from connector.core.run.exit_codes import ExitCode
from connector.emulator.world import seed
from connector.report.run.report import code_of

IDS = "SELECT External_Id__c FROM Trustpilot_Review__c"


@pytest.fixture
def world(bare):
    """A business unit without any review."""
    return seed(bare, service_reviews=0, product_reviews=0, people=3)


@pytest.fixture
def filtered(configured):
    """The ready configuration with a filter: `filtered("stars: [1, 2]")`."""

    def load(words):
        def change(text):
            return text.replace("    domain:", f"    filter: {{{words}}}\n    domain:", 1)

        assert change("    domain:") != "    domain:"
        return configured(change)

    return load


@pytest.fixture
def here(soql):
    """The ids of the reviews in the org."""
    return lambda: {row["External_Id__c"] for row in soql(IDS)}


def test_a_review_that_does_not_fit_stays_out_and_is_counted(one_run, write, filtered, here):
    wanted = write(stars=1)
    write(stars=4)
    report = one_run(settings=filtered("stars: [1, 2, 3]"))
    assert here() == {wanted}
    assert report.count("reviews_filtered") == 1
    assert code_of(report) is ExitCode.DONE


def test_product_reviews_are_filtered_too(one_run, write, filtered, here):
    wanted = write("product", stars=1)
    write("product", stars=5)
    one_run(settings=filtered("stars: [1]"))
    assert here() == {wanted}


def test_a_review_that_is_edited_into_range_comes_in(one_run, write, filtered, here, emulator):
    settings = filtered("stars: [1, 2, 3]")
    review_id = write(stars=5)
    one_run(settings=settings)
    emulator.trustpilot.edit_review(review_id, stars=2)
    emulator.clock.advance(timedelta(days=1))
    one_run(settings=settings)
    assert here() == {review_id}


def test_a_review_that_is_edited_out_of_range_stays_and_is_kept_true(
    one_run, write, filtered, stored, emulator
):
    settings = filtered("stars: [1, 2, 3]")
    review_id = write(stars=1)
    one_run(settings=settings)
    emulator.trustpilot.edit_review(review_id, stars=5)
    emulator.clock.advance(timedelta(days=1))
    report = one_run(settings=settings)
    assert stored(review_id)["Stars__c"] == 5
    assert report.count("reviews_filtered") == 0


def test_a_run_with_nothing_but_filtered_reviews_is_idle(one_run, write, filtered, emulator):
    settings = filtered("stars: [1]")
    one_run(settings=settings)
    emulator.clock.advance(timedelta(minutes=2))
    write(stars=5)
    one_run(settings=settings)  # the summary has one review more
    emulator.calls.clear()
    report = one_run(settings=settings)
    assert (report.did_something, report.count("reviews_read")) == (False, 1)
    reads = [call for call in emulator.calls.all() if call.path.endswith("/composite")]
    assert len(reads) == 2  # opening and entries: the filtered review is not asked about again


def test_a_filtered_review_is_no_difference_to_the_daily_comparison(
    one_run, write, filtered, emulator, reporter
):
    settings = filtered("stars: [1]")
    write(stars=5)
    one_run(settings=settings)
    emulator.clock.advance(timedelta(days=1))
    one_run(settings=settings)
    assert reporter.of("day_differed") == []
