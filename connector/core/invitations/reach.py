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


EVERYBODY = Reach()
"""Nobody is out of reach."""
