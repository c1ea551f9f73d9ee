"""What the client reads from Trustpilot, and what it makes of every way reading can fail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import SecretStr

from connector.core.terms.errors import (
    AccessDenied,
    AllowanceExhausted,
    NotFound,
    RequestRefused,
    SignInError,
    VendorAnswerUnreadable,
    VendorUnreachable,
)
from connector.core.terms.reviews import ReviewType, Unreadable
from connector.emulator.faults import (
    Fault,
    drop_after,
    drop_before,
    html_page,
    too_many_requests,
    truncated_json,
    unreadable_json,
)
from connector.gateways.http.budget import Budget, Rate
from connector.gateways.http.client import VendorHttp
from connector.gateways.trustpilot.client import TrustpilotClient

START = datetime(2026, 2, 1, tzinfo=UTC)
END = datetime(2026, 3, 1, tzinfo=UTC)
LIST = "*/private/business-units/*/reviews"


def write(emulator, unit, count, *, first=START, step=60):
    """Let so many consumers write a service review, one every `step` seconds."""
    return [
        emulator.trustpilot.add_service_review(
            unit.id, stars=5, createdAt=first + timedelta(seconds=step * number)
        )["id"]
        for number in range(count)
    ]


def read(trustpilot, unit, start=START, end=END):
    pages = trustpilot.service_reviews(unit.id, start, end)
    return [review.id for page in pages for review in page.reviews]


def test_reviews_come_oldest_first_a_hundred_to_a_page(trustpilot, emulator, unit):
    ids = write(emulator, unit, 250)
    pages = list(trustpilot.service_reviews(unit.id, START, END))
    assert [len(page.reviews) for page in pages] == [100, 100, 50]
    assert [review.id for page in pages for review in page.reviews] == ids
    assert emulator.calls.counts(path=LIST) == 3


def test_no_review_is_asked_for_before_the_first_page_is_wanted(trustpilot, emulator, unit):
    trustpilot.service_reviews(unit.id, START, END)
    assert emulator.calls.all() == []


@pytest.fixture(params=[True, False], ids=["with links", "without links"])
def links(request, emulator):
    """Whether the emulator's lists link to their next page."""
    emulator.switches.next_page_links = request.param


@pytest.mark.usefixtures("links")
@pytest.mark.parametrize(("count", "calls"), [(0, 1), (99, 1), (100, 2), (101, 2)])
def test_reading_stops_at_a_short_or_empty_page(trustpilot, emulator, unit, count, calls):
    ids = write(emulator, unit, count)
    assert read(trustpilot, unit) == ids
    assert emulator.calls.counts(path=LIST) == calls


def test_the_list_is_asked_in_ascending_order_for_a_fixed_window(trustpilot, emulator, unit):
    read(trustpilot, unit)
    query = emulator.calls.all(path=LIST)[0].query
    assert "perPage=100" in query
    assert "orderBy=createdat.asc" in query
    assert "endDateTime=2026-03-01T00%3A00%3A01" in query
    assert "startDateTime=2026-01-31T23%3A59%3A59" in query


@pytest.mark.parametrize("with_start", [True, False])
@pytest.mark.parametrize("with_end", [True, False])
def test_both_ends_of_the_window_belong_to_it(trustpilot, emulator, unit, with_start, with_end):
    emulator.switches.start_inclusive = with_start
    emulator.switches.end_inclusive = with_end
    second = timedelta(seconds=1)
    expected = [write(emulator, unit, 1, first=at)[0] for at in (START, START + second, END)]
    for outside in (START - second, END + second):
        write(emulator, unit, 1, first=outside)
    assert read(trustpilot, unit) == expected


@pytest.mark.parametrize("zulu", [True, False])
@pytest.mark.parametrize("fraction", [True, False])
def test_times_are_read_in_every_spelling(trustpilot, emulator, unit, zulu, fraction):
    emulator.switches.times_with_z = zulu
    emulator.switches.times_with_fraction = fraction
    write(emulator, unit, 1, first=START + timedelta(hours=5))
    (page,) = trustpilot.service_reviews(unit.id, START, END)
    assert page.reviews[0].created_at == START + timedelta(hours=5)


def test_a_window_in_another_zone_is_the_same_window(trustpilot, emulator, unit):
    ids = write(emulator, unit, 1)
    zone = timezone(timedelta(hours=9))
    assert read(trustpilot, unit, START.astimezone(zone), END.astimezone(zone)) == ids


