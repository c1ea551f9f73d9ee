"""simple-salesforce, which nobody here wrote, over real HTTPS with a certificate of our own CA."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
import requests
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import (
    SalesforceExpiredSession,
    SalesforceGeneralError,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)
from simple_salesforce.format import format_external_id, format_soql

from connector.emulator.app import Emulator
from connector.emulator.doors import HttpsDoors
from connector.emulator.faults import Fault
from connector.emulator.salesforce import ConnectedApp


@pytest.fixture(scope="module")
def world(metadata_folder):
    world = Emulator(metadata_folder)
    app = ConnectedApp("consumer-key", "consumer-secret", run_as="integration@connector.example")
    world.salesforce.settings.connected_apps.append(app)
    return world


@pytest.fixture(scope="module")
def doors(world):
    with HttpsDoors(world) as doors:
        yield doors


@pytest.fixture
def trusting(doors, monkeypatch):
    """A session that finds the CA where corporate users put theirs."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(doors.ca_file))
    with requests.Session() as session:
        yield session


@pytest.fixture
def signed_in(doors, trusting):
    """The answer to a token request at the HTTPS door."""
    form = {
        "grant_type": "client_credentials",
        "client_id": "consumer-key",
        "client_secret": "consumer-secret",
    }
    return trusting.post(f"{doors.salesforce_url}/services/oauth2/token", data=form).json()


@pytest.fixture
def sf(signed_in, trusting):
    return Salesforce(
        session_id=signed_in["access_token"],
        instance_url=signed_in["instance_url"],
        session=trusting,
        version="66.0",
    )


@pytest.fixture(autouse=True)
def _clean(world):
    yield
    world.faults.clear()
    org = world.salesforce.org
    for name in ("Gadget__c", "Contact", "Account"):
        for row in org.query(f"SELECT Id FROM {name}"):  # noqa: S608 - three names of our own
            org.delete(name, row["Id"])


def test_the_instance_url_leads_back_through_the_same_door(signed_in, doors):
    assert signed_in["instance_url"] == doors.salesforce_url


def test_the_certificate_is_also_trusted_through_the_session(doors):
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(doors.ca_file)
        assert session.get(f"{doors.salesforce_url}/services/data").status_code == 200


def test_without_our_ca_nothing_is_trusted(doors):
    with requests.Session() as session:
        session.trust_env = False
        with pytest.raises(requests.exceptions.SSLError):
            session.get(f"{doors.salesforce_url}/services/data")


def test_a_record_lives_its_life(sf):
    made = sf.Contact.create({"LastName": "Example", "Email": "Ann@Example.com"})
    assert made == {"id": made["id"], "success": True, "errors": []}
    assert sf.Contact.update(made["id"], {"FirstName": "Ann"}) == 204
    read = sf.Contact.get(made["id"])
    assert (read["Name"], read["Email"]) == ("Ann Example", "ann@example.com")
    assert sf.Contact.delete(made["id"]) == 204
    with pytest.raises(SalesforceResourceNotFound):
        sf.Contact.get(made["id"])


def test_an_upsert_answers_201_then_200(sf):
    assert sf.Gadget__c.upsert("Key__c/a", {"Name": "one"}) == 201
    assert sf.Gadget__c.upsert("Key__c/a", {"Name": "two"}) == 200
    raw = sf.Gadget__c.upsert("Key__c/a", {"Name": "three"}, raw_response=True)
    assert raw.json()["created"] is False
    assert sf.Gadget__c.get_by_custom_id("Key__c", "a")["Name"] == "three"


def test_an_upsert_with_a_quoted_key_stores_the_key(sf):
    key = "a/b?c#d + e"
    assert sf.Gadget__c.upsert(format_external_id("Key__c", key), {"Name": "x"}) == 201
    assert sf.query("SELECT Key__c FROM Gadget__c")["records"][0]["Key__c"] == key


def test_an_ambiguous_key_raises_more_than_one_record(sf):
    for _ in range(2):
        sf.Gadget__c.create({"Loose__c": "twin"})
    with pytest.raises(SalesforceMoreThanOneRecord) as caught:
        sf.Gadget__c.upsert("Loose__c/twin", {"Name": "x"})
    assert len(caught.value.content) == 2


def test_a_refused_row_raises_a_malformed_request_with_its_code(sf):
    with pytest.raises(SalesforceMalformedRequest) as caught:
        sf.Contact.create({"FirstName": "Ann"})
    assert caught.value.content[0]["errorCode"] == "REQUIRED_FIELD_MISSING"


def test_query_all_iter_walks_over_every_page(sf, world):
    for number in range(401):
        world.salesforce.org.insert("Gadget__c", {"Key__c": f"k{number:03d}"})
    world.salesforce.settings.page_rows = 200
    try:
        rows = list(sf.query_all_iter("SELECT Key__c FROM Gadget__c ORDER BY Key__c"))
    finally:
        world.salesforce.settings.page_rows = 2000
    assert [row["Key__c"] for row in rows] == [f"k{number:03d}" for number in range(401)]


