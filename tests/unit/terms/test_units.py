"""A business unit's keys never show."""

from connector.core.terms.units import LinkKeys, Unit


def test_keys_never_show_in_a_repr():
    keys = LinkKeys(b"secret one", b"secret two")
    unit = Unit("shop", "u1", "shop.example.com", link_keys=keys)
    assert "secret" not in f"{keys!r} {unit!r} {unit}"
