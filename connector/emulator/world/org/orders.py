"""Orders with their items, bill-to and ship-to contacts; most are activated, some stay drafts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.emulator.world.catalogue import Product
from connector.emulator.world.org.changes import Change, Period, Ref, account_of, contact_of
from connector.emulator.world.org.customers import PRICE_BOOK
from connector.emulator.world.people import Person
from connector.emulator.world.streams import happens, recurs, stream


@dataclass(frozen=True)
class Purchase:
    """One order to be: who buys, who gets it (None: nobody is named), what and when.

    `activated` is None for an order that is still a draft.
    """

    key: str
    customer: Person
    bill_to: Person | None
    ship_to: Person | None
    products: tuple[Product, ...]
    ordered: datetime
    activated: datetime | None


def purchases(
    seed: int, period: Period, people: Sequence[Person], products: Sequence[Product]
) -> Iterator[Purchase]:
    """Yield one or two orders of two customers in three.

    Every 10th names no bill-to contact, every 4th goes to somebody else, every 7th is a draft.
    """
    chance = stream(seed, "orders")
    buyers = [one for one in people if one.number % 3 != 0]
    baskets = [one for one in buyers for _ in range(1 + happens(chance, 0.3))]
    for index, buyer in enumerate(baskets):
        ordered = period.moment(chance)
        activated = ordered + timedelta(hours=chance.uniform(1, 48))
        still_draft = recurs(index, 7, at=6) or activated >= period.now
        yield Purchase(
            key=f"order/{index}",
            customer=buyer,
            bill_to=None if recurs(index, 10, at=9) else buyer,
            ship_to=chance.choice(people) if recurs(index, 4, at=3) else buyer,
            products=tuple(chance.sample(products, chance.randint(1, 3))),
            ordered=ordered,
            activated=None if still_draft else activated,
        )


def order_changes(purchase: Purchase) -> Iterator[Change]:
    """Yield the saves behind a purchase: the draft, its items, the activation."""
    at, key = purchase.ordered, purchase.key
    values = {
        "AccountId": account_of(purchase.customer),
        "Status": "Draft",
        "EffectiveDate": at.date().isoformat(),
        "Pricebook2Id": Ref(PRICE_BOOK),
        "BillToContactId": purchase.bill_to and contact_of(purchase.bill_to),
        "ShipToContactId": purchase.ship_to and contact_of(purchase.ship_to),
    }
    yield Change(at, "Order", key, values)
    for number, product in enumerate(purchase.products, start=1):
        item = {
            "OrderId": Ref(key),
            "PricebookEntryId": Ref(f"price/{product.sku}"),
            "Quantity": number,
            "UnitPrice": product.price,
        }
        yield Change(at, "OrderItem", f"{key}/{number}", item)
    if purchase.activated:
        yield Change(purchase.activated, "Order", key, {"Status": "Activated"})
