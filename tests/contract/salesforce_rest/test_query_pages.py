"""query and queryAll: pages, locators, and what a dead one answers."""

import json
from datetime import timedelta

import pytest

from connector.emulator.faults import meanwhile

KEYS = "SELECT Key__c FROM Gadget__c ORDER BY Key__c"


@pytest.fixture
def gadgets(side):
    for number in range(450):
        side.org.insert("Gadget__c", {"Key__c": f"k{number:03d}"})


def pages(api, size, soql=KEYS):
    header = {"Sforce-Query-Options": f"batchSize={size}"}
    page = api.soql(soql, headers=header)
    found = [page]
    while not page["done"]:
        page = api.get(page["nextRecordsUrl"], headers=header).json()
        found.append(page)
    return found


@pytest.mark.parametrize(
    ("asked", "lengths"),
    [
        (200, [200, 200, 50]),
        (1, [200, 200, 50]),  # below the vendor's least
        (300, [300, 150]),
        (5000, [450]),
    ],
)
@pytest.mark.usefixtures("gadgets")
def test_pages_have_the_asked_size_within_bounds(api, asked, lengths):
    found = pages(api, asked)
    assert [len(page["records"]) for page in found] == lengths
    assert {page["totalSize"] for page in found} == {450}
    keys = [row["Key__c"] for page in found for row in page["records"]]
    assert keys == [f"k{number:03d}" for number in range(450)]


@pytest.mark.usefixtures("gadgets")
def test_a_locator_has_eighteen_characters_of_its_own_kind(api):
    page = pages(api, 200)[0]
    resource, locator = page["nextRecordsUrl"].rsplit("/", 1)
    assert resource == "/services/data/v66.0/query"
    key, offset = locator.split("-")
    assert (key[:3], len(key), offset) == ("0r8", 18, "200")


@pytest.mark.usefixtures("gadgets")
def test_the_last_page_names_no_next_one(api):
    assert "nextRecordsUrl" not in pages(api, 200)[-1]


@pytest.mark.usefixtures("gadgets")
def test_wide_rows_make_pages_smaller_than_asked(api, side):
    side.settings.page_rows = 250
    assert [len(page["records"]) for page in pages(api, 2000)] == [250, 200]


@pytest.mark.usefixtures("gadgets")
def test_a_page_can_be_read_twice(api):
    url = pages(api, 200)[0]["nextRecordsUrl"]
    assert api.get(url).json() == api.get(url).json()


@pytest.mark.usefixtures("gadgets")
def test_a_locator_dies_after_two_days(api, emulator, sign_in):
    url = pages(api, 200)[0]["nextRecordsUrl"]
    emulator.clock.advance(timedelta(days=2, seconds=1))
    api.headers["Authorization"] = "Bearer " + sign_in()["access_token"]
    answer = api.get(url)
    assert answer.status_code == 400
    assert answer.json()[0]["errorCode"] == "INVALID_QUERY_LOCATOR"


@pytest.mark.usefixtures("gadgets")
def test_the_oldest_cursor_is_lost_when_too_many_are_open(api, side):
    side.settings.open_cursors = 2
    urls = [pages(api, 200)[0]["nextRecordsUrl"] for _ in range(3)]
    assert [api.get(url).status_code for url in urls] == [400, 200, 200]


@pytest.mark.parametrize("locator", ["0r8x", "0r8xxxxxxxxxxxxxxx-200", "x-y"])
def test_a_strange_locator_is_refused(api, locator):
    answer = api.get(f"query/{locator}")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")


@pytest.mark.usefixtures("gadgets")
def test_query_all_shows_deleted_rows_on_its_own_pages(api, side):
    for row in side.org.query("SELECT Id FROM Gadget__c WHERE Key__c < 'k010'"):
        side.org.delete("Gadget__c", row["Id"])
    assert api.soql("SELECT COUNT() FROM Gadget__c")["totalSize"] == 440
    header = {"Sforce-Query-Options": "batchSize=200"}
    soql = "SELECT Id, IsDeleted FROM Gadget__c"
    page = api.get("queryAll", params={"q": soql}, headers=header).json()
    assert page["totalSize"] == 450
    assert page["nextRecordsUrl"].startswith("/services/data/v66.0/queryAll/0r8")
    assert api.get(page["nextRecordsUrl"]).json()["records"]


@pytest.mark.usefixtures("gadgets")
def test_a_bare_count_has_a_total_and_no_records(api):
    assert api.soql("select count() from Gadget__c") == {
        "totalSize": 450,
        "done": True,
        "records": [],
    }


def test_a_trailing_slash_before_the_question_mark_is_accepted(api):
    assert api.get("query/", params={"q": "SELECT Id FROM Account"}).json()["done"] is True


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Nope__c FROM Gadget__c", "INVALID_FIELD"),
        ("SELECT Id FROM XYZZY", "INVALID_TYPE"),
        ("SELECT FROM", "MALFORMED_QUERY"),
    ],
)
def test_a_refused_query_is_a_400_with_a_list(api, soql, code):
    answer = api.get("query", params={"q": soql})
    assert answer.status_code == 400
    assert [entry["errorCode"] for entry in answer.json()] == [code]


def test_a_query_without_its_text_is_refused(api):
    assert api.get("query").status_code == 400


def test_records_carry_addresses_of_the_version_that_was_asked(api, side):
    side.org.insert("Account", {"Name": "Acme"})
    row = api.in_version("60.0").soql("SELECT Id FROM Account")["records"][0]
    assert row["attributes"]["url"] == f"/services/data/v60.0/sobjects/Account/{row['Id']}"


@pytest.mark.usefixtures("gadgets")
def test_the_fixture_of_a_first_page_has_our_shape(api, samples):

    name = "restforce_query_paginated_first_page_response.json"
    recorded = json.loads((samples / name).read_text())
    ours = pages(api, 200)[0]
    assert set(ours) == set(recorded)
    assert set(ours["records"][0]["attributes"]) == set(recorded["records"][0]["attributes"])


def test_a_field_can_be_hidden_in_the_middle_of_a_run(api, side, emulator):
    side.org.show_field("Contact", "HasOptedOutOfEmail")
    hide = lambda: side.org.hide_field("Contact", "HasOptedOutOfEmail")  # noqa: E731 - one line
    emulator.faults.add(meanwhile(hide, path="*/query", skip=1))
    soql = {"q": "SELECT HasOptedOutOfEmail FROM Contact"}
    answers = [api.get("query", params=soql) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 400, 400]
    assert answers[1].json()[0]["errorCode"] == "INVALID_FIELD"
