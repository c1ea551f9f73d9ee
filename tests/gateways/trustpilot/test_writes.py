"""What people would see twice is sent once, and its outcome is told as it is."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import requests
from pydantic import SecretStr

from connector.core.invitations.sending.outgoing import EmailInvitation
from connector.core.terms.errors import (
    AccessDenied,
    AllowanceExhausted,
    NotFound,
    SignInError,
    VendorUnreachable,
)
from connector.core.terms.outcomes import Verdict
from connector.emulator.faults import (
    Fault,
    drop_after,
    expired_session,
    html_page,
    too_many_requests,
)
from connector.emulator.trustpilot.access.accounts import BusinessUser
from connector.gateways.http.budget import Budget, Rate
from connector.gateways.http.client import VendorHttp
from connector.gateways.trustpilot.client import TrustpilotClient
from one_fault import OF_TRUSTPILOT

SEND_AT = datetime(2026, 3, 9, 10, tzinfo=UTC)
INVITATION = EmailInvitation("ann.smith@example.com", "Ann Smith", "1001", SEND_AT)
UNKNOWN, TRY_LATER, REFUSED = Verdict.UNKNOWN, Verdict.TRY_LATER, Verdict.REFUSED

# What happens to the call, what its outcome is, and whether Trustpilot did it all the same.
FATES = {
    **OF_TRUSTPILOT,
    "html 403": (html_page(403), REFUSED, False),
    "html 200": (html_page(200), UNKNOWN, False),
    "429 with Retry-After": (too_many_requests(5), TRY_LATER, False),
    "408": (Fault("*", status=408), UNKNOWN, False),
    **{f"html {n}": (html_page(n), UNKNOWN, False) for n in (408, 502, 503, 504)},
    "400": (Fault("*", status=400, body={"details": "no"}), REFUSED, False),
    "404": (Fault("*", status=404), REFUSED, False),
    "302": (Fault("*", status=302, headers={"Location": "https://x.example"}), REFUSED, False),
}


class Invite:
    path = "*/email-invitations"

    def __init__(self, emulator, unit):
        self.state, self.unit = emulator.trustpilot, unit

    def send(self, trustpilot):
        return trustpilot.send_invitation(self.unit.id, INVITATION)

    def done(self):
        return len(self.state.mailbox.received)


class ReplyTo:
    path = "*/reply"

    def __init__(self, emulator, unit):
        self.state = emulator.trustpilot
        self.review = self.state.add_service_review(unit.id, stars=1)["id"]

    def send(self, trustpilot):
        return trustpilot.reply(self.review, "We are sorry.")

    def done(self):
        return int(bool(self.state.service_review(self.review)["companyReply"]))


class CommentOn:
    path = "*/comments"

    def __init__(self, emulator, unit):
        self.state, self.unit = emulator.trustpilot, unit
        self.conversation = ""

    def send(self, trustpilot):
        if not self.conversation:
            review = self.state.add_product_review(self.unit.id, stars=1)
            self.conversation = trustpilot.open_conversation(review["id"])
        return trustpilot.comment(self.conversation, "We are sorry.")

    def done(self):
        return len(self.state.product.conversations[self.conversation].comments)


@pytest.fixture(params=[Invite, ReplyTo, CommentOn], ids=["invitation", "reply", "comment"])
def write(request, emulator, unit):
    """One of the three calls that must not happen twice."""
    return request.param(emulator, unit)


@pytest.fixture(params=[ReplyTo, CommentOn], ids=["reply", "comment"])
def text(request, emulator, unit):
    """One of the two calls that may sign in anew: what they say does not grow old."""
    return request.param(emulator, unit)


def test_what_is_accepted_happened_once(trustpilot, emulator, write):
    outcome = write.send(trustpilot)
    assert outcome.verdict is Verdict.ACCEPTED
    assert outcome.status // 100 == 2
    assert outcome.detail == ""
    assert (write.done(), emulator.calls.counts(path=write.path)) == (1, 1)


@pytest.mark.parametrize("fate", FATES)
def test_a_struck_call_is_sent_once_and_its_outcome_is_told(trustpilot, emulator, write, fate):
    fault, verdict, happened = FATES[fate]
    emulator.faults.add(replace(fault, path=write.path, times=None))
    assert write.send(trustpilot).verdict is verdict
    assert emulator.calls.counts(path=write.path) == 1
    assert write.done() == happened


@pytest.mark.parametrize("status", [200, 202, 204])
def test_any_success_of_an_invitation_is_accepted(trustpilot, emulator, unit, status):
    emulator.switches.invitation_success_status = status
    outcome = trustpilot.send_invitation(unit.id, INVITATION)
    assert (outcome.verdict, outcome.status) == (Verdict.ACCEPTED, status)


@pytest.mark.parametrize("status", [200, 201, 204])
def test_any_success_of_a_reply_is_accepted(trustpilot, emulator, unit, status):
    emulator.switches.reply_success_status = status
    review = emulator.trustpilot.add_service_review(unit.id, stars=1)
    assert trustpilot.reply(review["id"], "Sorry.").verdict is Verdict.ACCEPTED


def test_an_invitation_arrives_as_it_was_meant(trustpilot, emulator, unit):
    trustpilot.send_invitation(unit.id, INVITATION)
    (received,) = emulator.trustpilot.mailbox.received
    assert (received.email, received.name) == ("ann.smith@example.com", "Ann Smith")
    assert (received.reference, received.send_at) == ("1001", SEND_AT)
    assert received.user_id == emulator.trustpilot.acting_user_id
    assert received.dropped == ""


def test_a_reply_carries_emoji_and_its_author(trustpilot, emulator, unit):
    review = emulator.trustpilot.add_service_review(unit.id, stars=5)
    trustpilot.reply(review["id"], "Thank you \U0001f600 \u05ea\u05d5\u05d3\u05d4")
    reply = emulator.trustpilot.service_review(review["id"])["companyReply"]
    assert reply["text"] == "Thank you \U0001f600 \u05ea\u05d5\u05d3\u05d4"
    assert reply["authorBusinessUserId"] == emulator.trustpilot.acting_user_id


def test_a_401_renews_the_token_and_the_call_happens_once(trustpilot, emulator, text):
    fault = expired_session(vendor="*", path=text.path)
    emulator.faults.add(fault)
    assert text.send(trustpilot).verdict is Verdict.ACCEPTED
    assert text.done() == 1
    assert [call.status // 100 for call in emulator.calls.all(path=text.path)] == [4, 2]
    assert emulator.calls.counts(path="*/accesstoken") == 2


def test_a_401_after_a_new_token_is_a_refusal(trustpilot, emulator, text):
    emulator.faults.add(expired_session(vendor="*", path=text.path, times=None))
    outcome = text.send(trustpilot)
    assert (outcome.verdict, outcome.status) == (REFUSED, 401)
    assert outcome.code == "oauth.v2.InvalidAccessToken"
    assert emulator.calls.counts(path=text.path) == 2
    assert text.done() == 0


def test_a_replay_after_401_that_breaks_off_is_unknown_and_not_sent_a_third_time(
    trustpilot, emulator, text
):
    emulator.faults.add(expired_session(vendor="*", path=text.path))
    emulator.faults.add(drop_after(path=text.path))
    assert text.send(trustpilot).verdict is UNKNOWN
    assert text.done() == 1
    assert emulator.calls.counts(path=text.path) == 2


def test_a_refusal_tells_code_and_words(access, trustpilot_http, emulator, unit):
    guest = emulator.trustpilot.add_business_user("Guest", role="Guest")
    client = TrustpilotClient(trustpilot_http, replace(access, acting_user_id=guest.id))
    outcome = client.send_invitation(unit.id, INVITATION)
    assert (outcome.verdict, outcome.status, outcome.code) == (REFUSED, 403, "1014")
    assert outcome.detail == "Access to resource is forbidden"


def test_a_detail_repeats_nothing_personal(trustpilot, emulator, unit):
    words = "Ann Smith <ann.smith@example.com> (smith) was refused, call +45 12 34 56 78"
    fault = Fault("invitations", status=400, body={"message": words, "errorCode": 7})
    emulator.faults.add(fault)
    outcome = trustpilot.send_invitation(unit.id, INVITATION)
    assert outcome.detail == "[hidden] <[hidden]> ([hidden]) was refused, call [hidden]"
    assert outcome.code == "7"


def test_a_reply_and_a_comment_go_out_in_somebody_elses_name(trustpilot, emulator, unit):
    state = emulator.trustpilot
    state.accounts.users["f" * 24] = BusinessUser("f" * 24, "Anna", role="Manager")
    service = state.add_service_review(unit.id)["id"]
    product = state.add_product_review(unit.id)["id"]
    trustpilot.reply(service, "Sorry.", "f" * 24)
    conversation = trustpilot.open_conversation(product)
    trustpilot.comment(conversation, "Sorry.", "f" * 24)
    (comment,) = trustpilot.conversation(conversation).comments
    assert state.service_review(service)["companyReply"]["authorBusinessUserId"] == "f" * 24
    assert comment.author_id == "f" * 24


@pytest.mark.parametrize("missing", [204, 404])
def test_a_reply_is_deleted_and_a_missing_one_counts_as_deleted(
    missing, trustpilot, emulator, unit
):
    emulator.switches.missing_reply_delete_status = missing
    review = emulator.trustpilot.add_service_review(unit.id)["id"]
    trustpilot.reply(review, "Sorry.")
    for _ in range(2):
        assert trustpilot.delete_reply(review).verdict is Verdict.ACCEPTED
        assert emulator.trustpilot.service_review(review)["companyReply"] is None


def test_a_comment_is_edited_in_its_place(trustpilot, emulator, unit):
    review = emulator.trustpilot.add_product_review(unit.id)["id"]
    conversation = trustpilot.open_conversation(review)
    trustpilot.comment(conversation, "Sorry.")
    (comment,) = trustpilot.conversation(conversation).comments
    assert trustpilot.edit_comment(conversation, comment.id, "Sorry!").verdict is Verdict.ACCEPTED
    (edited,) = trustpilot.conversation(conversation).comments
    assert (edited.id, edited.text) == (comment.id, "Sorry!")
    assert edited.updated_at


def test_an_echoed_reply_is_not_repeated_in_the_detail(trustpilot, emulator, unit):
    review = emulator.trustpilot.add_service_review(unit.id, stars=1)
    words = "Dear Ann, we are sorry."
    body = {"message": f"Not allowed: {words}"}
    emulator.faults.add(Fault("trustpilot", path="*/reply", status=400, body=body))
    assert "Ann" not in trustpilot.reply(review["id"], words).detail


def test_a_connection_never_made_means_try_later(clock, access, emulator, unit, door):
    layer = VendorHttp("Trustpilot", clock=clock, adapter=_NoInvitationHost(door))
    outcome = TrustpilotClient(layer, access).send_invitation(unit.id, INVITATION)
    layer.close()
    assert (outcome.verdict, outcome.status) == (TRY_LATER, None)
    assert emulator.trustpilot.mailbox.received == []
    assert "once" in outcome.detail
    assert clock.slept == []  # nobody knows whether it may still go out after a pause


class _NoInvitationHost(requests.adapters.BaseAdapter):
    """Reaches the emulator, but finds nothing listening at the invitations host."""

    def __init__(self, door):
        super().__init__()
        self.door, self.network = door, requests.adapters.HTTPAdapter()

    def send(self, request, **options):
        if "invitations" not in request.url:
            return self.door.send(request, **options)
        astray = request.copy()
        astray.url = "http://127.0.0.1:1/"
        return self.network.send(astray, **options)

    def close(self):
        self.network.close()


def test_nothing_is_sent_while_no_token_can_be_had(trustpilot, emulator, text):
    text.send(trustpilot)
    emulator.trustpilot.accounts.end_all()
    emulator.calls.clear()
    emulator.faults.add(drop_after(path="*/accesstoken", times=None))
    assert text.send(trustpilot).verdict is TRY_LATER
    assert {call.status for call in emulator.calls.all(path=text.path)} == {401}


# -- between the decision and the call -----------------------------------------------------------

TOKEN = "*/accesstoken"
INVITE = "*/email-invitations"


def test_an_invitation_whose_token_ended_is_tried_once(trustpilot, emulator, unit):
    trustpilot.prepare_to_send(1)
    emulator.trustpilot.accounts.end_all()
    outcome = trustpilot.send_invitation(unit.id, INVITATION)
    assert (outcome.verdict, outcome.status) == (REFUSED, 401)
    assert emulator.calls.counts(path=INVITE) == emulator.calls.counts(path=TOKEN) == 1


def test_after_a_refused_token_the_next_preparation_signs_in(trustpilot, emulator, unit):
    trustpilot.prepare_to_send(1)
    emulator.trustpilot.accounts.end_all()
    trustpilot.send_invitation(unit.id, INVITATION)
    trustpilot.prepare_to_send(1)
    assert trustpilot.send_invitation(unit.id, INVITATION).verdict is Verdict.ACCEPTED
    assert emulator.calls.counts(path=TOKEN) == 2


def test_an_invitation_never_signs_in_after_preparation(trustpilot, emulator, unit, clock):
    trustpilot.prepare_to_send(1)
    clock.advance(99 * 3600 - 1)
    trustpilot.prepare_to_send(1)
    clock.advance(2)  # now the token is due for renewal, and good for an hour
    assert trustpilot.send_invitation(unit.id, INVITATION).verdict is Verdict.ACCEPTED
    assert emulator.calls.counts(path=TOKEN) == 1


def test_a_batch_outlives_no_token(trustpilot, emulator, unit, clock):
    body = {"access_token": "tpa-short", "token_type": "BearerToken", "expires_in": "300"}
    emulator.faults.add(Fault("trustpilot", path=TOKEN, status=200, body=body))
    trustpilot.prepare_to_send(1)
    clock.advance(241)
    trustpilot.prepare_to_send(1)
    clock.advance(59)
    emulator.calls.clear()
    assert trustpilot.send_invitation(unit.id, INVITATION).verdict is Verdict.ACCEPTED
    assert emulator.calls.counts(path=TOKEN) == 0


@pytest.fixture
def hasty(clock, door):
    """Build a layer with these rates."""
    layers = []

    def build(*rates):
        budget = Budget("Trustpilot", clock, rates=rates)
        layers.append(VendorHttp("Trustpilot", clock=clock, adapter=door, budget=budget))
        return layers[-1]

    yield build
    for layer in layers:
        layer.close()


def test_a_wait_in_preparation_does_not_eat_the_token(hasty, access, emulator, unit):
    body = {"access_token": "tpa-short", "token_type": "BearerToken", "expires_in": "300"}
    emulator.faults.add(Fault("trustpilot", path=TOKEN, status=200, body=body))
    client = TrustpilotClient(hasty(Rate(2, 400)), access)
    client.prepare_to_send(1)
    client.find_business_unit("shop.example")
    client.prepare_to_send(1)  # waits for 400 seconds: the token ends in the meantime
    emulator.calls.clear()
    assert client.send_invitation(unit.id, INVITATION).verdict is Verdict.ACCEPTED
    assert emulator.calls.counts(path=TOKEN) == 0


def test_an_invitation_waits_for_no_turn(hasty, access, emulator, unit, clock):
    client = TrustpilotClient(hasty(Rate(2, 300)), access)
    assert client.prepare_to_send(1) == 1
    client.find_business_unit("shop.example")  # takes the turn
    slept = list(clock.slept)
    with pytest.raises(AllowanceExhausted):
        client.send_invitation(unit.id, INVITATION)
    assert clock.slept == slept
    assert emulator.calls.counts("invitations") == 0


def test_forgetting_somebody_may_sign_in_anew(trustpilot, emulator, unit):
    trustpilot.prepare_to_send(1)
    emulator.trustpilot.accounts.end_all()
    outcome = trustpilot.delete_invitation_data(unit.id, ["ann.smith@example.com"])
    assert outcome.verdict is Verdict.ACCEPTED
    assert emulator.calls.counts(path=TOKEN) == 2


def test_a_refused_credential_is_raised_and_nothing_is_sent(
    trustpilot_http, access, emulator, unit
):
    wrong = replace(access, api_secret=SecretStr("tps-wrong"))
    with pytest.raises(SignInError):
        TrustpilotClient(trustpilot_http, wrong).send_invitation(unit.id, INVITATION)
    assert emulator.calls.counts("invitations") == 0


def test_an_exhausted_budget_is_raised_and_nothing_is_sent(clock, door, access, emulator, unit):
    budget = Budget("Trustpilot", clock, at_most=1)
    layer = VendorHttp("Trustpilot", clock=clock, adapter=door, budget=budget)
    with pytest.raises(AllowanceExhausted):
        TrustpilotClient(layer, access).send_invitation(unit.id, INVITATION)
    layer.close()
    assert emulator.calls.counts("invitations") == 0


def test_invitations_of_eight_threads_arrive_once_each(trustpilot, emulator, unit):
    def work(number):
        for turn in range(5):
            one = replace(INVITATION, reference_number=f"{number}-{turn}")
            trustpilot.send_invitation(unit.id, one)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    references = [one.reference for one in emulator.trustpilot.mailbox.received]
    assert len(references) == len(set(references)) == 40
    assert emulator.calls.counts(path="*/accesstoken") == 1


OPEN = "*/create-conversation"


@pytest.fixture
def product_review(emulator, unit):
    return emulator.trustpilot.add_product_review(unit.id, stars=1)["id"]


def test_opening_a_conversation_returns_its_id(trustpilot, emulator, product_review):
    opened = trustpilot.open_conversation(product_review)
    assert list(emulator.trustpilot.product.conversations) == [opened]


@pytest.mark.parametrize("fate", [fate for fate in FATES if FATES[fate][1] is UNKNOWN])
def test_a_conversation_that_may_have_been_opened_is_not_opened_again(
    trustpilot, emulator, product_review, fate
):
    emulator.faults.add(replace(FATES[fate][0], path=OPEN, times=None))
    with pytest.raises(VendorUnreachable) as caught:
        trustpilot.open_conversation(product_review)
    assert caught.value.maybe_processed
    assert emulator.calls.counts(path=OPEN) == 1
    assert len(emulator.trustpilot.product.conversations) == FATES[fate][2]


@pytest.mark.parametrize("body", [None, {}, {"conversationId": ""}, {"conversationId": 5}, []])
def test_a_success_without_an_id_may_have_opened_a_conversation(
    trustpilot, emulator, product_review, body
):
    emulator.faults.add(Fault("trustpilot", path=OPEN, status=200, body=body))
    with pytest.raises(VendorUnreachable) as caught:
        trustpilot.open_conversation(product_review)
    assert caught.value.maybe_processed


@pytest.mark.parametrize(
    ("status", "error"), [(403, AccessDenied), (404, NotFound), (429, AllowanceExhausted)]
)
def test_a_conversation_that_was_refused_says_why(
    trustpilot, emulator, product_review, status, error
):
    emulator.faults.add(Fault("trustpilot", path=OPEN, status=status, times=None))
    with pytest.raises(error):
        trustpilot.open_conversation(product_review)
    assert emulator.calls.counts(path=OPEN) == 1


@pytest.mark.parametrize("acting", [True, False])
def test_every_private_write_names_the_acting_user_where_one_is_set(
    clock, access, server, scripted, acting
):
    user = "5f00000000000000000000aa" if acting else ""
    server.will(scripted(body=b'{"access_token": "tpa-1"}', headers=_JSON))
    layer = VendorHttp("Trustpilot", clock=clock, adapter=_ToScript(server))
    client = TrustpilotClient(layer, replace(access, acting_user_id=user))
    client.reply("r1", "Thanks!")
    client.comment("c1", "Thanks!")
    client.send_invitation("u1", INVITATION)
    client.add_tags("r1", ["vip"])
    server.will(scripted(body=b'{"conversationId": "c2"}', headers=_JSON))
    client.open_conversation("p1")
    layer.close()
    token, *writes = server.received
    assert {request.headers.get("x-business-user-id") for request in writes} == {user or None}
    assert {request.headers["Authorization"] for request in writes} == {"Bearer tpa-1"}
    assert token.body == b"grant_type=client_credentials"
    assert json.loads(writes[1].body) == {"content": "Thanks!"}


def test_only_a_request_with_a_body_names_a_content_type(clock, access, server, scripted):
    server.will(scripted(body=b'{"access_token": "tpa-1"}', headers=_JSON))
    server.will(scripted(body=b'{"conversationId": "c2"}', headers=_JSON))
    layer = VendorHttp("Trustpilot", clock=clock, adapter=_ToScript(server))
    client = TrustpilotClient(layer, access)
    client.open_conversation("p1")
    client.reply("r1", "Thanks!")
    layer.close()
    _, without, with_body = server.received
    assert "Content-Type" not in without.headers
    assert with_body.headers["Content-Type"] == "application/json"


_JSON = (("Content-Type", "application/json"),)


class _ToScript(requests.adapters.HTTPAdapter):
    """Sends every request to the scripted server, whatever its host."""

    def __init__(self, server):
        super().__init__()
        self.server = server

    def send(self, request, **options):
        request.url = self.server.url + request.path_url
        return super().send(request, **options)
