"""A run may be killed by SIGKILL at any call to either vendor: nothing is doubled, nothing lost.

Judged by what the emulated Trustpilot received and by what the org holds after two more runs.
`killed_runs` forks and kills; one line of its output is one run, the undisturbed one first.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

WORLDS = Path(__file__).parents[1] / "worlds"
BOTH = {
    "sign in to the org": r"salesforce POST .*/oauth2/token",
    "opening": r"salesforce POST .*/composite .*Trustpilot_Checkpoint__c .*Trustpilot_Issue__c",
    "deleted reviews": r"trustpilot GET .*/reviews/deletions",
    "deleted consumers": r"trustpilot GET .*/consumers/deletions",
    "sign in to Trustpilot": r"trustpilot POST .*/accesstoken",
    "service reviews": r"trustpilot GET .*/private/business-units/\*/reviews",
    "product reviews": r"trustpilot GET .*/private/product-reviews/business-units/\*/reviews",
    "storing reviews": r"salesforce PATCH .*/Trustpilot_Review__c/External_Id__c",
    "summary": r"trustpilot GET .*/business-units/\*$",
    "closing": r"salesforce POST .*/composite .*Trustpilot_Checkpoint__c .*Trustpilot_Run__c",
}
KINDS = {
    "first run": BOTH
    | {
        "finding the business unit": r"trustpilot GET .*/business-units/find",
        "storing the business unit": r"salesforce PATCH .*/Trustpilot_Business_Unit__c/External_Id",
    },
    "later run": BOTH
    | {
        "erasing": r"salesforce PATCH .*/composite/sobjects Trustpilot_Review__c",
        "reading what is live": r"trustpilot GET .*/private/reviews/\*$",
        "replying": r"trustpilot POST .*/private/reviews/\*/reply",
        "opening a conversation": r"trustpilot POST .*/create-conversation",
        "commenting": r"trustpilot POST .*/conversations/\*/comments",
        "deleting a reply": r"trustpilot DELETE .*/private/reviews/\*/reply",
        "making a link": r"invitations POST .*/invitation-links",
        "tagging": r"trustpilot PUT .*/tags",
        "claiming": r"salesforce POST .*/composite/sobjects Trustpilot_Invitation__c",
        "taking a right": r"salesforce POST .*/composite/sobjects Trustpilot_Send_Attempt__c",
        "inviting": r"invitations POST .*/email-invitations",
        "recording": r"salesforce (PATCH|POST) .*/composite.* Trustpilot_Invitation__c",
    },
}
"""The calls that a run of each story must make, so that the test cannot silently cover less."""


@dataclass(frozen=True)
class Runs:
    """The undisturbed run of a story, and every run that was killed."""

    story: str
    undisturbed: dict[str, Any]
    killed: Sequence[dict[str, Any]]


@pytest.fixture(scope="module", params=list(KINDS))
def runs(request, tmp_path_factory) -> Runs:
    """Every run of one story."""
    command = [sys.executable, "killed_runs.py", request.param, str(tmp_path_factory.mktemp("s"))]
    done = subprocess.run(  # noqa: S603 - our own program
        command, cwd=WORLDS, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr
    undisturbed, *killed = map(json.loads, done.stdout.splitlines())
    return Runs(request.param, undisturbed, killed)


def test_an_undisturbed_run_has_work_in_every_step_and_leaves_nothing_behind(runs):
    calls = runs.undisturbed["calls"]
    missing = [
        kind
        for kind, pattern in KINDS[runs.story].items()
        if not any(re.fullmatch(f"{pattern}.*", call) for call in calls)
    ]
    assert missing == []
    assert runs.undisturbed["said"] == "ended with 0 failures"
    assert runs.undisturbed["not_done"] == []
    assert (runs.undisturbed["wrong"], runs.undisturbed["unknown"]) == ([], 0)


def test_every_call_is_the_last_one_of_two_processes_which_died_of_sigkill(runs):
    calls = range(len(runs.undisturbed["calls"]))
    deaths = [(run["at"], run["after"]) for run in runs.killed]
    assert deaths == [(at, after) for at in calls for after in (False, True)]
    assert {run["ended_by"] for run in runs.killed} == {signal.SIGKILL}


def test_wherever_a_process_is_killed_nothing_is_doubled_and_nothing_is_lost(runs):
    wrong = [
        (run["at"], "after" if run["after"] else "before", run["calls"], run["wrong"])
        for run in runs.killed
        if run["wrong"]
    ]
    assert wrong == []


def test_only_a_process_that_dies_while_it_sends_leaves_something_unknown(runs):
    calls = runs.undisturbed["calls"]
    sends = [at for at, call in enumerate(calls) if "email-invitations" in call]
    left = [run["at"] for run in runs.killed if run["unknown"]]
    assert bool(left) is bool(sends)
    # The right is taken in the call before the first mail; two calls after the last record it.
    assert all(min(sends) - 1 <= at <= max(sends) + 2 for at in left)
