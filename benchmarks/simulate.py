"""Measures `connector rules simulate` over a long history: seconds, peak memory, calls.

Every case has two changes of status, so 100,000 cases are 200,000 rows of history. Calls take no
extra time here. Type: .venv/bin/python benchmarks/simulate.py [CASES CONTACTS]
"""

from __future__ import annotations

import sys

from stand import Stand, World, say

DAYS = 90
RULE = "after-a-closed-case"
MORE = "      cooldown: 30 days\n      only_if: {Origin: Web}\n      enabled: false\n"


def main() -> None:
    """Print what a simulation of 90 days takes, and what it found."""
    cases, contacts = (int(word) for word in (sys.argv[1:] or ("100000", "5000")))
    with Stand(World(0, 0, people=3), latency=0) as stand:
        stand.tell(cases=cases, contacts=contacts, days=DAYS - 1)
        text = stand.config.read_text(encoding="utf-8")
        stand.config.write_text(f"{text.rstrip()}\n{MORE}", encoding="utf-8")
        measured = stand.type("rules", "simulate", RULE, "--days", str(DAYS))
        report = measured.report
        say(f"{2 * cases} rows of history, {report['entries']} entries, {report['asked']} asked")
        say(f"{report['asked_in_time']} asked had the rule been on all the while")
        say(", ".join(f"{each['count']} {each['code']}" for each in report["not_asked"]))
        say(
            f"{measured.seconds:.1f} s: {measured.processor:.1f} s of the command itself, "
            f"{measured.computing:.1f} s waiting for the emulated org"
        )
        say(f"{measured.memory:.0f} MiB, {measured.counted('salesforce')} Salesforce calls")


if __name__ == "__main__":
    main()
