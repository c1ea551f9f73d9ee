"""What a rule becomes: every form of every key, and what the defaults add."""

from datetime import date, time, timedelta

import pytest

from connector.core.rules.grammar import (
    Channel,
    ConsentSource,
    FieldCondition,
    Hold,
    IfLeft,
    Include,
    ProductSource,
    QuietHours,
    Send,
)
from connector.wiring import run_policy

PRODUCTS = "send: product_review\n      products: {from: OrderItem, sku: Product2.ProductCode"
HEX = "0123456789abcdef01234567"

FORMS = [
    # conditions
    ("only_if: {Type: Web}", {"only_if": (FieldCondition("Type", ("Web",)),)}),
    ("only_if: {Account.Type: [Web, Shop]}",
     {"only_if": (FieldCondition("Account.Type", ("Web", "Shop")),)}),
    ("only_if: {Type: {not: Internal}, IsActive__c: true}",
     {"only_if": (FieldCondition("Type", ("Internal",), negated=True),
                  FieldCondition("IsActive__c", ("true",)))}),
    ("only_if: {Type: {not: [A, B]}}",
     {"only_if": (FieldCondition("Type", ("A", "B"), negated=True),)}),
    ("only_if: {Lines__c: [2, 2.0, 1.5, -3]}",
     {"only_if": (FieldCondition("Lines__c", ("2", "2", "1.5", "-3")),)}),
    ('only_if: {Type: ""}', {"only_if": (FieldCondition("Type", ("",)),)}),
    ("only_if: {IsEscalated: false}\n      because: Escalated cases of this queue are tests.",
     {"only_if": (FieldCondition("IsEscalated", ("false",)),),
      "because": "Escalated cases of this queue are tests."}),
    # what, and from which products
    ("send: service_review", {"send": Send.SERVICE, "products": None}),
    (PRODUCTS + "}",
     {"send": Send.PRODUCT, "products": ProductSource("OrderItem", "Product2.ProductCode")}),
    (PRODUCTS + ", inline: true, fields: {name: Product2.Name, brand: Brand__c}}",
     {"products": ProductSource("OrderItem", "Product2.ProductCode", inline=True,
                                fields=(("name", "Product2.Name"), ("brand", "Brand__c")))}),
    # template and locale, short and long
    (f'template: "{HEX}"', {"template": HEX, "templates": ()}),
    ("template: post-delivery", {"template": "post-delivery", "templates": ()}),
    ("template: {en-GB: one, de-DE: two, default: three}",
     {"template": "three", "templates": (("en-GB", "one"), ("de-DE", "two"))}),
    ("template: {en-GB: one}", {"template": "", "templates": (("en-GB", "one"),)}),
    ("locale: en-GB", {"locale": "en-GB", "locale_field": ""}),
    ("locale: no_NO", {"locale": "nb-NO", "locale_field": ""}),
    ("locale: de", {"locale": "de-DE", "locale_field": ""}),
    ("locale: {default: de_AT_EURO}", {"locale": "de-AT", "locale_field": ""}),
    ("locale: {field: Locale__c, default: en-GB}",
     {"locale": "en-GB", "locale_field": "Locale__c"}),
    ("locale: {field: Account.Locale__c}", {"locale": "", "locale_field": "Account.Locale__c"}),
    # business unit
    ("business_unit: shop", {"business_unit": "shop", "business_unit_field": ""}),
    ("business_unit: {field: Brand__c}",
     {"business_unit": "", "business_unit_field": "Brand__c"}),
    # the rest
    ('quiet_hours: {from: "20:00", until: "08:30", zone: Europe/Berlin, zone_field: Zone__c}',
     {"quiet_hours": QuietHours(time(20), time(8, 30), "Europe/Berlin", "Zone__c")}),
    ("quiet_hours: {from: 20:00, until: 08:00}",
     {"quiet_hours": QuietHours(time(20), time(8), "UTC", "")}),
    ("latest: 30 days", {"latest": timedelta(days=30)}),
    ("latest: 0", {"latest": timedelta(0)}),
    ("include: []", {"include": ()}),
    ("include: [reduction_orders]", {"include": (Include.REDUCTION_ORDERS,)}),
    ("include: [reduction_orders, reduction_orders]",
     {"include": (Include.REDUCTION_ORDERS,)}),
    ("cooldown: 90 days", {"cooldown": timedelta(days=90)}),
    ("cooldown: 0", {"cooldown": timedelta(0)}),
    ("if_left: send", {"if_left": IfLeft.SEND}),
    ("if_left: cancel", {"if_left": IfLeft.CANCEL}),
    ("sample: all", {"sample": 1}),
    ("sample: every 2nd", {"sample": 2}),
    ("sample: every 3rd", {"sample": 3}),
    ("consent: salesforce", {"consent": ConsentSource.SALESFORCE}),
    ("consent: flags", {"consent": ConsentSource.FLAGS, "leads": True}),
    ("consent: {source: flags}", {"consent": ConsentSource.FLAGS, "leads": True}),
    ("consent: {source: salesforce, leads: flags}",
     {"consent": ConsentSource.SALESFORCE, "leads": True}),
    ("consent: {source: none, reason: Another system keeps opt-outs.}",
     {"consent": ConsentSource.NONE, "leads": True}),
    ("consent: {leads: none, reason: No lead is ever a customer.}",
     {"consent": ConsentSource.FLAGS, "leads": False}),
    ("consent: {source: salesforce, leads: none, reason: No lead is ever a customer.}",
     {"consent": ConsentSource.SALESFORCE, "leads": False}),
    ("consent: {source: none, leads: none, reason: Another system keeps opt-outs.}",
     {"consent": ConsentSource.NONE, "leads": False}),
    ("consent: {reason: Flags are what sales fills in.}", {"consent": ConsentSource.FLAGS}),
    ("hold: salesforce", {"hold": Hold.SALESFORCE}),
    ("hold: trustpilot", {"hold": Hold.TRUSTPILOT}),
    ("hold: trustpilot\n      if_left: send", {"if_left": IfLeft.SEND}),
    ('hold: trustpilot\n      quiet_hours: {from: "20:00", until: "08:00"}',
     {"hold": Hold.TRUSTPILOT}),
]  # fmt: skip

