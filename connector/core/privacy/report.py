"""What an erasure on request did, as a value: record ids and counts, never the address."""

from __future__ import annotations

from dataclasses import dataclass

from connector.core.terms.errors import ConnectorError


@dataclass(frozen=True)
class ErasureReport:
    """What was erased in the org and at Trustpilot.

    `copies`, `reviews`, `invitations` and `cancelled` (a part of them) are record ids;
    `refused` are pairs of record id and the org's code. `units` are the names of the business
    units whose invitation data Trustpilot took away; `failures` say what it did not.
    """

    dry_run: bool
    copies: tuple[str, ...] = ()
    reviews: tuple[str, ...] = ()
    invitations: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    units: tuple[str, ...] = ()
    failures: tuple[ConnectorError, ...] = ()
