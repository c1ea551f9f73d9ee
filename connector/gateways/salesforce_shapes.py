"""What the org shows of its objects to this user, from describe, remembered for one run.

A hidden field and a missing one look the same (reference 4.7), so only describe can tell which
fields a query may name. Nothing in here reads records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.core.errors import NotFound
from connector.core.records import Select
from connector.gateways.salesforce_session import Request, SalesforceSession, unreadable


@dataclass(frozen=True)
class Shape:
    """The visible fields of one object and where its relationships lead, in lower case."""

    fields: frozenset[str]
    parents: Mapping[str, tuple[str, ...]]


class Shapes:
    """Describes objects on demand; each at most once."""

    def __init__(self, session: SalesforceSession) -> None:
        self._session = session
        self._known: dict[str, Shape | None] = {}

    def is_known(self, object_name: str) -> bool:
        """Say whether the object was described already, so that asking costs nothing."""
        return object_name.lower() in self._known

    def shape(self, object_name: str) -> Shape | None:
        """Return the object's shape, or None where the org has no such object for this user."""
        key = object_name.lower()
        if key not in self._known:
            self._known[key] = self._describe(object_name)
        return self._known[key]

    def hidden(self, select: Select) -> tuple[str, ...]:
        """Return the fields that the question names and the org does not show, in its order."""
        named = (
            *select.fields,
            *select.compared,
            *(order.split()[0] for order in select.order_by),
        )
        return tuple(f for f in dict.fromkeys(named) if not self._shows(select.object, f))

    def _shows(self, object_name: str, path: str) -> bool:
        shape = self.shape(object_name)
        if shape is None:
            return False
        first, _, rest = path.lower().partition(".")
        if not rest:
            return first in shape.fields
        return any(self._shows(parent, rest) for parent in shape.parents.get(first, ()))

    def _describe(self, object_name: str) -> Shape | None:
        request = Request("GET", f"sobjects/{object_name}/describe")
        try:
            answer = self._session.ask(request)
        except NotFound:
            return None
        if not (isinstance(answer, Mapping) and isinstance(answer.get("fields"), list)):
            raise unreadable(request)
        return _shape(answer["fields"])


def _shape(fields: list[Mapping[str, Any]]) -> Shape:
    return Shape(
        fields=frozenset(str(field["name"]).lower() for field in fields),
        parents={
            str(field["relationshipName"]).lower(): tuple(field.get("referenceTo") or ())
            for field in fields
            if field.get("relationshipName")
        },
    )