def test_beyond_the_paging_limit_the_list_is_taken_up_again(trustpilot, emulator, unit):
    emulator.switches.pagination_cap = 200
    ids = write(emulator, unit, 730)
    assert read(trustpilot, unit) == ids


def test_reviews_of_one_second_at_the_seam_come_once_each(trustpilot, emulator, unit):
    emulator.switches.pagination_cap = 200
    ids = write(emulator, unit, 150) + write(
        emulator, unit, 120, first=START + timedelta(days=1), step=0
    )
    ids += write(emulator, unit, 50, first=START + timedelta(days=2))
    found = read(trustpilot, unit)
    assert len(found) == len(set(found))
    assert set(found) == set(ids)


def test_a_second_with_more_reviews_than_can_be_paged_is_an_error_not_the_end(
    trustpilot, emulator, unit
):
    emulator.switches.pagination_cap = 200
    write(emulator, unit, 350, step=0)
    with pytest.raises(RequestRefused):
        read(trustpilot, unit)


def test_the_seam_costs_no_more_calls_than_the_pages_it_reads_again(trustpilot, emulator, unit):
    emulator.switches.pagination_cap = 1000
    write(emulator, unit, 3000)
    read(trustpilot, unit)
    assert emulator.calls.counts(path=LIST) < 40


def test_one_review_that_cannot_be_read_does_not_cost_the_others(trustpilot, emulator, unit):
    good = emulator.trustpilot.add_service_review(unit.id, stars=5, createdAt=START)
    body = {"links": [], "reviews": [good, {"id": "broken", "createdAt": "once"}, None]}
    emulator.faults.add(Fault("trustpilot", path=LIST, status=200, body=body))
    (page,) = trustpilot.service_reviews(unit.id, START, END)
    assert [review.id for review in page.reviews] == [good["id"]]
    assert page.unreadable == (
        Unreadable("broken", "cannot be read: createdAt"),
        Unreadable("", "cannot be read: not an object"),
    )


@pytest.mark.parametrize("body", [{}, {"reviews": None}, {"reviews": {}}, [], {"Reviews": []}])
def test_a_list_without_reviews_is_not_taken_for_no_reviews(trustpilot, emulator, unit, body):
    emulator.faults.add(Fault("trustpilot", path=LIST, status=200, body=body, times=None))
    with pytest.raises(VendorAnswerUnreadable):
        read(trustpilot, unit)


def test_a_page_size_smaller_than_asked_for_does_not_end_the_list(trustpilot, emulator, unit):
    path = "*/product-reviews/business-units/*"
    link = {"rel": "next-page", "method": "GET", "href": "https://trustpilot.example/next"}
    review = {"createdAt": "2026-02-01T00:00:00Z"}
    for name, links in (("p1", [link]), ("p2", [link]), ("p3", [])):
        body = {"productReviews": [{**review, "id": name}], "links": links}
        emulator.faults.add(Fault("trustpilot", path=path, status=200, body=body))
    pages = trustpilot.product_reviews(unit.id)
    assert [review.id for page in pages for review in page.reviews] == ["p1", "p2", "p3"]


@pytest.mark.parametrize("newest_first", [True, False])
def test_product_reviews_come_page_by_page(trustpilot, emulator, unit, newest_first):
    emulator.switches.product_reviews_newest_first = newest_first
    for number in range(205):
        emulator.trustpilot.add_product_review(
            unit.id, stars=4, content="Fine.", createdAt=START + timedelta(minutes=number)
        )
    pages = list(trustpilot.product_reviews(unit.id))
    assert [len(page.reviews) for page in pages] == [100, 100, 5]
    assert len({review.id for page in pages for review in page.reviews}) == 205
    assert pages[0].reviews[0].type is ReviewType.PRODUCT


def test_product_reviews_beyond_the_paging_limit_are_an_error(trustpilot, emulator, unit):
    emulator.switches.pagination_cap = 100
    for _ in range(101):
        emulator.trustpilot.add_product_review(unit.id, stars=4)
    with pytest.raises(RequestRefused):
        list(trustpilot.product_reviews(unit.id))


