"""`connector run` and `status` over real HTTPS: what they print, keep quiet, and end with."""

import json
import os
import pty
import signal
import subprocess
import time
from contextlib import suppress
from datetime import timedelta

import pytest

from connector.cli.options import leave
from connector.core.run.exit_codes import MEANINGS, ExitCode
from connector.emulator.faults import Fault, custom_row_error
from connector.emulator.trustpilot.reviews.service import Bounds
from connector.flows.engine import FLOWS

REVIEW = "Trustpilot_Review__c"


@pytest.fixture
def started(command, desk):
    """Start a command as a process of its own; it is gone after the test."""
    running = []

    def start(*arguments, **options):
        process = subprocess.Popen(  # noqa: S603  our own module
            [*command, *arguments],
            env=desk.process_environ(),
            text=True,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def test_a_run_tells_people_in_sentences_and_machines_in_its_last_line(desk):
    done = desk.type("run")

    *sentences, last = done.stdout.splitlines()
    told = json.loads(last)
    assert done.exit_code == told["exit_code"] == 0
    assert any(line.startswith("reviews in: ") for line in sentences)
    assert any(line.startswith("shop: complete through ") for line in sentences)
    assert sentences[-1] == "Exit 0: Done."
    assert set(told["flows"]) == set(FLOWS)
    assert not any(line.startswith("{") for line in sentences)


def test_json_is_one_line_and_nothing_else(desk):
    done = desk.spawn("run", "--json")

    (line,) = done.stdout.splitlines()
    told = json.loads(line)
    assert done.returncode == told["exit_code"] == 0
    assert told["calls_total"]["Salesforce"] > 0
    assert told["complete_through"]["shop"].endswith("Z")


def test_every_log_line_is_an_object_of_its_own_with_the_runs_id(desk):
    done = desk.type("run", "--json")

    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert {line["run_id"] for line in lines} == {json.loads(done.stdout)["run_id"]}
    assert {"call", "flow_started", "stream_read"} <= {line["event"] for line in lines}
    assert all("?" not in line.get("path", "") for line in lines)


def test_on_a_terminal_there_is_no_json_and_no_log_line(started):
    ours, theirs = pty.openpty()
    process = started("run", stdout=theirs)
    os.close(theirs)
    assert process.wait(timeout=60) == 0
    shown = os.read(ours, 10_000).decode()
    os.close(ours)

    assert "Exit 0: Done." in shown
    assert '{"run_id"' not in shown


SLOW = {"vendor": "trustpilot", "path": "*/reviews", "status": 429, "headers": {"Retry-After": "3"}}


def test_a_long_wait_is_a_log_line_before_it_begins(desk):
    desk.emulator.faults.add(Fault(**SLOW))

    done = desk.type("run", "--only", "reviews_in", "--json")

    assert done.exit_code == 0
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    (waiting,) = [i for i, line in enumerate(lines) if line["event"] == "waiting"]
    told = {name: lines[waiting][name] for name in ("vendor", "seconds", "reason")}
    assert told == {"vendor": "Trustpilot", "seconds": 3.0, "reason": "repeat"}
    assert lines[waiting - 1]["status"] == 429
    assert lines[waiting + 1]["event"] == "call"


def test_a_person_at_a_terminal_reads_of_a_long_wait(started, desk):
    desk.emulator.faults.add(Fault(**SLOW))
    ours, theirs = pty.openpty()
    process = started("run", "--only", "reviews_in", stderr=theirs)
    os.close(theirs)
    shown = bytearray()
    with suppress(OSError):  # the end of a terminal that nobody writes to any more
        while some := os.read(ours, 10_000):
            shown += some
    os.close(ours)

    assert process.wait(timeout=60) == 0
    assert b"waiting 3 s: then Trustpilot is asked again" in shown


def test_only_one_flow_is_told_of_when_only_one_is_wanted(desk):
    done = desk.type("run", "--only", "summary", "--json")

    assert list(json.loads(done.stdout)["flows"]) == ["summary"]


def test_a_dry_run_says_so_lists_actions_and_writes_nothing(desk):
    desk.type("run")
    new = desk.emulator.trustpilot.add_service_review(desk.world.business_unit_id, stars=3)
    before = desk.emulator.org.query("SELECT Key__c, SystemModstamp FROM Trustpilot_Checkpoint__c")

    done = desk.type("run", "--dry-run")

    assert "nothing was written" in done.stdout.splitlines()[0]
    assert f"would store review {new['id']} (type Service, stars 3)" in done.stdout
    actions = json.loads(done.stdout.splitlines()[-1])["actions"]
    told = {"flow": "reviews_in", "what": "store review", "type": "Service", "stars": 3}
    assert told | {"record": new["id"]} in actions
    assert desk.emulator.org.find(REVIEW, "External_Id__c", new["id"]) == []
    after = desk.emulator.org.query("SELECT Key__c, SystemModstamp FROM Trustpilot_Checkpoint__c")
    assert after == before


def test_an_open_issue_ends_with_1_and_stands_in_status(desk):
    review = desk.emulator.trustpilot.add_service_review(desk.world.business_unit_id, stars=True)

    done = desk.type("run", "--json")

    assert done.exit_code == 1
    assert json.loads(done.stdout)["open_issues"] == 1
    status = desk.type("status")
    assert status.exit_code == 1
    assert f"Issue service_review_unreadable ({review['id']}, seen 1 time(s))" in status.stdout
    desk.emulator.trustpilot.edit_review(review["id"], stars=1)
    assert desk.type("run").exit_code == 0
    assert desk.type("status").exit_code == 0


def test_trustpilot_down_ends_with_5_and_says_that_the_next_run_resumes(desk):
    desk.type("run")
    quick = "limits:\n  attempts: 1\n"
    desk.write(desk.text + quick)
    desk.emulator.faults.add(Fault("trustpilot", status=503, html=True, times=None))

    done = desk.type("run")

    assert done.exit_code == 5
    assert "next run resumes" in done.stdout
    assert json.loads(done.stdout.splitlines()[-1])["failures"]


def test_status_tells_marks_counts_and_the_allowance(desk):
    desk.type("run")

    told = json.loads(desk.type("status", "--json").stdout)

    assert told["exit_code"] == 0
    assert told["last_run"]
    streams = {key.partition(":")[0] for key in told["marks"]}
    assert {"service_reviews", "product_reviews"} <= streams
    assert told["salesforce_usage"][1] == 100_000
    assert told["counts"]["replies_queued"] == 0


def test_status_counts_what_is_being_sent(desk):
    emulator = desk.emulator
    row = {"Status__c": "Sending", "Claim_Key__c": "c" * 64}
    emulator.org.insert("Trustpilot_Invitation__c", row)

    counts = json.loads(desk.type("status", "--json").stdout)["counts"]

    assert counts["invitations_sending"] == 1
    assert "1 invitations being sent" in desk.type("status").stdout


def test_status_writes_nothing(desk):
    desk.emulator.calls.clear()

    desk.type("status")

    assert desk.emulator.calls.counts("salesforce", "PATCH") == 0
    assert desk.emulator.calls.counts("trustpilot") == 0


def test_ctrl_c_ends_a_run_at_once_with_130_and_a_sentence(desk, started):
    desk.emulator.calls.clear()
    desk.emulator.faults.add(
        Fault("salesforce", path="/services/oauth2/token", delay_seconds=30, name="slow")
    )
    process = started("run", "--json")
    patience = time.monotonic() + 20
    while not desk.emulator.calls.counts("salesforce") and time.monotonic() < patience:
        time.sleep(0.05)

    process.send_signal(signal.SIGINT)
    shown, said = process.communicate(timeout=10)

    assert process.returncode == 130
    assert "Stopped. Nothing is lost: the next run resumes." in said
    assert "Traceback" not in said
    assert shown == ""


def test_nothing_of_customers_and_no_secret_is_printed_or_logged_in_a_whole_run(desk):
    """Reviews, refusals, stage changes, invitations, links, replies, errors: all of it."""
    emulator, world = desk.emulator, desk.world
    unit_id = world.business_unit_id
    emulator.trustpilot.add_service_review(
        unit_id,
        stars=1,
        title="Leaky tent titled",
        text="Call me at +44 20 7946 0000, says Wilhelmina",
        consumer={"displayName": "Wilhelmina Quill"},
        referralEmail="wilhelmina@example.org",
    )
    refused = "wilhelmina@example.org wrote: Leaky tent titled"
    printed = []

    def typed(*arguments):
        done = desk.type(*arguments)
        printed.append(done.stdout + done.stderr)
        return done

    typed("run", "--dry-run")
    emulator.faults.add(custom_row_error(REVIEW, "SOME_TRIGGER", refused))
    typed("run")
    emulator.org.update("Opportunity", world.opportunity_id, {"StageName": "Closed Won"})
    emulator.org.update("Order", world.order_id, {"Status": "Activated"})
    emulator.org.update("Case", world.case_id, {"Status": "Closed"})
    typed("run", "--dry-run")
    typed("run")
    reply = "A reply nobody may log, dear Wilhelmina"
    (row, *_) = emulator.org.query(
        "SELECT Id FROM Trustpilot_Review__c WHERE Live_Reply_At__c = null"
    )
    emulator.org.update(REVIEW, row["Id"], {"Reply__c": reply, "Reply_Status__c": "Queued"})
    emulator.clock.advance(timedelta(days=8))
    body = {"message": f"{refused} {emulator.trustpilot.application.api_secret}"}
    emulator.faults.add(Fault("invitations", method="POST", status=400, body=body))
    typed("run")
    typed("run", "--json")
    typed("status")
    typed("status", "--json")
    assert emulator.trustpilot.mailbox.received
    assert emulator.org.retrieve(REVIEW, row["Id"])["Published_Reply__c"] == reply

    said = "\n".join(printed)
    hidden = _personal(emulator) | _secrets(desk) | {reply, "Wilhelmina", "Leaky tent titled"}
    assert len(hidden) > 60
    assert {word for word in hidden if word in said} == set()
    assert "@" not in said


def _personal(emulator):
    """Addresses, names and the beginnings of texts that the seeded world holds."""
    people = emulator.org.query("SELECT Name, Email FROM Contact")
    found = {row["Email"] for row in people} | {row["Name"] for row in people}
    state = emulator.trustpilot
    for unit in state.units:
        for review in state.service.of_unit(unit, Bounds(None, None)):
            found |= {review["consumer"].get("displayName"), review.get("referralEmail")}
            found |= {(review.get(words) or "")[:30] for words in ("title", "text")}
    for review in state.product.reviews.values():
        found |= {review["consumer"].get("email"), review["consumer"].get("name")}
        found.add((review.get("content") or "")[:30])
    return {words for words in found if words and len(words) > 3}


def _secrets(desk):
    names = [name for name in desk.environ if name.startswith(("SALESFORCE", "TRUSTPILOT"))]
    return {desk.environ[name] for name in names}


@pytest.mark.parametrize("code", list(ExitCode))
def test_the_process_ends_with_the_number_of_its_exit_code(code):
    with pytest.raises(SystemExit) as end:
        leave(code)

    assert end.value.code == code.value
    assert MEANINGS[code].endswith(".")
