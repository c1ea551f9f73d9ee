"""Single records: create, read, change, delete, and by external id."""

from concurrent.futures import ThreadPoolExecutor

import pytest

GADGET = "sobjects/Gadget__c"


@pytest.fixture
def gadget(api):
    return api.post(GADGET, {"Name": "one", "Key__c": "k-1", "Loose__c": "twin"}).json()["id"]


def test_a_created_record_is_a_201_with_id_and_location(api):
    answer = api.post("sobjects/Account/", {"Name": "Acme"})
    body = answer.json()
    assert answer.status_code == 201
    assert body == {"id": body["id"], "success": True, "errors": []}
    assert len(body["id"]) == 18
    assert answer.headers["Location"] == f"/services/data/v66.0/sobjects/Account/{body['id']}"


def test_a_record_reads_back_with_its_attributes(api, gadget):
    record = api.get(f"{GADGET}/{gadget}").json()
    assert record["attributes"] == {
        "type": "Gadget__c",
        "url": f"/services/data/v66.0/sobjects/Gadget__c/{gadget}",
    }
    assert (record["Name"], record["Key__c"], record["IsDeleted"]) == ("one", "k-1", False)


def test_only_the_asked_fields_come_back(api, gadget):
    record = api.get(f"{GADGET}/{gadget}", params={"fields": "Name,Key__c"}).json()
    assert set(record) - {"Id"} == {"attributes", "Name", "Key__c"}


def test_a_change_is_a_204_without_a_body(api, gadget):
    answer = api.patch(f"{GADGET}/{gadget}", {"Amount__c": 4.5})
    assert (answer.status_code, answer.content) == (204, b"")
    assert api.get(f"{GADGET}/{gadget}").json()["Amount__c"] == 4.5


def test_a_null_clears_a_field(api, gadget):
    api.patch(f"{GADGET}/{gadget}", {"Loose__c": None})
    assert api.get(f"{GADGET}/{gadget}").json()["Loose__c"] is None


def test_a_deleted_record_is_a_404(api, gadget):
    assert api.delete(f"{GADGET}/{gadget}").status_code == 204
    answer = api.get(f"{GADGET}/{gadget}")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (404, "ENTITY_IS_DELETED")


def test_an_unknown_record_is_a_404(api):
    answer = api.get("sobjects/Account/001000000000000AAA")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("sobject", "values", "code", "fields"),
    [
        ("Contact", {"FirstName": "A"}, "REQUIRED_FIELD_MISSING", ["LastName"]),
        ("Contact", {"LastName": "x" * 81}, "STRING_TOO_LONG", ["LastName"]),
        ("Contact", {"LastName": "A", "Nope": 1}, "INVALID_FIELD", []),
        (
            "Gadget__c",
            {"Account__c": "a00000000000000AAA"},
            "FIELD_INTEGRITY_EXCEPTION",
            ["Account__c"],
        ),
    ],
)
def test_a_refused_row_is_a_400_that_blames_fields(api, sobject, values, code, fields):
    answer = api.post(f"sobjects/{sobject}", values)
    entry = answer.json()[0]
    assert answer.status_code == 400
    assert set(entry) == {"message", "errorCode", "fields"}
    assert entry["errorCode"] == code
    assert entry["fields"] == fields


def test_a_second_row_with_a_unique_key_is_a_duplicate_value(api, gadget):
    answer = api.post(GADGET, {"Key__c": "k-1"})
    entry = answer.json()[0]
    assert (answer.status_code, entry["errorCode"]) == (400, "DUPLICATE_VALUE")
    assert entry["message"].startswith("duplicate value found: Key__c duplicates value on record")
    assert gadget[:15] in entry["message"]


def test_an_upsert_of_a_new_key_creates(api):
    answer = api.patch(f"{GADGET}/Key__c/fresh", {"Name": "n"})
    assert answer.status_code == 201
    assert answer.json() == {**answer.json(), "success": True, "errors": [], "created": True}


def test_a_second_upsert_of_the_same_key_updates(api, gadget):
    answer = api.patch(f"{GADGET}/Key__c/k-1", {"Name": "two"})
    assert answer.status_code == 200
    assert answer.json() == {"id": gadget, "success": True, "errors": [], "created": False}
    assert api.get(f"{GADGET}/Key__c/k-1").json()["Name"] == "two"


