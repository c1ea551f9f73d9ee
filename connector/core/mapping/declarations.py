"""What mapping documents declare of an org beyond the package: fields and objects of the admin.

An own field says its type in the document, so that fitting works without asking the org.
Nothing here reads a document or describes an org.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from types import MappingProxyType

from connector.core.mapping.rows import Mapping, Related
from connector.core.terms.objects import BUSINESS_UNIT, INVITATION
from connector.core.terms.schema import FieldDefinition, ObjectDefinition, Schema
from connector.core.terms.unknown_words import UnknownWord, quoted

TYPES = (
    "Text(80)",
    "TextArea",
    "LongTextArea(32768)",
    "Number(18,2)",
    "Checkbox",
    "DateTime",
    "Date",
    "Picklist",
    "Email",
    "Url",
    "Phone",
)
"""Every type that an own field may have, with an example of its size where it has one."""

OBJECT_OF = MappingProxyType(
    {
        Related.ACCOUNT: "Account",
        Related.CONTACT: "Contact",
        Related.OPPORTUNITY: "Opportunity",
        Related.ORDER: "Order",
        Related.CASE: "Case",
        Related.PRODUCT: "Product2",
        Related.INVITATION: INVITATION,
        Related.BUSINESS_UNIT: BUSINESS_UNIT,
    }
)
"""Which object the lookup of a related record leads to."""

# What the org allows: Metadata API, CustomField.
_LENGTHS = {"Text": (1, 255), "LongTextArea": (256, 131_072)}
_FIXED_LENGTHS = {"TextArea": 255, "Picklist": 255, "Email": 80, "Url": 255, "Phone": 40}
_MOST_DIGITS = 18
_WRITTEN = re.compile(r"(\w+)\s*(?:\(\s*(\d{1,6})\s*(?:,\s*(\d{1,2})\s*)?\))?", re.ASCII)


def parse_field_type(text: str) -> FieldDefinition:
    """Return a definition, without a name yet, of a type such as `Text(80)`.

    Raises `UnknownWord` for a type there is not, ValueError for a size that no org allows.
    """
    found = _WRITTEN.fullmatch(text.strip())
    names = {each.partition("(")[0]: each for each in TYPES}
    if not found or found[1] not in names:
        raise UnknownWord(f"{quoted(text)} is not a type that a field can have here.", text, TYPES)
    name, size, scale = found.groups()
    if name == "Number":
        return _number(size, scale)
    if (name in _LENGTHS) != bool(size) or scale:
        raise ValueError(f"This type is written like `{names[name]}`.")
    return FieldDefinition("", name, length=_length(name, size))


def declared(schema: Schema, mappings: Iterable[Mapping]) -> Schema:
    """Return the schema with the own objects, fields and lookups of these mappings in it."""
    objects = dict(schema.objects)
    for mapping in mappings:
        known = objects.get(mapping.object)
        fields = dict(known.fields) if known else {}
        fields |= {each.target: each.own for each in mapping.fields if each.own}
        fields |= {each.name: each for each in _lookups(mapping)}
        objects[mapping.object] = ObjectDefinition(mapping.object, MappingProxyType(fields))
    return replace(schema, objects=MappingProxyType(objects))


def own_field(target: str, kind: FieldDefinition, *, is_key: bool) -> FieldDefinition:
    """Return the definition of an own field; a key is unique, also by case."""
    # Salesforce 4.8: uncertain: unique texts ignore case by default; ids of Trustpilot do not.
    return replace(kind, name=target, unique=is_key, external_id=is_key, case_sensitive=is_key)


def _lookups(mapping: Mapping) -> Iterator[FieldDefinition]:
    for each in mapping.lookups:
        yield FieldDefinition(each.target, "Lookup", reference_to=OBJECT_OF[each.related])


def _number(size: str | None, scale: str | None) -> FieldDefinition:
    digits, behind = int(size or 0), int(scale or 0)
    if not (1 <= digits <= _MOST_DIGITS and behind < digits):
        raise ValueError(
            "A number says how many digits it has in all, 18 at most, and how many of them "
            "stand behind the point: `Number(18,2)`."
        )
    return FieldDefinition("", "Number", precision=digits, scale=behind)


def _length(name: str, size: str | None) -> int:
    if size is None:
        return _FIXED_LENGTHS.get(name, 0)
    least, most = _LENGTHS[name]
    if not least <= int(size) <= most:
        raise ValueError(f"`{name}` holds {least} to {most} characters in any org.")
    return int(size)
