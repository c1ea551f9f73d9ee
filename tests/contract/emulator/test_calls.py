"""The call log: what arrived, and what a vendor takes from the allowance."""

from datetime import UTC, datetime

import pytest

from connector.emulator.calls import Call, CallLog, counts_toward_allowance


def call(vendor="trustpilot", method="GET", path="/v1/reviews/1", *, counted=True):
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Call(at, vendor, method, path, "", 200, counted)


@pytest.mark.parametrize(
    ("vendor", "path", "status", "counted"),
    [
        ("trustpilot", "/v1/private/business-units/1/reviews", 200, True),
        ("trustpilot", "/v1/private/reviews/1", 404, True),  # a call that fails by our fault
        ("trustpilot", "/v1/private/reviews/1", 503, False),  # one that fails by theirs
        ("trustpilot", "/v1/private/reviews/1", None, False),  # never arrived
        ("trustpilot", "/v1/reviews/deletions", 200, False),
        ("trustpilot", "/v1/oauth/oauth-business-users-for-applications/refresh", 200, False),
        ("trustpilot", "/evaluate-bgl/shop.example", 200, False),  # a page, no API
        ("invitations", "/v1/private/business-units/1/email-invitations", 202, False),
        ("salesforce", "/services/data/v66.0/query", 200, True),
        ("salesforce", "/services/oauth2/token", 200, False),
        ("control", "/clock", 200, False),
    ],
)
def test_a_vendor_counts_what_its_documents_say(vendor, path, status, counted):
    assert counts_toward_allowance(vendor, path, status) is counted


def test_the_log_counts_by_vendor_method_and_path():
    log = CallLog()
    for one in (call(), call(method="POST"), call("salesforce", path="/x", counted=False)):
        log.add(one)
    assert log.counts() == 3
    assert log.counts("trustpilot") == 2
    assert log.counts("trustpilot", "POST") == 1
    assert log.counts(path="/v1/*") == 2
    assert (log.counted(), log.counted("salesforce")) == (2, 0)
    log.clear()
    assert log.counts() == 0
