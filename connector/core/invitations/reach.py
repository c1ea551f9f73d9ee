"""Whom invitations may reach at all, whatever a rule says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reach:
    """Whom invitations may reach at all, whatever a rule says; everything as it is compared.

    That is what `address` and `domain` of `core.terms.addresses` make of it. `own_domains` are
    never invited; `suppressed` are addresses or domains that asked not to be. With `canary` only
    these addresses are invited, while somebody tries a configuration out.
    """

    own_domains: frozenset[str] = frozenset()
    suppressed: frozenset[str] = frozenset()
    canary: frozenset[str] = frozenset()


CANARY_LIST = "canary_list"
"""The stream of the mark that remembers when a run last had a canary list."""

HELD_BY_CANARY = "held_by_canary"
"""The reason code of what only the canary list held back, until a person releases it."""

HELD_REASON = "Only the canary list held it back. Release it once the list is gone, or cancel it."

EVERYBODY = Reach()
"""Nobody is out of reach."""
