"""One row per way to get the section `cases` wrong: where it is pointed at, and what it says."""

import pytest

from connector.core.cases.rules import CaseOwner, CaseRule, OwnerKind
from connector.core.terms.reviews import ReviewType

CASES = """\
cases:
  rules:
    - name: unhappy
      stars: [1, 2]
      owner: queue Front
      subject: "{stars} stars"
"""
REFUSALS = [
    ("cases:\n", "case:\n", (24, 1), "`case` is not a key that is known here.",
     "Did you mean `cases`?"),
    ("cases:\n  rules:", "cases:\n  rule:", (25, 3), "`rule` is not a key that is known here.",
     "Did you mean `rules`?"),
    ("[1, 2]", "[0, 2]", (27, 15), "`stars, entry 1` must be 1 or more.", ""),
    ("[1, 2]", "[1, 6]", (27, 18), "`stars, entry 2` must be 5 or less.", ""),
    ("[1, 2]", "few", (27, 14), "must be a whole number.", ""),
    ("[1, 2]", "[]", (27, 14), "There must be one entry at least.", ""),
    ("queue Front", "Front", (28, 14), "`Front` is not a kind of owner.",
     "Known here: queue, user."),
    ("queue Front", "quue Front", (28, 14), "`quue` is not a kind of owner.",
     "Did you mean `queue`?"),
    ("queue Front", "queue Front Desk", (28, 14), "`queue` needs a queue's API name", ""),
    ("queue Front", "user jo", (28, 14), "`user` needs a username", ""),
    ("      owner: queue Front\n", "", (26, 7), "A case needs its `owner`", ""),
    ("queue Front", "queue Front\n      assignment_rules: true", (26, 7),
     "assignment rules choose the owner: remove `owner`.", ""),
    ("{stars} stars", "{star} stars", (29, 16), "`star` is not a word that a template may use.",
     "Did you mean `stars`?"),
    ("{stars} stars", "{consumer_email}", (29, 16), "`consumer_email` is not a word", ""),
    ("{stars} stars", "{stars", (29, 16), "A brace is not closed", ""),
    ("{stars} stars", "{stars:>9}", (29, 16), "Only a word stands in braces", ""),
    ('"{stars} stars"', '""', (29, 16), "`subject` must not be empty.", ""),
    ('"{stars} stars"', '"x"\n      description: "{txt}"', (30, 20), "`txt` is not a word",
     "Did you mean `text`?"),
    ("queue Front", "queue Front\n      business_unit: shopp", (29, 22),
     "`shopp` is not a business unit of this file.", "Did you mean `shop`?"),
    ("queue Front", "queue Front\n      business_unit: [shop, outlet]", (29, 29),
     "`outlet` is not a business unit of this file.", ""),
    ("queue Front", "queue Front\n      languages: [en, english]", (29, 23),
     "A language is written like `en`", ""),
    ("queue Front", "queue Front\n      types: [service, shop]", (29, 24),
     "`shop` is not a value of `types, entry 2`.", "Known here: service, product."),
    ("queue Front", "queue Front\n      record_type: Two words", (29, 20),
     "`Two words` is not the API name of a record type", ""),
    ("queue Front", "queue Front\n      priority: 1", (29, 17), "`priority` must be text.",
     "Put it in quotes."),
    ("queue Front", "queue Front\n      escalate: true", (29, 7),
     "`escalate` is not a key that is known here.", ""),
    ("name: unhappy", "name: 'a; b'", (26, 13), "A name has up to 80 letters", ""),
]  # fmt: skip


@pytest.fixture
def with_cases(sound):
    """A sound configuration that makes cases."""
    return sound + CASES


@pytest.mark.parametrize("row", REFUSALS, ids=lambda row: row[3])
def test_a_wrong_section_is_refused_once_and_at_its_place(problems_of, with_cases, row):
    old, new, place, message, hint = row
    assert old in with_cases

    problems = problems_of(with_cases.replace(old, new, 1))

    # A misspelt key brings along that the right one is missing.
    (problem,) = [each for each in problems if "is missing" not in each.message]
    assert message in problem.message
    assert (problem.line, problem.column) == place
    assert hint in problem.hint


def test_two_case_rules_with_one_name_are_refused(problems_of, with_cases):
    rule = with_cases[with_cases.index("    - name: unhappy") :]

    (problem,) = problems_of(with_cases + rule)

    assert (problem.line, problem.column) == (30, 13)
    assert "the same `name`" in problem.message


def test_a_case_rule_may_have_the_name_of_an_invitation_rule(load, with_cases):
    settings = load(with_cases.replace("name: unhappy", "name: orders"))

    assert [rule.name for rule in settings.case_rules] == ["orders"]


def test_a_user_is_never_repeated(problems_of, with_cases):
    text = with_cases.replace("queue Front", "owner jo.secret@shop.example")

    (problem,) = problems_of(text)

    assert "jo.secret" not in f"{problem.message} {problem.hint}"


def test_a_rule_is_read_with_its_defaults(load, with_cases):
    (rule,) = load(with_cases).case_rules

    queue = CaseOwner(OwnerKind.QUEUE, "Front")
    assert rule == CaseRule(name="unhappy", stars=(1, 2), owner=queue, subject="{stars} stars")


def test_one_value_may_stand_where_a_list_is_meant(load, with_cases):
    more = "\n      business_unit: shop\n      languages: en\n      types: product"
    (rule,) = load(with_cases.replace("[1, 2]", "1" + more)).case_rules

    assert (rule.stars, rule.business_units, rule.languages) == ((1,), ("shop",), ("en",))
    assert rule.types == (ReviewType.PRODUCT,)


def test_assignment_rules_choose_where_no_owner_is_named(load, with_cases):
    (rule,) = load(with_cases.replace("owner: queue Front", "assignment_rules: true")).case_rules

    assert rule.assignment_rules


def test_without_the_section_or_switched_off_there_is_no_rule(load, sound, with_cases):
    assert load(sound).case_rules == ()
    assert load(sound + "cases:\n").case_rules == ()
    assert load(with_cases.replace("cases:", "cases:\n  enabled: false")).case_rules == ()
