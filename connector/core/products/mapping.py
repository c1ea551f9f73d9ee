"""Which fields of a Salesforce product become which fields of Trustpilot's catalogue, as values.

A field of the catalogue is named as Trustpilot names it, with a dot where it stands inside
another: `variationAttributes.color`. Nothing here reads a record; that is the work of `plan`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector.core.mapping.transforms import Transform
from connector.core.terms.records import Condition, Select

PRODUCT, PRICE_ENTRY = "Product2", "PricebookEntry"

Item = Mapping[str, str]
"""One product of the catalogue: the names of its fields to text, none of it empty."""

NEEDED = ("sku", "title", "link")
"""Without one of these a product is not sent."""

VARIATION = "variationAttributes."
CUSTOM = f"{VARIATION}customVariationAttributes."
"""What precedes the name of a variation attribute of the shop's own."""

TRUSTPILOT_FIELDS = (
    *NEEDED,
    "imageLink",
    "price",
    "currency",
    "gtin",
    "mpn",
    "brand",
    "description",
    "googleMerchantCenterProductId",
    "productCategoryGoogleId",
    "groupId",
    *(
        f"{VARIATION}{name}"
        for name in ("color", "pattern", "material", "ageGroup", "gender", "size")
    ),
)
"""Every field of the catalogue but the shop's own variation attributes (reference 8)."""


@dataclass(frozen=True)
class ProductField:
    """Where one field comes from: a path of the product (with a transform), or a constant."""

    target: str
    source: str = ""
    constant: str = ""
    transform: Transform | None = None


@dataclass(frozen=True)
class PriceSource:
    """The price book whose entries give the price; `standard` or a price book's name.

    `currency` chooses among the entries of an org with several currencies, and is empty in others.
    """

    pricebook: str
    currency: str = ""

    def select(self) -> Select:
        """The question for all prices of this price book that are in use."""
        book = (
            Condition("Pricebook2.IsStandard", "=", True)  # noqa: FBT003 -- a value to compare with
            if self.pricebook == "standard"
            else Condition("Pricebook2.Name", "=", self.pricebook)
        )
        active = Condition("IsActive", "=", True)  # noqa: FBT003 -- a value to compare with
        chosen = [Condition("CurrencyIsoCode", "=", self.currency)] if self.currency else []
        fields = ("Id", "Product2Id", "UnitPrice")
        return Select(PRICE_ENTRY, fields, (book, active, *chosen), order_by=("Id",))


@dataclass(frozen=True)
class ProductMapping:
    """Which products go to Trustpilot, and with what; `price` where price books say it."""

    fields: tuple[ProductField, ...]
    where: tuple[Condition, ...] = ()
    price: PriceSource | None = None

    def selects(self) -> tuple[Select, ...]:
        """The questions for the products, and for their prices where price books say them."""
        paths = (each.source for each in self.fields if each.source)
        fields = tuple({path.lower(): path for path in ("Id", *paths)}.values())
        products = Select(PRODUCT, fields, self.where, order_by=("Id",))
        return (products, self.price.select()) if self.price else (products,)


@dataclass(frozen=True)
class ProductPush:
    """What a push is asked to do: by which mapping, and to which business units (all if empty)."""

    mapping: ProductMapping
    units: tuple[str, ...] = ()


def is_catalogue_field(name: str) -> bool:
    """Say whether Trustpilot's catalogue has a field of this name."""
    own = name.removeprefix(CUSTOM)
    return name in TRUSTPILOT_FIELDS or (own != name and bool(own.strip()))
