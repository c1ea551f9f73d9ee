"""What the tests of invitations share beside the scene: one that is due, and changed rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from connector.emulator.doors import InProcessDoor
from connector.flows.engine import RunRequest
from connector.flows.engine import run as engine_run
from connector.wiring import Transports, connect, run_policy
from invitation_scene import FLOW, deciding_run, rule_on, scene, started

__all__ = ["deciding_run", "rule_on", "scene", "started"]


@pytest.fixture
def due_case(started):
    """A claimed e-mail invitation about the case whose day has come."""
    started.move("Case")
    started.run()
    started.emulator.clock.advance(timedelta(days=1, minutes=1))


@pytest.fixture
def run_with(emulator, settings, clock, reporter):
    """Do one pass of the flow with every rule changed: `run_with(send=Send.BOTH)`.

    `door` and `dry_run` are those of `one_run`.
    """
    numbers = count(1)

    def run(*, door=None, dry_run=False, **changes):
        carrier = door or InProcessDoor(emulator)
        policy = run_policy(settings)
        policy = replace(policy, rules=tuple(replace(rule, **changes) for rule in policy.rules))
        world = connect(settings, reporter, Transports(carrier, carrier, clock))
        request = RunRequest(f"changed-{next(numbers)}", tuple(FLOW), dry_run)
        return engine_run(world, policy, request)

    return run
