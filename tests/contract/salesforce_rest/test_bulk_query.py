"""Bulk API 2.0 query: jobs, pages of CSV, locators."""

import csv
import io
import re

import pytest

JOBS = "jobs/query"


@pytest.fixture
def gadgets(side):
    account = side.org.insert("Account", {"Name": "Acme"})
    for number in range(5):
        side.org.insert("Gadget__c", {"Key__c": f"k{number}", "Account__c": account})


@pytest.fixture
def finished(api):
    """Runs a query job to its end and gives back its path."""

    def run(soql, operation="query", **options):
        created = api.post(JOBS, {"operation": operation, "query": soql, **options})
        assert created.status_code == 200, created.text
        path = f"{JOBS}/{created.json()['id']}"
        api.get(path)
        assert api.get(path).json()["state"] == "JobComplete"
        return path

    return run


def cells(answer):
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8"), newline="")))


@pytest.mark.usefixtures("gadgets")
def test_a_job_is_done_at_the_second_poll(api):
    job = api.post(JOBS, {"operation": "query", "query": "SELECT Id FROM Gadget__c"}).json()
    assert (job["state"], job["object"]) == ("UploadComplete", "Gadget__c")
    seen = [api.get(f"{JOBS}/{job['id']}").json() for _ in range(2)]
    assert [entry["state"] for entry in seen] == ["InProgress", "JobComplete"]
    assert [entry["numberRecordsProcessed"] for entry in seen] == [0, 5]
    assert seen[1]["jobType"] == "V2Query"


@pytest.mark.usefixtures("gadgets")
def test_pages_follow_their_locators_until_null(api, finished):
    path = finished("SELECT Key__c FROM Gadget__c ORDER BY Key__c")
    counts, keys, locator = [], [], ""
    while locator != "null":
        params = {"maxRecords": 2} | ({"locator": locator} if locator else {})
        answer = api.get(f"{path}/results", params=params)
        counts.append(answer.headers["Sforce-NumberOfRecords"])
        locator = answer.headers["Sforce-Locator"]
        header, *rows = cells(answer)
        assert header == ["Key__c"]
        keys += [row[0] for row in rows]
    assert counts == ["2", "2", "1"]
    assert keys == ["k0", "k1", "k2", "k3", "k4"]


@pytest.mark.usefixtures("gadgets")
def test_parents_become_dotted_columns_and_null_an_empty_cell(api, finished):
    path = finished("SELECT Key__c, Account__r.Name, Text__c, Ready__c FROM Gadget__c LIMIT 1")
    assert cells(api.get(f"{path}/results")) == [
        ["Key__c", "Account__r.Name", "Text__c", "Ready__c"],
        ["k0", "Acme", "", "false"],
    ]


def test_no_rows_still_give_a_header(api, finished):
    path = finished("SELECT Id, Name FROM Opportunity")
    assert cells(api.get(f"{path}/results")) == [["Id", "Name"]]


@pytest.mark.parametrize(("with_z", "end"), [(True, "Z"), (False, r"\+0000")])
@pytest.mark.usefixtures("gadgets")
def test_times_end_as_the_org_was_told(api, finished, side, with_z, end):
    side.settings.bulk_times_with_z = with_z
    path = finished("SELECT CreatedDate FROM Gadget__c LIMIT 1")
    stamp = cells(api.get(f"{path}/results"))[1][0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000" + end, stamp)


@pytest.mark.usefixtures("gadgets")
def test_query_all_reads_deleted_rows_too(api, finished, side):
    for row in side.org.query("SELECT Id FROM Gadget__c"):
        side.org.delete("Gadget__c", row["Id"])
    soql = "SELECT Key__c, IsDeleted FROM Gadget__c"
    rows = cells(api.get(finished(soql, "queryAll") + "/results"))[1:]
    assert {row[1] for row in rows} == {"true"}
    assert len(cells(api.get(finished(soql) + "/results"))) == 1


@pytest.mark.parametrize(
    ("soql", "meaning"),
    [
        ("SELECT COUNT(Id) FROM Gadget__c", "an aggregate"),
        ("SELECT Name FROM Gadget__c GROUP BY Name", "a grouping"),
        ("SELECT Id, (SELECT Id FROM Contacts) FROM Account", "a sub-query"),
        ("SELECT Nope__c FROM Gadget__c", "an unknown field"),
        ("nonsense", "no query"),
    ],
)
def test_what_bulk_cannot_read_is_refused_at_once(api, soql, meaning):
    assert api.post(JOBS, {"operation": "query", "query": soql}).status_code == 400, meaning


@pytest.mark.usefixtures("gadgets")
def test_results_of_another_version_are_a_conflict(api, finished):
    path = finished("SELECT Id FROM Gadget__c")
    assert api.in_version("60.0").get(f"{path}/results").status_code == 409


@pytest.mark.usefixtures("gadgets")
def test_results_wait_for_the_end_of_the_job(api):
    job = api.post(JOBS, {"operation": "query", "query": "SELECT Id FROM Gadget__c"}).json()
    assert api.get(f"{JOBS}/{job['id']}/results").status_code == 400


@pytest.mark.usefixtures("gadgets")
def test_a_strange_locator_is_refused(api, finished):
    path = finished("SELECT Id FROM Gadget__c")
    assert api.get(f"{path}/results", params={"locator": "?!"}).status_code == 400


def test_page_addresses_come_five_at_a_time(api, side, finished):
    side.settings.bulk_page_rows = 2
    for number in range(11):
        side.org.insert("Gadget__c", {"Key__c": f"k{number}"})
    path = finished("SELECT Key__c FROM Gadget__c")
    first = api.get(f"{path}/resultPages").json()
    second = api.get(first["nextRecordsUrl"]).json()
    assert (len(first["resultPages"]), first["done"]) == (5, False)
    assert (len(second["resultPages"]), second["done"]) == (1, True)
    urls = [page["resultUrl"] for page in first["resultPages"] + second["resultPages"]]
    assert len([row for url in urls for row in cells(api.get(url))[1:]]) == 11


@pytest.mark.usefixtures("gadgets")
def test_a_job_can_be_aborted_and_then_deleted(api):
    job = api.post(JOBS, {"operation": "query", "query": "SELECT Id FROM Gadget__c"}).json()
    path = f"{JOBS}/{job['id']}"
    assert api.delete(path).status_code == 400
    assert api.patch(path, {"state": "Aborted"}).json()["state"] == "Aborted"
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
