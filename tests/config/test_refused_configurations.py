"""One row per way to get the configuration wrong: where it is pointed at, and what it says."""

import re

import pytest

from connector.config import load_settings
from connector.core.terms.errors import ConfigurationError

REFUSALS = [
    # shape
    ("    domain:", "    domainn:", (12, 5), "`domainn` is not a key that is known here.",
     "Did you mean `domain`?"),
    ("trustpilot:", "trustpliot:", (6, 1), "`trustpliot` is not a key that is known here.",
     "Did you mean `trustpilot`?"),
    ("      after: 7 days\n", "", (18, 7), "`after` is missing in rules, entry 1.",
     "config.example.yaml shows it."),
    ("  login_url: https://org.example\n", "", (1, 1), "`login_url` is missing in salesforce.", ""),
    ("      on: Order", "      on:", (19, 7), "`on` has no value.", "Write one."),
    ("      to: bill_to", "      to: bill_to\n      tags: Type", (22, 13),
     "`tags` must be a list.", ""),
    ("      becomes: {Status: Activated}", "      becomes: Activated", (20, 16),
     "`becomes` must hold keys and values.", ""),
    ("salesforce:\n", "salesforce: yes\nx:\n", (1, 13), "`salesforce` must hold keys and values.",
     ""),
    ("    domain:", "    1: x\n    domain:", (12, 5), "`1` is not a key that is known here.", ""),
    ("      as: email", "      as: email\n      enabled: perhaps", (24, 16),
     "`enabled` must be `true` or `false`.", ""),
    ("invitations:\n", "limits: {attempts: many}\ninvitations:\n", (16, 20),
     "`attempts` must be a whole number.", ""),
    ("invitations:\n", "limits: {attempts: 0}\ninvitations:\n", (16, 20),
     "`attempts` must be 1 or more.", ""),
    ("invitations:\n", "limits: {trustpilot: {per_hour: 10001}}\ninvitations:\n", (16, 33),
     "`per_hour` must be 10000 or less.", ""),
    ("invitations:\n", "limits: {timeouts: {read: 0}}\ninvitations:\n", (16, 27),
     "This must be longer than 0.", ""),
    # salesforce and trustpilot
    ("https://org.example", "http://org.example", (2, 14), "starts with `https://`", ""),
    ("https://org.example", "https://me:pw@org.example", (2, 14), "has no user name", ""),
    ("https://org.example", "https://[org", (2, 14), "starts with `https://`", ""),
    ("00D000000000062EAA", "'001000000000062'", (3, 20), "starts with `00D`", ""),
    ("00D000000000062EAA", "00D000000000062AAA", (3, 20), "do not fit the first fifteen", ""),
    ("  client_id:", "  sign_in: password\n  client_id:", (4, 12),
     "`password` is not a value of `sign_in`.", "Known here: client_credentials, jwt."),
    ("  client_id:", "  sign_in: jwt\n  client_id:", (1, 1),
     "`sign_in: jwt` also needs `username` and `private_key`.", ""),
    ("  client_id:", "  api_version: newest\n  client_id:", (4, 16), "written like `66.0`", ""),
    ('"0123456789abcdef01234567"', "012345678901234567890123", (9, 19),
     "`acting_user_id` must be text.", "Put it in quotes."),
    ("0123456789abcdef01234567", "0123", (9, 19), "has 24 characters", ""),
    # business units
    ("    domain: shop.example\n", "", (11, 5), "needs its `domain` or its `id`", ""),
    ("shop.example", "https://shop.example", (12, 13), "written like `shop.example`", ""),
    ("  - name: shop\n", "  - domain: shop.example\n    name: shop\n  - name: shop\n", (13, 11),
     "Another entry of `business_units` has the same `name`.", "Each needs its own."),
    ("  - name: shop\n    domain: shop.example\n", "  []\nlimits:\n  x:\n", (10, 1),
     "There must be one entry at least.", ""),
    # replies
    ("invitations:\n", "replies: {approval: yes}\ninvitations:\n", (16, 21),
     "`yes` is not a value of `approval`.", "Known here: none, required."),
    ("invitations:\n", "replies: {lint: {surname: warm}}\ninvitations:\n", (16, 27),
     "`warm` is not a value of `surname`.", "Did you mean `warn`?"),
    ("invitations:\n", "replies: {lint: {emails: warn}}\ninvitations:\n", (16, 18),
     "`emails` is not a key that is known here.", "Did you mean `email`?"),
    ("invitations:\n", "replies: {lint: {links_to: ['https://x.example']}}\ninvitations:\n",
     (16, 29), "written like `shop.example`", ""),
    ("invitations:\n", "replies: {lint: {longest: 0}}\ninvitations:\n", (16, 27),
     "`longest` must be 1 or more.", ""),
    ("invitations:\n", ("replies: {authors: [{user: jane, business_user: "
     "'0123456789abcdef01234567'}]}\ninvitations:\n"), (16, 28), "looks like an address", ""),
    ("invitations:\n", ("replies: {authors: [{user: jane@shop.example, business_user: jane}]}\n"
     "invitations:\n"), (16, 62), "has 24 characters", ""),
    ("invitations:\n", ("replies:\n  authors:\n  - {user: jane@shop.example, business_user: "
     "'0123456789abcdef01234567'}\n  - {user: jane@shop.example, business_user: "
     "'0123456789abcdef01234568'}\ninvitations:\n"), (19, 12),
     "Another entry of `authors` has the same `user`.", "Each needs its own."),
    # filter
    ("    domain:", "    filter: {stars: [0, 5]}\n    domain:", (12, 22), "must be 1 or more", ""),
    ("    domain:", "    filter: {stars: 3}\n    domain:", (12, 21), "`stars` must be a list.", ""),
    ("    domain:", "    filter: {languages: [English]}\n    domain:", (12, 26),
     "A language is written like `en` or `en-GB`.", ""),
    ("    domain:", "    filter: {stars: []}\n    domain:", (12, 21), "must be one entry", ""),
    ("    domain:", "    filter: {languages: []}\n    domain:", (12, 25), "must be one entry", ""),
    ("    domain:", "    filter: {languages: [en, dk]}\n    domain:", (12, 30),
     "`dk` is no language, so it would let no review in. Did you mean `da`?", ""),
    ("    domain:", "    filter: {languages: [xx-DK]}\n    domain:", (12, 26), "no language", ""),
    ("    domain:", "    filter: {star: [1]}\n    domain:", (12, 14),
     "`star` is not a key that is known here.", "Did you mean `stars`?"),
    ("    domain:", "    filter: {minimum_text: -1}\n    domain:", (12, 28),
     "must be 0 or more", ""),
    # rules
    ("      on: Order", "      on: order", (19, 11), "`order` is not a value of `on`.",
     "Did you mean `Order`?"),
    ("{Status: Activated}", "{StageName: Won}", (20, 17),
     "`StageName` does not decide about Order records; `Status` does.", "Known here: Status."),
    ("{Status: Activated}", "{Status: []}", (20, 25), "There must be one entry at least.", ""),
    ("{Status: Activated}", "{}", (20, 16), "Say which stage, such as `{Status: ...}`.", ""),
    ("to: bill_to", "to: bil_to", (21, 11), "`bil_to` is not a recipient.",
     "Did you mean `bill_to`?"),
    ("to: bill_to", "to: contact_role Buyer", (21, 11),
     "`contact_role` is not a recipient of Order records.", "Known here: bill_to, ship_to, field."),
    ("to: bill_to", "to: [bill_to, supplied_email]", (21, 21),
     "`supplied_email` is not a recipient of Order records.", ""),
    ("to: bill_to", "to: field Bill-To", (21, 11), "`Bill-To` is not a field", ""),
    ("to: bill_to", "to: []", (21, 11), "There must be one entry at least.", ""),
    ("7 days", "7 dayz", (22, 14), "`dayz` is not a unit of time.", "Did you mean `days`?"),
    ("7 days", "7", (22, 14), "`7` is not a length of time.", ""),
    ("as: email", "as: e-mail", (23, 11), "`e-mail` is not a value of `as`.",
     "Did you mean `email`?"),
    ("as: email", "as: email\n      active_from: 2026-13-01", (24, 20), "written like `2026-11-01`",
     ""),
    ("as: email", "as: email\n      locale: english", (24, 15), "written like `en-GB`", ""),
    ("as: email", "as: email\n      reference: {field: A B}", (24, 26), "`A B` is not a field", ""),
    ("as: email", "as: email\n      tags: [Type, 'x y']", (24, 20), "`x y` is not a field", ""),
    ("as: email", "as: email\n      business_unit: shopp", (24, 22),
     "`shopp` is not a business unit of this file.", "Did you mean `shop`?"),
    ("as: email", "as: email\n      cooldwn: 90 days", (24, 7),
     "`cooldwn` is not a key that is known here.", "Did you mean `cooldown`?"),
    ("name: orders", "name: 'orders; DROP'", (18, 13), "A name has up to 80 letters", ""),
    # tags of reviews
    ("invitations:\n", "reviews: {write_tags: Type}\ninvitations:\n", (16, 23),
     "`write_tags` must be a list.", ""),
    ("invitations:\n", "reviews: {write_tags: [Language__c, Ordr__r.Type]}\ninvitations:\n",
     (16, 37), "`Ordr__r` does not lead from Trustpilot_Review__c to another record.",
     "Did you mean `Order__r`?"),
    ("invitations:\n", "reviews: {write_tags: [Invitation__r.Rul__c]}\ninvitations:\n", (16, 24),
     "`Rul__c` is not a field of Trustpilot_Invitation__c.", "Did you mean `Rule__c`?"),
    ("invitations:\n", "reviews: {write_tags: [Account__c]}\ninvitations:\n", (16, 24),
     "`Account__c` is a record of Account, not a value of it.", "Did you mean `Account__r.Name`?"),
    ("invitations:\n", "reviews: {write_tags: [Order Type]}\ninvitations:\n", (16, 24),
     "`Order Type` is not a field", ""),
    # mapping documents
    ("invitations:\n", "reviews: {service_mapping: nope.yaml}\ninvitations:\n", (16, 28),
     "There is no such mapping document.", "mappings/service_review.yaml"),
    ("invitations:\n", "reviews: {copies: [nope.yaml]}\ninvitations:\n", (16, 20),
     "There is no such mapping document.", "mappings/copy_example.yaml"),
    ("invitations:\n", "reviews: {copies: nope.yaml}\ninvitations:\n", (16, 19),
     "`copies` must be a list.", "Start each entry with `- `."),
]  # fmt: skip


