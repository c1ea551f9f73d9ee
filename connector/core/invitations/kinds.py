"""What one invitation asks for, and who keeps it until it is due: as words of the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from connector.core.products.bought import NO_PRODUCTS, Products
from connector.core.rules.grammar import Channel, Hold, Rule, Send
from connector.core.terms.records import Row

HELD_AHEAD = timedelta(days=90)
"""Trustpilot does not say how far ahead it takes a send time: until then the org waits."""


@dataclass(frozen=True)
class AskedFor:
    """What goes out: the service review, product reviews, or both.

    `note` says why it is less than the rule wants; empty where it is not.
    """

    service: bool = True
    products: Products = NO_PRODUCTS
    note: str = ""


SERVICE_ONLY = AskedFor()
"""The usual invitation: one service review."""


def kind_fields(rule: Rule) -> dict[str, Any]:
    """The fields of a claim that say what is asked for, and that Trustpilot keeps it.

    Only an e-mail can be kept there: links are made when they are due.
    """
    held = rule.hold is Hold.TRUSTPILOT and rule.channel is Channel.EMAIL
    return {"Send__c": rule.send.value, "Hold__c": Hold.TRUSTPILOT.value if held else None}


def kind_of(row: Row, rule: Rule | None) -> Send:
    """What an invitation asks for: what stands on it, else what its rule says now."""
    stored = row.get("Send__c")
    if stored in set(Send):
        return Send(stored)
    return rule.send if rule is not None else Send.SERVICE


def is_held_by_trustpilot(row: Row) -> bool:
    """True for an e-mail that Trustpilot keeps until it is due."""
    return bool(row.get("Hold__c") == Hold.TRUSTPILOT.value and row.get("Channel__c") == "Email")
