"""One row per way to get a rule wrong: where it is pointed at, and what it says."""

import pytest

from connector.core.rules.grammar import STAGE_FIELDS, TriggerObject

PRODUCTS = "products: {from: OrderItem, sku: Product2.StockKeepingUnit}"

INLINE = "products: {from: OrderItem, sku: Id, inline: true, fields: {name: Name}}"

ROWS = [
    # conditions
    ("only_if: {A B: Web}", (24, 17), "`A B` is not a field", ""),
    ("only_if: {Type: []}", (24, 23), "The condition has no value.", ""),
    ("only_if: {Type: }", (24, 17), "The condition has no value.", ""),
    ("only_if: {Type: {no: Web}}", (24, 23), "has no key but `not`", ""),
    ("only_if: {Type: {not: Web, or: Shop}}", (24, 23), "has no key but `not`", ""),
    ("only_if: {Type: [[Web]]}", (24, 23), "A value is true, false, a number or a short text.", ""),
    ("only_if: {Type: .nan}", (24, 23), "A value is true, false, a number or a short text.", ""),
    ("only_if: Web", (24, 16), "`only_if` must hold keys and values.", ""),
    # fair play
    ("only_if: {IsEscalated: false}", (24, 17), "The condition on `IsEscalated` looks at how happy",
     "say in `because:` why"),
    ("only_if: {Account.CSAT_Score__c: 5}", (24, 17), "looks at how happy a customer is", ""),
    ("only_if: {Type: {not: Complaint}}", (24, 17), "looks at how happy a customer is", ""),
    ("because: no mood", (24, 16), "A justification has 20 characters at least.", ""),
    ("because: '                          '", (24, 16), "has 20 characters at least.", ""),
    # words
    ("send: service", (24, 13), "`service` is not a value of `send`.",
     "Did you mean `service_review`?"),
    ("if_left: keep", (24, 16), "`keep` is not a value of `if_left`.", "cancel, send"),
    ("consent: yes", (24, 16), "`yes` is not a value of `consent`.", "flags, salesforce"),
    ("consent: 5", (24, 16), "`5` is not a value of `consent`.", "flags, salesforce"),
    ("consent: [flags]", (24, 16), "is not a value of `consent`.", "Did you mean `flags`?"),
    ("consent: salesfroce", (24, 16), "`salesfroce` is not a value of `consent`.",
     "Did you mean `salesforce`?"),
    ("consent: none", (24, 16),
     'Write `consent: {source: none, reason: "..."}` with why.', ""),
    ("consent: {source: none}", (24, 16), "`source: none` needs a reason in writing.", ""),
    ("consent: {source: none, reason: }", (24, 16), "needs a reason in writing.", ""),
    ("consent: {leads: none}", (24, 16),
     'Write `consent: {leads: none, reason: "..."}` with why.', ""),
    ("consent: {source: none, reason: no need}", (24, 39),
     "A justification has 20 characters at least.", ""),
    ("consent: {leads: none, reason: '                        '}", (24, 38),
     "A justification has 20 characters at least.", ""),
    ("consent: {source: none, reason: 5}", (24, 39), "`reason` must be text.", ""),
    ("consent: {source: yes}", (24, 25), "`yes` is not a value of `source`.",
     "flags, salesforce, none"),
    ("consent: {leads: salesforce}", (24, 24), "`salesforce` is not a value of `leads`.",
     "flags, none"),
    ("consent: {sauce: flags}", (24, 17), "`sauce` is not a key", "Did you mean `source`?"),
    ("hold: nobody", (24, 13), "`nobody` is not a value of `hold`.", "salesforce, trustpilot"),
    # when
    ("quiet_hours: {from: 8, until: '20:00'}", (24, 27), "A time of day is written like `20:00`",
     ""),
    ("quiet_hours: {from: '24:00', until: '08:00'}", (24, 27), "A time of day is written like", ""),
    ("quiet_hours: {from: '20:00'}", (24, 7), "`until` is missing in quiet_hours.", ""),
    ("quiet_hours: {from: '20:00', until: '20:00'}", (24, 20), "end at another time", ""),
    ("quiet_hours: {from: '20:00', until: '8:00'}", (24, 43), "A time of day is written like", ""),
    ("quiet_hours: {from: '20:00', until: '08:00', zone: Europe/Berlinn}", (24, 58),
     "This machine does not know the time zone.", "Did you mean `Europe/Berlin`?"),
    ("quiet_hours: {from: '20:00', until: '08:00', zone_field: A B}", (24, 64),
     "`A B` is not a field", ""),
    ("quiet_hours: night", (24, 20), "`quiet_hours` must hold keys and values.", ""),
    ("cooldown: 5 business days", (24, 17), "is not a length of time", ""),
    ("cooldown: never", (24, 17), "is not a length of time", ""),
    ("latest: 5 business days", (24, 15), "is not a length of time", ""),
    ("latest: 14 dayz", (24, 15), "`dayz` is not a unit of time.", "Did you mean `days`?"),
    ("latest: 11000 days", (24, 15), "longer than ten years", ""),
    ("sample: every 3", (24, 15), "`every 3` is not a sample.", ""),
    ("sample: every 0th", (24, 15), "`every 0th` is not a sample.", ""),
    ("sample: every 1001st", (24, 15), "A sample asks every 1000th at least.", ""),
    # short and long forms
    ("locale: english", (24, 15), "A locale is written like `en-GB`.", ""),
    ("locale: {default: english}", (24, 25), "A locale is written like `en-GB`.", ""),
    ("locale: en-UK", (24, 15), "`en-UK` is no locale that Trustpilot is known to have.",
     "Did you mean `en-U"),
    ("template: {no-NO: a}", (24, 18), "`no-NO` is no locale", "Did you mean `nb-NO`?"),
    ("locale: {field: A B}", (24, 23), "`A B` is not a field", ""),
    ("locale: {fieldd: Type}", (24, 16), "`fieldd` is not a key", "Did you mean `field`?"),
    ("locale: 5", (24, 15), "`locale` must be text.", ""),
    ("locale: [en-GB]", (24, 15), "`locale` must be text.", ""),
    ("template: ''", (24, 17), "A template is named by its name or its id", ""),
    ("template: {english: a}", (24, 18), "A locale is written like `en-GB`.", ""),
    ("template: {en-GB: ''}", (24, 25), "A template is named by its name or its id", ""),
    ("template: 123456789012345678901234", (24, 17), "`template` must be text.",
     "Put it in quotes."),
    ("business_unit: {fieldd: Type}", (24, 23), "`fieldd` is not a key", "Did you mean `field`?"),
    ("business_unit: {field: A B}", (24, 30), "`A B` is not a field", ""),
    ("business_unit: 5", (24, 22), "`business_unit` must be text.", ""),
    # products
    ("send: product_review", (24, 13), "`send: product_review` needs `products`.",
     "Add `products:"),
    ("send: service_and_product_review", (24, 13), "needs `products`.", ""),
    (PRODUCTS, (24, 17), "`products` has no effect", "Add `send: service_and_product_review`"),
    ("products: {from: OrderItem}", (24, 7), "`sku` is missing in products.", ""),
    ("products: {from: OrderItem, sku: A B}", (24, 40), "`A B` is not a field", ""),
    (f"send: product_review\n      {PRODUCTS.replace('OrderItem', 'OrderItm')}", (25, 24),
     "`OrderItm` does not hold the products of Order records.", "Did you mean `OrderItem`?"),
    (f"send: product_review\n      {PRODUCTS.replace('OrderItem', 'OpportunityLineItem')}",
     (25, 24), "`OpportunityLineItem` does not hold the products of Order records.", "OrderItem"),
    ("products: {from: OrderItem, sku: Id, fields: {namee: Name}}", (24, 53),
     "`namee` is nothing that Trustpilot takes of a product.", "Did you mean `name`?"),
    ("products: {from: OrderItem, sku: Id, fields: {name: A B}}", (24, 59), "is not a field", ""),
    ("products: {from: OrderItem, sku: Id, inline: true}", (24, 17),
     "`inline: true` needs `fields` with `name`", ""),
    # records that are included
    ("include: reduction_orders", (24, 16), "`include` must be a list.", ""),
    ("include: [reduction_order]", (24, 17), "`reduction_order` is not a value of `include",
     "Did you mean `reduction_orders`?"),
    ("include: [reduction_orders, merged_cases]", (24, 35),
     "`merged_cases` is nothing that a rule about Order records could include.",
     "`merged_cases` belongs to a rule with `on: Case`."),
    # channels
    ("hold: trustpilot\n      if_left: cancel", (25, 16), "cannot be withdrawn", "if_left: send"),
    ("write_link_to: Region__c", (24, 22), "`as: email` makes no link",
     "Choose `as: business_generated_link`"),
    ("write_link_to: Account.Region__c", (24, 22), "a field of the record itself", ""),
]  # fmt: skip

