"""Every page works for everybody: checked for access, translated, in both directions."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

AXE = Path(__file__).parents[2] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
LONG = "Donaudampfschifffahrtsgesellschaftskapitänskajütenschlüssel" * 8


@pytest.fixture(scope="module")
def checker():
    return AXE.read_text(encoding="utf-8")


def addresses(visit):
    """Where our components are, each with an unanswered and an answered review."""
    review = "SELECT Id FROM Trustpilot_Review__c WHERE Live_Reply_At__c"
    return [
        "/home",
        f"/record/{visit.org.query(f'{review} = null LIMIT 1')[0]['Id']}",
        f"/record/{visit.org.query(f'{review} != null LIMIT 1')[0]['Id']}",
        f"/record/{visit.one('SELECT Id FROM Trustpilot_Business_Unit__c')['Id']}",
    ]


def test_the_accessibility_checker_finds_nothing(visit, checker):
    found = []
    for address in addresses(visit):
        visit.go(address)
        visit.page.wait_for_timeout(500)
        visit.page.evaluate(checker)
        report = visit.page.evaluate(
            "axe.run('host-app', {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa']})"
        )
        found += [
            (address, each["id"], node["html"][:200], node["target"])
            for each in report["violations"]
            for node in each["nodes"]
        ]
    assert found == []


def test_the_accessibility_checker_would_find_something(visit, checker):
    visit.go("/home")
    visit.page.evaluate(checker)
    total = visit.page.locator("c-trustpilot-score .total")
    total.evaluate("element => { element.style.color = '#ddd'; }")
    report = visit.page.evaluate("axe.run('host-app', {runOnly: ['wcag2aa']})")
    assert [each["id"] for each in report["violations"]] == ["color-contrast"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "Warten auf Antwort"),
        ("fr", "En attente de réponse"),
        ("da", "Venter på svar"),
        ("es", "Esperan respuesta"),
    ],
)
def test_the_page_speaks_the_language_of_the_person(visit, language, words):
    visit.go("/home", language)
    expect(visit.page.get_by_text(words)).to_be_visible()
    assert visit.page.get_by_text("Awaiting reply").count() == 0


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("width", [360, 1360])
def test_nothing_sticks_out_in_either_direction_whatever_the_words(visit, language, width):
    review = visit.org.query("SELECT Id FROM Trustpilot_Review__c LIMIT 1")[0]["Id"]
    words = {"Title__c": LONG[:200], "Text__c": LONG, "Reply__c": LONG, "Live_Reply__c": LONG}
    visit.org.update("Trustpilot_Review__c", review, {**words, "Suggested_Reply__c": LONG})
    visit.page.set_viewport_size({"width": width, "height": 900})
    for address in ("/home", f"/record/{review}"):
        visit.go(address, language)
        visit.page.wait_for_timeout(300)
        stickers = visit.page.evaluate(
            "() => [...document.querySelector('host-app').shadowRoot.querySelectorAll('main *')]"
            ".filter(e => {"
            " const box = e.getBoundingClientRect();"
            " return box.width && (box.right > innerWidth + 1 || box.left < -1)"
            " && !e.closest('.slds-truncate, .slds-assistive-text'); })"
            ".map(e => `${e.tagName}.${e.className}`).slice(0, 5)"
        )
        assert stickers == [], address


def test_right_to_left_puts_the_score_on_the_right(visit):
    visit.go("/home", "ar")
    box = visit.page.locator("c-trustpilot-score").bounding_box()
    assert box["x"] > 1280 / 2
