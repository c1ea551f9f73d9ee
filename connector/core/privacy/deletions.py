"""What Trustpilot lists as deleted, free of its spelling."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Deletion:
    """A review or a consumer that is gone: its id, and when; None where no time was told."""

    id: str
    at: datetime | None = None
