"""An import that somebody stops ends in order, as a run does."""

from __future__ import annotations

from connector.core.reviews.estimate import ImportRange
from connector.core.run.exit_codes import ExitCode, exit_code
from connector.core.terms.errors import Stopped
from connector.emulator.doors import InProcessDoor
from connector.flows.engine import RunRequest, import_since
from connector.wiring import Transports, connect, run_policy
from in_process import Button


def test_a_stopped_import_tells_of_the_stop_once(emulator, settings, clock, reporter):
    button, door = Button(), InProcessDoor(emulator)
    world = connect(settings, reporter, Transports(door, door, clock), button)
    report = import_since(
        world,
        run_policy(settings),
        RunRequest("import"),
        ImportRange(30, None),
        announce=lambda _: button.press(),
    )
    assert [type(each) for each in report.failures] == [Stopped]
    assert exit_code(report.failures) is ExitCode.INTERRUPTED
    (row,) = emulator.org.query("SELECT Exit_Code__c FROM Trustpilot_Run__c")
    assert row["Exit_Code__c"] == ExitCode.INTERRUPTED
