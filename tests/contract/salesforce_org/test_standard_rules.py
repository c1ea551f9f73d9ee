# ruff: noqa: S608 - this is SOQL for the emulated org
import pytest

from connector.emulator.salesforce.rows.errors import ApiError, RowError
from connector.emulator.salesforce.schema.settings import Stage


@pytest.fixture
def account(org):
    return org.insert("Account", {"Name": "Acme"})


@pytest.fixture
def contact(org, account):
    values = {"FirstName": "Jo", "LastName": "Doe", "Email": "jo@example.com"}
    return org.insert("Contact", {**values, "AccountId": account})


@pytest.fixture
def order(org, account):
    values = {"AccountId": account, "Status": "Draft", "EffectiveDate": "2026-03-01"}
    return org.insert("Order", values)


def history(org, table="OpportunityFieldHistory"):
    rows = org.query(f"SELECT Field, OldValue, NewValue, DataType FROM {table}")
    return [(row["Field"], row["OldValue"], row["NewValue"]) for row in rows]


# -- opportunities ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "closed_won_probability"),
    [
        ("Qualification", (False, False, 10.0)),
        ("Closed Won", (True, True, 100.0)),
        ("Closed Lost", (True, False, 0.0)),
        ("In Progress", (False, False, 35.0)),  # unlisted is accepted (recorded), open, keeps it
        ("Prospecting", (False, False, 35.0)),  # no change of stage keeps the probability too
    ],
)
def test_a_stage_decides_what_an_opportunity_is(org, opportunity, stage, closed_won_probability):
    org.update("Opportunity", opportunity, {"Probability": 35})
    org.update("Opportunity", opportunity, {"StageName": stage})
    record = org.retrieve("Opportunity", opportunity)
    found = (record["IsClosed"], record["IsWon"], record["Probability"])
    assert found == closed_won_probability


def test_stages_are_the_customers_own(org, opportunity):
    org.settings.opportunity_stages["Geliefert"] = Stage(100, "Closed", closed=True, won=True)
    org.update("Opportunity", opportunity, {"StageName": "Geliefert"})
    assert org.retrieve("Opportunity", opportunity)["IsWon"] is True


def test_the_date_of_the_last_stage_change_follows_changes_only(org, opportunity, clock):
    def changed_at():
        return org.retrieve("Opportunity", opportunity)["LastStageChangeDate"]

    assert changed_at() is None
    clock.advance(60)
    org.update("Opportunity", opportunity, {"StageName": "Qualification"})
    assert changed_at() == "2026-03-10T12:01:00.000+0000"
    clock.advance(60)
    org.update("Opportunity", opportunity, {"StageName": "Qualification", "Amount": 5})
    assert changed_at() == "2026-03-10T12:01:00.000+0000"


def test_stage_history_starts_at_creation_and_follows_stage_amount_and_date(org, opportunity):
    org.update("Opportunity", opportunity, {"Amount": 200})
    org.update("Opportunity", opportunity, {"StageName": "Closed Won", "CloseDate": "2026-03-10"})
    org.update("Opportunity", opportunity, {"NextStep": "celebrate"})
    rows = org.query(
        "SELECT StageName, Amount, PrevAmount, CloseDate, PrevCloseDate, ExpectedRevenue "
        "FROM OpportunityHistory ORDER BY CreatedDate, Id"
    )
    assert [tuple(row.values())[1:] for row in rows] == [
        ("Prospecting", None, None, "2026-04-01", None, None),
        ("Prospecting", 200.0, None, "2026-04-01", "2026-04-01", 20.0),
        ("Closed Won", 200.0, 200.0, "2026-03-10", "2026-04-01", 200.0),
    ]


def test_field_history_follows_only_tracked_fields(org, opportunity):
    org.track_history("Opportunity", "StageName")
    org.track_history("Opportunity", "Amount")
    org.update("Opportunity", opportunity, {"StageName": "Qualification", "NextStep": "call"})
    org.update("Opportunity", opportunity, {"Amount": 12.5})
    assert history(org) == [
        ("StageName", "Prospecting", "Qualification"),
        ("Amount", None, 12.5),
    ]


def test_the_history_of_a_lookup_names_and_identifies(org, opportunity, account):
    org.track_history("Opportunity", "AccountId")
    org.update("Opportunity", opportunity, {"AccountId": account})
    assert history(org) == [("Account", None, "Acme"), ("Account", None, account)]


def test_objects_without_history_cannot_be_tracked(org):
    with pytest.raises(ApiError):
        org.track_history("Gadget__c", "Title__c")


def test_a_contact_given_at_creation_becomes_the_primary_role(org, contact):
    opportunity = org.insert(
        "Opportunity",
        {"Name": "Deal", "StageName": "New", "CloseDate": "2026-04-01", "ContactId": contact},
    )
    (role,) = org.query("SELECT OpportunityId, ContactId, IsPrimary FROM OpportunityContactRole")
    assert tuple(role.values())[1:] == (opportunity, contact, True)
    with pytest.raises(RowError) as caught:
        org.update("Opportunity", opportunity, {"ContactId": contact})
    assert caught.value.status_code == "INVALID_FIELD_FOR_INSERT_UPDATE"


