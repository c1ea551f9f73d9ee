"""Links that Trustpilot makes: asked for again where that helps, and what comes of each answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.core.invitations.sending.outgoing import LinkRequest
from connector.core.terms.errors import (
    AccessDenied,
    AllowanceExhausted,
    NotFound,
    RequestRefused,
    VendorAnswerUnreadable,
    VendorUnreachable,
)
from connector.emulator.faults import (
    Fault,
    drop_after,
    drop_before,
    html_page,
    too_many_requests,
    truncated_json,
)

LINK = LinkRequest("ann.smith@example.com", "Ann Smith", "1001", products=({"sku": "TENT"},))
PATH = {"path": "*/invitation-links"}


@pytest.fixture(params=["service_link", "product_link"])
def ask(request, trustpilot, unit):
    """Ask for one of the two kinds of link."""
    return lambda: getattr(trustpilot, request.param)(unit.id, LINK)


@pytest.mark.parametrize("status", [200, 201])
@pytest.mark.parametrize("names", ["id and url", "reviewLinkId and reviewUrl"])
def test_a_link_has_an_address_and_an_id(ask, emulator, status, names):
    emulator.switches.invitation_links_status = status
    emulator.switches.product_link_names = names
    found = ask()
    (made,) = emulator.trustpilot.mailbox.links
    assert (found.url, found.id) == (made.url, made.id)
    assert (made.email, made.name, made.reference) == ("ann.smith@example.com", "Ann Smith", "1001")


PASSING = {
    "drop before": drop_before(),
    "drop after": drop_after(),
    "truncated": truncated_json(),
    "slow": Fault("*", delay_seconds=61),
    "html 502": html_page(502),
    "500": Fault("*", status=500, body=""),
    "429": too_many_requests(),
}


@pytest.mark.parametrize("fault", PASSING)
def test_a_link_whose_answer_is_lost_is_asked_for_again(ask, emulator, fault):
    emulator.faults.add(replace(PASSING[fault], **PATH, times=1))
    assert ask().url == emulator.trustpilot.mailbox.links[-1].url
    assert emulator.calls.counts(**PATH) == 2
    assert {link.reference for link in emulator.trustpilot.mailbox.links} == {"1001"}


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("*", status=400, body={"details": "no ann.smith@example.com"}), RequestRefused),
        (Fault("*", status=403), AccessDenied),
        (html_page(403), AccessDenied),
        (Fault("*", status=404), NotFound),
        (too_many_requests(), AllowanceExhausted),
        (drop_after(), VendorUnreachable),
        (Fault("*", status=503, body=""), VendorUnreachable),
        (html_page(200), VendorAnswerUnreadable),
        (Fault("*", status=200, body=""), VendorAnswerUnreadable),
        (Fault("*", status=200, body={"url": 5}), VendorAnswerUnreadable),
        (Fault("*", status=200, body=[]), VendorAnswerUnreadable),
    ],
)
def test_an_answer_without_a_link_says_what_to_do(ask, emulator, fault, error):
    emulator.faults.add(replace(fault, **PATH, times=None))
    with pytest.raises(error) as caught:
        ask()
    assert "smith" not in str(caught.value).lower()
