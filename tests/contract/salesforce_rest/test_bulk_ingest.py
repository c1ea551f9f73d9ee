"""Bulk API 2.0 ingest: jobs, uploads, CSV rules, and the three result files."""

import csv
import io

import pytest

from connector.emulator.faults import custom_row_error

JOBS = "jobs/ingest"


def cells(answer, delimiter=","):
    assert answer.status_code == 200, answer.text
    text = answer.content.decode("utf-8")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


@pytest.fixture
def bulk(api):
    """Runs one job to its end and gives back its last description."""

    def run(text, operation="insert", sobject="Gadget__c", **options):
        body = {"object": sobject, "operation": operation, "contentType": "CSV", **options}
        created = api.post(JOBS, body)
        assert created.status_code == 200, created.text
        job = created.json()
        content = text if isinstance(text, bytes) else text.encode()
        header = {"Content-Type": "text/csv"}
        path = "/" + job["contentUrl"]
        assert api("PUT", path, data=content, headers=header).status_code == 201
        api.patch(f"{JOBS}/{job['id']}", {"state": "UploadComplete"})
        api.get(f"{JOBS}/{job['id']}")
        return api.get(f"{JOBS}/{job['id']}").json()

    return run


@pytest.fixture
def results(api):
    """Reads the three result files of a job, each as rows of cells."""

    def read(job):
        names = ("successfulResults", "failedResults", "unprocessedrecords")
        return [cells(api.get(f"{JOBS}/{job['id']}/{name}/")) for name in names]

    return read


def test_a_new_job_is_open_and_names_where_to_upload(api):
    job = api.post(JOBS, {"object": "gadget__c", "operation": "insert"}).json()
    assert job["state"] == "Open"
    assert job["object"] == "Gadget__c"
    assert job["contentUrl"] == f"services/data/v66.0/jobs/ingest/{job['id']}/batches"
    assert (job["lineEnding"], job["columnDelimiter"]) == ("LF", "COMMA")
    assert (len(job["id"]), job["id"][:3]) == (18, "750")


def test_a_job_goes_through_its_states_and_is_done_at_the_second_poll(api):
    job_id = api.post(JOBS, {"object": "Gadget__c", "operation": "insert"}).json()["id"]
    path = f"{JOBS}/{job_id}"
    assert api.get(path).json()["state"] == "Open"
    header = {"Content-Type": "text/csv; charset=UTF-8"}
    uploaded = api("PUT", f"{path}/batches", data=b"Name\nx\n", headers=header)
    assert (uploaded.status_code, uploaded.content) == (201, b"")
    assert api.patch(path, {"state": "UploadComplete"}).json()["state"] == "UploadComplete"
    assert [api.get(path).json()["state"] for _ in range(3)] == [
        "InProgress",
        "JobComplete",
        "JobComplete",
    ]


def test_a_finished_job_tells_its_numbers(bulk):
    job = bulk("Key__c,Amount__c\na,1.5\nb,much\n")
    assert job["state"] == "JobComplete"
    assert (job["numberRecordsProcessed"], job["numberRecordsFailed"]) == (2, 1)
    assert (job["jobType"], job["apiVersion"]) == ("V2Ingest", 66.0)
    assert {
        "retries",
        "totalProcessingTime",
        "apiActiveProcessingTime",
        "apexProcessingTime",
    } < set(job)


def test_every_row_is_in_one_of_the_files(bulk, results):
    job = bulk("Key__c,Amount__c\na,1.5\nb,much\nc,2\n")
    successful, failed, unprocessed = results(job)
    assert successful[0] == ["sf__Id", "sf__Created", "Key__c", "Amount__c"]
    assert {row[2] for row in successful[1:]} == {"a", "c"}
    assert failed[0] == ["sf__Id", "sf__Error", "Key__c", "Amount__c"]
    assert [row[2] for row in failed[1:]] == ["b"]
    assert unprocessed == [["Key__c", "Amount__c"]]


def test_results_do_not_keep_the_order_of_the_upload(bulk, results):
    successful = results(bulk("Key__c\na\nb\nc\n"))[0]
    assert [row[2] for row in successful[1:]] == ["c", "b", "a"]


def test_before_version_53_failed_rows_have_no_id_column(api, bulk):
    job = bulk("Key__c,Amount__c\nb,much\n")
    assert cells(api.get(f"{JOBS}/{job['id']}/failedResults"))[0][0] == "sf__Id"
    old = api.in_version("52.0")
    job_id = old.post(JOBS, {"object": "Gadget__c", "operation": "insert"}).json()["id"]
    old.patch(f"{JOBS}/{job_id}", {"state": "Aborted"})
    assert cells(old.get(f"{JOBS}/{job_id}/failedResults"))[0] == ["sf__Error"]


