"""Measures reviews in: a first import of 10,000, a hundred new reviews, and nothing new.

Every call takes 100 ms; the emulator runs beside the connector in a process of its own.
Type: .venv/bin/python benchmarks/reviews_in.py
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from stand import Measured, Stand, World, say

from connector.core.terms.reviews import ReviewPage
from connector.flows.ports import Trustpilot
from connector.report.logs import LogReporter
from connector.wiring import connect

SERVICE, PRODUCT, DAYS = 9_000, 1_000, 365
NEW_SERVICE, NEW_PRODUCT = 80, 20
IMPORT = ("import", "--days", str(DAYS + 1))


def main() -> None:
    """Print the numbers."""
    with Stand(World(SERVICE, PRODUCT, DAYS)) as stand:
        reads = _reads_alone(stand)
        say(f"the Trustpilot reads alone: {reads:.1f} s")
        _tell("first import", stand.type(*IMPORT), reads)
        _tell("the same again", stand.type(*IMPORT), reads)
        _tell("first run", stand.type("run"))
        stand.tell(service=NEW_SERVICE, product=NEW_PRODUCT)
        _tell("a hundred new reviews", stand.type("run"))
        _tell("nothing new", stand.type("run"))


def _reads_alone(stand: Stand) -> float:
    """Return the seconds that both lists take by themselves, signed in and warmed up before."""
    os.environ.update(stand.environ)  # the certificate authority
    world = connect(stand.settings, LogReporter(io.StringIO(), "reads"))
    unit = world.trustpilot.find_business_unit(stand.settings.business_units[0].domain)
    world.trustpilot.now()
    began = time.perf_counter()
    read = sum(len(page.reviews) for page in _lists(world.trustpilot, unit.id))
    if read < SERVICE + PRODUCT:
        raise SystemExit("The lists are not complete.")
    return time.perf_counter() - began


def _lists(trustpilot: Trustpilot, unit_id: str) -> Iterator[ReviewPage]:
    end = datetime.now(UTC)
    yield from trustpilot.service_reviews(unit_id, end - timedelta(days=DAYS + 1), end)
    yield from trustpilot.product_reviews(unit_id)


def _tell(name: str, measured: Measured, reads: float = 0) -> None:
    flows = measured.report["flows"].values()
    words = ("reviews_new", "reviews_unchanged", "reviews_matched")
    counts = {word: sum(flow["counts"].get(word, 0) for flow in flows) for word in words}
    without = measured.seconds - measured.computing
    ratio = f" ({measured.seconds / reads:.2f} x the reads)" if reads else ""
    bare = f" ({without / reads:.2f} x)" if reads else ""
    trustpilot = measured.free("trustpilot") + measured.counted("trustpilot")
    salesforce = measured.free("salesforce") + measured.counted("salesforce")
    say(
        f"{name}: {counts['reviews_new']} new, {counts['reviews_unchanged']} unchanged; "
        f"{measured.memory:.0f} MiB\n"
        f"  {measured.seconds:.1f} s{ratio}; without what the emulated org computes: "
        f"{without:.1f} s{bare}\n"
        f"  Trustpilot: {trustpilot} calls, {measured.counted('trustpilot')} counted; "
        f"Salesforce: {salesforce} calls, {measured.counted('salesforce')} counted"
    )


if __name__ == "__main__":
    main()
