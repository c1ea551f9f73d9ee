"""The private review list: every documented parameter, paging, the cap, the shape of a review."""

from datetime import UTC, datetime, timedelta

import pytest

START = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture
def shelf(client):
    """Ten reviews an hour apart, r0 the oldest, each with something to filter by."""
    extras = {
        0: {"language": "da", "referenceId": "#1001"},
        1: {"location": {"id": "u", "name": "City", "externalId": "store-1"}},
        2: {"consumer": {"displayName": "Kim Example"}},
        3: {"tags": [{"group": "Generic", "value": "VIP"}]},
        4: {"tags": [{"group": "generic", "value": "late"}]},
        5: {"companyReply": {"text": "Thanks"}},
        6: {"reportData": {"source": "Trustpilot", "reasons": []}},
        7: {"referralEmail": "kim@example.com", "referenceId": "1007"},
        8: {"source": "InvitationLinkApi"},
        9: {"findReviewer": {"isEligible": True, "requests": [{"id": "1", "status": "Pending"}]}},
    }
    for number, extra in extras.items():
        client.state.add_service_review(
            client.unit.id,
            id=f"r{number}",
            createdAt=START + timedelta(hours=number),
            stars=number % 5 + 1,
            **extra,
        )
    return client


def ids(rows):
    return [row["id"] for row in rows]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"language": "da"}, "r0"),
        ({"referenceId": "#1001"}, "r0"),
        ({"internalLocationId": "store-1"}, "r1"),
        ({"username": "Kim Example"}, "r2"),
        ({"tagGroup": "generic"}, "r4 r3"),
        ({"tagGroup": "generic", "tagValue": "VIP"}, "r3"),
        ({"tagValue": "vip"}, ""),
        ({"tagValue": "vip", "ignoreTagValueCase": "true"}, "r3"),
        ({"responded": "true"}, "r5"),
        ({"reported": "true"}, "r6"),
        ({"responded": "false", "reported": "false", "stars": "1"}, "r0"),
        ({"referralEmail": "KIM@example.com"}, "r7"),
        ({"source": "InvitationLinkApi"}, "r8"),
        ({"findReviewer": "contacted"}, "r9"),
        ({"findReviewer": "notContacted", "stars": "5"}, "r4"),
        ({"stars": "2"}, "r6 r1"),
        ({"stars": "1,2"}, "r6 r5 r1 r0"),  # a comma list
        ({"stars": ["1", "2"]}, "r6 r5 r1 r0"),  # the repeated key
    ],
)
def test_a_filter_keeps_what_it_names(shelf, params, expected):
    assert ids(shelf.reviews(**params)) == expected.split()


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (None, "r9 r8 r7 r6 r5 r4 r3 r2 r1 r0"),
        ("createdat.desc", "r9 r8 r7 r6 r5 r4 r3 r2 r1 r0"),
        ("createdat.asc", "r0 r1 r2 r3 r4 r5 r6 r7 r8 r9"),
        ("stars.asc", "r0 r5 r1 r6 r2 r7 r3 r8 r4 r9"),
        (["stars.desc", "createdat.desc"], "r9 r4 r8 r3 r7 r2 r6 r1 r5 r0"),
    ],
)
def test_the_order_is_as_asked(shelf, order, expected):
    assert ids(shelf.reviews(orderBy=order)) == expected.split()


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"startDateTime": "2026-02-01T07:30:00"}, "r8 r9"),
        ({"endDateTime": "2026-02-01T01:30:00"}, "r0 r1"),
        ({"startDateTime": "2026-02-01T03:00:00", "endDateTime": "2026-02-01T04:00:00"}, "r3 r4"),
        ({"startDateTime": "2026-02-02"}, ""),  # a date alone is its midnight
        ({"endDateTime": "2026-02-01"}, "r0"),
        ({"startDateTime": "2026-02-01T09:00:00Z"}, "r9"),
        ({"startDateTime": "2026-02-01T08:59:59.9999999"}, "r9"),
    ],
)
def test_times_filter_on_creation_with_both_ends(shelf, params, expected):
    assert ids(shelf.reviews(orderBy="createdat.asc", **params)) == expected.split()


def test_each_end_may_be_exclusive(shelf):
    shelf.switches.start_inclusive = shelf.switches.end_inclusive = False
    window = {"startDateTime": "2026-02-01T03:00:00", "endDateTime": "2026-02-01T05:00:00"}
    assert ids(shelf.reviews(**window)) == ["r4"]


@pytest.mark.parametrize(
    "params",
    [
        {"page": "0"},
        {"page": "-1"},
        {"page": "x"},
        {"page": "2147483648"},
        {"perPage": "0"},
        {"perPage": "101"},
        {"stars": "6"},
        {"stars": "five"},
        {"orderBy": "updatedat.asc"},
        {"responded": "yes"},
        {"findReviewer": "maybe"},
        {"startDateTime": "yesterday"},
        {"startDateTime": "2026-13-01T00:00:00"},
        {"endDateTime": "09/07/2013 13:37:00"},
    ],
)
def test_a_wrong_value_is_a_400_with_details(shelf, params):
    answer = shelf.get(f"/private/business-units/{shelf.unit.id}/reviews", **params)
    assert answer.status_code == 400
    assert answer.json()["details"]


def test_a_z_in_a_request_may_be_refused(shelf):
    shelf.switches.zulu_in_requests = False
    path = f"/private/business-units/{shelf.unit.id}/reviews"
    assert shelf.get(path, startDateTime="2026-02-01T00:00:00Z").status_code == 400


