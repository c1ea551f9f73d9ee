# ruff: noqa: S608 - this is SOQL for the emulated org
"""What a deletion does to the records that name the deleted one."""

import pytest

from connector.emulator.faults import row_lock
from connector.emulator.salesforce.rows.errors import ApiError, RowError

CREATED = "2026-03-10T12:00:00.000+0000"
A_MINUTE_LATER = "2026-03-10T12:01:00.000+0000"


@pytest.fixture
def account(org):
    return org.insert("Account", {"Name": "Acme"})


@pytest.fixture
def contact(org, account):
    return org.insert("Contact", {"LastName": "Doe", "AccountId": account})


@pytest.fixture
def town(org):
    return org.insert("Town__c", {"Name": "Ghent"})


@pytest.fixture
def order(org, account):
    values = {"AccountId": account, "Status": "Draft", "EffectiveDate": "2026-03-01"}
    return org.insert("Order", values)


def binned(org, sobject):
    rows = org.query(f"SELECT Id, IsDeleted FROM {sobject}", include_deleted=True)
    return {row["Id"] for row in rows if row["IsDeleted"]}


def refusal(call, *args):
    with pytest.raises(RowError) as caught:
        call(*args)
    return caught.value


@pytest.mark.parametrize("lookup", ["Emptied__c", "Silent__c"])
def test_a_lookup_to_a_deleted_record_is_emptied(org, town, clock, lookup):
    tent = org.insert("Tent__c", {lookup: town})
    clock.advance(60)
    org.delete("Town__c", town)
    row = org.retrieve("Tent__c", tent)
    assert row[lookup] is None
    assert (row["LastModifiedDate"], row["SystemModstamp"]) == (CREATED, A_MINUTE_LATER)


def test_an_emptied_lookup_may_leave_the_stamp_alone(org, town, clock):
    org.settings.emptied_lookups_move_stamp = False
    tent = org.insert("Tent__c", {"Emptied__c": town})
    clock.advance(60)
    org.delete("Town__c", town)
    row = org.retrieve("Tent__c", tent)
    assert (row["Emptied__c"], row["SystemModstamp"]) == (None, CREATED)


def test_lookups_to_other_records_stay(org, town):
    other = org.insert("Town__c", {"Name": "Bruges"})
    tent = org.insert("Tent__c", {"Emptied__c": other})
    org.delete("Town__c", town)
    assert org.retrieve("Tent__c", tent)["Emptied__c"] == other


def test_a_record_in_the_bin_keeps_its_lookups(org, town):
    tent = org.insert("Tent__c", {"Emptied__c": town})
    org.delete("Tent__c", tent)
    org.delete("Town__c", town)
    (row,) = org.query("SELECT Emptied__c FROM Tent__c", include_deleted=True)
    assert row["Emptied__c"] == town


def test_a_restricted_lookup_keeps_its_parent_from_being_deleted(org, town):
    bystander = org.insert("Tent__c", {"Emptied__c": town})
    tent = org.insert("Tent__c", {"Bound__c": town})
    error = refusal(org.delete, "Town__c", town)
    assert (error.status_code, error.http_status) == ("DELETE_FAILED", 400)
    assert binned(org, "Town__c") == set()
    assert org.retrieve("Tent__c", bystander)["Emptied__c"] == town
    org.delete("Tent__c", tent)
    org.delete("Town__c", town)
    assert binned(org, "Town__c") == {town}


def test_a_cascading_lookup_takes_the_child_and_its_tasks_along(org, town):
    tent = org.insert("Tent__c", {"Swept__c": town})
    task = org.insert("Task", {"Subject": "Look", "WhatId": tent})
    org.delete("Town__c", town)
    assert binned(org, "Tent__c") == {tent}
    assert binned(org, "Task") == {task}


def test_what_a_lookup_does_is_described(org):
    fields = {one["name"]: one for one in org.describe("Tent__c")["fields"]}
    found = {
        name: (fields[name]["cascadeDelete"], fields[name]["restrictedDelete"])
        for name in ("Emptied__c", "Bound__c", "Swept__c")
    }
    assert found == {
        "Emptied__c": (False, False),
        "Bound__c": (False, True),
        "Swept__c": (True, False),
    }


# -- people -------------------------------------------------------------------------------------


