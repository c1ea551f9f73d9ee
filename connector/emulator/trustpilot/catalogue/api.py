"""The product catalogue over the API: the list of a business unit, and the batch upsert by SKU.

Reference 8. Which fields Trustpilot needs is not documented: only the SKU is demanded here.
"""

from typing import Any

from connector.emulator.trustpilot.access.accounts import Caller
from connector.emulator.trustpilot.access.guards import own_unit
from connector.emulator.trustpilot.catalogue.products import ATTRIBUTES, TEXTS, images_of
from connector.emulator.trustpilot.errors import VendorError, bad_request
from connector.emulator.trustpilot.reviews.listing import HIGHEST_PAGE, cut
from connector.emulator.trustpilot.state import TrustpilotState
from connector.emulator.trustpilot.wire import Answer, Ask

HIGHEST_PER_PAGE = 10_000


def list_products(state: TrustpilotState, caller: Caller, ask: Ask) -> Answer:
    """Answer `GET /private/business-units/{id}/products`; `locale` changes nothing."""
    unit = own_unit(state, caller, ask.path["unit_id"])
    page = ask.number("page", 1, HIGHEST_PAGE)
    per_page = ask.number("perPage", HIGHEST_PER_PAGE, HIGHEST_PER_PAGE)
    skus, group = ask.every("skus"), ask.last("groupId")
    found = [
        product
        for product in state.catalogues.of(unit.id)
        if (not skus or product["sku"] in skus) and (not group or product["groupId"] == group)
    ]
    shown = cut(found, page, per_page)
    return Answer(body={"products": shown, "isLastPage": page * per_page >= len(found)})


def upsert_products(state: TrustpilotState, caller: Caller, ask: Ask) -> Answer:
    """Answer `POST /private/business-units/{id}/products`: all of the batch, or a 400."""
    unit = own_unit(state, caller, ask.path["unit_id"])
    body = ask.json_object()
    products = body.get("products")
    if not isinstance(products, list) or not products:
        raise bad_request("products must be a list of products.")
    most = state.switches.products_per_call
    if most is not None and len(products) > most:
        status = state.switches.too_many_products_status
        raise VendorError(status, {"message": f"At most {most} products."})
    for position, product in enumerate(products):
        _check(state, position, product)
    google = body.get("skuSameAsGoogleMerchantCenterProductId") is True
    stored = [state.catalogues.upsert(unit.id, each, google=google) for each in products]
    shown = [{**each, "processedImages": list(images_of(each))} for each in stored]
    return Answer(body={"products": shown})


def _check(state: TrustpilotState, position: int, product: Any) -> None:
    place = f"products[{position}]"
    if not isinstance(product, dict):
        raise bad_request(f"{place} must be an object.")
    sku = product.get("sku")
    if not isinstance(sku, str) or not sku.strip():
        raise bad_request(f"{place}.sku is required.")
    for name in TEXTS:
        _check_text(f"{place}.{name}", product.get(name))
    _check_variation(f"{place}.variationAttributes", product.get("variationAttributes"))
    if sku in state.catalogues.refused:
        raise bad_request(f"{place}: {state.catalogues.refused[sku]}")


def _check_variation(place: str, variation: Any) -> None:
    if variation is None:
        return
    if not isinstance(variation, dict):
        raise bad_request(f"{place} must be an object.")
    for name in ATTRIBUTES:
        _check_text(f"{place}.{name}", variation.get(name))
    pairs = variation.get("customVariationAttributes") or []
    whole = isinstance(pairs, list) and all(
        isinstance(pair, dict) and isinstance(pair.get("key"), str) for pair in pairs
    )
    if not whole:
        raise bad_request(f"{place}.customVariationAttributes must be a list of key and value.")


def _check_text(place: str, value: Any) -> None:
    if value is not None and not isinstance(value, str):
        raise bad_request(f"{place} must be a string.")
