"""A business unit as a run knows it: the configuration's name joined with both vendors' ids."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class LinkKeys:
    """The two keys of a domain, as raw bytes; their values never show in a repr."""

    encryption: bytes = field(repr=False)
    authentication: bytes = field(repr=False)


@dataclass(frozen=True)
class Unit:
    """One business unit that the configuration names and Trustpilot knows.

    `import_days` is how far back a super user asked to import in Salesforce, 0 for not at all.
    `record_id` is its `Trustpilot_Business_Unit__c`; empty in a dry run before the first run.
    """

    name: str
    id: str
    domain: str
    record_id: str = ""
    link_keys: LinkKeys | None = field(default=None, repr=False)
    invitations_paused: bool = False
    replies_paused: bool = False
    import_days: int = 0