def test_one_review_is_read_by_its_id(trustpilot, emulator, unit):
    service = emulator.trustpilot.add_service_review(unit.id, stars=1, text="Late.")
    product = emulator.trustpilot.add_product_review(unit.id, stars=2, content="Soft.")
    assert trustpilot.review(ReviewType.SERVICE, service["id"]).text == "Late."
    assert trustpilot.review(ReviewType.PRODUCT, product["id"]).text == "Soft."


def test_the_reply_of_a_colleague_is_seen(trustpilot, emulator, unit):
    review = emulator.trustpilot.add_service_review(unit.id, stars=1)
    emulator.trustpilot.portal_reply(review["id"], "We are sorry.", "Ada Agent")
    reply = trustpilot.review(ReviewType.SERVICE, review["id"]).reply
    assert (reply.text, reply.author) == ("We are sorry.", "Ada Agent")


@pytest.mark.parametrize("status", [404, 410])
def test_a_deleted_review_is_not_found(trustpilot, emulator, unit, status):
    emulator.switches.gone_status = status
    review = emulator.trustpilot.add_service_review(unit.id, stars=1)
    emulator.trustpilot.delete_review(review["id"])
    with pytest.raises(NotFound) as caught:
        trustpilot.review(ReviewType.SERVICE, review["id"])
    assert caught.value.facts.status == status


def test_an_id_cannot_lead_to_another_path(trustpilot, emulator, unit):
    with pytest.raises(NotFound):
        trustpilot.review(ReviewType.SERVICE, f"../business-units/{unit.id}/reviews?x=")
    assert emulator.calls.counts(path=LIST) == 0


def test_a_business_unit_is_found_by_its_domain_without_signing_in(trustpilot, emulator, unit):
    write(emulator, unit, 3)
    found = trustpilot.find_business_unit("shop.example")
    assert (found.id, found.domain, found.review_count) == (unit.id, "shop.example", 3)
    assert trustpilot.business_unit(unit.id) == found
    assert emulator.calls.counts(path="*/accesstoken") == 0


@pytest.mark.parametrize("shape", ["404", "empty"])
def test_a_domain_trustpilot_does_not_know_is_not_found(trustpilot, emulator, shape):
    emulator.switches.unknown_domain = shape
    with pytest.raises(NotFound) as caught:
        trustpilot.find_business_unit("nobody.example")
    assert "nobody.example" in str(caught.value)


def test_a_business_unit_that_does_not_exist_is_not_found(trustpilot):
    with pytest.raises(NotFound):
        trustpilot.business_unit("0" * 24)


def test_a_wrong_api_key_is_a_sign_in_error(trustpilot_http, access, emulator, unit):
    wrong = replace(access, api_key=SecretStr("tpk-unknown"))
    with pytest.raises(SignInError) as caught:
        TrustpilotClient(trustpilot_http, wrong).business_unit(unit.id)
    assert "TRUSTPILOT_API_KEY" in caught.value.next_step
    assert "tpk-unknown" not in str(caught.value)
    assert emulator.calls.counts() == 1


def test_a_unit_of_another_account_is_denied_with_trustpilots_code(
    trustpilot_http, access, emulator, unit
):
    other = emulator.trustpilot.add_application("tpk-2", "tps-2", unit_ids=frozenset())
    keys = {"api_key": SecretStr(other.api_key), "api_secret": SecretStr(other.api_secret)}
    client = TrustpilotClient(trustpilot_http, replace(access, **keys))
    with pytest.raises(AccessDenied) as caught:
        read(client, unit)
    assert "403 (1014: Access to resource is forbidden)" in str(caught.value)
    assert "business unit" in caught.value.next_step
    assert emulator.calls.counts(path="*/accesstoken") == 1


def test_a_firewall_page_with_403_is_denied_without_a_new_token(trustpilot, emulator, unit):
    emulator.faults.add(html_page(403, path=LIST))
    with pytest.raises(AccessDenied) as caught:
        read(trustpilot, unit)
    assert "HTML" in str(caught.value)
    assert emulator.calls.counts(path="*/accesstoken") == 1
    assert emulator.calls.counts(path=LIST) == 1