LINKS = [
    (f"send: product_review\n      {PRODUCTS}", (24, 13), "never asks for a product review alone",
     "service_and_product_review"),
    (f"send: service_and_product_review\n      {INLINE}", (25, 52), "carries SKUs only",
     "Write `inline: false`"),
    ("hold: trustpilot", (24, 13), "Trustpilot holds e-mails only", "Remove `hold`"),
]  # fmt: skip

SECTION = [
    # the rest of the section `invitations`
    ("own_domains: shop.example", (17, 16), "`own_domains` must be a list.", ""),
    ("own_domains: ['@shop.example']", (17, 17), "A domain is written like `shop.example`", ""),
    ("canary: tester@shop.example", (17, 11), "`canary` must be a list.", ""),
    ("canary: [tester]", (17, 12), "This is not an e-mail address.", ""),
    ("suppress: [a@shop.example, '@x']", (17, 30), "neither an e-mail address nor a domain", ""),
    ("suppress: a@shop.example", (17, 13), "`suppress` must be a list.", ""),
    ("suppress: {file: nope.txt}", (17, 20), "cannot be read", "beside this one"),
    ("suppress: {fil: nope.txt}", (17, 14), "`fil` is not a key", "Did you mean `file`?"),
    ("defaults: {holidays: [2026-02-30]}", (17, 25), "A day is written like `2026-11-01`.", ""),
    ("defaults: {include: [merged_cases]}", (17, 14), "`include` is not a key that is known here.",
     ""),
    ("defaults: {latest: soon}", (17, 22), "is not a length of time", ""),
    ("defaults: {cooldown: no}", (17, 24), "is not a length of time", ""),
    ("defaults: {consent: none}", (17, 23), "`consent: none` needs a reason in writing.", ""),
    ("defaults: {consent: {leads: none}}", (17, 23), "`leads: none` needs a reason", ""),
    ("defaults: {as: email}", (17, 14), "`as` is not a key that is known here.", ""),
    ("defaults: {locale: english}", (17, 22), "A locale is written like `en-GB`.", ""),
    ("defaults: {business_unit: shopp}", (17, 29), "`shopp` is not a business unit of this file.",
     "Did you mean `shop`?"),
]  # fmt: skip