def test_an_error_starts_with_its_code_and_may_span_lines(bulk, results, emulator):
    emulator.faults.add(
        custom_row_error("Gadget__c", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "first\nsecond, third")
    )
    failed = results(bulk("Key__c\na\n"))[1]
    assert failed[1][1] == "FIELD_CUSTOM_VALIDATION_EXCEPTION:first\nsecond, third:--"
    assert failed[1][2] == "a"


def test_results_are_utf_8_without_saying_so(api, bulk):
    job = bulk("Key__c,Text__c\na,café\n")
    answer = api.get(f"{JOBS}/{job['id']}/successfulResults")
    assert answer.headers["Content-Type"] == "text/csv"
    assert "café" in answer.content.decode("utf-8")


def test_line_breaks_and_quotes_survive_the_way_up(bulk, api):
    bulk('Key__c,Text__c\na,"two\nlines, ""quoted"""\n')
    row = api.soql("SELECT Text__c FROM Gadget__c")["records"][0]
    assert row["Text__c"] == 'two\nlines, "quoted"'


def test_an_empty_cell_changes_nothing_and_a_marked_one_clears(bulk, api):
    bulk("Key__c,Loose__c,Text__c\na,one,two\n", "upsert", externalIdFieldName="Key__c")
    bulk("Key__c,Loose__c,Text__c\na,,#N/A\n", "upsert", externalIdFieldName="Key__c")
    row = api.soql("SELECT Loose__c, Text__c FROM Gadget__c")["records"][0]
    assert (row["Loose__c"], row["Text__c"]) == ("one", None)


def test_numbers_and_checkboxes_are_read_from_text(bulk, api):
    bulk("Key__c,Amount__c,Ready__c\na,12.50,true\n")
    row = api.soql("SELECT Amount__c, Ready__c FROM Gadget__c")["records"][0]
    assert (row["Amount__c"], row["Ready__c"]) == (12.5, True)


def test_an_upsert_tells_created_and_updated_rows_apart(bulk, results):
    bulk("Key__c\na\n", "upsert", externalIdFieldName="Key__c")
    successful = results(bulk("Key__c\na\nb\n", "upsert", externalIdFieldName="Key__c"))[0]
    assert {row[2]: row[1] for row in successful[1:]} == {"a": "false", "b": "true"}


def test_a_key_twice_within_200_rows_refuses_both_and_later_updates(bulk, results):
    keys = ["a", "a", *(f"k{number}" for number in range(198)), "k0"]
    text = "Key__c\n" + "\n".join(keys) + "\n"
    successful, failed, _ = results(bulk(text, "upsert", externalIdFieldName="Key__c"))
    assert [row[2] for row in failed[1:]] == ["a", "a"]
    assert failed[1][1].startswith("DUPLICATE_VALUE:Duplicate external id specified: a")
    assert sorted(row[1] for row in successful[1:] if row[2] == "k0") == ["false", "true"]


def test_rows_are_updated_and_deleted_by_id(bulk, results, api, side):
    record_id = side.org.insert("Gadget__c", {"Name": "old"})
    bulk(f"Id,Name\n{record_id},new\n", "update")
    assert api.get(f"sobjects/Gadget__c/{record_id}").json()["Name"] == "new"
    successful = results(bulk(f"Id\n{record_id}\n", "delete"))[0]
    assert successful[1][:2] == [record_id, "false"]
    assert api.get(f"sobjects/Gadget__c/{record_id}").status_code == 404


def test_a_relationship_column_finds_the_parent_by_its_key(bulk, results, side):
    parent = side.org.insert("Gadget__c", {"Key__c": "parent"})
    job = bulk("Key__c,Parent__r.Key__c\na,parent\nb,nobody\nc,\n")
    successful, failed, _ = results(job)
    assert {row[2] for row in successful[1:]} == {"a", "c"}
    assert [row[2] for row in failed[1:]] == ["b"]
    rows = side.org.query("SELECT Key__c FROM Gadget__c WHERE Parent__c != null")
    assert [row["Key__c"] for row in rows] == ["a"]
    assert side.org.retrieve("Gadget__c", parent)["Parent__c"] is None


def test_a_marked_relationship_cell_clears_the_lookup(bulk, side):
    side.org.insert("Gadget__c", {"Key__c": "parent"})
    side.org.insert("Gadget__c", {"Key__c": "a", "Parent__r": {"Key__c": "parent"}})
    text = "Key__c,Parent__r.Key__c\na,#N/A\n"
    job = bulk(text, "upsert", externalIdFieldName="Key__c")
    assert job["numberRecordsFailed"] == 0
    assert side.org.query("SELECT Id FROM Gadget__c WHERE Parent__c != null") == []


