"""From when an import reads, and what it is said to cost."""

from datetime import UTC, date, datetime

import pytest

from connector.core.reviews.estimate import Expected, ImportRange, estimate_import
from connector.core.terms.errors import ConfigurationError

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wanted", "start"),
    [
        pytest.param(ImportRange(days=1), (2026, 3, 1), id="yesterday from its beginning"),
        pytest.param(ImportRange(days=30), (2026, 1, 31), id="a month"),
        pytest.param(ImportRange(since=date(2020, 2, 29)), (2020, 2, 29), id="a date"),
        pytest.param(ImportRange(days=36_500), (2000, 1, 1), id="longer than there are reviews"),
        pytest.param(ImportRange(since=date(1, 1, 1)), (2000, 1, 1), id="the first day of all"),
        pytest.param(ImportRange(since=date(2026, 3, 2)), (2026, 3, 2), id="today"),
    ],
)
def test_an_import_begins_with_a_day(wanted, start):
    assert wanted.start(NOW) == datetime(*start, tzinfo=UTC)


def test_a_day_that_has_not_come_is_refused():
    with pytest.raises(ConfigurationError, match="2026-03-03"):
        ImportRange(since=date(2026, 3, 3)).start(NOW)


@pytest.mark.parametrize(
    ("expected", "trustpilot", "salesforce"),
    [
        pytest.param(Expected(0, 0, 0), (2, 2), (0, 0), id="an empty list is one call"),
        pytest.param(Expected(100, 100, 100), (2, 2), (1, 3), id="full pages, nothing new"),
        pytest.param(Expected(0, 0, 101), (2, 3), (0, 3), id="one page more"),
        pytest.param(Expected(0, 0, 10_000), (2, 101), (0, 43), id="two jobs"),
        pytest.param(Expected(0, 0, 12_000), (2, 121), (0, 58), id="two jobs and ten collections"),
        pytest.param(Expected(300, 0, 200), (4, 4), (1, 4), id="Salesforce holds deleted ones"),
    ],
)
def test_the_estimate_is_a_range(expected, trustpilot, salesforce):
    estimate = estimate_import(NOW, [expected])
    assert (estimate.trustpilot, estimate.salesforce) == (trustpilot, salesforce)
    assert estimate.at_most_known


def test_lists_of_business_units_add_up_and_their_reviews_share_calls():
    one = estimate_import(NOW, [Expected(250, 40, 900)])
    two = estimate_import(NOW, [Expected(250, 40, 900)] * 2)
    assert two.trustpilot == tuple(2 * end for end in one.trustpilot)
    for single, double in zip(one.salesforce, two.salesforce, strict=True):
        assert single <= double <= 2 * single


def test_without_a_total_nothing_bounds_the_list():
    assert not estimate_import(NOW, [Expected(5, 5, 5), Expected(5, 5, None)]).at_most_known