DELAYS = [
    ("0", timedelta(0), 0),
    ("30 minutes", timedelta(minutes=30), 0),
    ("2 hours", timedelta(hours=2), 0),
    ("7 days", timedelta(days=7), 0),
    ("5 business days", timedelta(0), 5),
    ("1 business day", timedelta(0), 1),
]


@pytest.mark.parametrize(("keys", "expected"), FORMS, ids=[keys for keys, _ in FORMS])
def test_every_form_of_a_key_is_compiled(load, sound, keys, expected):
    (rule,) = load(sound.replace("as: email", f"as: email\n      {keys}")).invitations.rules

    assert {name: getattr(rule, name) for name in expected} == expected


@pytest.mark.parametrize(("written", "after", "business_days"), DELAYS)
def test_a_delay_is_a_length_of_time_or_business_days(load, sound, written, after, business_days):
    (rule,) = load(sound.replace("7 days", written)).invitations.rules

    assert (rule.after, rule.business_days) == (after, business_days)


@pytest.mark.parametrize("channel", [Channel.BUSINESS_GENERATED_LINK, Channel.INVITATION_LINK])
def test_a_link_may_be_written_to_a_field_of_the_record(load, sound, channel):
    keys = f"as: {channel}\n      write_link_to: Review_Link__c"
    (rule,) = load(sound.replace("as: email", keys)).invitations.rules

    assert rule.write_link_to == "Review_Link__c"


def test_opportunities_have_products_of_their_own(load, sound):
    products = "products: {from: OpportunityLineItem, sku: Id}"
    keys = f"as: email\n      send: product_review\n      {products}"
    text = sound.replace("on: Order", "on: Opportunity").replace(
        "Status: Activated", "StageName: W"
    )
    (rule,) = load(
        text.replace("bill_to", "primary_contact").replace("as: email", keys)
    ).invitations.rules

    assert rule.products == ProductSource("OpportunityLineItem", "Id")


def test_a_stage_is_no_condition(load, sound):
    text = sound.replace("on: Order", "on: Case").replace("bill_to", "contact")

    (rule,) = load(text.replace("Activated", "Escalated")).invitations.rules

    assert rule.stages == ("Escalated",)


DEFAULTS = """\
invitations:
  defaults:
    template: from-defaults
    locale: {field: Locale__c, default: da-DK}
    cooldown: 30 days
    consent: salesforce
    quiet_hours: {from: "20:00", until: "08:00"}
    holidays: [2026-12-25]
"""


def test_the_defaults_count_where_the_rule_is_silent(load, sound):
    settings = load(sound.replace("invitations:\n", DEFAULTS))
    (rule,) = settings.invitations.rules

    assert (rule.template, rule.locale, rule.locale_field) == (
        "from-defaults",
        "da-DK",
        "Locale__c",
    )
    assert rule.cooldown == timedelta(days=30)
    assert rule.consent is ConsentSource.SALESFORCE
    assert rule.quiet_hours == QuietHours(time(20), time(8))
    assert rule.business_unit == "shop"
    line = 1 + sound.replace("invitations:\n", DEFAULTS).splitlines().index(
        "    template: from-defaults"
    )
    assert settings.invitations.places["orders", "template"] == f"{settings.file}:{line}:15"


def test_a_rule_keeps_what_it_says_itself_also_where_it_is_less(load, sound):
    own = "as: email\n      template: own\n      cooldown: 0\n      locale: en-GB"
    text = sound.replace("invitations:\n", DEFAULTS).replace("as: email", own)

    (rule,) = load(text).invitations.rules

    assert (rule.template, rule.cooldown, rule.locale) == ("own", timedelta(0), "en-GB")
    assert rule.locale_field == ""


