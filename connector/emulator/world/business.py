"""The business behind a world: its customers, goods and orders, and all that happened in its org.

Pure: what it says depends on the seed, the size and the moment it is asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from connector.emulator.world.catalogue import Product, products
from connector.emulator.world.org.cases import cases
from connector.emulator.world.org.changes import Change, Period
from connector.emulator.world.org.customers import customers, goods
from connector.emulator.world.org.early_stage import early_stage
from connector.emulator.world.org.opportunities import opportunities
from connector.emulator.world.org.orders import Purchase, order_changes, purchases
from connector.emulator.world.people import Person, people


@dataclass(frozen=True)
class Business:
    """Customers, goods and orders of one period."""

    seed: int
    period: Period
    people: tuple[Person, ...]
    products: tuple[Product, ...]
    purchases: tuple[Purchase, ...]

    @classmethod
    def of(cls, seed: int, days: float, now: datetime, size: int) -> "Business":
        """Return the business of a seed with `size` customers, as it stands at `now`."""
        period, buyers, sold = Period(days, now), tuple(people(seed, size)), products()
        return cls(seed, period, buyers, sold, tuple(purchases(seed, period, buyers, sold)))

    def changes(self) -> Iterator[Change]:
        """Yield everything that happened in the org; a record's first change makes it."""
        yield from goods(self.period, self.products)
        yield from customers(self.period, self.people)
        yield from opportunities(self.seed, self.period, self.people)
        for purchase in self.purchases:
            yield from order_changes(purchase)
        yield from cases(self.seed, self.period, self.people)
        yield from early_stage(self.period, self.products)
