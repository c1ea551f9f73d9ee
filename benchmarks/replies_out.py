"""Measures replies out: three hundred queued replies, and how soon a single one is public.

Every call takes 100 ms; the emulator runs beside the connector in a process of its own.
Type: .venv/bin/python benchmarks/replies_out.py
"""

from __future__ import annotations

from datetime import datetime
from statistics import median

from stand import Measured, Stand, World, say

WORLD = World(service=1_200, product=1_200, days=60)
REPLIES = 300
COMMENTS = 60
SINGLE = 9
POLLING = 60
FLOW = ("run", "--only", "replies_out")


def main() -> None:
    """Print the numbers."""
    with Stand(WORLD) as stand:
        stand.type("import", "--days", "61")
        stand.tell(replies=REPLIES)
        _tell(f"{REPLIES} service reviews", stand.type(*FLOW), REPLIES)
    with Stand(WORLD) as stand:  # another world: Trustpilot allows 833 calls in five minutes
        stand.type("import", "--days", "61")
        stand.tell(replies=REPLIES - COMMENTS, comments=COMMENTS)
        name = f"{REPLIES - COMMENTS} service and {COMMENTS} product reviews"
        _tell(name, stand.type(*FLOW), REPLIES)
    with Stand(WORLD) as stand:
        stand.type("import", "--days", "61")
        seconds = median(_until_public(stand) for _ in range(SINGLE))
        say(
            f"one reply: public {seconds:.1f} s after the command is started, the median of "
            f"{SINGLE}\n  with a run each minute: {POLLING / 2 + seconds:.1f} s from Post reply to "
            f"public in the median, {POLLING / 2} s of them until the next run"
        )


def _until_public(stand: Stand) -> float:
    """Return the seconds from the start of a whole run until a queued reply is live."""
    began = datetime.fromisoformat(stand.tell(replies=1)["queued_at"])
    stand.type("run")
    calls = stand.control("GET", "/calls")["calls"]
    (posted,) = [
        call for call in calls if call["method"] == "POST" and call["path"].endswith("/reply")
    ]
    return (datetime.fromisoformat(posted["at"]) - began).total_seconds()


def _tell(name: str, measured: Measured, expected: int) -> None:
    counts = measured.report["flows"]["replies_out"]["counts"]
    if counts.get("replies_published") != expected:
        raise SystemExit(f"{name}: {counts}")
    trustpilot = measured.counted("trustpilot")
    salesforce = measured.counted("salesforce") + measured.free("salesforce")
    say(
        f"{name}: {measured.seconds:.1f} s; Trustpilot: {trustpilot} calls counted; "
        f"Salesforce: {salesforce} calls, {measured.counted('salesforce')} counted; "
        f"{measured.memory:.0f} MiB"
    )


if __name__ == "__main__":
    main()
