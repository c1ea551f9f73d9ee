"""The lines of records that say which products a customer bought: what to ask, what was found.

The questions travel with others; nothing is read here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.core.invitations.kinds import kind_of
from connector.core.invitations.sending.due import DueInvitation
from connector.core.products.bought import (
    LINE_LOOKUPS,
    NO_PRODUCTS,
    Products,
    line_select,
    products_of,
)
from connector.core.rules.grammar import ProductSource, Rule, Send
from connector.core.terms.records import Answer, Row, Select


def line_questions(pairs: Iterable[tuple[DueInvitation, Rule | None]]) -> list[Select]:
    """One question for each kind of line that these invitations need; none where none does."""
    wanted: dict[str, tuple[dict[ProductSource, None], list[str]]] = {}
    for due, rule in pairs:
        source = rule.products if rule is not None else None
        needs = kind_of(due.row, rule) is not Send.SERVICE and not due.products
        if source is not None and needs and source.lines in LINE_LOOKUPS:
            sources, ids = wanted.setdefault(source.lines, ({}, []))
            sources[source] = None
            ids.append(due.trigger_id)
    return [line_select(lines, sources, ids) for lines, (sources, ids) in wanted.items()]


@dataclass(frozen=True)
class Lines:
    """The lines that were read, by their object and the record they belong to."""

    by_record: Mapping[tuple[str, str], Sequence[Row]]
    unseen: Mapping[str, frozenset[str] | None]

    @classmethod
    def read(cls, answered: Iterable[tuple[Select, Answer]]) -> Lines:
        """Sort the answers to `line_questions`."""
        by_record: dict[tuple[str, str], list[Row]] = {}
        unseen: dict[str, frozenset[str] | None] = {}
        for select, answer in answered:
            unseen[select.object] = (
                None if answer.missing_object else frozenset(answer.missing_fields)
            )
            lookup = LINE_LOOKUPS[select.object]
            for row in answer.rows:
                by_record.setdefault((select.object, _text(row.get(lookup))), []).append(row)
        return cls(by_record, unseen)

    def products(self, source: ProductSource, record_id: str) -> Products:
        """The products of one record, as far as the org shows them."""
        lines = self.by_record.get((source.lines, record_id), ())
        return products_of(source, lines) if lines else NO_PRODUCTS

    def hidden(self, source: ProductSource) -> str:
        """Why the products cannot be known, as a sentence; empty where they can."""
        unseen = self.unseen.get(source.lines, frozenset())
        if unseen is None:
            return f"Invitations to products wait: the org does not show {source.lines}."
        if {source.sku, LINE_LOOKUPS.get(source.lines, "")} & unseen:
            path = f"{source.lines}.{source.sku}"
            return f"Invitations to products wait: the org does not show {path}."
        return ""


def _text(value: Any) -> str:
    return "" if value is None else str(value)
