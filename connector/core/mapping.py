"""How one review becomes one row of the org.

A mapping says which field takes which word of `core.reviews.Review`, which constant, and by
which transform. What the schema can contradict is found when the mapping is read
(`core.mapping_faults`); `map_review` refuses nothing, so one odd review never stops a run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from collections.abc import Mapping as ReadOnlyMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connector.core.reviews import Review, ReviewType
from connector.core.schema import FieldDefinition, Schema
from connector.core.transforms import Transform, clean, email, one_line, truncate, url

EARLIEST_YEAR, LATEST_YEAR = 1700, 4000
"""The org refuses times outside these years (both included)."""


@dataclass(frozen=True)
class FieldMap:
    """Where one field's value comes from: a source word (with a transform), or a constant.

    `place` is where the field stands in its document (`mapping.yaml:9:3`), for messages only.
    """

    target: str
    source: str = ""
    constant: str | float | bool | None = None
    transform: Transform | None = None
    place: str = field(default="", compare=False)


@dataclass(frozen=True)
class Mapping:
    """How reviews of one type become rows of one object, found again by its external id."""

    object: str
    external_id: str
    type: ReviewType
    fields: tuple[FieldMap, ...]


def map_review(mapping: Mapping, schema: Schema, review: Review) -> dict[str, Any]:
    """Return the row for a review: field names to text, numbers, booleans, datetimes or None.

    Text is cleaned and cut to its field at a word, numbers are rounded to their scale, and
    what a field cannot hold at all becomes None: the rest of the review still arrives.
    A unique key is never cut, because the cut key would be another record's.
    Datetimes stay aware datetimes. Never raises for a mapping without faults.
    """
    definitions = schema.objects[mapping.object].fields
    return {
        each.target: fit(definitions[each.target], _value(each, review)) for each in mapping.fields
    }


def content_hash(row: ReadOnlyMapping[str, Any]) -> str:
    """Return the SHA-256 of a row in hex, the same for the same content in any order."""
    canonical = json.dumps(dict(row), sort_keys=True, separators=(",", ":"), default=_utc_text)
    return hashlib.sha256(canonical.encode()).hexdigest()


def fit(definition: FieldDefinition, value: Any) -> Any:
    """Return `value` as the field can hold it, or None (False for a checkbox) where it cannot."""
    if value is None:
        return False if definition.type == "Checkbox" else None
    return _FITTERS[definition.type](definition, value)


def _value(each: FieldMap, review: Review) -> Any:
    value = getattr(review, each.source) if each.source else each.constant
    if value is None or each.transform is None:
        return value
    return each.transform.apply(value)


def _fit_line(definition: FieldDefinition, value: str) -> str | None:
    if definition.unique:
        return clean(value) or None
    return _cut(definition, one_line(value))


def _fit_text(definition: FieldDefinition, value: str) -> str | None:
    return _cut(definition, clean(value))


def _cut(definition: FieldDefinition, text: str) -> str | None:
    return (truncate(text, definition.length) if definition.length else text) or None


def _fit_number(definition: FieldDefinition, value: float) -> float | None:
    ceiling = 10 ** (definition.precision - definition.scale)
    if not abs(value) < ceiling:  # also true of NaN
        return None
    rounded = round(value, definition.scale) if definition.scale else round(value)
    return rounded if abs(rounded) < ceiling else None


def _fit_time(_definition: FieldDefinition, value: datetime) -> datetime | None:
    return value if EARLIEST_YEAR <= value.year <= LATEST_YEAR else None


def _as_it_is(_definition: FieldDefinition, value: Any) -> Any:
    return value


def _fit_email(_definition: FieldDefinition, value: str) -> str | None:
    return email(value)


def _fit_url(_definition: FieldDefinition, value: str) -> str | None:
    return url(value)


def _utc_text(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()


_FITTERS: dict[str, Callable[[FieldDefinition, Any], Any]] = {
    "Text": _fit_line,
    "TextArea": _fit_text,
    "LongTextArea": _fit_text,
    "Phone": _fit_line,
    "Picklist": _fit_line,
    "Email": _fit_email,
    "Url": _fit_url,
    "Number": _fit_number,
    "Currency": _fit_number,
    "Percent": _fit_number,
    "Checkbox": _as_it_is,
    "DateTime": _fit_time,
}
