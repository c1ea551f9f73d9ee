"""What several keys of one rule, or a rule and its business unit, can only get wrong together.

Each rule is judged with the defaults filled in, and once it is sound by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connector.config.rules.document import RuleDocument
from connector.config.terms.yaml_source import DocumentPath, YamlSource
from connector.core.rules.fair_play import looks_at_sentiment
from connector.core.rules.grammar import (
    PRODUCT_LINES,
    Channel,
    Hold,
    IfLeft,
    Include,
    Send,
    TriggerObject,
)
from connector.core.terms.errors import Problem
from connector.core.terms.unknown_words import did_you_mean, quoted

_PRODUCTS = "Add `products: {from: ..., sku: ...}`, or choose `send: service_review`."


_INCLUDED: Mapping[Include, TriggerObject] = {
    Include.MERGED_CASES: TriggerObject.CASE,
    Include.REDUCTION_ORDERS: TriggerObject.ORDER,
}
"""The object whose records each word of `include` is about."""


@dataclass(frozen=True)
class UnitFacts:
    """What the checks need to know of a business unit."""

    name: str
    method: Channel | None
    has_link_keys: bool


@dataclass(frozen=True)
class PlacedRule:
    """A rule with its defaults filled in, and where it stands; `units` are all of the file."""

    source: YamlSource
    path: DocumentPath
    rule: RuleDocument
    units: Sequence[UnitFacts]

    def problem(self, key: str, message: str, hint: str = "") -> Problem:
        """Return a problem at a key of the rule, or at the rule where the key is not written."""
        return self.source.problem((*self.path, key), message, hint)


def rule_checks(placed: PlacedRule) -> Iterator[Problem]:
    """Yield every contradiction within a rule, and between it and its business units."""
    yield from _fair_play(placed)
    yield from _include(placed)
    yield from _products(placed)
    yield from _channel(placed)
    yield from _hold(placed)
    for unit in _reachable(placed):
        yield from _unit(placed, unit)


def _fair_play(placed: PlacedRule) -> Iterator[Problem]:
    rule = placed.rule
    # Trustpilot 7.5: to invite only those who are happy is forbidden, and watched for.
    for condition in rule.conditions:
        if looks_at_sentiment(condition) and not rule.because:
            message = f"The condition on {quoted(condition.field)} looks at how happy a customer is"
            message += ", and Trustpilot forbids choosing whom to invite by that."
            hint = "Remove it, or say in `because:` why it does not choose by happiness."
            place = (*placed.path, "only_if", condition.field)
            yield placed.source.problem(place, message, hint, of="key")


def _include(placed: PlacedRule) -> Iterator[Problem]:
    on = placed.rule.on
    known = [each for each, trigger in _INCLUDED.items() if trigger is on]
    for position, word in enumerate(placed.rule.include):
        if word not in known:
            message = f"`{word}` is nothing that a rule about {on} records could include."
            home = f"`{word}` belongs to a rule with `on: {_INCLUDED[word]}`."
            hint = f"{did_you_mean(word, known)} {home}"
            path = (*placed.path, "include", position)
            yield placed.source.problem(path, message, hint.strip())


def _products(placed: PlacedRule) -> Iterator[Problem]:
    rule = placed.rule
    lines = PRODUCT_LINES.get(rule.on)
    if rule.products is None:
        if rule.send is not Send.SERVICE:
            message = f"`send: {rule.send}` needs `products`."
            yield placed.problem("send", message, _PRODUCTS if lines else _no_lines(rule))
    elif lines is None:
        yield placed.problem("products", f"{rule.on} records have no products.", _no_lines(rule))
    elif rule.products.lines != lines:
        message = f"{quoted(rule.products.lines)} does not hold the products of {rule.on} records."
        hint = did_you_mean(rule.products.lines, [lines])
        yield placed.source.problem((*placed.path, "products", "from"), message, hint)
    elif rule.send is Send.SERVICE:
        message = "`products` has no effect: the rule asks for a service review only."
        yield placed.problem("products", message, f"Add `send: {Send.BOTH}`, or remove it.")


def _no_lines(rule: RuleDocument) -> str:
    objects = " or ".join(f"`on: {each}`" for each in PRODUCT_LINES)
    return f"Ask about products by a rule with {objects}; {rule.on} has `send: service_review`."


def _channel(placed: PlacedRule) -> Iterator[Problem]:
    rule = placed.rule
    if rule.channel is Channel.BUSINESS_GENERATED_LINK and rule.send is Send.PRODUCT:
        message = "A business-generated link never asks for a product review alone."
        hint = f"Choose `send: {Send.BOTH}`, or another `as`."
        yield placed.problem("send", message, hint)
    if rule.channel is Channel.BUSINESS_GENERATED_LINK and rule.products and rule.products.inline:
        # Trustpilot 11: uncertain: whether a link could carry whole products.
        message = "A business-generated link carries SKUs only, so its products cannot be `inline`."
        hint = "Write `inline: false`, and let Trustpilot's catalogue know the products."
        yield placed.source.problem((*placed.path, "products", "inline"), message, hint)
    if rule.write_link_to and rule.channel is Channel.EMAIL:
        message = "`as: email` makes no link that could be written to a field."
        hint = f"Choose `as: {Channel.BUSINESS_GENERATED_LINK}` or `{Channel.INVITATION_LINK}`."
        yield placed.problem("write_link_to", message, hint)


def _hold(placed: PlacedRule) -> Iterator[Problem]:
    rule = placed.rule
    if rule.hold is not Hold.TRUSTPILOT:
        return
    if rule.channel is not Channel.EMAIL:
        message = "Trustpilot holds e-mails only; a link is made when it is due."
        yield placed.problem("hold", message, "Remove `hold`, or choose `as: email`.")
    if "if_left" in rule.model_fields_set and rule.if_left is IfLeft.CANCEL:
        # Trustpilot 7.1: no call cancels an invitation.
        message = "An invitation that waits at Trustpilot cannot be withdrawn."
        hint = "Choose `hold: salesforce`, or `if_left: send`."
        yield placed.problem("if_left", message, hint)


def _reachable(placed: PlacedRule) -> list[UnitFacts]:
    """The units that the rule can be about: all, where a field tells and no condition narrows."""
    rule, units = placed.rule, list(placed.units)
    if not rule.unit_field:
        named = [unit for unit in units if unit.name == rule.business_unit]
        return named or (units if len(units) == 1 and not rule.business_unit else [])
    for condition in rule.conditions:
        if condition.field == rule.unit_field and not condition.negated:
            wanted = {value.casefold() for value in condition.values}
            units = [unit for unit in units if unit.name.casefold() in wanted]
    return units


def _unit(placed: PlacedRule, unit: UnitFacts) -> Iterator[Problem]:
    channel = placed.rule.channel
    links = channel is Channel.BUSINESS_GENERATED_LINK
    if unit.method is not None and channel is not unit.method:
        message = f"`{unit.name}` has `method: {unit.method}`, and Trustpilot then switches "
        message += "the other ways of asking off."
        hint = f"Choose `as: {unit.method}`, or change `method` under `business_units`."
        yield placed.problem("as", message, hint)
    if links and not unit.has_link_keys:
        message = "Business-generated links need the keys of the business unit."
        hint = f"Add `link_keys` to `{unit.name}` under `business_units`."
        yield placed.problem("as", message, hint)
