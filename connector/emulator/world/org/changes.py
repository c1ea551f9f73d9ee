"""What happened in the org, as data: who did what to which record at which moment.

Pure values. Records are named by keys of ours, because ids exist only once the org has made them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connector.emulator.world.people import Person
from connector.emulator.world.streams import Stream


@dataclass(frozen=True)
class Ref:
    """Stands for a field (the Id, mostly) of a record that was made before."""

    key: str
    field: str = "Id"


@dataclass(frozen=True)
class Change:
    """One save: the first for a key inserts, later ones update; values may be `Ref`s."""

    at: datetime
    sobject: str
    key: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Period:
    """The days that the world has lived, up to now."""

    days: float
    now: datetime

    @property
    def start(self) -> datetime:
        """When the first review may be written."""
        return self.now - timedelta(days=self.days)

    @property
    def setup(self) -> datetime:
        """When goods and customers came into the org: a day earlier."""
        return self.start - timedelta(days=1)

    def moment(self, chance: Stream) -> datetime:
        """Return a moment of the period."""
        return self.start + (self.now - self.start) * chance.random()


def account_of(person: Person) -> Ref:
    """Return the account of a customer."""
    if person.is_person_account:
        return Ref(f"account/{person.number}")
    return Ref(f"company/{person.number // 4}")


def contact_of(person: Person) -> Ref:
    """Return the contact of a customer, the shadow contact for a person account."""
    if person.is_person_account:
        return Ref(f"account/{person.number}", "PersonContactId")
    return Ref(f"contact/{person.number}")
