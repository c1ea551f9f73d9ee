"""A shop in which every flow has work, and what must be true of both sides in the end.

`what_is_wrong` compares Trustpilot's own state with queries of the org: no code of ours between.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from requests.adapters import BaseAdapter

from connector.config import Settings, load_settings
from connector.core.run.report import RunReport
from connector.emulator.app import Emulator
from connector.emulator.clock import EmulatorClock
from connector.emulator.doors import InProcessDoor
from connector.emulator.ready_config import ready_config
from connector.emulator.trustpilot.reviews.service import Bounds
from connector.emulator.world import seed
from connector.flows.engine import RunRequest
from connector.flows.engine import run as engine_run
from connector.wiring import Transports, connect, new_run_id, run_policy
from in_process import IN_PROCESS, START, FollowingClock, Quiet, without_limits

ALL_IS_DUE = timedelta(hours=1)
"""As long as the rules wait here, and longer than a run may hold a right without a word."""

LATE = timedelta(minutes=20)
"""Longer than runs read again: what a mark has passed too early would stay lost."""

AFTER = re.compile(r"after: \d+ days?")
BY_LINK = (
    "contact_role Decision Maker\n      after: 1 hour\n      as: ",
    "email",
    "invitation_link",
)
DONE = {"Opportunity": "Link Ready", "Order": "Link Ready", "Case": "Accepted"}
"""What becomes of each experience: Trustpilot makes the links of opportunities, we the others."""

LINKS = {"Business Generated Link", "Invitation Link"}

WORDS = {"Service": "text", "Product": "content"}
REVIEW, INVITATION = "Trustpilot_Review__c", "Trustpilot_Invitation__c"
_REVIEWS = (
    "SELECT Id, External_Id__c, Text__c, Deleted__c, Reply_Status__c, Live_Reply__c, "
    "Tags__c, Tags_To_Add__c FROM Trustpilot_Review__c"
)
_INVITATIONS = (
    "SELECT Id, Trigger_Record_Id__c, Trigger_Object__c, Status__c, Channel__c, Link__c, "
    "Due_At__c, Reference_Number__c, Recipient_Email__c FROM Trustpilot_Invitation__c"
)
_UNKNOWN_ISSUES = "SELECT Record__c FROM Trustpilot_Issue__c WHERE Status__c = 'Open'"


@dataclass
class BusyShop:
    """Both vendors, the settings that reach them, and what everybody did and expects."""

    emulator: Emulator
    settings: Settings
    unit_id: str
    reviews: dict[str, str] = field(default_factory=dict)
    experiences: dict[str, str] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    replies: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)

    @property
    def state(self) -> Any:
        """Trustpilot's own state."""
        return self.emulator.trustpilot

    @property
    def org(self) -> Any:
        """The org's rows."""
        return self.emulator.org

    def run(self, door: BaseAdapter | None = None) -> RunReport:
        """Do one pass as a process of its own would: fresh gateways, fresh sign-in."""
        carrier = door or InProcessDoor(self.emulator)
        transports = Transports(carrier, carrier, FollowingClock(self.emulator))
        world = connect(self.settings, Quiet(), transports)
        return engine_run(world, run_policy(self.settings), RunRequest(new_run_id()))

    def pass_time(self, by: timedelta) -> None:
        self.emulator.clock.advance(by)

    def go_on(self) -> None:
        """Let the next runs do what is left: at once, and when nobody can be sending any more."""
        for wait in (timedelta(), ALL_IS_DUE):
            self.pass_time(wait)
            self.run()

    # -- what happens ----------------------------------------------------------------------
    def write(self, kind: str, name: str) -> str:
        """A consumer writes a review, a minute before now."""
        made = self.emulator.clock.now() - timedelta(minutes=1)
        add = {"Service": self.state.add_service_review, "Product": self.state.add_product_review}
        fields = {"createdAt": made, "stars": 4, WORDS[kind]: f"First words of {name}"}
        self.reviews[name] = add[kind](self.unit_id, **fields)["id"]
        return self.reviews[name]

    def edit(self, kind: str, name: str) -> None:
        words = {WORDS[kind]: f"Other words of {name}"}
        self.state.edit_review(self.reviews[name], **words)

    def delete(self, name: str) -> None:
        self.state.delete_review(self.reviews[name])
        self.gone.add(self.reviews[name])

    def leave(self, name: str) -> None:
        """The author of a review leaves Trustpilot."""
        review = self.state.service_review(self.reviews[name])
        self.state.delete_consumer(review["consumer"]["id"])
        self.gone.add(review["id"])

    def reply(self, name: str) -> None:
        """An agent writes a reply and presses the button."""
        text = f"Thank you for {name}"
        self._change_review(name, Reply__c=text, Reply_Status__c="Queued")
        self.replies[self.reviews[name]] = text

    def remove_reply(self, name: str) -> None:
        """An agent takes a published reply back."""
        self._change_review(name, Reply_Status__c="Delete Queued")
        self.removed.add(self.reviews[name])
        del self.replies[self.reviews[name]]

    def tag(self, name: str) -> None:
        """An agent types a tag."""
        self._change_review(name, Tags_To_Add__c="late")
        self.tags[self.reviews[name]] = "late"

    def _change_review(self, name: str, **fields: Any) -> None:
        wanted = self.reviews[name]
        (row,) = [row for row in self.org.query(_REVIEWS) if row["External_Id__c"] == wanted]
        self.org.update(REVIEW, row["Id"], fields)

    def customer(self) -> tuple[str, str]:
        """The account and the contact of somebody new."""
        name = f"Customer {len(self.experiences) + len(self.requests)}"
        account = self.org.insert("Account", {"Name": name})
        email = f"{name.replace(' ', '').lower()}@example.com"
        person = {"LastName": name, "Email": email, "AccountId": account}
        return account, self.org.insert("Contact", person)

    def win(self) -> None:
        """Somebody wins an opportunity."""
        account, contact = self.customer()
        deal = {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-04-01"}
        made = self.org.insert("Opportunity", {**deal, "AccountId": account})
        role = {"OpportunityId": made, "ContactId": contact, "Role": "Decision Maker"}
        self.org.insert("OpportunityContactRole", role)
        self._enter("Opportunity", made, StageName="Closed Won")

    def activate(self) -> None:
        """Somebody activates an order."""
        account, contact = self.customer()
        order = {"AccountId": account, "Status": "Draft", "EffectiveDate": "2026-03-01"}
        made = self.org.insert("Order", {**order, "BillToContactId": contact})
        self._enter("Order", made, Status="Activated")

    def close(self) -> None:
        """Somebody closes a case."""
        _, contact = self.customer()
        made = self.org.insert("Case", {"ContactId": contact, "Status": "Working"})
        self._enter("Case", made, Status="Closed")

    def _enter(self, sobject: str, made: str, **stage: str) -> None:
        self.org.update(sobject, made, stage)
        self.experiences[made] = sobject

    def ask(self, **more: str) -> None:
        """An agent asks for an invitation."""
        _, contact = self.customer()
        request = {"Status__c": "Requested", "Contact__c": contact, **more}
        self.requests.append(self.org.insert(INVITATION, request))

    # -- what must be true -----------------------------------------------------------------
    def org_now(self) -> str:
        """The org's time as it writes it."""
        return self.emulator.clock.now().strftime("%Y-%m-%dT%H:%M:%S.000+0000")

    def received(self) -> Counter[tuple[str, str]]:
        """How often which reference number and address arrived at the emulated Trustpilot.

        Orders and cases count their numbers apart, so a number alone may be two experiences.
        """
        return Counter((mail.reference, mail.email) for mail in self.state.mailbox.received)

    def invitations(self) -> list[dict[str, Any]]:
        return list(self.org.query(_INVITATIONS))

    def unknown(self) -> int:
        """How many invitations are left to a person."""
        return sum(row["Status__c"] == "Unknown" for row in self.invitations())

    def what_is_wrong(self) -> list[str]:
        """Say what is lost, doubled, or left in a state that nothing will ever move."""
        return [*self._wrong_reviews(), *self._wrong_answers(), *self._wrong_invitations()]

    def what_is_not_done(self) -> list[str]:
        """Say what the very next run leaves undone, of all that was there for it to do."""
        ends = Counter(
            (row["Trigger_Object__c"], row["Status__c"], row["Due_At__c"] > self.org_now())
            for row in self.invitations()
        )
        expected = {
            (sobject, status, early)
            for sobject in set(self.experiences.values())
            for status, early in (("Scheduled", True), (DONE[sobject], False))
        } | ({(None, "Accepted", False)} if self.requests else set())
        said = [f"no {each}" for each in sorted(expected - ends.keys(), key=str)]
        return [*said, *self._wrong_reviews(), *self._wrong_answers()]

    def _wrong_reviews(self) -> Iterator[str]:
        live = {
            review["id"]: review["text"]
            for review in self.state.service.of_unit(self.unit_id, Bounds(None, None))
        } | {review["id"]: review["content"] for review in self.state.product.reviews.values()}
        rows = self.org.query(_REVIEWS)
        for review_id, times in Counter(row["External_Id__c"] for row in rows).items():
            if times > 1:
                yield f"review {review_id} is there {times} times"
        stored = {row["External_Id__c"]: row["Text__c"] for row in rows if not row["Deleted__c"]}
        if stored != live:
            yield f"reviews differ: {sorted(stored.items() ^ live.items())}"
        for row in rows:
            if row["Deleted__c"] and (row["Text__c"] or row["External_Id__c"] not in self.gone):
                yield f"review {row['External_Id__c']} is wrongly erased"

    def _wrong_answers(self) -> Iterator[str]:
        rows = {row["External_Id__c"]: row for row in self.org.query(_REVIEWS)}
        for review_id, text in self.replies.items():
            public, row = self.public_replies(review_id), rows[review_id]
            if public != [text]:
                yield f"the public sees {public} below {review_id}"
            if (row["Reply_Status__c"], row["Live_Reply__c"]) != ("Published", text):
                yield f"the reply to {review_id} is {row['Reply_Status__c']}"
        for review_id in self.removed:
            status = rows[review_id]["Reply_Status__c"]
            if self.public_replies(review_id) or status != "Deleted":
                yield f"the reply that was taken back from {review_id} is {status}"
        for review_id, tag in self.tags.items():
            live = [each["value"] for each in self.state.service_review(review_id)["tags"]]
            row = rows[review_id]
            if live != [tag] or row["Tags__c"] != tag or row["Tags_To_Add__c"]:
                yield f"the tags of {review_id} are {live} and {row['Tags__c']}"

    def public_replies(self, review_id: str) -> list[str]:
        """Every answer of the business that stands below a review."""
        if self.state.service.get(review_id):
            reply = self.state.service_review(review_id)["companyReply"]
            return [reply["text"]] if reply else []
        threads = self.state.product.conversations.values()
        return [
            comment.content
            for thread in threads
            if thread.review_id == review_id
            for comment in thread.comments
        ]

    def _wrong_invitations(self) -> Iterator[str]:
        received, rows = self.received(), self.invitations()
        told = {row["Record__c"] for row in self.org.query(_UNKNOWN_ISSUES)}
        for (reference, _), times in received.items():
            if times > 1:
                yield f"{reference} was received {times} times"
        claimed = Counter(row["Trigger_Record_Id__c"] for row in rows if row["Trigger_Object__c"])
        if claimed != Counter(self.experiences.keys()):
            yield f"claimed {claimed}, should be {self.experiences}"
        asked = {row["Id"] for row in rows if not row["Trigger_Object__c"]}
        if asked != set(self.requests):
            yield f"requested {asked}, should be {self.requests}"
        for row in rows:
            yield from _wrong_end(row, received[_key(row)])
        unknown = {row["Id"] for row in rows if row["Status__c"] == "Unknown"}
        if unknown != told:
            yield f"issues tell of {told}, should be {unknown}"
        if received.keys() - {_key(row) for row in rows}:
            yield "Trustpilot received what the ledger does not know"


def _key(row: dict[str, Any]) -> tuple[str, str]:
    return row["Reference_Number__c"], row["Recipient_Email__c"]


def _wrong_end(row: dict[str, Any], arrived: int) -> Iterator[str]:
    """Every e-mail is accepted and arrived, or is unknown for all to see; links need no sending."""
    status, link = row["Status__c"], row["Channel__c"] in LINKS
    if link and not (status == "Link Ready" and row["Link__c"] and not arrived):
        yield f"the link for {row['Id']} is {status}"
    if not link and not (status == "Unknown" or (status == "Accepted" and arrived == 1)):
        yield f"{row['Id']} is {status} and was received {arrived} times"


def new_shop(folder: Path) -> BusyShop:
    """A shop that no run has seen, with reviews of both kinds; some are deleted already."""
    emulator = Emulator(clock=EmulatorClock(frozen_at=START))
    world = seed(emulator, service_reviews=0, product_reviews=0, people=1)
    text, environ = ready_config(IN_PROCESS, emulator.credentials)
    path = folder / "config.yaml"
    before, channel, other = BY_LINK
    soon = AFTER.sub("after: 1 hour", without_limits(text))
    path.write_text(soon.replace(before + channel, before + other, 1), encoding="utf-8")
    settings = load_settings(path, environ, require_secrets=True)
    shop = BusyShop(emulator, settings, world.business_unit_id)
    for word in ("answered", "edited", "deleted"):
        shop.write("Service", word)
        shop.write("Product", f"{word} product")
    for word in ("tagged", "left", "thanked", "never seen"):
        shop.write("Service", word)
    shop.delete("never seen")
    return shop


def busy_shop(folder: Path) -> BusyShop:
    """A shop that runs know, where every flow has something to do when the next one begins."""
    shop = new_shop(folder)
    shop.run()
    shop.pass_time(timedelta(hours=1))
    for happens in (shop.win, shop.activate, shop.close, shop.close):
        happens()
    shop.reply("thanked")
    shop.pass_time(timedelta(minutes=1))
    shop.run()
    shop.pass_time(timedelta(days=1))  # the re-scan is due too
    for happens in (shop.win, shop.activate, shop.close, shop.ask):
        happens()
    shop.ask(Send__c="service_and_product_review", Skus__c="TENT-1")
    shop.remove_reply("thanked")
    for kind, suffix in (("Service", ""), ("Product", " product")):
        shop.write(kind, f"new{suffix}")
        shop.edit(kind, f"edited{suffix}")
        shop.delete(f"deleted{suffix}")
        shop.reply(f"answered{suffix}")
    shop.leave("left")
    shop.tag("tagged")
    shop.pass_time(LATE)
    return shop
