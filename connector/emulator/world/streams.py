"""Repeatable chance: every part of the world draws from a stream of its own.

A part that grows does not change the others. Nothing here may be used for secrets.
"""

import random

Stream = random.Random


def stream(seed: int, name: str) -> Stream:
    """Return the source of chance of one part of one world."""
    return Stream(f"{seed}/{name}")


def object_id(chance: Stream) -> str:
    """Return an id of 24 hexadecimal digits, as Trustpilot writes them (reference 2)."""
    return f"{chance.getrandbits(96):024x}"


def happens(chance: Stream, share: float) -> bool:
    """Tell whether something happens that happens in this share of all cases."""
    return chance.random() < share


def recurs(index: int, every: int, *, at: int) -> bool:
    """Tell whether an index is one of `at`, `at + every`, `at + 2 * every`..."""
    return index % every == at
