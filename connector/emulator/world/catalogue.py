"""The goods of the business: the same on both sides, SKUs in the case the shop wrote them."""

from dataclasses import dataclass
from urllib.parse import quote

SHOP = "https://www.example.com"
BRAND = "Example Trail"


@dataclass(frozen=True)
class Product:
    """One article; `sku` is case-sensitive at Trustpilot and not in Salesforce."""

    sku: str
    name: str
    family: str
    price: float
    gtin: str

    @property
    def url(self) -> str:
        """The page of the article in the shop."""
        return f"{SHOP}/products/{quote(self.sku, safe='')}"

    @property
    def image_url(self) -> str:
        """The picture of the article."""
        return f"{SHOP}/images/{quote(self.sku, safe='')}.jpg"


_GOODS = (
    ("TENT-2P-GRN", "Two-Person Tent, Green", "Camping", 189.0),
    ("TENT-4P-GRN", "Four-Person Tent, Green", "Camping", 299.0),
    ("MAT-SELF-180", "Self-Inflating Mat 180 cm", "Camping", 49.9),
    ("STOVE-01", "Folding Stove", "Camping", 39.5),
    ("stove-01", "Folding Stove (old model)", "Camping", 24.5),
    ("LAMP/USB-C", "Lantern with USB-C", "Camping", 34.0),
    ("BOOT-MID-38", "Walking Boot Mid, 38", "Footwear", 129.0),
    ("BOOT-MID-42", "Walking Boot Mid, 42", "Footwear", 129.0),
    ("SOCK-MER-M", "Merino Sock M", "Footwear", 14.95),
    ("JKT-RAIN-S", "Rain Jacket S", "Clothing", 99.0),
    ("JKT-RAIN-L", "Rain Jacket L", "Clothing", 99.0),
    ("HAT-WOOL", "Wool Hat", "Clothing", 19.95),
    ("BAG-DAY-20", "Day Pack 20 l", "Bags", 69.0),
    ("BAG-TREK-55", "Trekking Pack 55 l", "Bags", 159.0),
    ("BOTTLE-0.75", "Steel Bottle 0.75 l", "Accessories", 22.0),
    ("CUP-ÆBLE", "Enamel Cup Æble", "Accessories", 11.5),
    ("GIFT 25", "Gift Card 25", "Accessories", 25.0),
    ("POLE-CARBON", "Carbon Poles (pair)", "Accessories", 89.0),
)


def products() -> tuple[Product, ...]:
    """Return all articles; two SKUs differ in case only, one holds a slash, one a space."""
    return tuple(
        Product(sku, name, family, price, f"4099{index:09d}")
        for index, (sku, name, family, price) in enumerate(_GOODS)
    )
