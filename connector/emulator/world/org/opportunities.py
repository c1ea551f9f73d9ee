"""Opportunities on their way: some won, some lost, some open, with contact roles of all kinds."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from connector.emulator.world.org.changes import Change, Period, Ref, account_of, contact_of
from connector.emulator.world.people import Person
from connector.emulator.world.streams import Stream, happens, recurs, stream

_PATHS = (
    ("Prospecting", "Proposal/Price Quote", "Closed Won"),
    ("Qualification", "Negotiation/Review"),
    ("Prospecting", "Needs Analysis", "Negotiation/Review", "Closed Won"),
    ("Prospecting", "Closed Lost"),
    ("Qualification",),
)


def opportunities(seed: int, period: Period, people: Sequence[Person]) -> Iterator[Change]:
    """Yield an opportunity of every second customer, moved through its stages up to now.

    Every 6th has no contact role; of the others some have a second one, and then the decision
    maker need not be the primary contact.
    """
    chance = stream(seed, "opportunities")
    for index, person in enumerate(people[::2]):
        path = _PATHS[index % len(_PATHS)]
        at = period.moment(chance)
        values = {
            "Name": f"Equipment {index + 1:03d}",
            "StageName": path[0],
            "CloseDate": (at + timedelta(days=30)).date().isoformat(),
            "Amount": round(chance.uniform(200, 9000), 2),
            "AccountId": account_of(person),
        }
        made = Change(at, "Opportunity", f"opportunity/{index}", values)
        yield made
        if not recurs(index, 6, at=5):
            second = chance.choice(people) if happens(chance, 0.4) else person
            yield from _roles(chance, made, contact_of(person), contact_of(second))
        for moment, stage in _moves(chance, period, at, path[1:]):
            yield Change(moment, made.sobject, made.key, {"StageName": stage})


def contact_role(opportunity: Change, contact: Ref, role: str, *, primary: bool) -> Change:
    """Return the change that gives an opportunity a contact in a role."""
    values = {
        "OpportunityId": Ref(opportunity.key),
        "ContactId": contact,
        "Role": role,
        "IsPrimary": primary,
    }
    key = f"role/{opportunity.key}/{role}"
    return Change(opportunity.at, "OpportunityContactRole", key, values)


def _roles(chance: Stream, made: Change, buyer: Ref, second: Ref) -> Iterator[Change]:
    alone = second == buyer
    first_is_primary = alone or happens(chance, 0.5)
    yield contact_role(made, buyer, "Decision Maker", primary=first_is_primary)
    if not alone:
        yield contact_role(made, second, "Business User", primary=not first_is_primary)


def _moves(
    chance: Stream, period: Period, at: datetime, stages: Sequence[str]
) -> Iterator[tuple[datetime, str]]:
    for stage in stages:
        at += timedelta(days=chance.uniform(0.5, 9))
        if at >= period.now:
            return
        yield at, stage
