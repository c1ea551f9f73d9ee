"""Log lines and progress: what reaches a log, whatever a flow hands over."""

import io
import json

import pytest
from rich.console import Console

from connector.report.logs import PERSONAL, LogReporter
from connector.report.progress import TerminalReporter


@pytest.fixture
def log():
    """A reporter and what it has written so far, line by line."""
    stream = io.StringIO()

    def lines():
        return [json.loads(line) for line in stream.getvalue().splitlines()]

    return LogReporter(stream, "run-7"), lines


@pytest.mark.parametrize("key", sorted(PERSONAL))
@pytest.mark.parametrize("spelled", [str.title, str.upper])
def test_a_personal_fact_is_taken_out_of_a_log_line(log, key, spelled):
    reporter, lines = log

    reporter.event("claimed", **{spelled(key): "Wilhelmina"}, record="006")

    (line,) = lines()
    assert line["record"] == "006"
    assert "Wilhelmina" not in str(line)


def test_a_log_line_says_when_and_in_which_run(log):
    reporter, lines = log

    reporter.event("flow_started", flow="summary")

    (line,) = lines()
    assert (line["event"], line["run_id"], line["flow"]) == ("flow_started", "run-7", "summary")
    assert line["timestamp"].endswith("Z")


def test_progress_is_logged_once_for_every_thousand(log):
    reporter, lines = log

    for done in range(100, 3100, 100):
        reporter.progress("shop: service_reviews", done)

    assert [line["done"] for line in lines()] == [1000, 2000, 3000]


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("rate", "waiting 290 s: Trustpilot's rate"),
        ("repeat", "waiting 290 s: then Trustpilot is asked again"),
    ],
)
def test_a_wait_is_shown_on_a_terminal_until_work_goes_on(reason, words):
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=80)

    with TerminalReporter(console) as reporter:
        reporter.event("waiting", vendor="Trustpilot", seconds=289.7, reason=reason)
        reporter.event("waiting", vendor="Trustpilot", seconds=169.7, reason=reason)
        reporter.event("call", path="/never/shown")
        told = len(screen.getvalue())

    assert words in screen.getvalue()
    assert words.replace("290", "170") in screen.getvalue()
    assert "waiting" not in screen.getvalue()[told:]


def test_bars_on_a_terminal_are_gone_when_the_work_is_done():
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=80)

    with TerminalReporter(console) as reporter:
        reporter.event("call", path="/never/shown")
        reporter.progress("shop: service_reviews", 500, 1000)
        reporter.progress("components", 0)
        reporter.progress("components", 7, 9)  # a total may become known only later

    shown = screen.getvalue()
    assert "service_reviews" in shown
    assert "500/1000" in shown
    assert "7/9" in shown
    assert "/never/shown" not in shown
    assert shown.endswith("\x1b[2K")
