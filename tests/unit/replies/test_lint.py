"""What a reply must not give away, and what it may say all the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.replies.lint import (
    USUAL_SEVERITY,
    Known,
    LintRule,
    LintRules,
    Severity,
    lint,
    reasons,
    told,
)

RULES = LintRules(longest=400, links_to=("help.example",), phrases=("legal action",))
JANE = Known(
    emails=("Jane.Roe@mail.example",),
    phones=("+44 (0)20 7946 0123",),
    numbers=("00001042", "A-77/9", "12"),
    surname="Roe",
    shown="Jane",
    hosts=("shop.example",),
)


def found(text, known=JANE, rules=RULES):
    return {each.rule.value for each in lint(text, known, rules)}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("We wrote to jane.roe@mail.example.", "email"),
        ("We wrote to jane.roe (at) mail.example.", "email"),
        ("We wrote to jane.roe @ mail.example", "email"),
        ("We called 020 7946 0123 twice.", "phone"),
        ("We called +44 20-7946-0123.", "phone"),
        ("Your order 00001042 is on its way.", "order_number"),
        ("Your order #1042 is on its way.", "order_number"),
        ("About a-77/9: it is on its way.", "order_number"),
        ("Dear Ms Roe, thank you.", "surname"),
        ("Dear MS ROE, thank you.", "surname"),
        ("See https://elsewhere.example/x.", "link"),
        ("See https://shop.example@elsewhere.example/", "link"),
        ("See https://shop.example.elsewhere.example", "link"),
        ("See https://notshop.example", "link"),
        ("See www.elsewhere.example", "link"),
        ("See elsewhere.com.", "link"),
        ("See bit.ly/abc", "link"),
        ("See https://[broken", "link"),
        ("Hello {{consumer.first_name}}!", "placeholder"),
        ("Hello [Name], thank you.", "placeholder"),
        ("Hello {name}, thank you.", "placeholder"),
        ("Hello ____, thank you.", "placeholder"),
        ("We take Legal\n action.", "phrase"),
        ("x" * 401, "too_long"),
        ("Write to info@elsewhere.example.", "other_email"),
        ("THIS IS NOT OUR FAULT AT ALL, SIR.", "capitals"),
    ],
)
def test_it_is_found(text, rule):
    assert found(text) == {rule}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Thank you, Jane! We are glad that you like it.", "her first name is public"),
        ("Call us: 020 7946 9999.", "our own number"),
        ("It took 12 days, not 10.", "a number this short is no order number"),
        ("The parcel 210427 is late.", "another number that only holds hers"),
        ("We froed it, Roentgen and roe.", "inside of words, and a word in small letters"),
        ("See https://shop.example/help and https://www.shop.example.", "our own hosts"),
        ("See help.example/returns, or de.trustpilot.com/x", "allowed hosts"),
        ("Write to service@shop.example or to team@help.example.", "our own addresses"),
        ("We are sorry.Please call us.No problem", "a missing blank is no link"),
        ("Version 2.10 costs 3.50, or 1/2 of it", "numbers with dots are no hosts"),
        ("WE SEE", "too short to be loud"),
        ("我们很抱歉给您带来不便我们会尽快处理您的问题", "letters without capitals"),
        ("", "nothing"),
    ],
)
def test_it_may_be_said(text, why):
    assert found(text) == set(), why


def test_a_last_name_that_the_review_shows_is_no_secret():
    assert found("Dear Ms Roe!", replace(JANE, shown="Jane ROE")) == set()


@pytest.mark.parametrize("surname", ["", "R", ".", "R."])
def test_an_initial_is_no_last_name(surname):
    assert found("Dear R., thank you.", replace(JANE, surname=surname)) == set()


def test_nothing_is_given_away_where_nothing_is_known():
    assert (
        found("Dear Ms Roe, 00001042, jane@shop.example", Known(hosts=("shop.example",))) == set()
    )


@pytest.mark.parametrize(
    "text",
    [
        "Could you please change your review?",
        "Would you consider removing the bad review?",
        "Kindly update your star rating.",
        "We would be happy if you take this review down.",
        "Please give us five stars!",
        "Please leave us a positive review.",
        "Bitte ändern Sie Ihre Bewertung.",
        "Wir bitten Sie, Ihre negative Bewertung noch einmal zu überdenken.",
        "Können Sie die Rezension löschen?",
        "Es wäre schön, wenn Sie Ihre Bewertung anpassen.",
        "Merci de modifier votre avis.",
        "Nous vous prions de bien vouloir supprimer cet avis.",
        "Vil du ændre din anmeldelse?",
        "Slet venligst anmeldelsen.",
        "¿Podría cambiar su reseña?",
        "Le pedimos que elimine esta opinión.",
        "Please\nCHANGE  your   REVIEW",
    ],
)
def test_a_wish_for_another_review_is_found(text):
    assert found(text) == {"review_request"}


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for updating your review!",
        "We have changed the way we pack.",
        "We will review your feedback.",
        "Thanks for the five stars.",
        "Your rating helps us to improve.",
        "Vielen Dank, dass Sie Ihre Bewertung geändert haben.",
        "Wir haben Ihre Bewertung gelesen und ändern den Ablauf.",
        "Eine andere Bewertung sagte dasselbe.",
        "Merci d'avoir modifié votre avis.",
        "Merci pour votre avis.",
        "Tak fordi du ændrede din anmeldelse.",
        "Tak for din anmeldelse.",
        "Gracias por cambiar su reseña.",
        "Gracias por su opinión.",
    ],
)
def test_thanks_for_a_review_are_no_wish_for_another(text):
    assert found(text) == set()


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("rule", LintRule)
def test_the_configuration_decides_what_a_finding_does(rule, severity):
    rules = replace(RULES, severity={**USUAL_SEVERITY, rule: severity})
    text = (
        "jane.roe@mail.example 02079460123 00001042 Roe bit.ly/x please change your review {{x}} "
        "legal action a@b.example " + "X" * 400
    )
    of_rule = [each.severity for each in lint(text, JANE, rules) if each.rule is rule]
    assert set(of_rule) == ({severity} - {Severity.IGNORE})


def test_what_is_said_in_reports_holds_none_of_the_words_found():
    findings = lint("Dear Ms Roe, jane.roe@mail.example", JANE, RULES)
    assert reasons(findings, Severity.BLOCK) == (
        "it gives away the customer's e-mail address",
        "it gives away the customer's last name",
    )
    assert [each.rpartition(" (")[2] for each in told(findings, Severity.BLOCK)] == [
        "Jane.Roe@mail.example)",
        "Roe)",
    ]
    assert "roe" not in repr(findings).lower()
    assert "roe" not in repr(JANE).lower()


@given(st.text(), st.text(), st.text())
def test_no_text_and_no_record_is_too_odd_to_be_checked(text, one, other):
    known = Known((one,), (other,), (one,), other, one, (other,))
    for each in lint(text, known, replace(RULES, phrases=(one,))):
        assert each.words


@given(st.text(st.characters(codec="ascii"), max_size=60), st.text(max_size=60))
def test_the_customers_address_is_found_wherever_it_stands(before, after):
    assert "email" in found(f"{before} jane.roe@mail.example {after}")
