"""The handles of a world open its doors and name records that a demonstration can move."""

from base64 import b64decode

import pytest

from connector.emulator.world import seed


def test_the_handles_name_what_is_really_there(emulator, world):
    unit = emulator.trustpilot.units[world.business_unit_id]

    assert unit.domain == world.domain == "shop.example.com"
    assert world.organization_id == emulator.salesforce.org.org_id
    assert world.trustpilot_api_key in emulator.trustpilot.accounts.applications
    assert emulator.trustpilot.accounts.users[world.acting_user_id].role in {"Admin", "Manager"}


def test_the_link_keys_are_two_different_keys_of_32_bytes(world):
    keys = [b64decode(world.link_encryption_key), b64decode(world.link_authentication_key)]

    assert [len(key) for key in keys] == [32, 32]
    assert keys[0] != keys[1]


def test_the_connected_app_signs_in_by_client_credentials(emulator, world):
    app = emulator.salesforce.settings.app(world.salesforce_client_id)

    assert app.client_secret == world.salesforce_client_secret
    assert app.run_as


def test_secrets_do_not_show_in_the_text_of_a_world(world):
    text = repr(world)

    for secret in (
        world.salesforce_client_secret,
        world.trustpilot_api_secret,
        world.link_encryption_key,
        world.link_authentication_key,
    ):
        assert secret not in text


def test_the_opportunity_is_open_and_has_a_decision_maker_with_an_address(query, world):
    (row,) = query(
        "SELECT Role, IsPrimary, Contact.Email, Contact.HasOptedOutOfEmail, Opportunity.IsClosed "
        "FROM OpportunityContactRole WHERE OpportunityId = '{}'",
        world.opportunity_id,
    )

    assert (row["Role"], row["IsPrimary"]) == ("Decision Maker", True)
    assert row["Contact"]["Email"]
    assert not row["Contact"]["HasOptedOutOfEmail"]
    assert not row["Opportunity"]["IsClosed"]


def test_the_order_is_a_draft_with_items_and_a_bill_to_contact(query, world):
    (row,) = query(
        "SELECT StatusCode, BillToContact.Email, (SELECT Id FROM OrderItems) "
        "FROM Order WHERE Id = '{}'",
        world.order_id,
    )

    assert row["StatusCode"] == "Draft"
    assert row["BillToContact"]["Email"]
    assert row["OrderItems"]["totalSize"] == 2


def test_the_case_is_open_and_has_a_contact(query, world):
    (row,) = query("SELECT IsClosed, ContactEmail FROM Case WHERE Id = '{}'", world.case_id)

    assert not row["IsClosed"]
    assert row["ContactEmail"]


def test_the_people_of_the_three_records_are_three_and_have_no_other_story(query, world, service):
    role = query(
        "SELECT ContactId FROM OpportunityContactRole WHERE OpportunityId = '{}'",
        world.opportunity_id,
    )[0]
    order = query("SELECT BillToContactId FROM Order WHERE Id = '{}'", world.order_id)[0]
    case = query("SELECT ContactId FROM Case WHERE Id = '{}'", world.case_id)[0]
    people = [role["ContactId"], order["BillToContactId"], case["ContactId"]]

    assert len(set(people)) == 3
    ids = ", ".join(f"'{one}'" for one in people)
    emails = {row["Email"] for row in query("SELECT Email FROM Contact WHERE Id IN ({})", ids)}
    assert not emails & {review["referralEmail"] for review in service}
    assert len(query("SELECT Id FROM OpportunityContactRole WHERE ContactId IN ({})", ids)) == 1
    assert len(query("SELECT Id FROM Order WHERE BillToContactId IN ({})", ids)) == 1
    assert len(query("SELECT Id FROM Case WHERE ContactId IN ({})", ids)) == 1


@pytest.mark.parametrize(
    ("sobject", "handle", "change", "moved"),
    [
        ("Opportunity", "opportunity_id", {"StageName": "Closed Won"}, "IsWon"),
        ("Order", "order_id", {"Status": "Activated"}, "ActivatedDate"),
        ("Case", "case_id", {"Status": "Closed"}, "ClosedDate"),
    ],
)
def test_a_demonstration_can_move_each_record(new_emulator, sobject, handle, change, moved):
    emulator = new_emulator()
    record_id = getattr(
        seed(emulator, service_reviews=5, product_reviews=2, people=10, days=5), handle
    )

    org = emulator.salesforce.org
    assert not org.retrieve(sobject, record_id)[moved]
    org.update(sobject, record_id, change)
    assert org.retrieve(sobject, record_id)[moved]