FAULTS = [
    drop_before(path=LIST),
    drop_after(path=LIST),
    truncated_json(path=LIST),
    html_page(502, path=LIST),
    too_many_requests(path=LIST),
    too_many_requests(7, path=LIST),
    Fault("trustpilot", path=LIST, status=500, body={"message": "oops"}, name="500"),
    Fault("trustpilot", path=LIST, delay_seconds=61, name="slow"),
    unreadable_json(path=LIST),
    html_page(200, path=LIST),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f"{f.name} {f.status or ''}{f.headers}")
def test_a_list_survives_one_fault_and_loses_nothing(trustpilot, emulator, unit, fault):
    ids = write(emulator, unit, 120)
    emulator.faults.add(replace(fault, skip=1))
    assert read(trustpilot, unit) == ids
    assert emulator.calls.counts(path=LIST) == 3


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (drop_before(path=LIST, times=None), VendorUnreachable),
        (drop_after(path=LIST, times=None), VendorUnreachable),
        (truncated_json(path=LIST, times=None), VendorUnreachable),
        (html_page(503, path=LIST, times=None), VendorUnreachable),
        (too_many_requests(path=LIST, times=None), AllowanceExhausted),
        (Fault("trustpilot", path=LIST, delay_seconds=61, times=None), VendorUnreachable),
    ],
    ids=["drop before", "drop after", "truncated", "html 503", "429", "slow"],
)
def test_a_fault_that_lasts_ends_the_read_after_four_attempts(
    trustpilot, emulator, unit, fault, error
):
    emulator.faults.add(fault)
    with pytest.raises(error):
        read(trustpilot, unit)
    assert emulator.calls.counts(path=LIST) == 4


@pytest.mark.parametrize("fault", [unreadable_json(times=None), html_page(200, times=None)])
def test_a_body_that_stays_unreadable_is_asked_for_twice(trustpilot, emulator, unit, fault):
    emulator.faults.add(replace(fault, path=LIST))
    with pytest.raises(VendorAnswerUnreadable):
        read(trustpilot, unit)
    assert emulator.calls.counts(path=LIST) == 2


def test_a_refusal_shows_trustpilots_words_without_personal_data(trustpilot, emulator, unit):
    body = {"message": "Bad request", "details": "ann@example.com is not in tpa-123"}
    emulator.faults.add(Fault("trustpilot", path=LIST, status=400, body=body))
    with pytest.raises(RequestRefused) as caught:
        read(trustpilot, unit)
    assert "400 (Bad request: [hidden] is not in [hidden])" in str(caught.value)
    assert caught.value.facts.path.endswith("/reviews")


def test_a_redirect_is_refused_and_not_followed(trustpilot, emulator, unit):
    to = {"Location": "https://elsewhere.example/login"}
    emulator.faults.add(Fault("trustpilot", path=LIST, status=302, headers=to))
    with pytest.raises(RequestRefused):
        read(trustpilot, unit)
    assert emulator.calls.counts(path=LIST) == 1


def test_our_own_budget_keeps_trustpilot_from_saying_429(clock, door, access, emulator, unit):
    emulator.switches.calls_per_five_minutes = 5
    # A call more than allowed is refused by the emulator; the token request counts for us only.
    budget = Budget("Trustpilot", clock, rates=(Rate(5, 300),))
    layer = VendorHttp("Trustpilot", clock=clock, adapter=door, budget=budget)
    ids = write(emulator, unit, 950)
    assert read(TrustpilotClient(layer, access), unit) == ids
    layer.close()
    assert {call.status for call in emulator.calls.all()} == {200}


def test_a_runs_ceiling_stops_the_reading_between_two_pages(clock, door, access, emulator, unit):
    budget = Budget("Trustpilot", clock, at_most=3)
    layer = VendorHttp("Trustpilot", clock=clock, adapter=door, budget=budget)
    write(emulator, unit, 500)
    pages = TrustpilotClient(layer, access).service_reviews(unit.id, START, END)
    assert len(next(pages).reviews) == len(next(pages).reviews) == 100
    with pytest.raises(AllowanceExhausted):
        next(pages)
    layer.close()
    assert emulator.calls.counts() == 3


def test_all_comments_of_a_conversation_are_read(trustpilot, emulator, unit):
    review = emulator.trustpilot.add_product_review(unit.id, stars=2)
    conversation = trustpilot.open_conversation(review["id"])
    trustpilot.comment(conversation, "We are sorry.")
    (comment,) = trustpilot.conversation(conversation).comments
    assert (comment.text, comment.by_business) == ("We are sorry.", True)