def test_an_opportunity_has_one_primary_role(org, opportunity, contact):
    other = org.insert("Contact", {"LastName": "Roe"})
    roles = [
        org.insert(
            "OpportunityContactRole",
            {"OpportunityId": opportunity, "ContactId": one, "IsPrimary": True},
        )
        for one in (contact, other)
    ]
    primary = org.query("SELECT Id FROM OpportunityContactRole WHERE IsPrimary = TRUE")
    assert [row["Id"] for row in primary] == roles[1:]
    assert org.retrieve("Opportunity", opportunity)["ContactId"] == other
    org.update("OpportunityContactRole", roles[1], {"IsPrimary": False})
    assert org.retrieve("Opportunity", opportunity)["ContactId"] is None


def test_a_deleted_role_is_seen_only_in_the_delete_log(org, opportunity, contact, clock):
    values = {"OpportunityId": opportunity, "ContactId": contact}
    role = org.insert("OpportunityContactRole", values)
    org.delete("OpportunityContactRole", role)
    everything = "SELECT Id FROM OpportunityContactRole"
    assert org.query(everything, include_deleted=True) == []
    start, end = clock.now(), clock.advance(60)
    assert [one[0] for one in org.deleted_ids("OpportunityContactRole", start, end)] == [role]


def test_a_role_is_in_the_bin_with_its_opportunity(org, opportunity, contact):
    org.insert("OpportunityContactRole", {"OpportunityId": opportunity, "ContactId": contact})
    org.delete("Opportunity", opportunity)
    roles = org.query("SELECT IsDeleted FROM OpportunityContactRole", include_deleted=True)
    assert [row["IsDeleted"] for row in roles] == [True]
    assert org.query("SELECT Id FROM OpportunityHistory") == []


# -- orders -------------------------------------------------------------------------------------


def test_activating_an_order_sets_its_code_and_date(org, order, clock):
    assert org.retrieve("Order", order)["StatusCode"] == "Draft"
    assert org.retrieve("Order", order)["OrderNumber"] == "00000001"
    org.track_history("Order", "Status")
    clock.advance(3600)
    org.update("Order", order, {"Status": "Activated"})
    record = org.retrieve("Order", order)
    assert record["StatusCode"] == "Activated"
    assert record["ActivatedDate"] == "2026-03-10T13:00:00.000+0000"
    assert history(org, "OrderHistory") == [("Status", "Draft", "Activated")]


def test_order_statuses_are_the_customers_own(org, order):
    with pytest.raises(RowError, match="INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"):
        org.update("Order", order, {"Status": "Shipped"})
    org.settings.order_status_codes["Shipped"] = "Activated"
    org.update("Order", order, {"Status": "Shipped"})
    assert org.retrieve("Order", order)["StatusCode"] == "Activated"


def test_the_account_of_an_activated_order_stays(org, order):
    org.update("Order", order, {"Status": "Activated"})
    other = org.insert("Account", {"Name": "Bcme"})
    with pytest.raises(RowError, match="FIELD_INTEGRITY_EXCEPTION"):
        org.update("Order", order, {"AccountId": other})


def test_order_products_take_product_and_price_from_the_price_book(org, order):
    product = org.insert("Product2", {"Name": "Lamp", "StockKeepingUnit": "L-1"})
    book = org.insert("Pricebook2", {"Name": "Standard"})
    entry = {"Pricebook2Id": book, "Product2Id": product, "UnitPrice": 9.5}
    entry_id = org.insert("PricebookEntry", entry)
    org.insert("OrderItem", {"OrderId": order, "PricebookEntryId": entry_id, "Quantity": 2})
    (item,) = org.query("SELECT Product2.StockKeepingUnit, TotalPrice FROM OrderItem")
    assert item["Product2"]["StockKeepingUnit"] == "L-1"
    assert item["TotalPrice"] == org.retrieve("Order", order)["TotalAmount"] == 19.0


def test_opportunity_products_take_product_and_price_and_show_on_their_opportunity(org):
    values = {"Name": "O", "StageName": "Closed Won", "CloseDate": "2026-03-02"}
    opportunity = org.insert("Opportunity", values)
    assert org.retrieve("Opportunity", opportunity)["HasOpportunityLineItem"] is False
    product = org.insert("Product2", {"Name": "Lamp", "StockKeepingUnit": "L-1"})
    book = org.insert("Pricebook2", {"Name": "Standard"})
    entry = {"Pricebook2Id": book, "Product2Id": product, "UnitPrice": 9.5}
    entry_id = org.insert("PricebookEntry", entry)
    item = {"OpportunityId": opportunity, "PricebookEntryId": entry_id, "Quantity": 2}
    org.insert("OpportunityLineItem", item)
    (found,) = org.query("SELECT Product2.StockKeepingUnit, TotalPrice FROM OpportunityLineItem")
    assert (found["Product2"]["StockKeepingUnit"], found["TotalPrice"]) == ("L-1", 19.0)
    assert org.retrieve("Opportunity", opportunity)["HasOpportunityLineItem"] is True


