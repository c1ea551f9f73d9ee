"""What is sent to Trustpilot's catalogue: products as they should be, less what it holds already.

Products are told apart by their SKU, capitals included, as Trustpilot does. It knows one list of
products and one answer of Trustpilot; neither the network nor what was sent before.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from connector.core.mapping.transforms import clean, one_line, web_address
from connector.core.products.mapping import NEEDED, Item, ProductField, ProductMapping
from connector.core.run.issues import Issue
from connector.core.terms.records import Row, value_at

FLOW = "products_push"
AMBIGUOUS, INCOMPLETE, REFUSED = "ambiguous_sku", "products_incomplete", "product_refused"

_ADDRESSES = frozenset({"link", "imageLink"})
_SEVERAL_LINES = frozenset({"description"})
_NAMED = 5
_MESSAGE = 60


@dataclass(frozen=True)
class Offer:
    """One product of the org as the catalogue should hold it."""

    record: str
    item: Item

    @property
    def sku(self) -> str:
        """What both sides know the product by."""
        return self.item["sku"]


@dataclass(frozen=True)
class Offers:
    """All products that may be sent, in the order of their SKUs, and what keeps the others back.

    `counts` are words of the run's report; `notes` say what was left out of products that are sent.
    """

    offers: tuple[Offer, ...]
    counts: Mapping[str, int]
    issues: tuple[Issue, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """One product to send: new at Trustpilot, or different in these fields."""

    offer: Offer
    is_new: bool
    fields: tuple[str, ...]


@dataclass(frozen=True)
class PushPlan:
    """What one business unit is sent, and how many products it holds as they should be."""

    changes: tuple[Change, ...]
    unchanged: int


def offers(mapping: ProductMapping, rows: Sequence[Row], prices: Sequence[Row] = ()) -> Offers:
    """Return what the org's products are to Trustpilot. One odd product never stops the others."""
    known = _prices(prices)
    several = [record for record, found in known.items() if len(found) > 1]
    single = {record: next(iter(found)) for record, found in known.items() if len(found) == 1}
    left_out: dict[str, list[str]] = defaultdict(list)
    # Trustpilot 6.3: SKUs differ by capitals.
    by_sku: dict[str, list[Offer]] = defaultdict(list)
    for row in rows:
        offer = _offer(mapping, row, single, left_out)
        by_sku[offer.item.get("sku", "")].append(offer)
    without = len(by_sku.pop("", ()))
    alone = {sku: found[0] for sku, found in by_sku.items() if len(found) == 1}
    whole = [alone[sku] for sku in sorted(alone) if all(alone[sku].item.get(n) for n in NEEDED)]
    broken = sorted(alone.keys() - {offer.sku for offer in whole})
    shared = {sku: found for sku, found in sorted(by_sku.items()) if len(found) > 1}
    counts = {
        "products_read": len(rows),
        "products_without_sku": without,
        "products_ambiguous": sum(map(len, shared.values())),
        "products_incomplete": len(broken),
    }
    return Offers(
        tuple(whole),
        counts,
        (*_ambiguous(shared), *_incomplete(broken)),
        tuple(_notes(left_out, {row["Id"] for row in rows} & {*several})),
    )


def plan_push(wanted: Iterable[Offer], held: Mapping[str, Item]) -> PushPlan:
    """Return what must be sent so that Trustpilot holds these products, by SKU.

    Only our own fields are compared: Trustpilot adds others, and a field that is empty in the
    org is not sent, because how to empty one is not documented.
    """
    every = list(wanted)
    changes = tuple(filter(None, (_change(offer, held.get(offer.sku)) for offer in every)))
    return PushPlan(changes, len(every) - len(changes))


def refused(offer: Offer, unit_id: str, unit_name: str, why: str) -> Issue:
    """Return the issue of one product that Trustpilot does not take."""
    return Issue(
        REFUSED,
        f"{_named([offer.sku])} is not in the catalogue of {unit_name}: {why}",
        f"Correct the product {offer.record}, then type: connector products push",
        FLOW,
        f"{unit_id}:{offer.record}",
        unit_id,
    )