def test_twenty_reviews_are_a_page_where_nothing_else_is_asked(client):
    for number in range(25):
        client.state.add_service_review(client.unit.id, createdAt=START + timedelta(hours=number))
    assert len(client.reviews()) == 20
    # The spelling of other endpoints is not known here.
    assert len(client.reviews(perpage=100)) == 20
    assert len(client.reviews(perPage=100)) == 25


def test_pages_partition_the_reviews_and_end_empty(shelf):
    pages = [ids(shelf.reviews(orderBy="createdat.asc", perPage=4, page=n)) for n in range(1, 5)]
    assert [len(page) for page in pages] == [4, 4, 2, 0]
    assert [one for page in pages for one in page] == [f"r{number}" for number in range(10)]


def test_next_page_links_lead_through_all_pages(shelf):
    path = f"/private/business-units/{shelf.unit.id}/reviews"
    answer = shelf.get(path, perPage=4, orderBy="createdat.asc", stars="1,2,3,4,5").json()
    found = ids(answer["reviews"])
    while links := answer["links"]:
        assert [link["rel"] for link in links] == ["next-page"]
        answer = shelf.session.get(links[0]["href"], headers=shelf.headers, timeout=1).json()
        found += ids(answer["reviews"])
    assert found == [f"r{number}" for number in range(10)]


def test_next_page_links_may_be_missing(shelf):
    shelf.switches.next_page_links = False
    path = f"/private/business-units/{shelf.unit.id}/reviews"
    assert shelf.get(path, perPage=4).json()["links"] == []


def test_beyond_100000_records_is_an_error_and_not_an_empty_page(client):
    path = f"/private/business-units/{client.unit.id}/reviews"
    assert client.get(path, perPage=100, page=1000).json()["reviews"] == []
    answer = client.get(path, perPage=100, page=1001)
    assert (answer.status_code, answer.json()["details"]) == (400, "Pagination limit exceeded.")


def test_a_new_arrival_shifts_descending_pages(shelf):
    first = shelf.reviews(perPage=5, page=1)
    shelf.state.add_service_review(shelf.unit.id, createdAt=START + timedelta(days=1))
    second = shelf.reviews(perPage=5, page=2)
    assert first[-1]["id"] == second[0]["id"]


def test_an_edit_keeps_its_place_by_creation(shelf):
    shelf.state.edit_review("r0", stars=1, text="Changed my mind")
    review = shelf.reviews(orderBy="createdat.asc", perPage=1)[0]
    assert (review["id"], review["text"]) == ("r0", "Changed my mind")
    assert review["updatedAt"] == "2026-03-01T12:00:00Z"
    assert shelf.reviews(startDateTime="2026-02-28T00:00:00") == []


def test_a_plain_review_has_every_documented_field(client):
    client.state.add_service_review(client.unit.id)
    review = client.reviews()[0]
    documented = """id links consumer businessUnit location stars title text language createdAt
        experiencedAt updatedAt companyReply isVerified reviewVerificationLevel source
        numberOfLikes status reportData complianceLabels countsTowardsTrustScore
        countsTowardsLocationTrustScore invitation businessUnitHistory referralEmail referenceId
        tags findReviewer"""
    assert set(review) == set(documented.split())
    assert set(review["consumer"]) == {
        "id",
        "links",
        "displayName",
        "displayLocation",
        "numberOfReviews",
    }
    nothing = {name for name, value in review.items() if value is None}
    assert nothing >= {"title", "text", "companyReply", "updatedAt", "referralEmail"}


def test_an_invited_review_says_so(client):
    client.state.add_service_review(
        client.unit.id, referralEmail="kim@example.com", referenceId="A-1"
    )
    review = client.reviews()[0]
    assert (review["isVerified"], review["reviewVerificationLevel"]) == (True, "invited")
    assert review["invitation"] == {"businessUnitId": client.unit.id}


@pytest.mark.parametrize(
    ("with_z", "with_fraction", "text"),
    [
        (True, False, "2026-02-01T10:00:00Z"),
        (False, False, "2026-02-01T10:00:00"),
        (True, True, "2026-02-01T10:00:00.250Z"),
        (False, True, "2026-02-01T10:00:00.250"),
    ],
)
def test_times_come_in_every_spelling(client, with_z, with_fraction, text):
    client.switches.times_with_z = with_z
    client.switches.times_with_fraction = with_fraction
    client.state.add_service_review(client.unit.id, createdAt="2026-02-01T10:00:00.250999Z")
    assert client.reviews()[0]["createdAt"] == text


def test_the_public_review_hides_what_is_the_businesss(client):
    review = client.state.add_service_review(
        client.unit.id,
        referralEmail="kim@example.com",
        referenceId="A-1",
        companyReply={"text": "Thanks", "authorBusinessUserId": "u"},
    )
    private = client.get(f"/private/reviews/{review['id']}").json()
    public = client.get(f"/reviews/{review['id']}").json()
    hidden = {"referralEmail", "referenceId", "tags", "findReviewer"}
    assert set(private) - set(public) == hidden
    assert private["companyReply"]["authorBusinessUserId"] == "u"
    assert set(public["companyReply"]) == {"text", "createdAt", "updatedAt"}


@pytest.mark.parametrize("status", [404, 410])
def test_a_deleted_review_is_gone_and_an_unknown_one_not_found(client, status):
    client.switches.gone_status = status
    review = client.state.add_service_review(client.unit.id)
    client.state.delete_review(review["id"])
    assert client.get(f"/private/reviews/{review['id']}").status_code == status
    assert client.get(f"/reviews/{review['id']}").status_code == status
    assert client.get("/private/reviews/0123456789abcdef01234567").status_code == 404


def test_the_world_refuses_a_field_that_the_vendor_does_not_have(client):
    with pytest.raises(ValueError, match="rating"):
        client.state.add_service_review(client.unit.id, rating=5)
