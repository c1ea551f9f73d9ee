"""What sellers and super users click: a stage, a link, the switches of a business unit."""

from datetime import timedelta

from playwright.sync_api import expect

STATUSES = "SELECT Status__c FROM Trustpilot_Invitation__c"


def test_a_stage_is_moved_and_the_invitation_appears(visit):
    visit.go(f"/record/{visit.world.opportunity_id}")
    visit.button("Closed Won").click()
    visit.run_now()
    expect(visit.page.get_by_text("Scheduled")).to_be_visible()
    row = visit.one(
        "SELECT Status__c FROM Trustpilot_Invitation__c "
        f"WHERE Opportunity__c = '{visit.world.opportunity_id}'"
    )
    assert row["Status__c"] == "Scheduled"
    visit.picture("opportunity")


def test_a_day_passes_at_the_push_of_a_button(visit):
    clock = visit.show.stage.emulator.clock
    before = clock.now()
    visit.go("/home")
    visit.button("Let a day pass").click()
    visit.button("Let a day pass").click()
    expect(visit.button("Let a day pass")).to_be_enabled()
    assert timedelta(days=2) <= clock.now() - before < timedelta(days=2, minutes=5)


def test_a_link_is_copied_by_one_click(visit):
    visit.org.update("Order", visit.world.order_id, {"Status": "Activated"})
    visit.show.background.run()
    visit.show.stage.emulator.clock.advance(timedelta(days=8))
    visit.show.background.run()
    row = visit.one(
        "SELECT Id, Link__c FROM Trustpilot_Invitation__c "
        f"WHERE Order__c = '{visit.world.order_id}'"
    )
    visit.go(f"/record/{row['Id']}")
    visit.button("Copy link").click()
    expect(visit.page.get_by_text("The link is copied.")).to_be_visible()
    assert visit.page.evaluate("navigator.clipboard.readText()") == row["Link__c"]


def test_the_list_of_invitations_tells_what_became_of_each(visit):
    for row in visit.org.query("SELECT Id FROM Opportunity WHERE IsClosed = false LIMIT 8"):
        visit.org.update("Opportunity", row["Id"], {"StageName": "Closed Won"})
    visit.show.background.run()
    visit.page.set_viewport_size({"width": 1480, "height": 560})
    visit.go("/list/Trustpilot_Invitation__c/All")
    rows = visit.page.locator("tbody tr")
    expect(rows).to_have_count(visit.org.count("Trustpilot_Invitation__c"))
    statuses = {row["Status__c"] for row in visit.org.query(STATUSES)}
    for status in statuses:
        expect(visit.page.get_by_text(status, exact=True).first).to_be_visible()
    visit.picture("invitations")


def test_replies_are_paused_by_a_switch(visit):
    unit = visit.one("SELECT Id FROM Trustpilot_Business_Unit__c")
    visit.go(f"/record/{unit['Id']}")
    visit.page.locator(".pause-replies .slds-checkbox_faux").click()
    expect(visit.page.get_by_text("Saved.")).to_be_visible()
    row = visit.one(
        "SELECT Pause_Replies__c, Pause_Invitations__c FROM Trustpilot_Business_Unit__c"
    )
    assert (row["Pause_Replies__c"], row["Pause_Invitations__c"]) == (True, False)


def test_reviews_of_the_past_are_asked_for_and_the_result_appears(visit):
    unit = visit.one("SELECT Id FROM Trustpilot_Business_Unit__c")
    before = visit.org.count("Trustpilot_Review__c")
    visit.go(f"/record/{unit['Id']}")
    visit.page.get_by_label("How many days back").fill("60")
    visit.button("Import reviews").click()
    expect(visit.page.get_by_text("The next run begins it.")).to_be_visible()
    visit.run_now()
    visit.go(f"/record/{unit['Id']}")
    expect(visit.page.get_by_text("Last import", exact=True)).to_be_visible()
    assert visit.org.count("Trustpilot_Review__c") > before


def test_the_org_says_no_in_its_own_words(visit):
    unit = visit.one("SELECT Id FROM Trustpilot_Business_Unit__c")
    visit.go(f"/record/{unit['Id']}")
    answer = visit.page.evaluate(
        "id => fetch(`/ui-api/records/${id}`, {method: 'PATCH', "
        "body: JSON.stringify({fields: {Import_Days__c: 'many'}})}).then(a => a.json())",
        unit["Id"],
    )
    assert answer["output"]["errors"][0]["message"] == answer["message"] != ""
