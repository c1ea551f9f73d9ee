"""The customers: who they are, how they are reached, and who must not be written to.

Pure: a seed and a number in, people out. Every hazard returns at a fixed distance, so that a
small world has each of them too.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from connector.emulator.world.languages import CODES, language
from connector.emulator.world.streams import recurs, stream

_MAIL_HOSTS = ("example.com", "example.org", "example.net")


@dataclass(frozen=True)
class Person:
    """One customer; `email` is None where the business has no address.

    `is_person_account`: the org keeps them as a person account instead of a contact.
    """

    number: int
    first_name: str
    last_name: str
    email: str | None
    language: str
    is_person_account: bool = False
    opted_out: bool = False
    bounced: bool = False

    @property
    def display_name(self) -> str:
        """The name a consumer shows at Trustpilot."""
        return f"{self.first_name} {self.last_name[:1]}."

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


def people(seed: int, count: int) -> Iterator[Person]:
    """Yield `count` customers, the languages in turn.

    Every 8th is a person account, every 9th opted out, every 13th address bounced, every 15th has
    no address, every 29th shares one with the person before.
    """
    chance = stream(seed, "people")
    shared: str | None = None
    for number in range(count):
        spoken = language(CODES[number % len(CODES)])
        first, first_spelled = chance.choice(spoken.first_names)
        last, last_spelled = chance.choice(spoken.last_names)
        host = chance.choice(_MAIL_HOSTS)
        email: str | None = f"{first_spelled}.{last_spelled}.{number}@{host}"
        if recurs(number, 29, at=28):
            email = shared
        elif recurs(number, 15, at=14):
            email = None
        else:
            shared = email
        yield Person(
            number=number,
            first_name=first,
            last_name=last,
            email=email,
            language=spoken.code,
            is_person_account=recurs(number, 8, at=7),
            opted_out=recurs(number, 9, at=8),
            bounced=email is not None and recurs(number, 13, at=12),
        )
