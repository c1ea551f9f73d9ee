"""Deletions and merges as a client sees them: by each way to delete, and by queryAll."""

import pytest

GADGETS = "sobjects/Gadget__c"


@pytest.fixture
def family(side):
    """A parent with two parts."""
    parent = side.org.insert("Gadget__c", {"Key__c": "parent"})
    parts = [side.org.insert("Gadget__c", {"Key__c": k, "Parent__c": parent}) for k in "ab"]
    return parent, parts


def by_id(api, record):
    return api.delete(f"{GADGETS}/{record}").status_code


def by_key(api, _record):
    return api.delete(f"{GADGETS}/Key__c/parent").status_code


def by_collection(api, record):
    answer = api.delete("composite/sobjects", params={"ids": record, "allOrNone": "true"})
    return 204 if answer.json()[0]["success"] else 400


def by_composite(api, record):
    url = f"/services/data/v66.0/{GADGETS}/{record}"
    body = {"compositeRequest": [{"referenceId": "gone", "method": "DELETE", "url": url}]}
    return api.post("composite", body).json()["compositeResponse"][0]["httpStatusCode"]


@pytest.mark.parametrize("delete", [by_id, by_key, by_collection, by_composite])
def test_every_way_to_delete_empties_the_lookups(api, family, delete):
    parent, parts = family
    assert delete(api, parent) == 204
    rows = api.soql("SELECT Id, Parent__c FROM Gadget__c ORDER BY Key__c")["records"]
    assert [(row["Id"], row["Parent__c"]) for row in rows] == [(part, None) for part in parts]


def test_a_refused_deletion_is_a_400_with_its_code(api, side):
    contact = side.org.insert("Contact", {"LastName": "Doe"})
    case = side.org.insert("Case", {"ContactId": contact})
    answer = api.delete(f"sobjects/Contact/{contact}")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "DELETE_FAILED")
    rows = api.delete("composite/sobjects", params={"ids": f"{case},{contact}"}).json()
    assert [row["success"] for row in rows] == [True, True]


def test_the_describe_restricts_and_cascades_as_recorded(api):
    children = api.get("sobjects/Contact/describe").json()["childRelationships"]
    restricted = {
        (one["childSObject"], one["field"]) for one in children if one["restrictedDelete"]
    }
    assert restricted == {
        ("Case", "ContactId"),
        ("Order", "BillToContactId"),
        ("Order", "ShipToContactId"),
    }
    cascading = {(one["childSObject"], one["field"]) for one in children if one["cascadeDelete"]}
    assert cascading == {("OpportunityContactRole", "ContactId"), ("Task", "WhoId")}


@pytest.mark.parametrize("name", ["query", "queryAll"])
def test_query_all_travels_inside_a_composite(api, side, family, name):
    parent, _ = family
    side.org.delete("Gadget__c", parent)
    soql = "SELECT Id, IsDeleted FROM Gadget__c ORDER BY IsDeleted DESC"
    url = f"/services/data/v66.0/{name}?q={soql.replace(' ', '+')}"
    body = {"compositeRequest": [{"referenceId": "rows", "method": "GET", "url": url}]}
    (entry,) = api.post("composite", body).json()["compositeResponse"]
    assert entry["httpStatusCode"] == 200
    found = [(row["Id"], row["IsDeleted"]) for row in entry["body"]["records"]]
    assert len(found) == (3 if name == "queryAll" else 2)
    assert ((parent, True) in found) is (name == "queryAll")


def test_query_all_tells_the_master_of_a_merged_contact(api, side):
    master, loser = (side.org.insert("Contact", {"LastName": name}) for name in ("Doe", "Roe"))
    side.org.merge("Contact", master, [loser])
    soql = f"SELECT Id, IsDeleted, MasterRecordId FROM Contact WHERE Id = '{loser}'"  # noqa: S608 - SOQL
    (row,) = api.get("queryAll", params={"q": soql}).json()["records"]
    assert (row["IsDeleted"], row["MasterRecordId"]) == (True, master)
    assert api.soql(soql)["records"] == []


def test_a_hidden_object_is_an_invalid_type_inside_a_composite(api, side):
    side.org.hide_object("Lead")
    url = "/services/data/v66.0/query?q=SELECT+Id+FROM+Lead"
    body = {"compositeRequest": [{"referenceId": "leads", "method": "GET", "url": url}]}
    (entry,) = api.post("composite", body).json()["compositeResponse"]
    assert (entry["httpStatusCode"], entry["body"][0]["errorCode"]) == (400, "INVALID_TYPE")
    assert api.get("sobjects/Lead/describe").status_code == 404
