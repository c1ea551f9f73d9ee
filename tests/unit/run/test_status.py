"""When a person should look at how things stand."""

from datetime import UTC, datetime

import pytest

from connector.core.run.status import IssueLine, StatusReport

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
CALM = {"invitations_unknown": 0, "replies_conflict": 0, "invitations_scheduled": 9}
ISSUE = IssueLine("code", "A sentence.", "A step.", "r1", 1)


@pytest.mark.parametrize(
    ("counts", "issues", "expected"),
    [
        ({}, (), False),  # what waits for its day needs nobody
        ({"invitations_unknown": 1}, (), True),
        ({"replies_conflict": 1}, (), True),
        ({}, (ISSUE,), True),
    ],
)
def test_unknown_ends_conflicts_and_issues_need_a_look(counts, issues, expected):
    report = StatusReport(NOW, None, {}, CALM | counts, issues, {})
    assert report.needs_a_look is expected
