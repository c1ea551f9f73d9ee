"""What is wrong with a document that copies reviews to an object of the admin's own.

The package knows nothing of such an object, so the document must declare every field.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connector.core.mapping.faults import (
    Fault,
    declared_line,
    declared_otherwise,
    is_custom_name,
    is_name,
    is_plain_id,
    repeated_targets,
    value_faults,
    word_faults,
)
from connector.core.mapping.rows import FieldMap, Mapping
from connector.core.terms.schema import Schema
from connector.core.terms.unknown_words import quoted

ID_LENGTH = 24
"""Characters of an id at Trustpilot (Trustpilot 2)."""


def copy_faults(
    mapping: Mapping, schema: Schema, others: Sequence[Mapping] = ()
) -> Iterator[Fault]:
    """Yield everything wrong with a copy document; `others` are the mappings read before it."""
    yield from _object_faults(mapping, schema, others)
    yield from _key_faults(mapping)
    for each in mapping.fields:
        yield from _field_faults(each)
    for lookup in mapping.lookups:
        if not is_name(lookup.target):
            yield _no_name(("lookups", lookup.target), lookup.target)
    yield from repeated_targets(mapping)
    yield from declared_otherwise(mapping, others)


def _object_faults(mapping: Mapping, schema: Schema, others: Sequence[Mapping]) -> Iterator[Fault]:
    name, path = mapping.object, ("object",)
    if not is_name(name):
        yield Fault(path, f"{quoted(name)} is not the name of an object.", "Write its API name.")
    elif name.casefold() in {each.casefold() for each in schema.objects}:
        message = f"`{name}` is an object of the package; a copy goes to another one."
        yield Fault(path, message, "Add fields of your own to `reviews.service_mapping` instead.")
    elif any(_same_reviews(mapping, each) for each in others):
        message = f"Another document copies the same reviews to `{name}`."
        yield Fault(path, message, "Keep one, or part them by `of: service` and `of: product`.")


def _same_reviews(mapping: Mapping, other: Mapping) -> bool:
    same_object = mapping.object.casefold() == other.object.casefold()
    return same_object and not set(mapping.types).isdisjoint(other.types)


def _key_faults(mapping: Mapping) -> Iterator[Fault]:
    key, path = mapping.external_id, ("external_id",)
    line = next((each for each in mapping.fields if each.target == key), None)
    if not is_custom_name(key):
        message = f"{quoted(key)} is not the name of a field of your own."
        yield Fault(path, message, "Make a unique external id in Setup; its name ends with `__c`.")
    elif line is None or not is_plain_id(line):
        message = f"`{key}` must take the word `id` unchanged."
        hint = f"Write `{key}: {{from: id, type: Text(64)}}` under `fields`."
        yield Fault(path, message, hint)
    elif line.own and (line.own.type != "Text" or line.own.length < ID_LENGTH):
        message = f"`{key}` must hold the {ID_LENGTH} characters of a review's id."
        yield Fault(("fields", key, "type"), message, "Write `type: Text(64)`.")


def _field_faults(each: FieldMap) -> Iterator[Fault]:
    path = ("fields", each.target)
    yield from word_faults(each)
    if not is_name(each.target):
        yield _no_name(path, each.target)
    elif each.own is None:
        message = f"`{each.target}` needs its type: the package does not know this object."
        yield Fault(path, message, f"Write it like `{declared_line(each)}`.", of="key")
    else:
        yield from value_faults(each, each.own)


def _no_name(path: tuple[str, ...], name: str) -> Fault:
    message = f"{quoted(name)} is not the name of a field."
    return Fault(path, message, "Write the field's API name.", of="key")