def test_without_orders_there_is_no_order_object(org):
    org.settings.orders_enabled = False
    with pytest.raises(ApiError) as caught:
        org.query("SELECT Id FROM Order")
    assert caught.value.error_code == "INVALID_TYPE"
    assert "Order" not in {one["name"] for one in org.describe_global()["sobjects"]}


# -- cases --------------------------------------------------------------------------------------


def test_a_case_mirrors_its_contact(org, contact, account):
    case = org.insert("Case", {"ContactId": contact, "Subject": "Broken"})
    record = org.retrieve("Case", case)
    assert (record["ContactEmail"], record["AccountId"]) == ("jo@example.com", account)
    assert (record["Status"], record["CaseNumber"]) == ("New", "00000001")
    org.update("Contact", contact, {"Email": "new@example.com"})
    found = org.query("SELECT ContactEmail FROM Case WHERE ContactEmail = 'NEW@example.com'")
    assert [row["ContactEmail"] for row in found] == ["new@example.com"]


def test_closing_and_reopening_a_case_moves_its_closing_date(org, clock):
    case = org.insert("Case", {})
    org.track_history("Case", "Status")
    clock.advance(60)
    org.update("Case", case, {"Status": "Closed"})
    closed = org.retrieve("Case", case)
    assert (closed["IsClosed"], closed["ClosedDate"]) == (True, "2026-03-10T12:01:00.000+0000")
    org.update("Case", case, {"Status": "Working"})
    assert org.retrieve("Case", case)["ClosedDate"] is None
    assert history(org, "CaseHistory") == [
        ("Status", "New", "Closed"),
        ("closed", None, None),
        ("Status", "Closed", "Working"),
    ]


def test_a_tracked_object_notes_the_creation(org):
    org.track_history("Case", "Status")
    org.insert("Case", {})
    assert history(org, "CaseHistory") == [("created", None, None)]


# -- people -------------------------------------------------------------------------------------


def test_a_bounce_marks_the_contact(org, contact):
    org.update("Contact", contact, {"EmailBouncedDate": "2026-03-01T00:00:00Z"})
    assert org.retrieve("Contact", contact)["IsEmailBounced"] is True


@pytest.mark.usefixtures("contact")
def test_the_opt_out_of_a_contact_is_hidden_until_granted(org):
    query = "SELECT HasOptedOutOfEmail FROM Contact"
    with pytest.raises(ApiError, match="INVALID_FIELD"):
        org.query(query)
    org.show_field("Contact", "HasOptedOutOfEmail")
    assert org.query(query)[0]["HasOptedOutOfEmail"] is False


def test_a_person_account_carries_a_contact_in_its_shadow(org):
    org.settings.person_accounts = True
    values = {"LastName": "Doe", "FirstName": "Jo", "PersonEmail": "Jo@example.com"}
    person = org.insert("Account", values)
    record = org.retrieve("Account", person)
    assert (record["Name"], record["IsPersonAccount"]) == ("Jo Doe", True)
    contact = org.retrieve("Contact", record["PersonContactId"])
    assert (contact["Email"], contact["IsPersonAccount"]) == ("jo@example.com", True)
    org.update("Account", person, {"PersonEmail": "new@example.com"})
    assert org.retrieve("Contact", contact["Id"])["Email"] == "new@example.com"


def test_a_person_account_has_no_name_of_its_own(org):
    org.settings.person_accounts = True
    with pytest.raises(RowError, match="INVALID_FIELD_FOR_INSERT_UPDATE"):
        org.insert("Account", {"LastName": "Doe", "Name": "Acme"})


def test_without_person_accounts_their_fields_are_missing(org):
    with pytest.raises(RowError) as caught:
        org.insert("Account", {"Name": "Acme", "PersonEmail": "a@example.com"})
    assert caught.value.message == "No such column 'PersonEmail' on sobject of type Account"


def test_a_custom_object_keeps_the_history_of_the_fields_its_metadata_tracks(org):
    boss = org.query("SELECT Id, Username FROM User")[0]
    shop = org.insert("Shop__c", {"Stage__c": "New"}, user=boss["Id"])
    org.update("Shop__c", shop, {"Stage__c": "Open", "Note__c": "x"}, user=boss["Id"])
    rows = org.query(
        "SELECT ParentId, Field, OldValue, NewValue, CreatedBy.Username, Parent.Stage__c "
        "FROM Shop__History ORDER BY CreatedDate, Id"
    )
    assert [(row["Field"], row["OldValue"], row["NewValue"]) for row in rows] == [
        ("created", None, None),
        ("Stage__c", "New", "Open"),
    ]
    assert {row["ParentId"] for row in rows} == {shop}
    assert {row["Parent"]["Stage__c"] for row in rows} == {"Open"}
    assert {row["CreatedBy"]["Username"] for row in rows} == {boss["Username"]}