def test_a_contact_role_goes_with_its_contact(org, opportunity, contact):
    values = {"OpportunityId": opportunity, "ContactId": contact, "IsPrimary": True}
    role = org.insert("OpportunityContactRole", values)
    org.delete("Contact", contact)
    assert org.query("SELECT Id FROM OpportunityContactRole") == []
    assert binned(org, "OpportunityContactRole") == {role}
    assert org.retrieve("Opportunity", opportunity)["ContactId"] is None


def test_a_contact_role_may_outlive_its_contact(org, opportunity, contact):
    org.settings.contact_roles_outlive_contacts = True
    org.insert("OpportunityContactRole", {"OpportunityId": opportunity, "ContactId": contact})
    org.delete("Contact", contact)
    (role,) = org.query("SELECT ContactId FROM OpportunityContactRole")
    assert role["ContactId"] == contact


def test_a_contact_that_a_case_names_is_not_deleted(org, contact):
    org.insert("Case", {"ContactId": contact})
    assert refusal(org.delete, "Contact", contact).status_code == "DELETE_FAILED"
    assert binned(org, "Contact") == set()


@pytest.mark.parametrize("lookup", ["BillToContactId", "ShipToContactId"])
def test_a_contact_that_an_order_names_is_not_deleted(org, contact, order, lookup):
    org.update("Order", order, {lookup: contact})
    assert refusal(org.delete, "Contact", contact).status_code == "DELETE_FAILED"


def test_an_org_may_empty_the_lookups_of_cases_and_orders(org, contact, order, clock):
    org.settings.restricted_deletes = "emptied"
    case = org.insert("Case", {"ContactId": contact})
    org.update("Order", order, {"BillToContactId": contact, "ShipToContactId": contact})
    clock.advance(60)
    org.delete("Contact", contact)
    found = org.retrieve("Order", order, ["BillToContactId", "ShipToContactId", "SystemModstamp"])
    assert list(found.values())[1:] == [None, None, A_MINUTE_LATER]
    found = org.retrieve("Case", case, ["ContactId", "SystemModstamp", "LastModifiedDate"])
    assert list(found.values())[1:] == [None, A_MINUTE_LATER, CREATED]


def test_an_account_takes_contacts_and_opportunities_along(org, account, contact, opportunity):
    org.update("Opportunity", opportunity, {"AccountId": account})
    org.delete("Account", account)
    assert binned(org, "Contact") == {contact}
    assert binned(org, "Opportunity") == {opportunity}


@pytest.mark.usefixtures("order")
def test_an_account_with_orders_is_not_deleted(org, account, contact):
    assert refusal(org.delete, "Account", account).status_code == "DELETE_FAILED"
    assert org.retrieve("Contact", contact)["AccountId"] == account


def test_a_person_account_takes_its_shadow_along(org):
    org.settings.person_accounts = True
    person = org.insert("Account", {"LastName": "Doe"})
    shadow = org.retrieve("Account", person)["PersonContactId"]
    org.delete("Account", person)
    assert binned(org, "Contact") == {shadow}


def test_the_case_of_a_deleted_parent_case_stands_alone(org):
    parent = org.insert("Case", {})
    child = org.insert("Case", {"ParentId": parent})
    org.delete("Case", parent)
    assert org.retrieve("Case", child)["ParentId"] is None


def test_a_row_fault_strikes_before_anything_is_emptied(org, town, faults):
    tent = org.insert("Tent__c", {"Emptied__c": town})
    faults.add(row_lock("Town__c"))
    assert refusal(org.delete, "Town__c", town).status_code == "UNABLE_TO_LOCK_ROW"
    assert org.retrieve("Tent__c", tent)["Emptied__c"] == town


# -- sharing ------------------------------------------------------------------------------------


def test_a_hidden_record_cannot_be_read_and_its_children_can(org, contact, clock):
    start = clock.now()
    case = org.insert("Case", {"ContactId": contact})
    org.hide_row("Contact", contact)
    assert org.query("SELECT Id FROM Contact") == []
    with pytest.raises(ApiError) as caught:
        org.retrieve("Contact", contact)
    assert caught.value.error_code == "NOT_FOUND"
    assert org.updated_ids("Contact", start, clock.advance(60)) == []
    (row,) = org.query("SELECT ContactId, Contact.Name FROM Case")
    assert (row["ContactId"], row["Contact"], row["attributes"]["type"]) == (contact, None, "Case")
    assert org.retrieve("Case", case)["ContactId"] == contact


def test_hiding_a_record_that_is_not_there_is_not_found(org):
    with pytest.raises(ApiError):
        org.hide_row("Contact", "003Qk0000000099")
