"""Reviews that stand in the org, a queue for their cases, and runs that only work on cases."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from connector.core.cases.plan import CASE_FIELDS, WantedCase
from connector.core.run.report import FlowReport
from connector.core.terms.reviews import Review, ReviewType
from connector.emulator.doors import InProcessDoor
from connector.flows.cases import lifecycle as cases
from connector.flows.cases import retries as case_retries
from connector.flows.run.closing import record_end
from connector.flows.run.context import RunContext
from connector.flows.run.opening import read_opening, resolve_units
from connector.flows.run.tally import Tally
from connector.wiring import Transports, connect, run_policy

SECTION = """
cases:
  rules:
    - name: unhappy
      stars: [1, 2, 3]
      owner: queue Trustpilot_Reviews
      priority: High
      origin: Trustpilot
    - name: praise
      stars: 5
      owner: user sam.seller@example.com
      record_type: Praise
      status: Working
      subject: "Praise for {business_unit}"
"""
FIELDS = (
    "Id, OwnerId, Subject, Description, Status, IsClosed, Priority, Origin, SuppliedName, "
    "SuppliedEmail, SuppliedPhone, ContactId, AccountId, RecordTypeId, Trustpilot_Review__c, "
    "Trustpilot_Review_Key__c, SystemModstamp"
)


@dataclass
class Cases:
    """What a test does with cases: each step is a process of its own, with fresh gateways."""

    emulator: Any
    settings: Any
    begin: Callable[..., RunContext]
    wanted: dict[str, WantedCase] = field(default_factory=dict)

    def review(self, review_id="r1", *, rule="unhappy", lookups=None, **words):
        """Store a review as the flow does, with the rule that wants a case; return what is left."""
        words = {"stars": 1, "title": "Never again", "text": "It broke.", **words}
        at = self.emulator.clock.now()
        review = Review(review_id, ReviewType.SERVICE, "unit", at, **words)
        (unit,) = self.emulator.org.query("SELECT Id FROM Trustpilot_Business_Unit__c")
        row = {
            "External_Id__c": review_id,
            "Type__c": "Service",
            "Stars__c": review.stars,
            "Title__c": review.title,
            "Text__c": review.text,
            "Consumer_Name__c": review.consumer_name,
            "Review_Created__c": at.isoformat(),
            "Business_Unit__c": unit["Id"],
            "Case_Rule__c": rule,
            "Content_Hash__c": "h",
            **(lookups or {}),
        }
        record_id = self.emulator.org.insert("Trustpilot_Review__c", row)
        found = WantedCase(record_id, review, rule, "shop", lookups or {})
        self.wanted[review_id] = found
        return found

    def step(self, work, **how):
        """Let one process do `work(context, tally)` and record its end; return its report."""
        context, tally = self.begin(**how), Tally("reviews_in")
        work(context, tally)
        report = tally.report()
        if not context.dry_run:
            record_end(context, [report], {}, {})
        return report

    def open(self, *wanted, **how) -> FlowReport:
        """Open the cases of these reviews, of all where none is named."""
        these = list(wanted or self.wanted.values())
        return self.step(lambda context, tally: cases.open_cases(context, these, tally), **how)

    def retry(self, **how) -> FlowReport:
        """Try again what is left undone, as a later run does."""
        return self.step(case_retries.retry_cases, **how)

    def reopen(self, *review_ids, **how) -> FlowReport:
        """Say that these reviews are about to be written with an edit."""
        rows = [self.stored(each) for each in review_ids]
        return self.step(lambda context, tally: cases.reopen_cases(context, rows, tally), **how)

    def stored(self, review_id):
        """What the org says about a review and its case."""
        names = ", ".join((*CASE_FIELDS, "Deleted__c"))
        (row,) = self.emulator.org.query(
            f"SELECT {names} FROM Trustpilot_Review__c WHERE External_Id__c = '{review_id}'"  # noqa: S608
        )
        return row

    def all(self):
        """Every case that was made for a review, by the review's id."""
        rows = self.emulator.org.query(
            f"SELECT {FIELDS} FROM Case WHERE Trustpilot_Review_Key__c != null"  # noqa: S608
        )
        assert len({row["Trustpilot_Review_Key__c"] for row in rows}) == len(rows)
        return {row["Trustpilot_Review_Key__c"]: row for row in rows}

    def of(self, review_id="r1"):
        """The one case of a review."""
        return self.all()[review_id]

    def issues(self):
        """Codes and records of the issues that are open in the org."""
        rows = self.emulator.org.query(
            "SELECT Code__c, Record__c FROM Trustpilot_Issue__c WHERE Status__c = 'Open'"
        )
        return [(row["Code__c"], row["Record__c"]) for row in rows]


class MeddlingDoor(InProcessDoor):
    """Lets somebody else act just before, or just after, the first insert of rows."""

    def __init__(self, emulator, before, after):
        super().__init__(emulator)
        self.acts = [before, after]

    def send(self, request, *args, **options):
        inserts = request.method == "POST" and request.path_url.endswith("/composite/sobjects")
        before, after = self.acts if inserts else (None, None)
        self.acts = [None, None] if inserts else self.acts
        if before:
            before()
        answer = super().send(request, *args, **options)
        if after:
            after()
        return answer


@pytest.fixture
def meddling_door(emulator):
    """Make a door beside which somebody else acts: `meddling_door(before=..., after=...)`."""
    return lambda before=None, after=None: MeddlingDoor(emulator, before, after)


@pytest.fixture
def with_cases(configured):
    """Settings with two case rules: unhappy customers to the queue, praise to Sam."""
    return configured(lambda text: text + SECTION)


@pytest.fixture
def deleting(configured):
    """The same with `reviews.on_delete: delete`."""
    line = "reviews:\n  on_delete: delete\n"
    return configured(lambda text: text.replace("reviews:\n", line, 1) + SECTION)


@pytest.fixture
def queue(emulator):
    """The queue that the rules name."""
    values = {"Name": "Reviews", "DeveloperName": "Trustpilot_Reviews", "Type": "Queue"}
    return emulator.org.insert("Group", values)


@pytest.fixture
def praise(emulator):
    """The record type that the second rule names."""
    values = {"Name": "Praise", "DeveloperName": "Praise", "SobjectType": "Case"}
    return emulator.org.insert("RecordType", values)


@pytest.fixture
def begin(emulator, clock, reporter):
    """Open a run as the engine does, without letting it do anything."""

    def make(settings, *, door=None, dry_run=False) -> RunContext:
        carrier = door or InProcessDoor(emulator)
        world = connect(settings, reporter, Transports(carrier, carrier, clock))
        policy, opening = run_policy(settings), read_opening(world.org)
        return RunContext(
            run_id="run-cases",
            now=world.org.now(),
            dry_run=dry_run,
            org=world.org,
            trustpilot=world.trustpilot,
            reporter=reporter,
            policy=policy,
            opening=opening,
            units=resolve_units(world.org, world.trustpilot, policy, opening, dry_run=dry_run),
            new_iv=lambda: b"\0" * 16,
        )

    return make


@pytest.fixture
def work(emulator, with_cases, begin, queue):
    """Reviews and their cases: `work.review(...)`, `work.open()`, `work.of(review_id)`."""
    assert queue
    begin(with_cases)  # the first run makes the record of the business unit

    def opened(*, settings=with_cases, **how):
        return begin(settings, **how)

    return Cases(emulator, with_cases, opened)


@pytest.fixture
def later(emulator):
    """Let time pass, so that what is done next is seen as later."""
    return lambda: emulator.clock.advance(timedelta(minutes=5).total_seconds())
