"""The products of each business unit at Trustpilot, by SKU with its capitals (reference 8)."""

from collections.abc import Iterator, Mapping
from typing import Any

from connector.emulator.switches import Switches
from connector.emulator.trustpilot.ids import object_id

TEXTS = (
    "sku",
    "googleMerchantCenterProductId",
    "title",
    "link",
    "imageLink",
    "price",
    "currency",
    "gtin",
    "mpn",
    "brand",
    "description",
    "productCategoryGoogleId",
    "groupId",
)
ATTRIBUTES = ("color", "pattern", "material", "ageGroup", "gender", "size")
_WIDTHS = ("100pxWide", "200pxWide")

Product = dict[str, Any]


class Catalogues:
    """Holds the catalogue of every business unit; nothing is ever taken out of one.

    `refused` are SKUs that Trustpilot takes from nobody, with what it says about each.
    """

    def __init__(self, switches: Switches) -> None:
        self.switches = switches
        self.refused: dict[str, str] = {}
        self._products: dict[str, dict[str, Product]] = {}

    def of(self, unit_id: str) -> list[Product]:
        """Return the products of a business unit in the order in which they came."""
        return list(self._products.get(unit_id, {}).values())

    def upsert(self, unit_id: str, given: Mapping[str, Any], *, google: bool = False) -> Product:
        """Create or change the product of this SKU and return it as lists show it."""
        held = self._products.setdefault(unit_id, {})
        sku = given["sku"]
        before = held.get(sku, {})
        kept = {} if self.switches.upsert_replaces_products else before
        fields = {name: given[name] for name in TEXTS if name in given}
        if google:
            fields["googleMerchantCenterProductId"] = sku
        held[sku] = {
            **dict.fromkeys(TEXTS),
            **kept,
            **fields,
            "id": before.get("id") or object_id("product", f"{unit_id}/{sku}"),
            "businessUnitId": unit_id,
            "productCategory": None,
            "attributes": [],
            "variationAttributes": _variation(kept, given),
        }
        return held[sku]


def images_of(product: Product) -> Iterator[dict[str, str]]:
    """Yield the sizes that Trustpilot makes of a product's image."""
    if product.get("imageLink"):
        for width in _WIDTHS:
            yield {"type": width, "url": f"https://images.example.com/{product['id']}/{width}"}


def _variation(kept: Product, given: Mapping[str, Any]) -> dict[str, Any]:
    before = kept.get("variationAttributes") or {}
    now = given.get("variationAttributes") or {}
    names = (*ATTRIBUTES, "customVariationAttributes")
    return {name: now.get(name, before.get(name)) for name in names}
