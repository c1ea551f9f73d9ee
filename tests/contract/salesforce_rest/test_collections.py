"""Collections: up to 200 rows, each with its own fate, in the order of the request."""

import pytest

from connector.emulator.faults import row_lock

ROWS = "composite/sobjects"
BY_KEY = f"{ROWS}/Gadget__c/Key__c"


def gadgets(*keys, **fields):
    return [{"attributes": {"type": "Gadget__c"}, "Key__c": key, **fields} for key in keys]


def names(api):
    return [row["Key__c"] for row in api.soql("SELECT Key__c FROM Gadget__c")["records"]]


def test_created_rows_answer_in_order_without_created(api):
    answer = api.post(ROWS, {"records": gadgets("a", "b")})
    assert answer.status_code == 200
    for row in answer.json():
        assert list(row) == ["id", "success", "errors"]
        assert row["success"] is True
    assert names(api) == ["a", "b"]


def test_all_rows_failing_is_still_a_200(api):
    rows = gadgets("a", "b", Nope__c=1)
    answer = api.post(ROWS, {"records": rows})
    assert answer.status_code == 200
    assert [row["success"] for row in answer.json()] == [False, False]


def test_a_failed_row_has_a_status_code_and_no_id(api):
    row = api.post(ROWS, {"records": gadgets("a", Nope__c=1)}).json()[0]
    assert set(row) == {"success", "errors"}
    assert set(row["errors"][0]) == {"statusCode", "message", "fields"}
    assert row["errors"][0]["statusCode"] == "INVALID_FIELD"


def test_one_bad_row_leaves_the_others_alone(api):
    records = [*gadgets("a"), *gadgets("b", Nope__c=1), *gadgets("c")]
    answer = api.post(ROWS, {"allOrNone": False, "records": records})
    assert [row["success"] for row in answer.json()] == [True, False, True]
    assert names(api) == ["a", "c"]


def test_all_or_none_undoes_the_innocent_rows(api):
    records = [*gadgets("a"), *gadgets("b", Nope__c=1)]
    rows = api.post(ROWS, {"allOrNone": True, "records": records}).json()
    assert [row["errors"][0]["statusCode"] for row in rows] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "INVALID_FIELD",
    ]
    assert names(api) == []


def test_rows_are_updated_by_id(api):
    created = api.post(ROWS, {"records": gadgets("a", "b")}).json()
    changes = [
        {"attributes": {"type": "Gadget__c"}, "id": row["id"], "Name": "new"} for row in created
    ]
    answer = api.patch(ROWS, {"records": changes}).json()
    assert answer == [{"id": row["id"], "success": True, "errors": []} for row in created]
    assert api.soql("SELECT COUNT() FROM Gadget__c WHERE Name = 'new'")["totalSize"] == 2


def test_an_update_without_an_id_is_a_missing_argument(api):
    row = api.patch(ROWS, {"records": gadgets("a")}).json()[0]
    assert row["errors"][0]["statusCode"] == "MISSING_ARGUMENT"


def test_upserted_rows_tell_what_was_created(api):
    first = api.patch(BY_KEY, {"records": gadgets("a")}).json()
    second = api.patch(BY_KEY, {"records": gadgets("a", "b")}).json()
    assert [row["created"] for row in first + second] == [True, False, True]
    assert second[0]["id"] == first[0]["id"]


def test_a_key_twice_in_one_request_refuses_both_rows(api):
    rows = api.patch(BY_KEY, {"records": gadgets("a", "b", "a")}).json()
    assert [row["success"] for row in rows] == [False, True, False]
    assert rows[0]["errors"][0] == {
        "statusCode": "DUPLICATE_VALUE",
        "message": "Duplicate external id specified: a",
        "fields": ["Key__c"],
    }


def test_keys_that_differ_in_case_are_two_keys_of_a_case_sensitive_field(api):
    rows = api.patch(BY_KEY, {"records": gadgets("a", "A")}).json()
    assert [row["success"] for row in rows] == [True, True]


def test_e_mail_addresses_that_differ_in_case_are_one_key(api):
    person = {"attributes": {"type": "Contact"}, "LastName": "Example"}
    records = [{**person, "Email": address} for address in ("a@example.com", "A@Example.com")]
    rows = api.patch(f"{ROWS}/Contact/Email", {"records": records}).json()
    assert [row["success"] for row in rows] == [False, False]


def test_a_row_without_its_key_is_refused_alone(api):
    rows = api.patch(BY_KEY, {"records": gadgets("a", None)}).json()
    assert [row["success"] for row in rows] == [True, False]
    assert rows[1]["errors"][0]["statusCode"] == "MISSING_ARGUMENT"


