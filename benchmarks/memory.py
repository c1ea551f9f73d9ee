"""Measures the memory of an import of 5,000 and of 500,000 reviews, and says their ratio.

Calls take no extra time here; the large import computes for many minutes, most of them in the
emulator. Type: .venv/bin/python benchmarks/memory.py [SMALL LARGE]
"""

from __future__ import annotations

import sys

from stand import Measured, Stand, World, say

DAYS = 1_000


def main() -> None:
    """Print the peak memory of both imports."""
    small, large = (int(word) for word in (sys.argv[1:] or ("5000", "500000")))
    first, second = _import(small), _import(large)
    say(f"ratio: {second.memory / first.memory:.2f}")


def _import(reviews: int) -> Measured:
    with Stand(World(reviews, 0, DAYS), latency=0) as stand:
        measured = stand.type("import", "--days", str(DAYS + 1))
        new = measured.report["flows"]["import_reviews"]["counts"]["reviews_new"]
        say(f"{new} new: {measured.memory:.0f} MiB, {measured.seconds:.0f} s")
        return measured


if __name__ == "__main__":
    main()
