"""What an e-mail invitation may ask for, and what it may not."""

from datetime import UTC, datetime

import pytest

from connector.core.invitations.sending.outgoing import EmailInvitation

SEND_AT = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
WHOLE = ({"sku": "TENT-1", "name": "Tent"},)


def invitation(**asks):
    return EmailInvitation("anna@example.com", "Anna", "00000100", SEND_AT, **asks)


@pytest.mark.parametrize(
    "asks",
    [
        {},  # the service alone
        {"product_skus": ("TENT-1",)},
        {"products": WHOLE},
        {"service": False, "product_skus": ("TENT-1",)},
        {"service": False, "products": WHOLE},
    ],
)
def test_an_invitation_asks_about_the_service_products_or_both(asks):
    made = invitation(**asks)
    assert (made.service, made.products, made.product_skus) == (
        asks.get("service", True),
        asks.get("products", ()),
        asks.get("product_skus", ()),
    )


def test_an_invitation_that_asks_about_nothing_is_none():
    with pytest.raises(ValueError, match="asks about something"):
        invitation(service=False)


@pytest.mark.parametrize("service", [True, False])
def test_skus_and_whole_products_exclude_each_other(service):
    with pytest.raises(ValueError, match="exclude each other"):
        invitation(service=service, products=WHOLE, product_skus=("TENT-1",))
