# ruff: noqa: S608 - this is SOQL for the emulated org
"""What merging records does to them and to the records that name them."""

import pytest

from connector.emulator.salesforce.rows.errors import RowError

CREATED = "2026-03-10T12:00:00.000+0000"
A_MINUTE_LATER = "2026-03-10T12:01:00.000+0000"


@pytest.fixture
def contacts(org):
    names = ("Doe", "Doé", "Do")
    return [org.insert("Contact", {"LastName": name, "Email": "d@example.com"}) for name in names]


def masters(org, sobject):
    """Which record took up each record that was deleted."""
    soql = f"SELECT Id, IsDeleted, MasterRecordId FROM {sobject}"
    rows = org.query(soql, include_deleted=True)
    return {row["Id"]: row["MasterRecordId"] for row in rows if row["IsDeleted"]}


def refused(org, *args):
    with pytest.raises(RowError) as caught:
        org.merge(*args)
    return caught.value.status_code


def test_merged_contacts_are_deleted_and_name_their_master(org, contacts, clock):
    master, *losers = contacts
    start = clock.now()
    org.merge("Contact", master, losers)
    assert masters(org, "Contact") == dict.fromkeys(losers, master)
    assert [row["Id"] for row in org.query("SELECT Id FROM Contact")] == [master]
    deleted = org.deleted_ids("Contact", start, clock.advance(60))
    assert [record_id for record_id, _ in deleted] == losers


def test_a_record_that_was_never_merged_has_no_master(org, contacts):
    assert org.retrieve("Contact", contacts[0])["MasterRecordId"] is None
    org.delete("Contact", contacts[0])
    assert masters(org, "Contact") == {contacts[0]: None}


def test_children_of_a_merged_contact_move_to_the_master(org, contacts, opportunity, clock):
    master, loser, _ = contacts
    account = org.insert("Account", {"Name": "Acme"})
    order = {"AccountId": account, "Status": "Draft", "EffectiveDate": "2026-03-01"}
    org.insert("Order", {**order, "BillToContactId": loser, "ShipToContactId": loser})
    org.insert("OpportunityContactRole", {"OpportunityId": opportunity, "ContactId": loser})
    org.insert("Case", {"ContactId": loser})
    org.insert("Task", {"Subject": "Call", "WhoId": loser})
    tent = org.insert("Tent__c", {"Contact__c": loser})
    clock.advance(60)
    org.merge("Contact", master, [loser])
    for sobject, lookup in (
        ("Order", "BillToContactId"),
        ("Order", "ShipToContactId"),
        ("OpportunityContactRole", "ContactId"),
        ("Case", "ContactId"),
        ("Task", "WhoId"),
        ("Tent__c", "Contact__c"),
    ):
        assert [row[lookup] for row in org.query(f"SELECT {lookup} FROM {sobject}")] == [master]
    row = org.retrieve("Tent__c", tent)
    assert (row["LastModifiedDate"], row["SystemModstamp"]) == (CREATED, A_MINUTE_LATER)


def test_the_master_keeps_its_values_and_moves_its_stamps(org, contacts, clock):
    master, loser, _ = contacts
    clock.advance(60)
    org.merge("Contact", master, [loser])
    row = org.retrieve("Contact", master)
    assert (row["LastName"], row["LastModifiedDate"]) == ("Doe", A_MINUTE_LATER)


def test_a_master_can_itself_be_merged_later(org, contacts):
    first, second, third = contacts
    org.merge("Contact", second, [first])
    org.merge("Contact", third, [second])
    assert masters(org, "Contact") == {first: second, second: third}


