"""What the org shows of its objects to this user, from describe, remembered for one run.

A hidden field and a missing one look the same (Salesforce 4.7), so only describe can tell which
fields a query may name. Nothing in here reads records.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.core.org.shapes import FieldShape, ObjectShape
from connector.core.terms.errors import NotFound
from connector.core.terms.records import Select
from connector.gateways.salesforce.session import Request, SalesforceSession, unreadable


class Shapes:
    """Describes objects on demand; each at most once."""

    def __init__(self, session: SalesforceSession) -> None:
        self._session = session
        self._known: dict[str, ObjectShape | None] = {}

    def is_known(self, object_name: str) -> bool:
        """Say whether the object was described already, so that asking costs nothing."""
        return object_name.lower() in self._known

    def shape(self, object_name: str) -> ObjectShape | None:
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
        first, _, rest = path.partition(".")
        if not rest:
            return shape.field(first) is not None
        return any(self._shows(parent, rest) for parent in shape.parents(first))

    def _describe(self, object_name: str) -> ObjectShape | None:
        request = Request("GET", f"sobjects/{object_name}/describe")
        try:
            answer = self._session.ask(request)
        except NotFound:
            return None
        fields = answer.get("fields") if isinstance(answer, Mapping) else None
        if not (isinstance(fields, list) and all(map(_is_field, fields))):
            raise unreadable(request)
        return _shape(object_name, answer)


def _is_field(item: object) -> bool:
    return isinstance(item, Mapping) and isinstance(item.get("name"), str)


def _shape(object_name: str, answer: Mapping[str, Any]) -> ObjectShape:
    fields = [_field(item) for item in answer["fields"]]
    return ObjectShape(
        name=object_name,
        fields={each.name.lower(): each for each in fields},
        queryable=answer.get("queryable") is True,
        createable=answer.get("createable") is True,
        updateable=answer.get("updateable") is True,
        deletable=answer.get("deletable") is True,
    )


def _field(item: Mapping[str, Any]) -> FieldShape:
    return FieldShape(
        name=item["name"],
        type=str(item.get("type") or ""),
        length=_number(item.get("length")),
        precision=_number(item.get("precision")),
        scale=_number(item.get("scale")),
        createable=item.get("createable") is True,
        updateable=item.get("updateable") is True,
        external_id=item.get("externalId") is True,
        unique=item.get("unique") is True,
        case_sensitive=item.get("caseSensitive") is True,
        picklist=tuple(_active_values(item.get("picklistValues"))),
        restricted=item.get("restrictedPicklist") is True,
        reference_to=tuple(_texts(item.get("referenceTo"))),
        relationship=str(item.get("relationshipName") or ""),
    )


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _active_values(listed: object) -> list[str]:
    values = listed if isinstance(listed, list) else []
    active = [each for each in values if isinstance(each, Mapping) and each.get("active") is True]
    return _texts([each.get("value") for each in active])
