"""Trustpilot's product catalogue: the list of a business unit, and the batch upsert by SKU.

Here ends how the catalogue nests its fields. Which products belong into it is not known here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from http import HTTPStatus
from itertools import count
from typing import Any
from urllib.parse import quote

from connector.core.products.mapping import CUSTOM, Item
from connector.core.terms.errors import CallFacts, RequestRefused, VendorAnswerUnreadable
from connector.gateways.trustpilot.calls import PagingLimitReached, TrustpilotCalls
from connector.gateways.trustpilot.errors import VENDOR
from connector.gateways.trustpilot.values import whole_text

PER_PAGE = 10_000
"""The default (Trustpilot 8); asked for by name, so that a short page can be told."""

_ATTRIBUTES, _OWN = CUSTOM.split(".")[:2]


def read_products(calls: TrustpilotCalls, unit_id: str, skus: Collection[str]) -> dict[str, Item]:
    """Return those of these SKUs that the catalogue holds, with every field that has a value.

    The list is read whole, not by its parameter `skus`: how that one keeps apart SKUs that hold
    a comma is not documented, and it would cost more calls. Reading ends with the last SKU found.

    Raises:
        VendorAnswerUnreadable: an answer is no list of products, or a page leads back.
        RequestRefused: Trustpilot pages no further.
    """
    missing, found = set(skus), dict[str, Item]()
    for items in _pages(calls, _path(unit_id)) if missing else ():
        for sku, item in items.items():
            if sku in missing:
                found[sku] = item
        if len(found) == len(missing):
            break
    return found


def push_products(calls: TrustpilotCalls, unit_id: str, items: Sequence[Item]) -> frozenset[str]:
    """Create or change products by SKU (Trustpilot 8) and return the SKUs that the answer confirms.

    Saying the same thing twice leaves the catalogue as it is, so it is repeated like a read.

    Raises:
        VendorAnswerUnreadable: the answer is no list of products.
    """
    path = _path(unit_id)
    # False: an id of Google Merchant Center is sent where it is known, and never assumed.
    body = {"products": [_nested(each) for each in items]}
    answer = calls.upsert(path, {**body, "skuSameAsGoogleMerchantCenterProductId": False})
    return frozenset(_by_sku(_listed(answer, "POST", path)))


def _pages(calls: TrustpilotCalls, path: str) -> Iterator[dict[str, Item]]:
    seen: set[str] = set()
    for number in count(1):
        try:
            answer = calls.read_private(path, page=number, perPage=PER_PAGE)
        except PagingLimitReached:
            facts = CallFacts(VENDOR, "GET", "/v1" + path, HTTPStatus.BAD_REQUEST)
            raise RequestRefused(f"{VENDOR} lists no more products.", facts) from None
        listed = _listed(answer, "GET", path)
        items = _by_sku(listed)
        if items and items.keys() <= seen:
            raise _not_documented("GET", path, "with a page that leads back to an earlier one")
        seen |= items.keys()
        yield items
        is_last = answer.get("isLastPage")
        if not listed or is_last is True or (is_last is not False and len(listed) < PER_PAGE):
            return


def _listed(answer: Any, method: str, path: str) -> list[object]:
    listed = answer.get("products") if isinstance(answer, dict) else None
    if not isinstance(listed, list):
        raise _not_documented(method, path, "without a list of products")
    return listed


def _by_sku(listed: Sequence[object]) -> dict[str, Item]:
    """Return the products by SKU; what has none cannot be one of ours."""
    items = (dict(_flat(each)) for each in listed if isinstance(each, Mapping))
    return {item["sku"]: item for item in items if item.get("sku")}


def _flat(product: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in product.items():
        if isinstance(value, str) and value:
            yield f"{before}{name}", whole_text(value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield f"{before}{name}", str(value)
        elif name == _ATTRIBUTES and isinstance(value, Mapping):
            yield from _flat(value, f"{name}.")
        elif name == _OWN and isinstance(value, list):
            yield from _own(value)


def _own(pairs: Sequence[object]) -> Iterator[tuple[str, str]]:
    for pair in pairs:
        if isinstance(pair, Mapping) and isinstance(pair.get("value"), str):
            yield f"{CUSTOM}{pair.get('key')}", whole_text(pair["value"])


def _nested(item: Item) -> dict[str, Any]:
    product: dict[str, Any] = {}
    for name, value in item.items():
        if name.startswith(CUSTOM):
            pair = {"key": name.removeprefix(CUSTOM), "value": value}
            product.setdefault(_ATTRIBUTES, {}).setdefault(_OWN, []).append(pair)
        elif name.startswith(f"{_ATTRIBUTES}."):
            product.setdefault(_ATTRIBUTES, {})[name.partition(".")[2]] = value
        else:
            product[name] = value
    return product


def _path(unit_id: str) -> str:
    return f"/private/business-units/{quote(unit_id, safe='')}/products"


def _not_documented(method: str, path: str, what: str) -> VendorAnswerUnreadable:
    return VendorAnswerUnreadable(
        f"{VENDOR} answered {method} /v1{path} {what}.",
        CallFacts(VENDOR, method, "/v1" + path),
        next_step="Try again later: what is pushed twice does no harm.",
    )
