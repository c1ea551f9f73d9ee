"""A business unit as a run knows it: the configuration's name joined with both vendors' ids."""

from __future__ import annotations

from dataclasses import dataclass, field

from connector.core.links import LinkKeys


@dataclass(frozen=True)
class Unit:
    """One business unit that the configuration names and Trustpilot knows.

    `record_id` is its `Trustpilot_Business_Unit__c`; empty in a dry run before the first run.
    """

    name: str
    id: str
    domain: str
    record_id: str = ""
    link_keys: LinkKeys | None = field(default=None, repr=False)
    invitations_paused: bool = False
    replies_paused: bool = False
