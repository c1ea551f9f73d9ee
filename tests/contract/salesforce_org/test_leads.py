"""Leads: people the org does not know as contacts yet; and orders that take others back."""

import pytest

from connector.emulator.salesforce.rows.errors import ApiError, RowError


@pytest.fixture
def lead(org):
    values = {
        "FirstName": "Jo",
        "LastName": "Doe",
        "Company": "Acme",
        "Email": "Jo.Doe@Example.com",
    }
    return org.insert("Lead", values)


def test_a_lead_is_named_and_its_address_is_lower_cased(org, lead):
    row = org.retrieve("Lead", lead)
    assert (lead[:3], row["Name"], row["Email"]) == ("00Q", "Jo Doe", "jo.doe@example.com")
    assert (row["IsConverted"], row["ConvertedContactId"]) == (False, None)
    assert row["OwnerId"] == org.user_id


@pytest.mark.parametrize("missing", ["LastName", "Company"])
def test_a_lead_needs_a_name_and_a_company(org, missing):
    values = {"LastName": "Doe", "Company": "Acme"}
    del values[missing]
    with pytest.raises(RowError) as caught:
        org.insert("Lead", values)
    assert caught.value.fields == (missing,)


@pytest.mark.usefixtures("lead")
def test_the_opt_out_of_a_lead_is_hidden_until_granted(org):
    query = "SELECT HasOptedOutOfEmail FROM Lead"
    with pytest.raises(ApiError, match="INVALID_FIELD"):
        org.query(query)
    org.show_field("Lead", "HasOptedOutOfEmail")
    assert org.query(query)[0]["HasOptedOutOfEmail"] is False


def test_a_converted_lead_names_its_contact(org, lead, clock):
    contact = org.insert("Contact", {"LastName": "Doe"})
    clock.advance(60)
    org.convert_lead(lead, contact)
    row = org.retrieve("Lead", lead)
    assert (row["IsConverted"], row["ConvertedContactId"]) == (True, contact)
    assert (row["ConvertedDate"], row["SystemModstamp"][11:16]) == ("2026-03-10", "12:01")
    org.delete("Contact", contact)
    assert org.retrieve("Lead", lead)["ConvertedContactId"] is None


def test_converting_a_lead_that_is_not_there_is_not_found(org):
    with pytest.raises(ApiError):
        org.convert_lead("00QQk0000000099", "003Qk0000000099")


def test_a_client_cannot_convert_by_writing(org, lead):
    with pytest.raises(RowError, match="INVALID_FIELD_FOR_INSERT_UPDATE"):
        org.update("Lead", lead, {"IsConverted": True})


def test_a_task_can_be_with_a_lead(org, lead):
    task = org.insert("Task", {"Subject": "Call", "WhoId": lead})
    assert org.retrieve("Task", task)["WhoId"] == lead


@pytest.mark.parametrize("sobject", ["Lead", "Contact", "Order"])
def test_a_standard_object_can_be_hidden_as_a_whole(org, sobject):
    org.hide_object(sobject)
    with pytest.raises(ApiError) as caught:
        org.query(f"SELECT Id FROM {sobject}")  # noqa: S608 - SOQL
    assert caught.value.error_code == "INVALID_TYPE"
    assert f"sObject type '{sobject}' is not supported" in caught.value.message
    assert sobject not in {one["name"] for one in org.describe_global()["sobjects"]}
    org.show_object(sobject)
    assert org.query(f"SELECT Id FROM {sobject}") == []  # noqa: S608 - SOQL


def test_an_order_may_take_another_one_back(org):
    account = org.insert("Account", {"Name": "Acme"})
    values = {"AccountId": account, "Status": "Draft", "EffectiveDate": "2026-03-01"}
    first = org.insert("Order", values)
    back = org.insert("Order", {**values, "IsReductionOrder": True, "OriginalOrderId": first})
    rows = org.query(
        "SELECT IsReductionOrder, OriginalOrder.OrderNumber FROM Order ORDER BY OrderNumber"
    )
    assert [row["IsReductionOrder"] for row in rows] == [False, True]
    assert rows[1]["OriginalOrder"]["OrderNumber"] == "00000001"
    org.delete("Order", first)
    assert org.retrieve("Order", back)["OriginalOrderId"] is None