def meaning(row):
    """The row's message, which names it in the report."""
    return row[3]


@pytest.mark.parametrize("row", REFUSALS, ids=meaning)
def test_a_wrong_configuration_is_refused_once_and_at_its_place(problems_of, sound, row):
    old, new, place, message, hint = row
    assert old in sound

    problems = problems_of(sound.replace(old, new, 1))

    told = [each for each in problems if message in each.message]
    assert (told[0].line, told[0].column) == place
    assert hint in told[0].hint
    # What the changed line brings along by itself, such as the key that is now missing.
    consequences = r"is missing|is not a key|Another entry|does not say"
    others = [each for each in problems if each not in told]
    assert all(re.search(consequences, each.message) for each in others), others


def test_a_rule_must_say_which_of_two_business_units_it_is_for(problems_of, sound):
    second = "  - name: outlet\n    domain: outlet.example\ninvitations:"

    (problem,) = problems_of(sound.replace("invitations:", second))

    assert (problem.line, problem.column) == (20, 7)
    assert "`shop`, `outlet`" in problem.hint


def test_business_generated_links_need_keys(problems_of, sound):
    without = re.sub(r"    link_keys:\n.*\n.*\n", "", sound)

    (problem,) = problems_of(without.replace("as: email", "as: business_generated_link"))

    assert (problem.line, problem.column) == (20, 11)
    assert problem.hint == "Add `link_keys` to `shop` under `business_units`."


