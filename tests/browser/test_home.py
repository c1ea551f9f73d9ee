"""The home page: its figures are those of the org, and it says what to do where there are none."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def since(visit, days):
    """The first moment of a day in the past, as SOQL counts days."""
    today = datetime.combine(visit.show.stage.emulator.clock.now().date(), datetime.min.time(), UTC)
    return today - timedelta(days=days)


def figure(visit, name):
    return int(visit.page.locator(f"[data-figure='{name}'] .count").inner_text())


def count(visit, soql):
    return visit.org.run(f"SELECT COUNT() FROM {soql}").total_size


def test_before_the_first_run_the_page_says_what_to_do(first_visit):
    first_visit.go("/home")
    expect(first_visit.page.get_by_text("The connector has not run here yet.")).to_be_visible()
    expect(first_visit.page.get_by_text('type "connector run"')).to_be_visible()
    first_visit.page.set_viewport_size({"width": 1280, "height": 420})
    first_visit.picture("empty")


def test_score_total_and_shares_are_those_of_the_business_unit(visit):
    visit.go("/home")
    unit = visit.one(
        "SELECT Trust_Score__c, Reviews_Total__c, One_Star_Reviews__c, Two_Star_Reviews__c, "
        "Three_Star_Reviews__c, Four_Star_Reviews__c, Five_Star_Reviews__c "
        "FROM Trustpilot_Business_Unit__c"
    )
    expect(visit.page.locator(".number")).to_have_text(f"{unit['Trust_Score__c']:.1f}")
    expect(
        visit.page.get_by_text(f"{unit['Reviews_Total__c']:,.0f} reviews in all")
    ).to_be_visible()
    total = sum(value for name, value in unit.items() if name.endswith("_Star_Reviews__c"))
    share = round(100 * unit["Five_Star_Reviews__c"] / total)
    assert visit.page.locator("c-trustpilot-score .share").first.inner_text() == f"{share}%"


def test_new_reviews_are_those_of_the_last_thirty_days(visit):
    visit.go("/home")
    visit.page.locator("[data-figure='service']").wait_for()
    new = f"Trustpilot_Review__c WHERE Review_Created__c >= {stamp(since(visit, 30))} AND Type__c ="
    assert figure(visit, "service") == count(visit, f"{new} 'Service'") > 0
    assert figure(visit, "product") == count(visit, f"{new} 'Product'") > 0


def test_reviews_await_a_reply_oldest_first_with_their_target(visit):
    oldest = visit.org.query(
        "SELECT Id, Response_Breached__c FROM Trustpilot_Review__c WHERE Live_Reply_At__c = null "
        "AND Reply_Status__c = null AND Deleted__c = false ORDER BY Review_Created__c LIMIT 5"
    )
    visit.go("/home")
    card = visit.page.locator("c-trustpilot-reviews").first
    links = card.locator("a[data-id]")
    expect(links).to_have_count(5)
    shown = [links.nth(index).get_attribute("data-id") for index in range(5)]
    assert shown == [row["Id"] for row in oldest]
    late = [row for row in oldest if row["Response_Breached__c"]]
    assert late != []
    expect(card.locator(".late")).to_have_count(len(late))
    expect(card.locator(".due")).to_have_count(5)


def test_invitations_are_counted_by_what_became_of_them(visit):
    org, world = visit.org, visit.world
    org.update("Opportunity", world.opportunity_id, {"StageName": "Closed Won"})
    org.update("Order", world.order_id, {"Status": "Activated"})
    org.update("Case", world.case_id, {"Status": "Closed"})
    visit.show.background.run()
    visit.go("/home")
    visit.page.locator("[data-figure='queued']").wait_for()
    waiting = count(visit, "Trustpilot_Invitation__c WHERE Status__c = 'Scheduled'")
    assert figure(visit, "queued") == waiting > 0
    visit.show.stage.emulator.clock.advance(timedelta(days=8))
    visit.show.background.run()
    visit.go("/home")
    visit.page.locator("c-trustpilot-invitations li").first.wait_for()
    sent = count(visit, "Trustpilot_Invitation__c WHERE Status__c IN ('Accepted', 'Link Ready')")
    assert figure(visit, "accepted") == sent == waiting
    assert visit.page.locator("c-trustpilot-invitations li").count() == sent
    visit.page.set_viewport_size({"width": 1280, "height": 900})
    visit.picture("home")


def test_a_review_is_one_click_from_the_home_page(visit):
    visit.go("/home")
    visit.page.locator("c-trustpilot-reviews").first.get_by_role(
        "button", name="Reply"
    ).first.click()
    expect(visit.page.get_by_label("Your reply").last).to_be_visible()


def test_a_paused_business_unit_shows_on_the_home_page(visit):
    unit = visit.one("SELECT Id FROM Trustpilot_Business_Unit__c")
    visit.org.update("Trustpilot_Business_Unit__c", unit["Id"], {"Pause_Replies__c": True})
    visit.go("/home")
    expect(visit.page.get_by_text("Replies are paused.")).to_be_visible()