def meaning(row):
    return row[0].replace("\n", " ")


def told(problems):
    return [(each.line, each.column) for each in problems]


@pytest.mark.parametrize("row", ROWS, ids=meaning)
def test_a_wrong_rule_is_refused_at_its_place(problems_of, sound, row):
    keys, place, message, hint = row

    problems = problems_of(sound.replace("as: email", f"as: email\n      {keys}"))

    found = [each for each in problems if message in each.message]
    assert told(found) == [place], problems
    assert hint in found[0].hint
    # What the mistake brings along by itself.
    assert all("is missing" in each.message for each in problems if each not in found), problems


@pytest.mark.parametrize("row", LINKS, ids=meaning)
def test_what_a_business_generated_link_cannot_do_is_refused(problems_of, sound, row):
    keys, place, message, hint = row

    (problem,) = problems_of(
        sound.replace("as: email", f"as: business_generated_link\n      {keys}")
    )

    assert told([problem]) == [place]
    assert message in problem.message
    assert hint in problem.hint


@pytest.mark.parametrize("row", SECTION, ids=meaning)
def test_a_wrong_key_around_the_rules_is_refused_at_its_place(problems_of, sound, row):
    key, place, message, hint = row

    problems = problems_of(sound.replace("invitations:\n", f"invitations:\n  {key}\n"))

    found = [each for each in problems if message in each.message]
    assert told(found) == [place], problems
    assert hint in found[0].hint
    assert all("is missing" in each.message for each in problems if each not in found), problems


def test_a_case_has_no_products(problems_of, sound):
    case = sound.replace("on: Order", "on: Case").replace("to: bill_to", "to: contact")

    (problem,) = problems_of(case.replace("as: email", f"as: email\n      {PRODUCTS}"))

    assert told([problem]) == [(24, 17)]
    assert "Case records have no products" in problem.message
    assert "`on: Order`" in problem.hint