def test_two_rules_with_one_name_are_refused(problems_of, sound):
    rules = sound[sound.index("    - name: orders") :]

    (problem,) = problems_of(sound + rules)

    assert (problem.line, problem.column) == (24, 13)
    assert "the same `name`" in problem.message


def test_every_problem_is_listed_at_once_and_in_order(problems_of, sound):
    wrong = (
        sound.replace("https://org", "http://org")
        .replace("    domain:", "    domainn:")
        .replace("bill_to", "contact")
        .replace("7 days", "soon")
        .replace("invitations:", "reviews: {product_mapping: nope.yaml}\ninvitations:")
    )

    problems = problems_of(wrong, {})

    lines = [each.line for each in problems]
    assert lines == sorted(lines)
    assert {2, 7, 8, 12, 16, 22, 23} <= set(lines)


def test_the_error_reads_as_file_line_column_sentence(problems_of, sound, tmp_path):
    (problem, *_) = problems_of(sound.replace("      on: Order", "      on: order"))

    place = f"{tmp_path / 'config.yaml'}:19:11"
    assert str(problem) == f"{place}: `order` is not a value of `on`. Did you mean `Order`?"


def test_the_error_ends_with_what_to_type(tmp_path):
    with pytest.raises(ConfigurationError) as refusal:
        load_settings(tmp_path / "config.yaml", {}, require_secrets=True)

    assert "connector validate" in refusal.value.next_step
