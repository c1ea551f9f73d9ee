"""Questions to the org: five queries to a call, every page, hidden fields left out where allowed.

It changes nothing in the org and interprets no value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from connector.core.terms.errors import CallFacts, RequestRefused
from connector.core.terms.records import Answer, AnyOf, Condition, Row, Select
from connector.gateways.salesforce.composite import PARTS_PER_CALL, composite, parts_of
from connector.gateways.salesforce.errors import (
    VENDOR,
    Meaning,
    Refusal,
    read_refusal,
    to_error,
)
from connector.gateways.salesforce.session import (
    ATTEMPTS,
    Request,
    SalesforceSession,
    unreadable,
)
from connector.gateways.salesforce.shapes import Shapes
from connector.gateways.salesforce.soql import encoded, pieces, soql
from connector.gateways.salesforce.wire import from_record


@dataclass(frozen=True)
class _Asked:
    """A question as it is sent: without what the org is known to hide."""

    select: Select
    missing: tuple[str, ...] = ()
    unanswerable: bool = False


class Reader:
    """Answers `Select`s completely."""

    def __init__(self, session: SalesforceSession, shapes: Shapes) -> None:
        self._session = session
        self._shapes = shapes

    def read(self, selects: Sequence[Select]) -> list[Answer]:
        """Answer each question, in the order given."""
        asked = [self._trimmed(select) for select in selects]
        found = self._find(asked)
        for i in [i for i, result in enumerate(found) if _may_be_hidden(selects[i], result)]:
            # Salesforce 4.7: the refusal says "No such column" of a hidden field too.
            self._shapes.shape(selects[i].object)
            asked[i] = self._trimmed(selects[i])
            found[i] = self._find([asked[i]])[0]
        return [_answer(*pair) for pair in zip(asked, found, strict=True)]

    def _trimmed(self, select: Select) -> _Asked:
        """Leave out hidden fields, as far as describe has been asked already.

        A hidden field in a condition or order leaves nothing that could be asked instead; among
        alternatives the others are still asked.
        """
        if not (select.optional and self._shapes.is_known(select.object)):
            return _Asked(select)
        if self._shapes.shape(select.object) is None:
            return _Asked(select)
        missing = self._shapes.hidden(select)
        fields = tuple(field for field in select.fields if field not in missing)
        trimmed = replace(select, fields=fields, where=_visible(select.where, missing))
        needed = {*trimmed.compared, *(order.split()[0] for order in select.order_by)}
        return _Asked(trimmed, missing, not fields or bool(needed & {*missing}))

    def _find(self, asked: Sequence[_Asked]) -> list[list[Row] | Refusal]:
        """Return for each question its rows, or the first refusal of one of its pieces."""
        cut = [[] if one.unanswerable else pieces(one.select) for one in asked]
        results = iter(self._queries([_query(piece) for parts in cut for piece in parts]))
        return [
            _joined(one.select, [next(results) for _ in parts])
            for one, parts in zip(asked, cut, strict=True)
        ]

    def _queries(self, queries: Sequence[str]) -> list[list[Row] | Refusal]:
        results: list[list[Row] | Refusal] = []
        for start in range(0, len(queries), PARTS_PER_CALL):
            results += self._together(queries[start : start + PARTS_PER_CALL])
        return results

    def _together(self, queries: Sequence[str]) -> list[list[Row] | Refusal]:
        """Ask up to five queries in one call; those the org was too busy for are asked again."""
        firsts = self._first_pages(queries)
        for attempt in range(ATTEMPTS - 1):
            busy = [i for i, first in enumerate(firsts) if _passes(first)]
            if not busy:
                break
            self._session.pause(attempt)
            again = self._first_pages([queries[i] for i in busy])
            for i, first in zip(busy, again, strict=True):
                firsts[i] = first
        return [
            first if isinstance(first, Refusal) else self._all_pages(query, first)
            for query, first in zip(queries, firsts, strict=True)
        ]

    def _first_pages(self, queries: Sequence[str]) -> list[Any]:
        base = f"/services/data/v{self._session.version}/"
        parts = [{"method": "GET", "url": base + query} for query in queries]
        request = composite(parts)
        answers = parts_of(request, self._session.ask(request))
        return [_first_page(request, part) for part in answers]

    def _all_pages(self, query: str, first: Mapping[str, Any]) -> list[Row] | Refusal:
        """Follow the locator; a locator that died (Salesforce 4.4) starts the query again."""
        for _ in range(ATTEMPTS):
            try:
                return self._follow(first)
            except RequestRefused as refused:
                if refused.facts.code != "INVALID_QUERY_LOCATOR":
                    raise
                lost = refused
            first = self._first_pages([query])[0]
            if isinstance(first, Refusal):
                return first
        raise lost

    def _follow(self, page: Mapping[str, Any]) -> list[Row]:
        rows: list[Row] = [from_record(record) for record in page["records"]]
        seen: set[str] = set()
        # Salesforce 4.4: wide rows make a page shorter than asked for: its length says nothing.
        while not page.get("done", True):
            path = str(page.get("nextRecordsUrl") or "")
            request = Request("GET", path)
            if not path.startswith("/") or path in seen:
                raise unreadable(request)  # without a way on, rows would be lost in silence
            seen.add(path)
            page = _page(request, self._session.ask(request))
            rows += [from_record(record) for record in page["records"]]
        return rows


def _query(select: Select) -> str:
    """Write the question as the end of an address; its verb says whether the bin counts."""
    verb = "queryAll" if select.deleted else "query"
    return f"{verb}?q={encoded(soql(select))}"


def _visible(
    where: Sequence[Condition | AnyOf], hidden: Collection[str]
) -> tuple[Condition | AnyOf, ...]:
    """Leave out hidden alternatives; an `AnyOf` without any is one that nothing fulfils."""
    return tuple(
        AnyOf(tuple(one for one in each.conditions if one.field not in hidden))
        if isinstance(each, AnyOf)
        else each
        for each in where
    )


def _first_page(request: Request, part: Mapping[str, Any] | None) -> Any:
    status = part.get("httpStatusCode") if part else None
    if part is None or not isinstance(status, int):
        raise unreadable(request)
    # Salesforce 4.3: the call is a success whatever became of its parts.
    ok = 200
    return (
        _page(request, part.get("body")) if status == ok else read_refusal(status, part.get("body"))
    )


def _page(request: Request, body: Any) -> Mapping[str, Any]:
    if not (isinstance(body, Mapping) and isinstance(body.get("records"), list)):
        raise unreadable(request)
    return body


def _passes(result: Any) -> bool:
    """Say whether a refusal of a read may pass by itself."""
    transient = (Meaning.BUSY, Meaning.UNAVAILABLE)
    return isinstance(result, Refusal) and result.meaning in transient


def _may_be_hidden(select: Select, result: list[Row] | Refusal) -> bool:
    return isinstance(result, Refusal) and select.optional and result.meaning is Meaning.NO_FIELD


def _joined(select: Select, parts: Sequence[list[Row] | Refusal]) -> list[Row] | Refusal:
    rows: list[Row] = []
    for part in parts:
        if isinstance(part, Refusal):
            return part
        rows += part
    if len(parts) > 1:
        rows = _ordered(_once_each(rows), select.order_by)[: select.limit]
    return rows


def _once_each(rows: Iterable[Row]) -> list[Row]:
    """Drop second sights of a record: `in` ignores case, so two pieces can find the same one."""
    return list({row.get("Id", object()): row for row in rows}.values())


def _ordered(rows: list[Row], order_by: Sequence[str]) -> list[Row]:
    """Sort rows that came in pieces as one query would have: nulls first, text without case."""
    for order in reversed(order_by):
        path, *words = order.upper().split()
        empty = [row for row in rows if _value(path, row) is None]
        full = [row for row in rows if _value(path, row) is not None]
        full.sort(key=partial(_value, path), reverse="DESC" in words)
        rows = full + empty if "LAST" in words else empty + full
    return rows


def _value(path: str, row: Row) -> Any:
    value: Any = row
    for name in path.split("."):
        found = value or {}
        value = next((found[key] for key in found if key.upper() == name), None)
    return value.casefold() if isinstance(value, str) else value


def _answer(asked: _Asked, found: list[Row] | Refusal) -> Answer:
    if not isinstance(found, Refusal):
        return Answer(tuple(found), missing_fields=asked.missing)
    if asked.select.optional and found.meaning is Meaning.NO_OBJECT:
        return Answer(missing_object=True)
    facts = CallFacts(VENDOR, "GET", f"query of {asked.select.object}", found.status, found.code)
    raise to_error(found, facts, effect=False)