def _change(offer: Offer, held: Item | None) -> Change | None:
    if held is None:
        return Change(offer, is_new=True, fields=tuple(offer.item))
    differing = tuple(
        name for name, value in offer.item.items() if not _same(name, value, held.get(name, ""))
    )
    return Change(offer, is_new=False, fields=differing) if differing else None


def _same(name: str, ours: str, theirs: str) -> bool:
    if ours == theirs:
        return True
    if name == "price":
        # Trustpilot 8: a price is text there, so one amount has several spellings.
        one, other = _number(ours), _number(theirs)
        return one is not None and one == other
    return _cleaned(name, theirs) == ours


def _offer(
    mapping: ProductMapping,
    row: Row,
    prices: Mapping[str, str],
    left_out: dict[str, list[str]],
) -> Offer:
    item: dict[str, str] = {}
    for field in mapping.fields:
        raw = _raw(field, row)
        value = _fitting(field.target, raw)
        if value:
            item[field.target] = value
        elif raw:
            left_out[field.target].append(_raw_sku(mapping, row))
    if mapping.price and (price := prices.get(row["Id"])):
        item["price"] = price
    return Offer(str(row["Id"]), item)


def _raw(field: ProductField, row: Row) -> str:
    text = field.constant or _text(value_at(row, field.source))
    if text and field.transform:
        text = field.transform.apply(text) or ""
    return _cleaned(field.target, text)


def _raw_sku(mapping: ProductMapping, row: Row) -> str:
    return next((_raw(each, row) for each in mapping.fields if each.target == "sku"), "")


def _fitting(name: str, text: str) -> str:
    """Return the text as Trustpilot can take it, nothing where it cannot be right."""
    if name in _ADDRESSES:
        return web_address(text) or ""
    if name == "price":
        return _price(text)
    return text


def _cleaned(name: str, text: str) -> str:
    return clean(text) if name in _SEVERAL_LINES else one_line(text)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, str | int | float) else ""


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _price(text: str) -> str:
    """Return an amount as Trustpilot writes it, `99.95`; nothing for what is no amount."""
    number = _number(text)
    if number is None or number < 0:
        return ""
    whole = format(number, "f")
    digits = len(whole.partition(".")[2])
    return whole if digits >= 2 else f"{number:.2f}"  # noqa: PLR2004 -- cents


def _prices(rows: Iterable[Row]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if price := _price(_text(row.get("UnitPrice"))):
            found[str(row.get("Product2Id"))].add(price)
    return found


def _ambiguous(shared: Mapping[str, Sequence[Offer]]) -> Iterator[Issue]:
    for sku, found in shared.items():
        records = sorted(offer.record for offer in found)
        yield Issue(
            AMBIGUOUS,
            f"{len(records)} products have {_named([sku])}, so none of them is sent: "
            f"{', '.join(records[:_NAMED])}.",
            "Give each its own SKU or deactivate the others, then type: connector products push",
            FLOW,
            records[0],
        )


def _incomplete(broken: Sequence[str]) -> Iterator[Issue]:
    if broken:
        yield Issue(
            INCOMPLETE,
            f"{len(broken)} product(s) are not sent for want of a title or a usable link: "
            f"{_named(broken)}.",
            "Fill both fields, or leave these products out by `where` in the mapping document.",
            FLOW,
            "products",
        )


def _notes(left_out: Mapping[str, Sequence[str]], several: Iterable[str]) -> Iterator[str]:
    for name, skus in left_out.items():
        known = sorted(filter(None, skus))
        if name not in NEEDED and known:
            yield f"{len(known)} product(s) go without their unusable {name}: {_named(known)}."
    if count := len(list(several)):
        yield (
            f"{count} product(s) have several prices in the price book and go without one. "
            "Add `currency` to `price` in the mapping document."
        )


def _named(skus: Sequence[str]) -> str:
    """Name a few SKUs; long ones are cut, so that the sentence stays one."""
    shown = [sku if len(sku) <= _MESSAGE else f"{sku[:_MESSAGE]}…" for sku in skus[:_NAMED]]
    more = len(skus) - len(shown)
    return f"SKU {', '.join(shown)}{f' and {more} more' if more else ''}"


def count(changes: Iterable[Change]) -> Counter[str]:
    """Return how many of these products are new and how many changed, in the report's words."""
    return Counter("products_created" if each.is_new else "products_changed" for each in changes)
