"""The pages of the flows name the codes, statuses and marks of the code and the package."""

import ast
import inspect
import re

import pytest

from connector.config.org.schema import read_schema
from connector.core.invitations import checks, portal_export, reach
from connector.core.invitations import desk as plan_desk
from connector.core.invitations import portal_changes as plan_delivery
from connector.core.invitations import requests as plan_requests
from connector.core.invitations.locales import KNOWN_LOCALES
from connector.core.invitations.sending import second_look
from connector.core.invitations.sending import sends as plan_sends
from connector.core.privacy import plan as plan_erasure
from connector.core.products import plan as plan_products
from connector.core.rules.grammar import TriggerObject
from connector.core.terms.objects import (
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
from connector.flows.engine import FLOWS
from connector.flows.privacy import deletions as erasure
from connector.flows.reviews.listing import STREAMS

CHECKS = (*checks.OF_ENTRY, *checks.OF_RECORD, *checks.OF_EXPERIENCE, *checks.OF_PERSON)

PAGE_OF = {
    "erasure": "docs/privacy.md",
    "replies_out": "docs/replies/outgoing.md",
    "tags_out": "docs/replies/tags.md",
    "invitations_out": "docs/invitations.md",
    "reviews_in": "docs/reviews/incoming.md",
    "summary": "docs/reviews/summary.md",
}
"""The page of each flow, by the flow's name: pages are named after subjects."""

PAGES = [*PAGE_OF.values(), "docs/cases.md"]
"""The pages of the flows, and of cases, which are a part of one flow."""

CODE = re.compile(
    r"[a-z]+(?:_[a-z]+)*_(?:refused|unreadable|held|unknown|conflict|failed|blocked|edited|missing|listed|not_written)"
)

# What ends like a code and is none: the words under which a run counts.
COUNTED = re.compile(r"(?:invitations|replies|summaries|reviews|links|products)_\w+")


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
    texts = {text for path in root.glob("connector/flows/**/*.py") for text in strings_in(path)}
    words = {text.partition(":")[0] for text in texts}
    return {word for word in words if CODE.fullmatch(word) and not COUNTED.fullmatch(word)}


def reason_codes(module):
    """The first text that `Stop(...)` is given that looks like a code."""
    tree = ast.parse(inspect.getsource(module))
    made = [each for each in ast.walk(tree) if isinstance(each, ast.Call)]
    named = [each for each in made if getattr(each.func, "id", "") == "Stop"]
    texts = [[arg.value for arg in each.args if isinstance(arg, ast.Constant)] for each in named]
    codes = [[text for text in each if re.fullmatch(r"[a-z_]+", text)] for each in texts]
    return {found[0] for found in codes if found}


@pytest.fixture(scope="module")
def schema(root):
    return read_schema(root / "salesforce")


def test_every_flow_has_a_page_and_every_page_a_flow(pages):
    promising = [each.name for each in pages if "\n\n**The promise:**" in each.text]
    assert list(PAGE_OF) == list(FLOWS)
    assert sorted(promising) == sorted([*PAGES, "docs/products.md"])  # a push is no flow of a run


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
    given = {each.code for each in CHECKS if each.effect is checks.Effect.SKIPPED}
    given |= reason_codes(plan_sends) | reason_codes(second_look) | {second_look.RECIPIENT_CHANGED}
    given.add(reach.HELD_BY_CANARY)
    given |= set(plan_sends._REASON_AFTER.values())  # noqa: SLF001 - the table itself
    given |= reason_codes(plan_requests) | {code for code, _ in plan_sends.PERSONS_REASONS.values()}
    given |= {code for _, code, _ in plan_desk._BECOMES.values() if code}  # noqa: SLF001 - the same
    given |= set(plan_delivery._CODES.values())  # noqa: SLF001 - the same
    given.add(plan_erasure.ERASED)
    documented = page("docs/invitations.md").table("`Reason_Code__c`").column()
    assert sorted(documented) == sorted(given)


def test_the_checks_stand_in_their_page_in_the_order_in_which_they_are_asked(page):
    rows = page("docs/invitations.md").table("check").rows
    effects = {
        checks.Effect.OTHER_RULE: "the next rule is tried",
        checks.Effect.HELD: "an issue; the next run looks again",
        checks.Effect.LEFT: "nothing is recorded",
        checks.Effect.SKIPPED: "`Skipped`",
    }
    assert [(row[0].strip("`"), row[2]) for row in rows] == [
        (each.code, effects[each.effect]) for each in CHECKS
    ]


def test_the_locales_stand_in_their_page(page):
    lines = page("docs/invitations.md").prose.splitlines()
    (line,) = [line for line in lines if line.startswith("Known locales:")]
    assert tuple(re.findall(r"`([^`]+)`", line)) == KNOWN_LOCALES


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
    documented = page(PAGE_OF[name]).table(header).column()
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


def wished(status, action):
    """What the table of wishes says of a status and an action."""
    row = {"Id": "a01", "Status__c": status, "Claim_Key__c": "k", "Channel__c": "Email"}
    decision = plan_desk.decide(row, action)
    if isinstance(decision, plan_desk.Change):
        return decision.status.value
    return "already" if isinstance(decision, plan_desk.AsWished) else "no"


def test_what_people_can_do_with_an_invitation_stands_in_its_page(page):
    table = page("docs/invitations.md").under("What people do")
    actions = [cell.replace("`", "") for cell in table.header[1:]]
    assert actions == [each.value for each in plan_desk.DeskAction]
    documented = {row[0].strip("`"): [cell.strip("`") for cell in row[1:]] for row in table.rows}
    assert documented == {
        status.value: [wished(status.value, action) for action in plan_desk.DeskAction]
        for status in InvitationStatus
    }


def test_what_an_agent_fills_in_stands_in_its_page_and_in_the_permission_set(page, root):
    cells = page("docs/invitations.md").under("Requests").column()
    documented = {field.strip() for cell in cells for field in cell.split(",")}
    folder = root / "salesforce/main/default/permissionsets"
    text = (folder / "Trustpilot_App_User.permissionset-meta.xml").read_text(encoding="utf-8")
    editable = re.findall(rf"<editable>true</editable>\s*<field>{INVITATION}\.(\w+)</field>", text)
    assert documented == set(editable)


def test_the_portals_words_have_the_status_that_the_page_says(page):
    table = page("docs/invitations.md").under("What Trustpilot's portal tells")
    for words, status, *_ in table.rows:
        line = f"a@example.com,{words.split(',')[0]},R"
        export = portal_export.read_export(f"Email,Status,Reference\n{line}".encode())
        assert [each.status.value for each in export.invitations] == [status.strip("`")]


def test_every_way_to_connect_a_review_stands_in_the_page_of_reviews(page):
    documented = page("docs/reviews/incoming.md").under("Connected").column(1)
    words = dict.fromkeys(word for word in documented if " of that one" not in word)
    assert sorted(words) == sorted(each.value for each in MatchMethod)


def test_every_issue_of_a_push_of_products_stands_in_its_page(page):
    codes = [plan_products.AMBIGUOUS, plan_products.INCOMPLETE, plan_products.REFUSED]
    assert page("docs/products.md").under("Issues").column() == codes


def test_the_marks_of_reviews_stand_in_their_page(page):
    keys = page("docs/reviews/incoming.md").under("Marks").column(1)
    rescans = [f"{stream}_rescan" for stream in STREAMS.values()]
    assert [key.partition(":")[0] for key in keys] == [*STREAMS.values(), *rescans]


def test_the_marks_of_entries_stand_in_their_page(page):
    keys = page("docs/invitations.md").under("Marks").column(1)
    assert keys == [f"{each.value.lower()}_entries:" for each in TriggerObject]


def test_the_marks_of_deletions_stand_in_their_page(page):
    keys = page("docs/privacy.md").under("Marks").column(1)
    assert keys == [f"{stream}:" for stream in erasure.STREAMS.values()]


def test_what_remains_of_an_erased_review_stands_in_its_page(page):
    lines = page("docs/privacy.md").prose.splitlines()
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
