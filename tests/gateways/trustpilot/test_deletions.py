"""What the client makes of the lists of deletions, and how it asks to forget an address."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import pytest
from pydantic import SecretStr

from connector.core.privacy.deletions import Deletion
from connector.core.terms.errors import (
    AllowanceExhausted,
    RequestRefused,
    VendorAnswerUnreadable,
    VendorUnreachable,
)
from connector.core.terms.outcomes import Verdict
from connector.emulator.faults import Fault, drop_after, drop_before, too_many_requests
from connector.emulator.trustpilot.invitations.intake import SendTimes
from connector.gateways.http.client import VendorHttp
from connector.gateways.trustpilot.client import TrustpilotClient
from connector.gateways.trustpilot.sign_in import TrustpilotAccess

LONG_AGO = date(2026, 1, 1)
FEED = "*/reviews/deletions"


def delete(emulator, unit, count):
    """Let so many reviews be written and deleted, one a minute; return the deletions."""
    found = []
    for _ in range(count):
        review = emulator.trustpilot.add_service_review(unit.id)
        emulator.trustpilot.delete_review(review["id"])
        found.append(Deletion(review["id"], emulator.clock.now()))
        emulator.clock.advance(timedelta(minutes=1))
    return found


@pytest.fixture
def scripted_client(server, clock):
    """A client of a server that answers what the test says: `scripted_client(*bodies)`."""
    layer = VendorHttp("Trustpilot", clock=clock)

    def client(*bodies):
        server.will(*bodies)
        return TrustpilotClient(
            layer,
            TrustpilotAccess(
                api_url=server.url,
                invitations_url=server.url,
                api_key=SecretStr("key"),
                api_secret=SecretStr("secret"),
                acting_user_id="",
            ),
        )

    yield client
    layer.close()


@pytest.fixture
def pages(scripted_client, scripted):
    """A client whose deletions come from these JSON bodies, one a page."""

    def client(*bodies):
        steps = [
            scripted(
                body=json.dumps(body).encode(), headers=(("Content-Type", "application/json"),)
            )
            for body in bodies
        ]
        return scripted_client(*steps)

    return client


def test_deleted_reviews_come_with_their_times(trustpilot, emulator, unit):
    deleted = delete(emulator, unit, 3)
    assert list(trustpilot.deleted_reviews(LONG_AGO)) == deleted


def test_deleted_consumers_come_with_their_times(trustpilot, emulator):
    emulator.trustpilot.delete_consumer("0123456789abcdef01234567")
    (found,) = trustpilot.deleted_consumers(LONG_AGO)
    assert found == Deletion("0123456789abcdef01234567", emulator.clock.now())


def test_the_id_of_a_review_may_be_spelt_either_way(trustpilot, emulator, unit):
    emulator.switches.deletions_id_key = "id"
    deleted = delete(emulator, unit, 1)
    assert list(trustpilot.deleted_reviews(LONG_AGO)) == deleted


def test_the_list_is_asked_for_from_the_day_with_the_key_and_no_sign_in(trustpilot, emulator, unit):
    delete(emulator, unit, 1)
    emulator.clock.advance(timedelta(days=2))
    later = delete(emulator, unit, 1)
    emulator.calls.clear()
    assert list(trustpilot.deleted_reviews(later[0].at.date())) == later
    assert [call.path for call in emulator.calls.all()] == ["/v1/reviews/deletions"]
    assert emulator.calls.counted("trustpilot") == 0


def test_pages_of_a_thousand_are_followed_to_the_end(trustpilot, emulator, unit):
    deleted = delete(emulator, unit, 2001)
    assert list(trustpilot.deleted_reviews(LONG_AGO)) == deleted
    assert emulator.calls.counts("trustpilot", path=FEED) == 3


def test_no_page_is_asked_for_before_it_is_wanted(trustpilot, emulator, unit):
    delete(emulator, unit, 1001)
    found = list(islice(trustpilot.deleted_reviews(LONG_AGO), 1000))
    assert len(found) == 1000
    assert emulator.calls.counts("trustpilot", path=FEED) == 1


@pytest.mark.parametrize(
    ("told", "at"),
    [
        ("2026-02-03T04:05:06", datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)),
        ("2026-02-03T04:05:06.1234567Z", datetime(2026, 2, 3, 4, 5, 6, 123456, tzinfo=UTC)),
        ("yesterday", None),
        (None, None),
        (7, None),
    ],
)
def test_a_deletion_counts_whatever_its_time_looks_like(pages, told, at):
    client = pages({"reviews": [{"reviewId": "r1", "deletedAt": told}], "nextToken": None})
    assert list(client.deleted_reviews(LONG_AGO)) == [Deletion("r1", at)]


def test_an_empty_page_with_a_token_is_not_the_end(pages):
    client = pages(
        {"consumers": [], "nextToken": "a"},
        {"consumers": [{"consumerId": "c1"}], "unknown": {}},
    )
    assert list(client.deleted_consumers(LONG_AGO)) == [Deletion("c1")]


def test_a_token_that_comes_again_ends_the_reading_after_what_could_be_read(pages):
    page = {"reviews": [{"id": "r1"}], "nextToken": "a"}
    found = pages(page, page, page).deleted_reviews(LONG_AGO)
    assert next(found) == Deletion("r1")
    assert next(found) == Deletion("r1")
    with pytest.raises(VendorAnswerUnreadable, match="leads back"):
        next(found)


@pytest.mark.parametrize("item", [None, 7, {}, {"reviewId": ""}, {"reviewId": None}, ["r1"]])
def test_an_item_without_an_id_is_told_after_the_others(pages, item):
    client = pages({"reviews": [item, {"reviewId": "r2"}]})
    found = client.deleted_reviews(LONG_AGO)
    assert next(found) == Deletion("r2")
    with pytest.raises(VendorAnswerUnreadable, match=r"1 deletion\(s\) that name nothing"):
        next(found)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({}, id="no list"),
        pytest.param({"reviews": None}, id="null"),
        pytest.param([], id="another shape"),
        pytest.param({"reviews": [], "nextToken": 7}, id="a token that is no text"),
    ],
)
def test_an_answer_that_is_no_list_is_not_an_empty_one(pages, body):
    with pytest.raises(VendorAnswerUnreadable):
        list(pages(body).deleted_reviews(LONG_AGO))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (drop_before(vendor="trustpilot", times=None), VendorUnreachable),
        (too_many_requests(vendor="trustpilot", times=None), AllowanceExhausted),
        (
            Fault("trustpilot", status=400, body={"details": "Pagination limit exceeded."}),
            RequestRefused,
        ),
    ],
)
def test_a_list_that_cannot_be_read_is_an_error_of_ours(trustpilot, emulator, fault, error):
    emulator.faults.add(fault)
    with pytest.raises(error):
        list(trustpilot.deleted_reviews(LONG_AGO))


def invited(emulator, unit, email="jane@customer.example"):
    body = {"consumerEmail": email, "consumerName": "Jane", "referenceNumber": "1"}
    state = emulator.trustpilot
    return state.mailbox.accept(unit, "", body, SendTimes(None, None), emulator.clock.now())


def test_trustpilot_forgets_the_invitations_to_an_address(trustpilot, emulator, unit):
    mine = invited(emulator, unit)
    other = invited(emulator, unit, "joe@customer.example")
    outcome = trustpilot.delete_invitation_data(unit.id, ["Jane@customer.example"])
    assert outcome.verdict is Verdict.ACCEPTED
    assert "jane@customer.example" not in repr(mine)
    assert other.email == "joe@customer.example"


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        (too_many_requests(vendor="invitations"), Verdict.TRY_LATER),
        (drop_after(vendor="invitations"), Verdict.UNKNOWN),
        (Fault("invitations", status=500, body={}), Verdict.UNKNOWN),
        (
            Fault("invitations", status=403, body={"message": "no jane@customer.example"}),
            Verdict.REFUSED,
        ),
    ],
)
def test_it_is_asked_once_and_the_address_stands_in_no_outcome(
    trustpilot, emulator, unit, fault, verdict
):
    emulator.faults.add(fault)
    outcome = trustpilot.delete_invitation_data(unit.id, ["jane@customer.example"])
    assert outcome.verdict is verdict
    assert "jane" not in repr(outcome)
    assert emulator.calls.counts("invitations") == 1