def test_accounts_merge_with_all_that_names_them(org):
    master, loser = (org.insert("Account", {"Name": name}) for name in ("Acme", "Acme Ltd"))
    contact = org.insert("Contact", {"LastName": "Doe", "AccountId": loser})
    tent = org.insert("Tent__c", {"Account__c": loser})
    org.update("Account", master, {"ParentId": loser})
    org.merge("Account", master, [loser])
    assert org.retrieve("Contact", contact)["AccountId"] == master
    assert org.retrieve("Tent__c", tent)["Account__c"] == master
    assert org.retrieve("Account", master)["ParentId"] is None
    assert masters(org, "Account") == {loser: master}


def test_person_accounts_merge_with_their_shadows(org):
    org.settings.person_accounts = True
    master, loser = (org.insert("Account", {"LastName": name}) for name in ("Doe", "Roe"))
    shadows = [org.retrieve("Account", one)["PersonContactId"] for one in (master, loser)]
    case = org.insert("Case", {"ContactId": shadows[1]})
    org.merge("Account", master, [loser])
    assert masters(org, "Contact") == {shadows[1]: shadows[0]}
    assert org.retrieve("Case", case)["ContactId"] == shadows[0]


def test_a_person_is_not_merged_with_a_business(org):
    org.settings.person_accounts = True
    person = org.insert("Account", {"LastName": "Doe"})
    business = org.insert("Account", {"Name": "Acme"})
    assert refused(org, "Account", person, [business]) == "INVALID_INPUT"


def test_leads_can_be_merged(org):
    leads = [org.insert("Lead", {"LastName": name, "Company": "A"}) for name in ("Doe", "Roe")]
    org.merge("Lead", leads[0], leads[1:])
    assert masters(org, "Lead") == {leads[1]: leads[0]}


def test_a_merged_case_is_deleted(org):
    master, loser = (org.insert("Case", {"Subject": text}) for text in ("one", "two"))
    child = org.insert("Case", {"ParentId": loser})
    org.merge("Case", master, [loser])
    assert masters(org, "Case") == {loser: master}
    assert org.retrieve("Case", child)["ParentId"] == master


def test_a_merged_case_may_be_kept_and_closed(org):
    org.settings.merged_cases = "kept"
    org.settings.merged_case_status = "Merged"
    org.settings.closed_case_statuses.add("Merged")
    master, loser = (org.insert("Case", {"Subject": text}) for text in ("one", "two"))
    task = org.insert("Task", {"Subject": "Call", "WhatId": loser})
    org.merge("Case", master, [loser])
    row = org.retrieve("Case", loser)
    assert (row["MasterRecordId"], row["Status"], row["IsClosed"]) == (master, "Merged", True)
    assert org.retrieve("Case", master)["IsClosed"] is False
    assert org.retrieve("Task", task)["WhatId"] == master


@pytest.mark.parametrize(
    ("sobject", "code"),
    [("Opportunity", "INVALID_TYPE"), ("Town__c", "INVALID_TYPE")],
)
def test_other_objects_cannot_be_merged(org, opportunity, sobject, code):
    rows = {"Opportunity": opportunity, "Town__c": org.insert("Town__c", {})}
    assert refused(org, sobject, rows[sobject], [rows[sobject]]) == code


def test_a_refused_merge_changes_nothing(org, contacts):
    master, loser, _ = contacts
    case = org.insert("Case", {"ContactId": loser})
    assert refused(org, "Contact", master, [loser, master]) == "INVALID_INPUT"
    assert org.retrieve("Case", case)["ContactId"] == loser
    assert masters(org, "Contact") == {}


def test_a_client_cannot_write_who_the_master_is(org, contacts):
    with pytest.raises(RowError) as caught:
        org.update("Contact", contacts[0], {"MasterRecordId": contacts[1]})
    assert caught.value.status_code == "INVALID_FIELD_FOR_INSERT_UPDATE"


def test_describe_tells_what_the_api_can_merge(org):
    listed = org.describe_global()["sobjects"]
    assert {one["name"] for one in listed if one["mergeable"]} == {"Account", "Contact", "Lead"}
    children = org.describe("Contact")["childRelationships"]
    assert "MasterRecordId" not in {one["field"] for one in children}