def test_an_update_by_key_may_answer_204(api, gadget, emulator):
    emulator.switches.upsert_update_status = 204
    answer = api.patch(f"{GADGET}/Key__c/k-1", {"Name": "two"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert api.get(f"{GADGET}/{gadget}").json()["Name"] == "two"


@pytest.mark.usefixtures("gadget")
def test_before_version_46_an_update_by_key_answers_204(api):
    old = api.in_version("45.0")
    assert old.patch(f"{GADGET}/Key__c/k-1", {"Name": "two"}).status_code == 204


def test_an_ambiguous_key_is_a_300_with_addresses_and_writes_nothing(api, gadget):
    twin = api.post(GADGET, {"Name": "two", "Loose__c": "twin"}).json()["id"]
    answer = api.patch(f"{GADGET}/Loose__c/twin", {"Name": "changed"})
    assert answer.status_code == 300
    assert sorted(answer.json()) == sorted(
        f"/services/data/v66.0/{GADGET}/{record_id}" for record_id in (gadget, twin)
    )
    assert {row["Name"] for row in api.soql("SELECT Name FROM Gadget__c")["records"]} == {
        "one",
        "two",
    }


@pytest.mark.usefixtures("gadget")
def test_reading_by_an_ambiguous_key_is_a_300(api):
    api.post(GADGET, {"Loose__c": "twin"})
    assert api.get(f"{GADGET}/Loose__c/twin").status_code == 300


def test_a_field_that_is_no_key_is_a_404_that_says_so(api):
    answer = api.patch(f"{GADGET}/Text__c/x", {"Name": "n"})
    assert answer.status_code == 404
    assert answer.json()[0]["message"].startswith(
        "Provided external ID field does not exist or is not accessible: "
    )


def test_the_key_may_not_stand_in_the_body_too(api):
    answer = api.patch(f"{GADGET}/Key__c/k", {"Key__c": "k"})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_FIELD")


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_a_key_like_a_file_name_is_a_404_in_the_path(api, method):
    assert api(method, f"{GADGET}/Key__c/someone@example.inc", {"Name": "n"}).status_code == 404


@pytest.mark.parametrize(
    ("in_path", "stored"),
    [
        ("a%2Fb%3Fc%23d", "a/b?c#d"),  # encoded: part of the value
        ("a+b", "a+b"),  # a plus is no space in a path
        ("a%20b", "a b"),
        ("M%C3%BCnchen", "München"),
    ],
)
def test_a_key_is_what_the_path_decodes_to(api, in_path, stored):
    assert api.patch(f"{GADGET}/Key__c/{in_path}", {}).status_code == 201
    assert api.soql("SELECT Key__c FROM Gadget__c")["records"][0]["Key__c"] == stored


def test_a_raw_slash_in_a_key_is_another_path(api):
    assert api.patch(f"{GADGET}/Key__c/a/b", {}).status_code == 404


def test_a_record_can_be_deleted_by_key(api, gadget):
    assert api.delete(f"{GADGET}/Key__c/k-1").status_code == 204
    assert api.get(f"{GADGET}/{gadget}").status_code == 404
    assert api.delete(f"{GADGET}/Key__c/k-1").status_code == 404


def test_an_object_answers_what_it_is(api):
    body = api.get("sobjects/Account").json()
    assert set(body) == {"objectDescribe", "recentItems"}
    assert body["objectDescribe"]["name"] == "Account"


def test_an_object_that_is_hidden_is_not_found(api, side):
    side.org.hide_object("Gadget__c")
    assert api.get(f"{GADGET}/describe").status_code == 404


@pytest.mark.usefixtures("gadget")
def test_record_counts_leave_out_empty_objects(api):
    answer = api.get("limits/recordCount", params={"sObjects": "Gadget__c,Opportunity"})
    assert answer.json() == {"sObjects": [{"count": 1, "name": "Gadget__c"}]}


def test_a_duplicate_rule_blocks_unless_the_header_allows(api, side):
    side.org.settings.contact_duplicate_rule = "alert"
    person = {"FirstName": "Ann", "LastName": "Example", "Email": "ann@example.com"}
    assert api.post("sobjects/Contact", person).status_code == 201
    refused = api.post("sobjects/Contact", person)
    assert refused.status_code == 400
    assert refused.json()[0]["errorCode"] == "DUPLICATES_DETECTED"
    assert {"allowSave", "duplicateRule", "matchResults"} <= set(
        refused.json()[0]["duplicateResult"]
    )
    header = {"Sforce-Duplicate-Rule-Header": "allowSave=true; runAsCurrentUser=true"}
    assert api.post("sobjects/Contact", person, headers=header).status_code == 201


def test_of_many_callers_at_once_one_creates_and_the_others_update(api):
    def upsert(number):
        return api.patch(f"{GADGET}/Key__c/race", {"Name": str(number)}).status_code

    with ThreadPoolExecutor(8) as callers:
        statuses = list(callers.map(upsert, range(40)))
    assert sorted(statuses) == [200] * 39 + [201]
    assert api.soql("SELECT COUNT() FROM Gadget__c")["totalSize"] == 1
