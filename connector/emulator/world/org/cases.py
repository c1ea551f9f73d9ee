"""Cases from the web form, by e-mail and by phone; new, in work, closed."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from connector.emulator.world.languages import language
from connector.emulator.world.org.changes import Change, Period, contact_of
from connector.emulator.world.people import Person
from connector.emulator.world.reviews import chatter
from connector.emulator.world.streams import Stream, recurs, stream

_ORIGINS = ("Email", "Phone", "Web")
_PATHS = (("Working", "Closed"), ("Closed",), ("Working",), (), ("Working", "Escalated", "Closed"))


def cases(seed: int, period: Period, people: Sequence[Person]) -> Iterator[Change]:
    """Yield a case of every second customer, moved through its statuses up to now.

    Every third came by the web form and knows only the address that was typed there, in the
    typist's capitals.
    """
    chance = stream(seed, "cases")
    for index, person in enumerate(people[1::2]):
        at = period.moment(chance)
        key = f"case/{index}"
        yield Change(at, "Case", key, _values(chance, index, person))
        for status in _PATHS[index % len(_PATHS)]:
            at += timedelta(hours=chance.uniform(0.5, 60))
            if at < period.now:
                yield Change(at, "Case", key, {"Status": status})


def _values(chance: Stream, index: int, person: Person) -> dict[str, Any]:
    spoken = language(person.language)
    values: dict[str, Any] = {
        "Subject": chatter.title(chance, spoken, 1),
        "Description": chatter.text(chance, spoken, 1),
        "Status": "New",
        "Origin": _ORIGINS[index % len(_ORIGINS)],
    }
    if recurs(index, 3, at=2):
        typed = person.email and person.email.title()
        return values | {"SuppliedName": person.full_name, "SuppliedEmail": typed}
    return values | {"ContactId": contact_of(person)}