def test_a_locked_row_can_be_tried_again(api, emulator):
    emulator.faults.add(row_lock("Gadget__c", skip=1))
    rows = api.patch(BY_KEY, {"records": gadgets("a", "b", "c")}).json()
    assert [row["success"] for row in rows] == [True, False, True]
    assert rows[1]["errors"][0]["statusCode"] == "UNABLE_TO_LOCK_ROW"
    assert api.patch(BY_KEY, {"records": gadgets("b")}).json()[0]["created"] is True


def test_a_parent_may_be_named_by_its_key(api):
    parent = api.post(ROWS, {"records": gadgets("parent")}).json()[0]["id"]
    api.patch(BY_KEY, {"records": gadgets("a", Parent__r={"Key__c": "parent"})})
    rows = api.soql("SELECT Parent__c FROM Gadget__c WHERE Key__c = 'a'")["records"]
    assert rows[0]["Parent__c"] == parent


def test_a_parent_that_is_not_there_refuses_the_row(api):
    records = gadgets("a", Parent__r={"Key__c": "nobody"}) + gadgets("b")
    rows = api.patch(BY_KEY, {"records": records}).json()
    assert [row["success"] for row in rows] == [False, True]


@pytest.mark.parametrize(
    ("count", "status"),
    [(200, 200), (201, 400)],
)
def test_200_rows_are_the_most(api, count, status):
    records = gadgets(*(f"k{number}" for number in range(count)))
    answer = api.patch(BY_KEY, {"records": records})
    assert answer.status_code == status
    if status == 400:
        assert answer.json()[0]["errorCode"] == "LIMIT_EXCEEDED"
        assert names(api) == []


@pytest.mark.parametrize(("chunks", "status"), [(10, 200), (11, 400)])
def test_types_may_change_at_most_nine_times(api, chunks, status):
    kinds = [
        {"attributes": {"type": "Account"}, "Name": "a"},
        {"attributes": {"type": "Gadget__c"}, "Name": "g"},
    ]
    records = [kinds[number % 2] for number in range(chunks)]
    assert api.post(ROWS, {"records": records}).status_code == status


@pytest.mark.parametrize(
    ("body", "meaning"),
    [
        ({}, "no records"),
        ({"records": []}, "an empty list"),
        ({"records": [{"Name": "x"}]}, "a row without a type"),
        ({"records": [{"attributes": {"type": "Account"}, "Name": "x"}]}, "another type"),
    ],
)
def test_a_malformed_request_is_a_400(api, body, meaning):
    assert api.patch(BY_KEY, body).status_code == 400, meaning


def test_an_unknown_object_is_a_refused_row_in_a_mixed_list(api):
    records = [{"attributes": {"type": "Foo"}, "Name": "x"}, *gadgets("a")]
    rows = api.post(ROWS, {"records": records}).json()
    assert [row["success"] for row in rows] == [False, True]


@pytest.mark.parametrize("path", ["Foo/Key__c", "Gadget__c/Foo__c"])
def test_an_unknown_object_or_key_in_the_path_is_a_404(api, path):
    answer = api.patch(f"{ROWS}/{path}", {"records": gadgets("a")})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (404, "NOT_FOUND")


def test_rows_are_deleted_by_their_ids(api):
    created = api.post(ROWS, {"records": gadgets("a", "b")}).json()
    ids = ",".join(row["id"] for row in created)
    answer = api.delete(ROWS, params={"ids": ids, "allOrNone": "false"})
    assert [row["success"] for row in answer.json()] == [True, True]
    assert names(api) == []


def test_deleting_twice_refuses_the_second_time(api):
    record_id = api.post(ROWS, {"records": gadgets("a")}).json()[0]["id"]
    api.delete(ROWS, params={"ids": record_id})
    row = api.delete(ROWS, params={"ids": record_id}).json()[0]
    assert row["errors"][0]["statusCode"] == "ENTITY_IS_DELETED"


def test_all_or_none_also_binds_deletions(api):
    record_id = api.post(ROWS, {"records": gadgets("a")}).json()[0]["id"]
    ids = f"{record_id},001000000000000AAA"
    rows = api.delete(ROWS, params={"ids": ids, "allOrNone": "true"}).json()
    assert [row["success"] for row in rows] == [False, False]
    assert names(api) == ["a"]


def test_rows_are_retrieved_in_the_order_of_the_ids_with_null_for_unknown(api):
    created = api.post(ROWS, {"records": gadgets("a", "b")}).json()
    ids = [created[1]["id"], "a00000000000000AAA", created[0]["id"]]
    rows = api.post(f"{ROWS}/Gadget__c", {"ids": ids, "fields": ["Key__c"]}).json()
    assert [row and row["Key__c"] for row in rows] == ["b", None, "a"]


def test_rows_can_be_retrieved_by_get_too(api):
    record_id = api.post(ROWS, {"records": gadgets("a")}).json()[0]["id"]
    params = {"ids": record_id, "fields": "Key__c"}
    assert api.get(f"{ROWS}/Gadget__c", params=params).json()[0]["Key__c"] == "a"
