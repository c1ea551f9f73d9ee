"""The products that a customer is asked about: from the lines of a record, or from the ledger.

It names what must be read and what was found; whether an invitation goes out without any
products is decided elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from connector.core.rules.grammar import ProductSource
from connector.core.terms.records import Condition, Row, Select

LINE_LOOKUPS: Mapping[str, str] = MappingProxyType(
    {"OrderItem": "OrderId", "OpportunityLineItem": "OpportunityId"}
)
"""The objects whose rows are the products of a record, and their lookup to that record."""

LONGEST_SKUS = 32_768
"""The length of the field that remembers which products went out."""


@dataclass(frozen=True)
class Products:
    """SKUs as the catalogue spells them, or whole products that travel with the invitation.

    `inline` holds Trustpilot's names and values, `sku` among them; it is empty where the SKUs
    alone are sent. False where there is nothing to ask about.
    """

    # Trustpilot 7.2: an invitation takes SKUs or whole products, never both.
    skus: tuple[str, ...] = ()
    inline: tuple[Mapping[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.skus)

    @property
    def described(self) -> tuple[Mapping[str, str], ...]:
        """Each product as an object: whole where it is known, else by its SKU alone."""
        return self.inline or tuple({"sku": sku} for sku in self.skus)

    @property
    def text(self) -> str:
        """The SKUs as the ledger remembers them."""
        return ", ".join(self.skus)[:LONGEST_SKUS]


NO_PRODUCTS = Products()
"""Nothing to ask about."""


def line_select(lines: str, sources: Iterable[ProductSource], record_ids: Iterable[str]) -> Select:
    """The question for the lines of these records, with every field that the sources need."""
    lookup, fields = LINE_LOOKUPS[lines], ["Id", LINE_LOOKUPS[lines]]
    for source in sources:
        fields += [source.sku, *(path for _, path in source.fields)]
    return Select(
        lines,
        tuple(dict.fromkeys(fields)),
        (Condition(lookup, "in", tuple(dict.fromkeys(record_ids))),),
        order_by=("Id",),
        optional=True,
    )


def products_of(source: ProductSource, lines: Iterable[Row]) -> Products:
    """The products on these lines, each SKU once, spelled as the org spells it."""
    found: dict[str, dict[str, str]] = {}
    for line in lines:
        # Trustpilot 6.3: SKUs differ by capitals there.
        sku = _text(line, source.sku)
        if sku and sku not in found:
            described = {name: _text(line, path) for name, path in source.fields}
            found[sku] = {name: value for name, value in described.items() if value}
    inline = tuple({"sku": sku, **product} for sku, product in found.items())
    return Products(tuple(found), inline if source.inline else ())


def stored_products(skus: str, products: str) -> Products:
    """The products that stand on an invitation: JSON of whole products, else SKUs.

    What cannot be read counts as not there.
    """
    inline = tuple(_described(products))
    if inline:
        return Products(tuple(product["sku"] for product in inline), inline)
    parts = (part.strip() for part in skus.replace("\n", ",").split(","))
    return Products(tuple(dict.fromkeys(part for part in parts if part)))


def _described(text: str) -> Iterable[Mapping[str, str]]:
    try:
        items = json.loads(text) if text.strip() else []
    except (ValueError, RecursionError):
        items = []
    found: dict[str, Mapping[str, str]] = {}
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and isinstance(item.get("sku"), str) and item["sku"].strip():
            words = {name: value for name, value in item.items() if isinstance(value, str)}
            found.setdefault(item["sku"].strip(), {**words, "sku": item["sku"].strip()})
    return found.values()


def _text(line: Row, path: str) -> str:
    value: object = line
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return "" if value is None else str(value).strip()