def test_query_all_reads_deleted_rows_when_asked(sf):
    made = sf.Gadget__c.create({"Name": "gone"})
    sf.Gadget__c.delete(made["id"])
    soql = format_soql("SELECT Id, IsDeleted FROM Gadget__c WHERE Id = {}", made["id"])
    assert sf.query_all(soql)["totalSize"] == 0
    found = sf.query_all(soql, include_deleted=True)
    assert (found["totalSize"], found["records"][0]["IsDeleted"]) == (1, True)


def test_a_formatted_time_is_a_time_for_the_org(sf):
    sf.Gadget__c.create({"Name": "x"})
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    soql = format_soql("SELECT Id FROM Gadget__c WHERE SystemModstamp > {}", hour_ago)
    assert sf.query(soql)["totalSize"] == 1


def test_describe_shows_fields_and_limits_show_the_day(sf):
    names = {field["name"] for field in sf.Gadget__c.describe()["fields"]}
    assert {"Id", "Name", "Key__c", "SystemModstamp", "IsDeleted"} < names
    assert sf.describe()["maxBatchSize"] == 200
    assert sf.limits()["DailyApiRequests"]["Max"] == 100_000


def test_the_api_use_is_read_from_the_header(sf):
    sf.limits()
    assert sf.api_usage["api-usage"].total == 100_000


def test_updated_and_deleted_take_aware_times(sf, world):
    made = sf.Gadget__c.create({"Name": "x"})
    world.clock.advance(timedelta(minutes=2))
    end = world.clock.now()
    start = end - timedelta(minutes=10)
    assert made["id"] in sf.Gadget__c.updated(start, end)["ids"]
    sf.Gadget__c.delete(made["id"])
    world.clock.advance(timedelta(minutes=2))
    gone = sf.Gadget__c.deleted(start, world.clock.now())["deletedRecords"]
    assert made["id"] in {row["id"] for row in gone}


def test_collections_go_through_restful(sf):
    records = [{"attributes": {"type": "Gadget__c"}, "Key__c": key} for key in ("a", "b")]
    path = "composite/sobjects/Gadget__c/Key__c"
    rows = sf.restful(path, method="PATCH", data=json.dumps({"records": records}))
    assert [row["created"] for row in rows] == [True, True]


def test_a_dead_session_raises_expired_session(sf, world):
    world.salesforce.sessions.end_all()
    with pytest.raises(SalesforceExpiredSession) as caught:
        sf.limits()
    assert caught.value.content[0]["errorCode"] == "INVALID_SESSION_ID"


def test_a_used_up_day_raises_a_refused_request(sf, world):
    world.salesforce.settings.daily_cap = 0
    try:
        with pytest.raises(SalesforceRefusedRequest) as caught:
            sf.limits()
    finally:
        world.salesforce.settings.daily_cap = 100_000
    assert caught.value.content[0]["errorCode"] == "REQUEST_LIMIT_EXCEEDED"


def test_a_page_of_html_is_a_general_error_with_text(sf, world):
    world.faults.add(Fault("salesforce", status=503, html=True))
    with pytest.raises(SalesforceGeneralError) as caught:
        sf.limits()
    assert caught.value.status == 503


def test_bulk_insert_and_upsert_report_their_numbers(sf):
    rows = [{"Key__c": f"k{number}", "Name": "n"} for number in range(3)]
    (done,) = sf.bulk2.Gadget__c.insert(records=rows, wait=0)
    assert (done["numberRecordsProcessed"], done["numberRecordsFailed"]) == (3, 0)
    rows.append({"Key__c": "fresh", "Name": "n"})
    (done,) = sf.bulk2.Gadget__c.upsert(records=rows, external_id_field="Key__c", wait=0)
    assert (done["numberRecordsProcessed"], done["numberRecordsFailed"]) == (4, 0)
    results = sf.bulk2.Gadget__c.get_all_ingest_records(done["job_id"])
    created = {row["Key__c"]: row["sf__Created"] for row in results["successfulRecords"]}
    assert created == {"k0": "false", "k1": "false", "k2": "false", "fresh": "true"}


def test_bulk_failures_come_back_with_their_code(sf):
    sf.Gadget__c.create({"Key__c": "taken"})
    (done,) = sf.bulk2.Gadget__c.insert(records=[{"Key__c": "taken"}], wait=0)
    assert done["numberRecordsFailed"] == 1
    (failed,) = sf.bulk2.Gadget__c.get_all_ingest_records(done["job_id"])["failedRecords"]
    assert failed["sf__Error"].split(":")[0] == "DUPLICATE_VALUE"


def test_bulk_delete_takes_ids(sf):
    made = sf.Gadget__c.create({"Key__c": "a"})
    (done,) = sf.bulk2.Gadget__c.delete(records=[{"Id": made["id"]}], wait=0)
    assert done["numberRecordsFailed"] == 0
    assert sf.query("SELECT COUNT() FROM Gadget__c")["totalSize"] == 0


def test_bulk_query_pages_through_its_locators(sf, world):
    for number in range(5):
        world.salesforce.org.insert("Gadget__c", {"Key__c": f"k{number}"})
    soql = "SELECT Key__c FROM Gadget__c ORDER BY Key__c"
    pages = list(sf.bulk2.Gadget__c.query(soql, max_records=2, wait=0))
    rows = [row for page in pages for row in csv.DictReader(io.StringIO(page))]
    assert len(pages) == 3
    assert [row["Key__c"] for row in rows] == ["k0", "k1", "k2", "k3", "k4"]