def test_the_business_unit_of_the_defaults_serves_every_rule(load, sound):
    units = "  - {name: outlet, domain: outlet.example}\ninvitations:\n"
    text = sound.replace("invitations:\n", f"{units}  defaults: {{business_unit: outlet}}\n")

    (rule,) = load(text).invitations.rules

    assert rule.business_unit == "outlet"


def test_a_rule_that_says_nothing_has_the_careful_values(load, sound):
    (rule,) = load(sound).invitations.rules

    assert (rule.cooldown, rule.latest) == (timedelta(days=1), timedelta(days=14))
    assert (rule.consent, rule.leads, rule.include) == (ConsentSource.FLAGS, True, ())


def test_a_rule_about_cases_may_include_merged_ones(load, sound):
    text = sound.replace("on: Order", "on: Case").replace("bill_to", "contact")

    (rule,) = load(text + "      include: [merged_cases]\n").invitations.rules

    assert rule.include == (Include.MERGED_CASES,)


def test_the_consent_of_a_rule_replaces_that_of_the_defaults_as_a_whole(load, sound):
    reason = "reason: Another system keeps opt-outs."
    defaults = f"invitations:\n  defaults:\n    consent: {{leads: none, {reason}}}\n"
    text = sound.replace("invitations:\n", defaults)

    (silent,) = load(text).invitations.rules
    (own,) = load(text.replace("as: email", "as: email\n      consent: flags")).invitations.rules

    assert (silent.consent, silent.leads) == (ConsentSource.FLAGS, False)
    assert (own.consent, own.leads) == (ConsentSource.FLAGS, True)


def test_what_has_no_rule_follows_the_defaults(load, sound):
    defaults = """\
invitations:
  defaults:
    cooldown: 30 days
    latest: 0
    consent: {source: none, leads: none, reason: Another system keeps opt-outs.}
"""
    policy = run_policy(load(sound.replace("invitations:\n", defaults)))

    assert (policy.cooldown, policy.latest) == (timedelta(days=30), timedelta(0))
    assert (policy.consent, policy.leads) == (ConsentSource.NONE, False)


def test_what_has_no_rule_has_the_careful_values_where_the_defaults_are_silent(load, sound):
    policy = run_policy(load(sound))

    assert (policy.cooldown, policy.latest) == (timedelta(days=1), timedelta(days=14))
    assert (policy.consent, policy.leads) == (ConsentSource.FLAGS, True)


def test_holidays_belong_to_rules_that_count_business_days(load, sound):
    text = sound.replace("invitations:\n", DEFAULTS)

    (by_days,) = load(text).invitations.rules
    (by_business_days,) = load(text.replace("7 days", "2 business days")).invitations.rules

    assert by_days.holidays == ()
    assert by_business_days.holidays == (date(2026, 12, 25),)


def test_nobody_is_out_of_reach_where_nothing_is_said(load, sound):
    reach = load(sound).invitations.reach

    assert (reach.own_domains, reach.suppressed, reach.canary) == (set(), set(), set())


def test_the_lists_of_the_reach_are_kept_in_small_letters(load, sound):
    lists = (
        "  own_domains: [shop.example]\n  suppress: [Nobody@Customer.example, closed.example]\n"
        "  canary: [Tester@Shop.example]\n"
    )
    settings = load(sound.replace("invitations:\n", f"invitations:\n{lists}"))
    reach = run_policy(settings).reach

    assert reach == settings.invitations.reach
    assert reach.own_domains == {"shop.example"}
    assert reach.suppressed == {"nobody@customer.example", "closed.example"}
    assert reach.canary == {"tester@shop.example"}


def test_suppressed_addresses_are_read_from_a_file_beside_the_configuration(load, sound, tmp_path):
    text = "\ufeff# who asked not to be asked\nA@Customer.example\n\n closed.example # all of it\n"
    (tmp_path / "suppressed.txt").write_text(text, encoding="utf-8")

    settings = load(
        sound.replace("invitations:\n", "invitations:\n  suppress: {file: suppressed.txt}\n")
    )

    assert settings.invitations.reach.suppressed == {"a@customer.example", "closed.example"}


def test_a_unit_that_names_its_method_takes_rules_that_fit(load, sound):
    text = sound.replace("    domain:", "    method: business_generated_link\n    domain:")

    (rule,) = load(text.replace("as: email", "as: business_generated_link")).invitations.rules

    assert rule.channel is Channel.BUSINESS_GENERATED_LINK


def test_a_run_knows_the_zones_of_this_machine(load, sound):
    zones = run_policy(load(sound)).zones

    assert zones("Europe/Berlin") is not None
    assert zones("Europe/Nowhere") is None
    assert zones("../etc/passwd") is None
