"""How one review becomes one row of the org.

A mapping says which field takes which word of `core.terms.reviews.Review`, which constant, and by
which transform. What the schema can contradict is found when the mapping is read
(`core.mapping.faults`); `map_review` refuses nothing, so one odd review never stops a run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from collections.abc import Mapping as ReadOnlyMapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from connector.core.mapping.transforms import Transform, clean, email, one_line, truncate, url
from connector.core.terms.reviews import Review, ReviewType
from connector.core.terms.schema import FieldDefinition, Schema

EARLIEST_YEAR, LATEST_YEAR = 1700, 4000
"""The org refuses times outside these years (both included)."""


class Related(StrEnum):
    """A record that a review is about: what a lookup of a mapping may take."""

    ACCOUNT = "account"
    CONTACT = "contact"
    OPPORTUNITY = "opportunity"
    ORDER = "order"
    CASE = "case"
    PRODUCT = "product"
    INVITATION = "invitation"
    BUSINESS_UNIT = "business_unit"

    @property
    def field(self) -> str:
        """The lookup of the review's own record that holds it."""
        return f"{self.value.title()}__c"


@dataclass(frozen=True)
class FieldMap:
    """Where one field's value comes from: a source word (with a transform), or a constant.

    `own` is the field as the document declares it, None for a field of the package.
    `place` is where the line stands in the document, such as `mappings/mine.yaml:12:3`.
    """

    target: str
    source: str = ""
    constant: str | float | bool | None = None
    transform: Transform | None = None
    own: FieldDefinition | None = None
    place: str = field(default="", compare=False)


@dataclass(frozen=True)
class LookupMap:
    """A lookup of one's own and which related record it takes; `place` as in `FieldMap`."""

    target: str
    related: Related
    place: str = field(default="", compare=False)


@dataclass(frozen=True)
class Mapping:
    """How reviews of some types become rows of one object, found again by its external id.

    `place` is where the document names the object.
    """

    object: str
    external_id: str
    types: tuple[ReviewType, ...]
    fields: tuple[FieldMap, ...]
    lookups: tuple[LookupMap, ...] = ()
    place: str = field(default="", compare=False)

    @property
    def lines(self) -> tuple[FieldMap | LookupMap, ...]:
        """Everything that names a field of the object, in the order of the document."""
        return (*self.fields, *self.lookups)


@dataclass(frozen=True)
class MappedRow:
    """A review as a row: field names to values, and which of the fields had to be cut."""

    row: ReadOnlyMapping[str, Any]
    cut: tuple[str, ...] = ()


def map_review(mapping: Mapping, schema: Schema, review: Review) -> MappedRow:
    """Return the row for a review: text, numbers, booleans, datetimes, dates or None.

    Text is cleaned and cut to its field at a word, numbers are rounded to their scale, and
    what a field cannot hold at all becomes None: the rest of the review still arrives.
    A unique key is never cut, because the cut key would be another record's.
    Datetimes stay aware datetimes. Never raises for a mapping without faults.
    """
    definitions = schema.objects[mapping.object].fields
    fitted = {
        each.target: _fitted(definitions[each.target], _value(each, review))
        for each in mapping.fields
    }
    return MappedRow(
        {name: value for name, (value, _) in fitted.items()},
        tuple(name for name, (_, is_cut) in fitted.items() if is_cut),
    )


def lookup_values(mapping: Mapping, review_row: ReadOnlyMapping[str, Any]) -> dict[str, Any]:
    """Return the lookups of a mapping, taken from the row of the review's own record.

    A lookup about which that row says nothing is left out, so that it is left as it is.
    """
    return {
        each.target: review_row[each.related.field]
        for each in mapping.lookups
        if each.related.field in review_row
    }


def content_hash(content: ReadOnlyMapping[str, Any]) -> str:
    """Return the SHA-256 of a row in hex, the same for the same content in any order."""
    canonical = json.dumps(dict(content), sort_keys=True, separators=(",", ":"), default=_json)
    return hashlib.sha256(canonical.encode()).hexdigest()


def fit(definition: FieldDefinition, value: Any) -> Any:
    """Return `value` as the field can hold it, or None (False for a checkbox) where it cannot."""
    return _fitted(definition, value)[0]


def _fitted(definition: FieldDefinition, value: Any) -> tuple[Any, bool]:
    """Return the value as the field can hold it, and whether it had to be cut for that."""
    if value is None:
        return (False if definition.type == "Checkbox" else None), False
    if definition.type in _TEXTS:
        return _fitted_text(definition, value)
    return _FITTERS[definition.type](definition, value), False


def _fitted_text(definition: FieldDefinition, value: str) -> tuple[str | None, bool]:
    if definition.unique:
        return clean(value) or None, False
    text = _TEXTS[definition.type](value)
    kept = truncate(text, definition.length) if definition.length else text
    return kept or None, kept != text


def _value(each: FieldMap, review: Review) -> Any:
    value = getattr(review, each.source) if each.source else each.constant
    if value is None or each.transform is None:
        return value
    return each.transform.apply(value)


def _fit_number(definition: FieldDefinition, value: float) -> float | None:
    ceiling = 10 ** (definition.precision - definition.scale)
    if not abs(value) < ceiling:  # also true of NaN
        return None
    rounded = round(value, definition.scale) if definition.scale else round(value)
    return rounded if abs(rounded) < ceiling else None


def _fit_time(_definition: FieldDefinition, value: date) -> date | None:
    return value if EARLIEST_YEAR <= value.year <= LATEST_YEAR else None


def _as_it_is(_definition: FieldDefinition, value: Any) -> Any:
    return value


def _fit_email(_definition: FieldDefinition, value: str) -> str | None:
    return email(value)


def _fit_url(_definition: FieldDefinition, value: str) -> str | None:
    return url(value)


def _json(value: date) -> str:
    """Spell what JSON has no words for: times (in UTC) and dates."""
    return (value.astimezone(UTC) if isinstance(value, datetime) else value).isoformat()


_TEXTS: dict[str, Callable[[str], str]] = {
    "Text": one_line,
    "TextArea": clean,
    "LongTextArea": clean,
    "Phone": one_line,
    "Picklist": one_line,
}

_FITTERS: dict[str, Callable[[FieldDefinition, Any], Any]] = {
    "Email": _fit_email,
    "Url": _fit_url,
    "Number": _fit_number,
    "Currency": _fit_number,
    "Percent": _fit_number,
    "Checkbox": _as_it_is,
    "DateTime": _fit_time,
    "Date": _fit_time,
}
