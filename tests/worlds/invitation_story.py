"""People who act while invitations wait, and a journal of what the org was before each act."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any

from requests import PreparedRequest, Response

from connector.config import Settings
from connector.core.terms.errors import ConnectorError
from connector.emulator.app import Emulator
from connector.emulator.salesforce.rows.errors import ApiError, RowError
from connector.flows.engine import RunRequest
from connector.flows.engine import run as engine_run
from connector.wiring import Transports, connect, run_policy
from in_process import Door, FollowingClock, Killed, Quiet
from invitation_oracle import (
    COOLDOWN,
    GRACE,
    LATEST,
    OPT_OUT,
    STAGES,
    Sent,
    View,
    key_of,
    look,
    objections,
    same,
)

FLOW = ("invitations_out",)
INVITATION = "Trustpilot_Invitation__c"
ADDRESSES = (
    *("ann@example.com", "ben@example.com", "ANN@Example.com", "cat@example.com"),
    *("dan@example.com", "eve@example.com", "Dan@example.com"),
)
WAITING = ("Requested", "Scheduled", "On Hold", "Sending")


class Watched(Door):
    """Asks the oracle about every call to Trustpilot that asks a customer, just before it."""

    def __init__(self, story: Story, **acts: Any) -> None:
        super().__init__(story.emulator, **acts)
        self.story = story

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        path = str(request.url).partition("?")[0]
        if path.endswith(("/email-invitations", "/invitation-links")):
            self.story.judge(request, is_link=path.endswith("/invitation-links"))
        return super().send(request, *args, **options)


@dataclass
class BusyClock(FollowingClock):
    """A clock during whose longer waits somebody acts: one act for each wait."""

    acts: list[Callable[[], object]] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds / 4)
        if seconds > 1 and self.acts:
            self.acts.pop(0)()
        super().sleep(seconds * 3 / 4)


@dataclass
class Story:
    """An org with a few people in it, whoever may act there, and the oracle beside the line."""

    emulator: Emulator
    settings: Settings
    patient: Settings
    numbers: Any = field(default_factory=lambda: count(1))
    hidden: bool = False
    retyped: set[str] = field(default_factory=set)
    meant: dict[str, str] = field(default_factory=dict)
    journal: list[View] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    lock: Any = field(default_factory=threading.RLock)

    # -- the oracle --------------------------------------------------------------------------
    def note(self) -> None:
        """Keep what the org is now, before somebody changes it."""
        self.journal.append(look(self.emulator, self))

    def judge(self, request: PreparedRequest, *, is_link: bool) -> None:
        """Hold one call against everything that a person could see in the last seconds."""
        body = json.loads(request.body or b"{}")
        now = self.emulator.clock.now()
        email = body.get("consumerEmail") or body.get("email")
        number = body.get("referenceNumber") or body.get("referenceId")
        call = Sent(now, email, number, is_link)
        with self.lock:
            before = [*self.arrived(), *(each for each in self.sent if each.is_link)]
            views = [each for each in self.journal if now - each.until <= GRACE]
            views.append(look(self.emulator, self))
            wrong = set.intersection(*(objections(view, call, before) for view in views))
            self.wrong += [f"{email} {number} at {now:%d %H:%M:%S}: {each}" for each in wrong]
            self.sent.append(call)

    def arrived(self) -> list[Sent]:
        """The mails that the emulated Trustpilot received."""
        received = self.emulator.trustpilot.mailbox.received
        return [
            Sent(mail.received_at, mail.email, mail.reference, is_link=False) for mail in received
        ]

    # -- runs --------------------------------------------------------------------------------
    def run(
        self,
        *,
        acts: Sequence[Callable[[], object]] = (),
        is_patient: bool = False,
        **how: Any,
    ) -> Any:
        """Do one pass as a process of its own would; what may end one early is no news."""
        door = Watched(self, **how)
        clock = BusyClock(self.emulator, acts=list(acts))
        settings = self.patient if is_patient else self.settings
        with self.lock:
            run_id = f"run-{next(self.numbers)}"
        policy = run_policy(settings)
        rules = tuple(replace(each, latest=LATEST) for each in policy.rules)
        policy = replace(policy, rules=rules, cooldown=COOLDOWN, latest=LATEST)
        with suppress(Killed, ConnectorError):
            world = connect(settings, Quiet(), Transports(door, door, clock))
            return engine_run(world, policy, RunRequest(run_id, FLOW))
        return None

    def two_at_once(self, one_at: int, other_at: int) -> None:
        """Let two runs overlap in one way of many: each halts at a call of its own."""
        halted, go_on = threading.Event(), threading.Event()

        def halt() -> None:
            halted.set()
            go_on.wait(30)

        def other_run() -> None:
            try:
                self.run(meets={other_at: halt})
            finally:
                halted.set()

        thread = threading.Thread(target=other_run)

        def start_other() -> None:
            thread.start()
            halted.wait(30)

        self.run(meets={one_at: start_other})
        go_on.set()
        if thread.ident is not None:
            thread.join(30)

    # -- what people do ----------------------------------------------------------------------
    def act(self, what: str, which: int) -> None:
        """Somebody does one thing; what the org refuses, was not done."""
        with self.lock:
            self.note()
            self.told.append(f"{self.emulator.clock.now():%d %H:%M:%S} {what} {which}")
            with suppress(RowError, ApiError):
                getattr(self, f"_{what}")(which)

    def _any(self, soql: str, which: int) -> Any:
        rows = self.emulator.org.query(f"SELECT {soql} ORDER BY Id")
        return rows[which % len(rows)] if rows else None

    def _change(self, name: str, row: Any, **values: Any) -> None:
        if row is not None:
            self.emulator.org.update(name, row["Id"], values)

    def _waiting(self, which: int, *statuses: str) -> Any:
        words = ", ".join(f"'{each}'" for each in statuses)
        fields = "Id, Contact__c, Recipient_Id__c, Recipient_Email__c, Status__c"
        rows = self.emulator.org.query(
            f"SELECT {fields} FROM {INVITATION} WHERE Status__c IN ({words}) ORDER BY Due_At__c, Id"
        )
        return rows[which % len(rows)] if rows else None

    def _contact(self, which: int) -> Any:
        return self._any("Id, Email FROM Contact", which)

    def _cancel(self, which: int) -> None:
        row = self._waiting(which, "Requested", "Scheduled", "On Hold")
        self._change(INVITATION, row, Status__c="Cancelled")

    def _hold(self, which: int) -> None:
        row = self._waiting(which, "Requested", "Scheduled")
        self._change(INVITATION, row, Status__c="On Hold")

    def _release(self, which: int) -> None:
        row = self._waiting(which, "On Hold")
        self._change(INVITATION, row, Status__c="Scheduled")

    def _opt_out(self, which: int) -> None:
        self._flag("Contact", which, out=True)

    def _opt_in(self, which: int) -> None:
        self._flag("Contact", which, out=False)

    def _lead_opts_out(self, which: int) -> None:
        self._flag("Lead", which, out=True)

    def _lead_opts_in(self, which: int) -> None:
        self._flag("Lead", which, out=False)

    def _flag(self, name: str, which: int, *, out: bool) -> None:
        row = self._any(f"Id FROM {name}", which)
        with self._seeing():
            self._change(name, row, HasOptedOutOfEmail=out)

    def _person_opts_out(self, which: int) -> None:
        row = self._any("Id FROM Account WHERE PersonContactId != null", 0)
        self._change("Account", row, PersonHasOptedOutOfEmail=which % 3 != 0)

    def _seeing(self) -> Any:
        return _Seeing(self)

    def _delete_contact(self, which: int) -> None:
        if row := self._contact(which):
            self.emulator.org.delete("Contact", row["Id"])

    def _merge_contacts(self, which: int) -> None:
        rows = self.emulator.org.query("SELECT Id FROM Contact ORDER BY Id")
        if len(rows) > 1:
            master, loser = rows[which % len(rows)], rows[(which // 2 + 1) % len(rows)]
            if master != loser:
                self.emulator.org.merge("Contact", master["Id"], [loser["Id"]])

    def _change_address(self, which: int) -> None:
        row = self._contact(which)
        self._change("Contact", row, Email=ADDRESSES[which // 2 % len(ADDRESSES)])

    def _new_customer(self, which: int) -> None:
        values = {"LastName": "New", "Email": ADDRESSES[which % len(ADDRESSES)]}
        self.emulator.org.insert("Contact", values)

    def _new_lead(self, which: int) -> None:
        values = {"LastName": "L", "Company": "C", "Email": ADDRESSES[which % len(ADDRESSES)]}
        self.emulator.org.insert("Lead", values)

    def _replace_contact(self, which: int) -> None:
        """The record names another customer now."""
        name, record, field_name = self._record(which)
        contact = self._contact(which // 2)
        if record is None or contact is None:
            return
        if name == "Opportunity":
            self._change(
                "OpportunityContactRole",
                self._any(f"Id FROM OpportunityContactRole WHERE OpportunityId = '{record}'", 0),
                ContactId=contact["Id"],
            )
        else:
            self.emulator.org.update(name, record, {field_name: contact["Id"]})

    def _record(self, which: int) -> tuple[str, str | None, str]:
        lookups = {"Case": "ContactId", "Order": "BillToContactId", "Opportunity": ""}
        rows = self.emulator.org.query(
            f"SELECT Trigger_Object__c, Trigger_Record_Id__c FROM {INVITATION} "
            "WHERE Status__c IN ('Scheduled', 'Sending', 'On Hold') "
            "AND Trigger_Record_Id__c != null ORDER BY Due_At__c, Id"
        )
        if not rows:
            return "", None, ""
        row = rows[which % len(rows)]
        name = row["Trigger_Object__c"]
        return name, row["Trigger_Record_Id__c"], lookups[name]

    def _leave_stage(self, which: int) -> None:
        name, record, _ = self._record(which)
        stages = {"Case": "New", "Order": "Draft", "Opportunity": "Negotiation/Review"}
        if record is not None:
            word = "StageName" if name == "Opportunity" else "Status"
            self.emulator.org.update(name, record, {word: stages[name]})

    def _delete_record(self, which: int) -> None:
        name, record, _ = self._record(which)
        if record is not None:
            self.emulator.org.delete(name, record)

    def _merge_cases(self, which: int) -> None:
        rows = self.emulator.org.query(
            "SELECT Id FROM Case WHERE MasterRecordId = null ORDER BY Id DESC LIMIT 6"
        )
        if len(rows) > 1:
            master, loser = rows[which % len(rows)], rows[(which // 2 + 1) % len(rows)]
            if master != loser:
                self.emulator.org.merge("Case", master["Id"], [loser["Id"]])

    def _type_into_case(self, which: int) -> None:
        name, record, _ = self._record(which)
        if record is not None and name == "Case":
            self.emulator.org.update(name, record, {"SuppliedEmail": ADDRESSES[which % 7]})

    def _pause(self, _: int) -> None:
        row = self._any("Id FROM Trustpilot_Business_Unit__c", 0)
        self._change("Trustpilot_Business_Unit__c", row, Pause_Invitations__c=True)

    def _unpause(self, _: int) -> None:
        row = self._any("Id FROM Trustpilot_Business_Unit__c", 0)
        self._change("Trustpilot_Business_Unit__c", row, Pause_Invitations__c=False)

    def _hide(self, _: int) -> None:
        self.emulator.org.hide_field(*OPT_OUT)
        self.hidden = True

    def _show(self, _: int) -> None:
        self.emulator.org.show_field(*OPT_OUT)
        self.hidden = False

    def _request(self, which: int) -> None:
        """An agent asks for an invitation: of a contact, a typed address, both, about a case."""
        values: dict[str, Any] = {"Status__c": "Requested"}
        contact = self._contact(which)
        if which % 3 != 1 and contact is not None:
            values["Contact__c"] = contact["Id"]
        if which % 3 != 0:
            typed = ADDRESSES[which // 2 % len(ADDRESSES)]
            values["Recipient_Email__c"] = contact["Email"] if which % 3 == 2 and contact else typed
        if which % 4 == 0 and (case := self._any("Id FROM Case", which // 3)):
            values["Case__c"] = case["Id"]
        if which % 5 == 0:
            due = self.emulator.clock.now() + timedelta(hours=2)
            values["Due_At__c"] = due.strftime("%Y-%m-%dT%H:%M:%SZ")
        made = self.emulator.org.insert(INVITATION, values)
        if "Contact__c" in values:
            self.meant[made] = values["Contact__c"]

    def _retype(self, which: int) -> None:
        """Somebody types another address into a row that waits."""
        row = self._waiting(which, "Scheduled", "On Hold")
        if row is not None:
            typed = ADDRESSES[which // 2 % len(ADDRESSES)]
            self._change(INVITATION, row, Recipient_Email__c=typed)
            if same(typed) != same(row["Recipient_Email__c"]):
                self.retyped.add(row["Id"])

    def _swap_contact(self, which: int) -> None:
        """Somebody chooses another contact in a row that waits, or empties the lookup."""
        row = self._waiting(which, "Scheduled", "On Hold")
        contact = None if which % 3 == 0 else self._contact(which // 2)
        if row is not None and row["Contact__c"]:
            self._change(INVITATION, row, Contact__c=contact and contact["Id"])

    # -- records -----------------------------------------------------------------------------
    def enter(self, kind: str, who: int) -> None:
        """A new record enters the stage of a rule, for one of the contacts."""
        org, (name, word, stage) = self.emulator.org, STAGES[kind]
        contact = self._contact(who)
        found = contact["Id"] if contact else None
        self.note()
        if name == "Case":
            typed = ADDRESSES[who % 7] if kind == "escalated" or who % 3 == 0 else None
            values = {"ContactId": found, "SuppliedEmail": typed}
            org.insert("Case", {**values, word: stage})
        elif name == "Order":
            account = org.query("SELECT Id FROM Account WHERE PersonContactId = null")[0]["Id"]
            values = {"AccountId": account, "EffectiveDate": "2026-03-02", "Status": "Draft"}
            made = org.insert("Order", {**values, "BillToContactId": found})
            org.update("Order", made, {word: stage})
        else:
            values = {"Name": "O", "CloseDate": "2026-03-02", word: stage}
            made = org.insert("Opportunity", values)
            role = {"OpportunityId": made, "ContactId": found, "IsPrimary": True}
            if found:
                org.insert("OpportunityContactRole", role)

    # -- the end -----------------------------------------------------------------------------
    def settle(self) -> None:
        """Nothing is hidden, paused or broken any more, and runs go on until nothing changes."""
        self.emulator.faults.clear()
        self.act("show", 0)
        self.act("unpause", 0)
        self.emulator.clock.advance(timedelta(hours=2, minutes=1))
        before: object = None
        for _ in range(12):
            report = self.run()
            assert report is not None
            assert report.failures == (), report.failures
            self.emulator.clock.advance(timedelta(minutes=6))
            rows = self._ledger()
            if rows == before:
                return
            before = rows
        raise AssertionError(f"it never comes to rest: {self._ledger()}")

    def _ledger(self) -> list[tuple[Any, ...]]:
        rows = self.emulator.org.query(
            f"SELECT Id, Status__c, Attempts__c, Reason_Code__c FROM {INVITATION} ORDER BY Id"
        )
        return [(r["Id"], r["Status__c"], r["Attempts__c"], r["Reason_Code__c"]) for r in rows]

    def what_is_wrong(self) -> list[str]:
        """What a person would not find in the org in the end as it ought to be."""
        view = look(self.emulator, self)
        said = [*self.wrong]
        for row in view.rows["invitations"].values():
            said += _unended(row)
        said += self._unclaimed(view)
        for mail in self.arrived():
            said += self._untold(view, mail)
        return said

    def _unclaimed(self, view: View) -> list[str]:
        known = {row["Trigger_Record_Id__c"] for row in view.rows["invitations"].values()}
        said = []
        for kind, (name, word, stage) in STAGES.items():
            rows = view.rows[{"Case": "cases", "Order": "orders"}.get(name, "opportunities")]
            said += [
                f"{kind} {row['Id']} was forgotten"
                for row in rows.values()
                if row[word] == stage
                and not row["IsDeleted"]
                and not row.get("MasterRecordId")
                and not row.get("IsReductionOrder")
                and row["Id"] not in known
            ]
        return said

    def _untold(self, view: View, mail: Sent) -> list[str]:
        """What the ledger does not tell, or not truly, of a mail that arrived."""
        row = view.row_of(mail.reference)
        if row is None:
            return [f"no row tells of {mail}"]
        said = []
        if row["Status__c"] not in ("Accepted", "Unknown"):
            said.append(f"{row['Status__c']} is what {row['Id']} says of {mail}")
        if same(row["Recipient_Email__c"]) != same(mail.email):
            said.append(f"{row['Recipient_Email__c']} is named, and asked was {mail.email}")
        if row["Cooldown_Key__c"] != key_of(mail.email):
            said.append(f"the key of {row['Id']} is not that of {mail.email}")
        if row["Recipient_Id__c"] and not self._had(row["Recipient_Id__c"], mail):
            said.append(f"{row['Recipient_Id__c']} did not have {mail.email}")
        return said

    def _had(self, contact_id: str, mail: Sent) -> bool:
        """Whether a contact had this address about when the mail went."""
        last = next((v for v in self.journal if v.until >= mail.at), None)
        views = [v for v in self.journal if mail.at - GRACE <= v.until <= mail.at]
        views += [last or look(self.emulator, self)]
        return any(view.email_of(contact_id) == same(mail.email) for view in views)


def _unended(row: Any) -> list[str]:
    if row["Status__c"] in ("Requested", "Scheduled", "Sending"):
        return [f"{row['Id']} is {row['Status__c']} for ever"]
    return []


class _Seeing:
    """Somebody who sees the opt-out changes it, whatever is hidden from the connector."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.whole = story.emulator.org.all_or_none()

    def __enter__(self) -> None:
        self.whole.__enter__()
        if self.story.hidden:
            self.story.emulator.org.show_field(*OPT_OUT)

    def __exit__(self, *failure: object) -> None:
        if self.story.hidden:
            self.story.emulator.org.hide_field(*OPT_OUT)
        self.whole.__exit__(*failure)