@pytest.mark.parametrize(
    ("on", "word", "home"),
    [("Case", "reduction_orders", "Order"),
     ("Opportunity", "merged_cases", "Case"),
     ("Opportunity", "reduction_orders", "Order")],
)  # fmt: skip
def test_a_rule_includes_nothing_of_another_object(problems_of, sound, on, word, home):
    text = sound.replace("on: Order", f"on: {on}").replace("bill_to", "field Email__c")
    text = text.replace("Status", STAGE_FIELDS[TriggerObject(on)])

    (problem,) = problems_of(text.replace("as: email", f"as: email\n      include: [{word}]"))

    assert told([problem]) == [(24, 17)]
    assert f"a rule about {on} records" in problem.message
    assert f"`on: {home}`" in problem.hint


def test_a_file_of_suppressed_addresses_is_refused_line_by_line(problems_of, sound, tmp_path):
    lines = "a@customer.example\n# a comment\n  someone@nowhere\n\nNobody Else\ncustomer.example\n"
    file = tmp_path / "suppressed.txt"
    file.write_text(lines, encoding="utf-8")

    problems = problems_of(
        sound.replace("invitations:\n", "invitations:\n  suppress: {file: suppressed.txt}\n")
    )

    assert [(each.file, each.line, each.column) for each in problems] == [
        (str(file), 3, 3),
        (str(file), 5, 1),
    ]
    text = " ".join(str(each) for each in problems).replace(str(file), "")
    assert "nowhere" not in text
    assert "Nobody" not in text


def test_a_file_of_suppressed_addresses_that_is_no_text_is_refused(problems_of, sound, tmp_path):
    (tmp_path / "suppressed.txt").write_bytes(b"\xff\xfe\x00")

    (problem,) = problems_of(
        sound.replace("invitations:\n", "invitations:\n  suppress: {file: suppressed.txt}\n")
    )

    assert told([problem]) == [(17, 20)]


@pytest.mark.parametrize(
    ("method", "channel"),
    [("email", "business_generated_link"), ("business_generated_link", "email"),
     ("business_generated_link", "invitation_link")],
)  # fmt: skip
def test_a_rule_that_does_not_fit_the_method_of_its_unit_is_refused(
    problems_of, sound, method, channel
):
    text = sound.replace("    domain:", f"    method: {method}\n    domain:")

    (problem,) = problems_of(text.replace("as: email", f"as: {channel}"))

    assert told([problem]) == [(24, 11)]
    assert f"`shop` has `method: {method}`" in problem.message


def test_a_method_that_there_is_not_is_refused(problems_of, sound):
    (problem, *_) = problems_of(sound.replace("    domain:", "    method: mail\n    domain:"))

    assert told([problem]) == [(12, 13)]


OUTLET = "  - {name: outlet, domain: outlet.example, method: business_generated_link}\n"


def two_units(sound, keys):
    text = sound.replace("invitations:\n", f"{OUTLET}invitations:\n")
    return text.replace("as: email", f"as: email\n      {keys}")


def test_a_field_that_names_the_unit_can_lead_to_every_unit(problems_of, sound):
    (problem,) = problems_of(two_units(sound, "business_unit: {field: Region__c}"))

    assert told([problem]) == [(24, 11)]
    assert "`outlet` has `method: business_generated_link`" in problem.message


def test_a_condition_on_that_field_says_which_units_are_meant(load, sound):
    narrowed = "business_unit: {field: Region__c}\n      only_if: {Region__c: Shop}"

    (rule,) = load(two_units(sound, narrowed)).invitations.rules

    assert (rule.business_unit, rule.business_unit_field) == ("", "Region__c")


def test_a_condition_that_excludes_does_not_say_which_units_are_meant(problems_of, sound):
    keys = "business_unit: {field: Region__c}\n      only_if: {Region__c: {not: Outlet 2}}"

    (problem,) = problems_of(two_units(sound, keys))

    assert "`outlet` has" in problem.message


def test_what_the_defaults_bring_is_judged_with_the_rule(problems_of, sound):
    text = two_units(sound, "hold: trustpilot").replace("as: email", "as: invitation_link")

    problems = problems_of(
        text.replace("invitations:\n", "invitations:\n  defaults: {business_unit: outlet}\n")
    )

    assert told(problems) == [(25, 11), (26, 13)]


def test_one_rule_that_is_wrong_by_itself_does_not_hide_what_is_wrong_with_another(
    problems_of, sound
):
    rules = sound[sound.index("    - name: orders") :]
    second = rules.replace("orders", "others").replace("after: 7 days", "after: soon")

    problems = problems_of(
        sound.replace("as: email", "as: email\n      write_link_to: Region__c") + second
    )

    assert told(problems) == [(24, 22), (29, 14)]
