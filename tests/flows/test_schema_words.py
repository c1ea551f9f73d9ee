"""Every row that a planner writes fits the objects in salesforce/: fields, words and lengths."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connector.config.org.schema import read_schema
from connector.core.invitations.claims import CHANNEL_WORDS, plan_claim
from connector.core.invitations.facts import Experience, Surroundings
from connector.core.invitations.kinds import AskedFor
from connector.core.invitations.recipients import Person, RecipientFacts
from connector.core.invitations.sending.due import DUE_FIELDS, DueInvitation, Stop, stop_row
from connector.core.invitations.sending.sends import (
    Ready,
    attempt_row,
    link_row,
    settle,
    settle_foreign,
)
from connector.core.org.package_version import VERSION_FIELD
from connector.core.privacy.plan import INVITATION_FIELDS, RECIPIENT_ID, scrubbed_invitation
from connector.core.products.bought import Products
from connector.core.replies.comment_rights import comment_right_row
from connector.core.replies.plan import (
    REPLY_FIELDS,
    QueuedReply,
    ReplyDecision,
    ReplyStep,
    Wish,
)
from connector.core.replies.rows import (
    CURRENT_FIELDS,
    Place,
    deleted,
    in_conflict,
    kept,
    published,
    stopped,
)
from connector.core.replies.tags import (
    LATEST_FIELDS,
    TAG_FIELDS,
    added_row,
    gone_row,
    plan_tags,
    stopped_row,
)
from connector.core.reviews.summary import SUMMARY_FIELDS
from connector.core.rules.entries import Entry
from connector.core.rules.grammar import Channel, Rule, TriggerObject, parse_recipient
from connector.core.run.issues import Issue, OpenIssue, closing_rows, issue_rows
from connector.core.terms.attempts import ATTEMPT_FIELDS
from connector.core.terms.objects import (
    BUSINESS_UNIT,
    CHECKPOINT,
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
from connector.core.terms.outcomes import SendOutcome, Verdict
from connector.core.terms.reviews import Reply, ReviewType
from connector.core.terms.units import Unit
from connector.flows.run.opening import UNIT_FIELDS

NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
SYSTEM_FIELDS = frozenset({"Id", "LastModifiedDate"})
LONG = "x" * 400


@pytest.fixture(scope="module")
def schema():
    return read_schema(Path(__file__).parents[2] / "salesforce").objects


def a_claim(on, channel, email):
    rule = Rule(
        name=LONG,
        on=on,
        stage_field="Status",
        stages=("S",),
        to=(parse_recipient("field Email__c"),),
        after=timedelta(days=1),
        channel=channel,
        business_unit="shop",
        locale="en-GB",
        template="t" * 80,  # the name of a template may be long
        tags=("Tag__c", "Tag__c"),
    )
    record = {
        "Id": "801",
        "Email__c": email,
        "Tag__c": LONG,
        rule.reference_field: LONG,
        "Status": "S",
    }
    entry = Entry(on, "801000000000001AAA", "", "S", NOW, f"{on.value}History")
    unit = Unit("shop", "u", "shop.example", record_id="a0B")
    facts, around = RecipientFacts(record), Surroundings("00D")
    return plan_claim(Experience(entry, rule, facts, unit, around, NOW)).row


def claims():
    for on in TriggerObject:
        for channel in Channel:
            yield a_claim(on, channel, "a@example.com")
            yield a_claim(on, channel, None)


DUE = DueInvitation({"Id": "a01", "Claim_Key__c": "k" * 64, "Attempts__c": 0})
QUEUED = QueuedReply("a02", "r1", ReviewType.SERVICE, Wish.POST, "ours")
THEIRS = Reply("theirs", NOW, NOW, "A colleague", "6789abcdef0123456789abcd")


def settled():
    for verdict in Verdict:
        yield settle(DUE, "a03", SendOutcome(verdict, 400, "c" * 99, LONG), NOW)


def foreign():
    for outcome in [*AttemptOutcome, ""]:
        for minutes in (1, 9):
            started = (NOW - timedelta(minutes=minutes)).isoformat()
            attempt = {"Id": "a03", "Started_At__c": started, "Outcome__c": outcome}
            yield settle_foreign(DUE, attempt, NOW)


def invitation_rows():
    yield from claims()
    products = Products(tuple(f"{number}-{LONG}" for number in range(9)))
    for asked in (AskedFor(products=products), AskedFor(note="No product.")):
        ready = Ready(DUE, Unit("shop", "u", "shop.example"), Person("a@example.com", ""), asked)
        yield link_row(ready, "https://www.example.com/?p=" + LONG, "f" * 70)
        sent = SendOutcome(Verdict.ACCEPTED, 202, "", "")
        yield settle(DUE, "a03", sent, NOW, asked).invitation
    for status in (InvitationStatus.CANCELLED, InvitationStatus.SKIPPED):
        yield stop_row(DUE, Stop(status, "left_stage", LONG))
    yield from (each.invitation for each in settled())
    yield from foreign()


def attempt_rows():
    yield attempt_row(DUE, NOW, "f" * 32)
    yield comment_right_row("r" * 64, 50, NOW, "f" * 32)
    yield from (each.attempt for each in settled())


def review_rows():
    decision = ReplyDecision(ReplyStep.BLOCK, LONG, LONG, (LONG, LONG))
    yield published(QUEUED, THEIRS, decision, NOW, Place("c1", "public")).row
    yield in_conflict(QUEUED, THEIRS, decision).row
    yield kept(QUEUED, THEIRS).row
    yield deleted(QUEUED).row
    for status in (ReplyStatus.BLOCKED, ReplyStatus.FAILED):
        yield stopped(QUEUED, status, decision).row
    yield from tag_rows()


def tag_rows():
    typed = {"Id": "a02", "External_Id__c": "r1", "Type__c": "Service", "Tags_Wanted__c": True}
    for text in (LONG, ", ".join(["👋" * 20] * 12), "a," * 127):
        plan = plan_tags({**typed, "Tags_To_Add__c": text[:255]}, ())
        latest = {"Tags__c": LONG[:255], "Tags_To_Add__c": ",".join("bcdefghij" * 14)}
        yield added_row(plan, latest)
        yield gone_row(plan, latest, LONG)
        yield stopped_row(plan, LONG)


def rows_of_issues():
    issue = Issue("a_code", LONG, LONG, "invitations_out", LONG)
    yield from issue_rows([issue], {}, NOW, "f" * 32)
    known = {issue.key: OpenIssue(issue.key, "a_code", "invitations_out", "r")}
    yield from closing_rows([issue.key], known, NOW, "f" * 32)


WRITTEN = {
    INVITATION: invitation_rows,
    SEND_ATTEMPT: attempt_rows,
    REVIEW: review_rows,
    ISSUE: rows_of_issues,
}


@pytest.mark.parametrize("name", WRITTEN)
def test_every_row_fits_its_object(schema, name):
    for row in WRITTEN[name]():
        for field, value in row.items():
            if field in SYSTEM_FIELDS:
                continue
            definition = schema[name].fields[field]
            if definition.restricted and value is not None:
                assert value in definition.picklist, field
            if definition.length and isinstance(value, str):
                assert len(value) <= definition.length, field


@pytest.mark.parametrize(
    ("name", "field", "words"),
    [
        (INVITATION, "Status__c", InvitationStatus),
        (SEND_ATTEMPT, "Outcome__c", AttemptOutcome),
        (REVIEW, "Reply_Status__c", ReplyStatus),
        (REVIEW, "Type__c", ReviewType),
        (REVIEW, "Match_Method__c", MatchMethod),
        (ISSUE, "Status__c", IssueStatus),
    ],
)
def test_the_words_of_a_status_are_its_picklist(schema, name, field, words):
    assert schema[name].fields[field].picklist == tuple(word.value for word in words)


def test_every_channel_has_its_word(schema):
    picklist = schema[INVITATION].fields["Channel__c"].picklist
    assert set(CHANNEL_WORDS.values()) <= set(picklist)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        (INVITATION, DUE_FIELDS),
        (SEND_ATTEMPT, ATTEMPT_FIELDS),
        (REVIEW, REPLY_FIELDS),
        (REVIEW, CURRENT_FIELDS),
        (REVIEW, TAG_FIELDS),
        (REVIEW, LATEST_FIELDS),
        (BUSINESS_UNIT, UNIT_FIELDS),
        (BUSINESS_UNIT, SUMMARY_FIELDS),
        (CHECKPOINT, ("Key__c", "Mark__c", "Heartbeat__c", VERSION_FIELD)),
        (INVITATION, (*INVITATION_FIELDS, RECIPIENT_ID)),
    ],
)
def test_every_field_that_is_read_exists(schema, name, fields):
    assert set(fields) <= set(schema[name].fields) | SYSTEM_FIELDS


def test_every_field_that_tells_who_was_invited_is_blanked_by_erasure(schema):
    blanked = scrubbed_invitation({"Id": "a02"}).keys() - {"Id"}
    fields = schema[INVITATION].fields
    telling = {name for name in fields if name.startswith(("Recipient_", "Contact_"))}

    assert blanked <= set(fields)
    assert telling <= blanked
    assert "Recipient_Id__c" in telling


@pytest.mark.parametrize(
    ("name", "key"),
    [
        (INVITATION, "Claim_Key__c"),
        (SEND_ATTEMPT, "Attempt_Key__c"),
        (REVIEW, "External_Id__c"),
        (BUSINESS_UNIT, "External_Id__c"),
        (CHECKPOINT, "Key__c"),
        (ISSUE, "Key__c"),
    ],
)
def test_every_key_is_unique_and_keeps_capitals_apart(schema, name, key):
    definition = schema[name].fields[key]
    assert (definition.unique, definition.external_id, definition.case_sensitive) == (
        True,
        True,
        True,
    )
