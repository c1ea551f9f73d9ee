"""The pages of the flows name the codes, statuses and marks of the code and the package."""

import ast
import inspect
import re

import pytest

from connector.config.metadata import read_schema
from connector.core import plan_erasure, plan_sends, recipients
from connector.core.objects import (
    INVITATION,
    ISSUE,
    REVIEW,
    SEND_ATTEMPT,
    AttemptOutcome,
    InvitationStatus,
    IssueStatus,
    MatchMethod,
    ReplyStatus,
)
from connector.core.rules import TriggerObject
from connector.flows import erasure
from connector.flows.engine import FLOWS
from connector.flows.listing import STREAMS

PARTS = ("cases",)
"""What is no flow of its own and has a page of its own."""

PAGES = [f"docs/flows/{name}.md" for name in (*FLOWS, *PARTS)]
CODE = re.compile(
    r"[a-z]+(?:_[a-z]+)*_(?:refused|unreadable|unknown|conflict|failed|blocked|missing|listed|not_written)"
)

# What ends like a code and is none: the words under which a run counts.
COUNTED = re.compile(r"(?:invitations|replies|summaries|reviews|links)_\w+")


def strings_in(path):
    """Every text in a module but its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    prose = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    return {
        each.value
        for each in ast.walk(tree)
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and id(each) not in prose
    }


def issue_codes(root):
    texts = {text for path in root.glob("connector/flows/*.py") for text in strings_in(path)}
    words = {text.partition(":")[0] for text in texts}
    return {word for word in words if CODE.fullmatch(word) and not COUNTED.fullmatch(word)}


def reason_codes(module):
    """The first text that `Declined(...)` or `Stop(...)` is given that looks like a code."""
    tree = ast.parse(inspect.getsource(module))
    made = [each for each in ast.walk(tree) if isinstance(each, ast.Call)]
    named = [each for each in made if getattr(each.func, "id", "") in ("Declined", "Stop")]
    texts = [[arg.value for arg in each.args if isinstance(arg, ast.Constant)] for each in named]
    return {found[0] for found in texts if found}


@pytest.fixture(scope="module")
def schema(root):
    return read_schema(root / "salesforce")


def test_every_flow_has_a_page_and_every_page_a_flow(root):
    assert sorted(path.stem for path in root.glob("docs/flows/*.md")) == sorted([*FLOWS, *PARTS])


@pytest.mark.parametrize("name", PAGES)
def test_a_flow_page_opens_with_its_promise(name, page):
    assert page(name).text.splitlines()[2].startswith("**The promise:**")


@pytest.mark.parametrize("name", PAGES)
def test_a_flow_page_has_a_table_of_situations(name, page):
    assert page(name).tables[0].header == ("situation", "what happens", "why")


def test_every_issue_code_is_documented_and_every_documented_code_is_raised(page, root):
    documented = [code for name in PAGES for code in page(name).under("Issues").column()]
    assert sorted(documented) == sorted(issue_codes(root))


def test_every_reason_code_is_documented_and_every_documented_one_is_given(page):
    given = reason_codes(recipients) | reason_codes(plan_sends)
    given |= set(plan_sends._REASON_AFTER.values())  # noqa: SLF001 - the table itself
    given.add(plan_erasure.ERASED)
    documented = page("docs/flows/invitations_out.md").table("`Reason_Code__c`").column()
    assert sorted(documented) == sorted(given)


@pytest.mark.parametrize(
    ("name", "header", "picklist"),
    [
        ("invitations_out", "status", (INVITATION, "Status__c")),
        ("invitations_out", "outcome of a send attempt", (SEND_ATTEMPT, "Outcome__c")),
        ("replies_out", "status", (REVIEW, "Reply_Status__c")),
    ],
)
def test_the_statuses_of_a_page_are_the_picklist_of_the_package(
    name, header, picklist, page, schema
):
    object_name, field = picklist
    documented = page(f"docs/flows/{name}.md").table(header).column()
    assert documented == list(schema.objects[object_name].fields[field].picklist)


@pytest.mark.parametrize(
    ("words", "object_name", "field"),
    [
        (InvitationStatus, INVITATION, "Status__c"),
        (AttemptOutcome, SEND_ATTEMPT, "Outcome__c"),
        (ReplyStatus, REVIEW, "Reply_Status__c"),
        (IssueStatus, ISSUE, "Status__c"),
    ],
)
def test_the_words_of_the_code_are_the_picklist_of_the_package(words, object_name, field, schema):
    assert [each.value for each in words] == list(
        schema.objects[object_name].fields[field].picklist
    )


def test_every_way_to_connect_a_review_stands_in_the_page_of_reviews(page):
    documented = page("docs/flows/reviews_in.md").under("Connected").column(1)
    words = dict.fromkeys(word for word in documented if " of that one" not in word)
    assert sorted(words) == sorted(each.value for each in MatchMethod)


def test_the_marks_of_reviews_stand_in_their_page(page):
    keys = page("docs/flows/reviews_in.md").under("Marks").column(1)
    rescans = [f"{stream}_rescan" for stream in STREAMS.values()]
    assert [key.partition(":")[0] for key in keys] == [*STREAMS.values(), *rescans]


def test_the_marks_of_entries_stand_in_their_page(page):
    keys = page("docs/flows/invitations_out.md").under("Marks").column(1)
    assert keys == [f"{each.value.lower()}_entries:" for each in TriggerObject]


def test_the_marks_of_deletions_stand_in_their_page(page):
    keys = page("docs/flows/erasure.md").under("Marks").column(1)
    assert keys == [f"{stream}:" for stream in erasure.STREAMS.values()]


def test_what_remains_of_an_erased_review_stands_in_its_page(page):
    lines = page("docs/flows/erasure.md").prose.splitlines()
    (line,) = [line for line in lines if "is a tombstone:" in line]
    assert set(re.findall(r"`(\w+)`", line)) == plan_erasure.KEPT


def test_the_order_of_the_flows_stands_in_the_page_of_commands(page):
    (line,) = [
        line for line in page("docs/commands.md").prose.splitlines() if "go in this order" in line
    ]
    assert re.findall(r"`(\w+)`", line) == list(FLOWS)


def test_the_promises_of_the_readme_name_exit_codes_by_number_only(page):
    rows = page("README.md").under("What this version promises").rows
    codes = {int(found) for row in rows for found in re.findall(r"ends with (\d)", row[1])}
    assert codes == {2, 3, 6}
