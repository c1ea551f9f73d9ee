"""Three records that somebody is about to move on: what a demonstration needs.

Their people appear nowhere else, may be written to, and have never been invited.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from connector.emulator.world.catalogue import Product
from connector.emulator.world.org.changes import Change, Period, Ref
from connector.emulator.world.org.customers import PRICE_BOOK
from connector.emulator.world.org.opportunities import contact_role

OPPORTUNITY = "opportunity/early"
ORDER = "order/early"
CASE = "case/early"
_ACCOUNT = "company/early"
_PEOPLE = (
    ("contact/early/opportunity", "Maya", "Fielding", "maya.fielding@example.com"),
    ("contact/early/order", "Jonas", "Tannenbruck", "jonas.tannenbruck@example.org"),
    ("contact/early/case", "Nadia", "Larkin", "nadia.larkin@example.net"),
)


def early_stage(period: Period, products: Sequence[Product]) -> Iterator[Change]:
    """Yield an open opportunity with a decision maker, a draft order, and a case in work."""
    yield Change(period.setup, "Account", _ACCOUNT, {"Name": "Example Summer Camp"})
    for key, first, last, email in _PEOPLE:
        name = {"FirstName": first, "LastName": last}
        contact = {**name, "Email": email, "AccountId": Ref(_ACCOUNT)}
        yield Change(period.setup, "Contact", key, contact)
    decision_maker, bill_to, complainant = (Ref(key) for key, *_ in _PEOPLE)
    yield from _opportunity(period, decision_maker)
    yield from _order(period, bill_to, products[:2])
    yield from _case(period, complainant)


def _opportunity(period: Period, decision_maker: Ref) -> Iterator[Change]:
    at = max(period.start, period.now - timedelta(days=3))
    values = {
        "Name": "Tents for the Summer Camp",
        "StageName": "Negotiation/Review",
        "CloseDate": (period.now + timedelta(days=14)).date().isoformat(),
        "Amount": 4860.0,
        "AccountId": Ref(_ACCOUNT),
    }
    made = Change(at, "Opportunity", OPPORTUNITY, values)
    yield made
    yield contact_role(made, decision_maker, "Decision Maker", primary=True)


def _order(period: Period, bill_to: Ref, products: Sequence[Product]) -> Iterator[Change]:
    at = max(period.start, period.now - timedelta(days=2))
    values = {
        "AccountId": Ref(_ACCOUNT),
        "Status": "Draft",
        "EffectiveDate": at.date().isoformat(),
        "Pricebook2Id": Ref(PRICE_BOOK),
        "BillToContactId": bill_to,
        "ShipToContactId": bill_to,
    }
    yield Change(at, "Order", ORDER, values)
    for number, product in enumerate(products, start=1):
        item = {
            "OrderId": Ref(ORDER),
            "PricebookEntryId": Ref(f"price/{product.sku}"),
            "Quantity": 1,
            "UnitPrice": product.price,
        }
        yield Change(at, "OrderItem", f"{ORDER}/{number}", item)


def _case(period: Period, complainant: Ref) -> Iterator[Change]:
    at = max(period.start, period.now - timedelta(days=1))
    values = {
        "Subject": "One tent peg bag is missing",
        "Description": "Everything arrived but the small bag with the pegs.",
        "Status": "Working",
        "Origin": "Email",
        "ContactId": complainant,
    }
    yield Change(at, "Case", CASE, values)
