"""Goods, accounts, contacts and person accounts of the org, all there before the first review."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from connector.emulator.world.catalogue import Product
from connector.emulator.world.languages import language
from connector.emulator.world.org.changes import Change, Period, Ref, account_of, contact_of
from connector.emulator.world.people import Person

PRICE_BOOK = "pricebook"
BOUNCE = "550 5.1.1 mailbox unknown"


def goods(period: Period, products: Sequence[Product]) -> Iterator[Change]:
    """Yield the price book, and per article a product with its entry in it."""
    from_start = period.setup
    yield Change(from_start, "Pricebook2", PRICE_BOOK, {"Name": "Shop Prices", "IsActive": True})
    for product in products:
        key = f"product/{product.sku}"
        values = {
            "Name": product.name,
            "ProductCode": product.sku,
            "StockKeepingUnit": product.sku,
            "Family": product.family,
            "DisplayUrl": product.url,
            "IsActive": True,
        }
        yield Change(from_start, "Product2", key, values)
        yield Change(from_start, "PricebookEntry", f"price/{product.sku}", _entry(product))


def _entry(product: Product) -> dict[str, Any]:
    return {
        "Pricebook2Id": Ref(PRICE_BOOK),
        "Product2Id": Ref(f"product/{product.sku}"),
        "UnitPrice": product.price,
        "IsActive": True,
    }


def customers(period: Period, people: Sequence[Person]) -> Iterator[Change]:
    """Yield everybody's account and contact; four neighbours share a company."""
    founded: set[str] = set()
    for person in people:
        if person.is_person_account:
            yield Change(period.setup, "Account", account_of(person).key, _person(period, person))
            continue
        company = account_of(person).key
        if company not in founded:
            founded.add(company)
            yield Change(period.setup, "Account", company, _company(person))
        yield Change(period.setup, "Contact", contact_of(person).key, _contact(period, person))


def _company(person: Person) -> dict[str, Any]:
    return {
        "Name": f"Example Customer {person.number // 4 + 1:03d}",
        "Type": "Customer",
        "BillingCountry": language(person.language).country,
    }


def _contact(period: Period, person: Person) -> dict[str, Any]:
    values: dict[str, Any] = {
        "AccountId": account_of(person),
        "FirstName": person.first_name,
        "LastName": person.last_name,
        "Email": person.email,
        "HasOptedOutOfEmail": person.opted_out,
    }
    if person.bounced:
        values |= {"EmailBouncedDate": _bounced_at(period), "EmailBouncedReason": BOUNCE}
    return values


def _person(period: Period, person: Person) -> dict[str, Any]:
    values: dict[str, Any] = {
        "FirstName": person.first_name,
        "LastName": person.last_name,
        "PersonEmail": person.email,
        "PersonHasOptedOutOfEmail": person.opted_out,
    }
    if person.bounced:
        bounced = {
            "PersonEmailBouncedDate": _bounced_at(period),
            "PersonEmailBouncedReason": BOUNCE,
        }
        values |= bounced
    return values


def _bounced_at(period: Period) -> str:
    return (period.setup - timedelta(days=10)).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