@pytest.mark.parametrize("word", ["TAB", "PIPE", "SEMICOLON", "CARET", "BACKQUOTE"])
def test_every_column_delimiter_is_read_and_written(bulk, api, word):
    mark = {"TAB": "\t", "PIPE": "|", "SEMICOLON": ";", "CARET": "^", "BACKQUOTE": "`"}[word]
    job = bulk(f"Key__c{mark}Name\na{mark}b\n", columnDelimiter=word)
    rows = cells(api.get(f"{JOBS}/{job['id']}/successfulResults"), mark)
    assert rows[1][2:] == ["a", "b"]


@pytest.mark.parametrize(
    ("content", "options", "meaning"),
    [
        ("Key__c\r\na\r\n", {}, "Windows line ends, LF announced"),
        ("Key__c\na\n", {"lineEnding": "CRLF"}, "Unix line ends, CRLF announced"),
        ("Key__c,Nope__c\na,b\n", {}, "a column that is no field"),
        (b"Key__c\n\xff\n", {}, "no UTF-8"),
        ("", {}, "no header"),
    ],
)
def test_a_file_that_cannot_be_read_fails_the_job(bulk, content, options, meaning):
    job = bulk(content, **options)
    assert (job["state"], job["numberRecordsProcessed"]) == ("Failed", 0), meaning
    assert job["errorMessage"]


def test_rows_of_a_failed_job_are_unprocessed(bulk, results):
    _, failed, unprocessed = results(bulk("Key__c,Nope__c\na,b\n"))
    assert len(failed) == 1
    assert unprocessed == [["Key__c", "Nope__c"], ["a", "b"]]


def test_windows_line_ends_are_fine_when_announced(bulk):
    assert bulk("Key__c\r\na\r\n", lineEnding="CRLF")["numberRecordsProcessed"] == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"object": "Foo", "operation": "insert"}, "INVALIDENTITY"),
        ({"object": "Gadget__c", "operation": "merge"}, "INVALIDJOB"),
        ({"object": "Gadget__c", "operation": "upsert"}, "INVALIDJOB"),  # no key named
        (
            {"object": "Gadget__c", "operation": "upsert", "externalIdFieldName": "Text__c"},
            "INVALIDJOB",
        ),
        ({"object": "Gadget__c", "operation": "insert", "contentType": "JSON"}, "INVALIDJOB"),
        ({"object": "Gadget__c", "operation": "insert", "columnDelimiter": ","}, "INVALIDJOB"),
        ({"object": "Gadget__c", "operation": "hardDelete"}, "FEATURENOTENABLED"),
    ],
)
def test_a_job_that_makes_no_sense_is_refused(api, body, code):
    answer = api.post(JOBS, body)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)


def test_an_upload_must_be_csv_and_comes_once(api):
    job_id = api.post(JOBS, {"object": "Gadget__c", "operation": "insert"}).json()["id"]
    path = f"{JOBS}/{job_id}/batches"
    assert api("PUT", path, data=b"x", headers={"Content-Type": "text/xml"}).status_code == 415
    header = {"Content-Type": "text/csv"}
    assert api("PUT", path, data=b"Key__c\na\n", headers=header).status_code == 201
    again = api("PUT", path, data=b"Key__c\nb\n", headers=header)
    assert again.json()[0]["errorCode"] == "INVALIDJOBSTATE"


def test_an_aborted_job_leaves_its_rows_unprocessed(api, results):
    job = api.post(JOBS, {"object": "Gadget__c", "operation": "insert"}).json()
    path = f"{JOBS}/{job['id']}"
    header = {"Content-Type": "text/csv"}
    api("PUT", f"{path}/batches", data=b"Key__c\na\n", headers=header)
    assert api.patch(path, {"state": "Aborted"}).json()["state"] == "Aborted"
    assert results(job)[2] == [["Key__c"], ["a"]]
    assert api.patch(path, {"state": "UploadComplete"}).status_code == 400


def test_results_wait_for_the_end_of_the_job(api):
    job_id = api.post(JOBS, {"object": "Gadget__c", "operation": "insert"}).json()["id"]
    assert api.get(f"{JOBS}/{job_id}/successfulResults").status_code == 400


def test_a_finished_job_can_be_deleted(api, bulk):
    job = bulk("Key__c\na\n")
    assert [entry["id"] for entry in api.get(JOBS).json()["records"]] == [job["id"]]
    assert api.delete(f"{JOBS}/{job['id']}").status_code == 204
    assert api.get(f"{JOBS}/{job['id']}").status_code == 404
