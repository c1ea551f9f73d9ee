"""What is wrong with a mapping, judged against the schema before any review is read.

It only judges; where in the file a fault stands is known to the configuration alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from connector.core.mapping import FieldMap, Mapping, fit
from connector.core.reviews import Review, ReviewType
from connector.core.schema import FieldDefinition, ObjectDefinition, Schema
from connector.core.transforms import Kind
from connector.core.words import did_you_mean, quoted

WRITTEN_BY_FLOWS = frozenset(
    {
        "Business_Unit__c",
        "Content_Hash__c",
        "Reply__c",
        "Reply_Status__c",
        "Published_Reply__c",
        "Replied_At__c",
        "Reply_Error__c",
        "Edited__c",
        "Edit_Count__c",
        "Previous_Stars__c",
        "Previous_Title__c",
        "Previous_Text__c",
        "Missing_Since__c",
        "Case_Rule__c",
        "Case_Opened_At__c",
        "Review_Case__c",
        "Deleted__c",
        "Deleted_At__c",
    }
)
"""Fields of the review object that the flows own; a mapping that wrote them would fight them."""

HOLDS: MappingProxyType[Kind, frozenset[str]] = MappingProxyType(
    {
        Kind.TEXT: frozenset(
            {"Text", "TextArea", "LongTextArea", "Phone", "Picklist", "Email", "Url"}
        ),
        Kind.NUMBER: frozenset({"Number", "Currency", "Percent"}),
        Kind.BOOLEAN: frozenset({"Checkbox"}),
        Kind.TIME: frozenset({"DateTime"}),
    }
)
"""Which field types can hold which kind of value; the other kinds need a transform."""

_TRANSFORM_FOR = {Kind.LIST: "join", Kind.RATINGS: "attribute_ratings"}


@dataclass(frozen=True)
class SourceWord:
    """What a word on the right-hand side stands for; `choices` where its values are known."""

    kind: Kind
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a mapping.

    `path` leads to it through the document's keys; `of` tells whether the last key itself is
    wrong or what stands behind it.
    """

    path: tuple[str, ...]
    message: str
    hint: str = ""
    of: Literal["key", "value"] = "value"


def mapping_faults(mapping: Mapping, schema: Schema) -> Iterator[Fault]:
    """Yield everything that the schema contradicts in a mapping; nothing means it can be used."""
    definition = schema.objects.get(mapping.object)
    if definition is None:
        hint = did_you_mean(mapping.object, schema.objects)
        yield Fault(("object",), f"{quoted(mapping.object)} is not an object of the package.", hint)
    elif not definition.fields.keys() >= WRITTEN_BY_FLOWS:
        message = f"`{mapping.object}` cannot hold reviews."
        yield Fault(("object",), message, "Map to `Trustpilot_Review__c`.")
    else:
        yield from _external_id_faults(mapping, definition)
        for each in mapping.fields:
            yield from _field_faults(each, definition)


def _external_id_faults(mapping: Mapping, definition: ObjectDefinition) -> Iterator[Fault]:
    key, path = mapping.external_id, ("external_id",)
    field = definition.fields.get(key)
    if field is None:
        yield _unknown_field(path, key, definition)
    elif not _is_key(field):
        keys = ", ".join(f"`{each.name}`" for each in definition.fields.values() if _is_key(each))
        message = f"`{key}` cannot find a review again: it is not a unique external id."
        yield Fault(path, message, f"Keys of {definition.name}: {keys or 'none'}.")
    elif not any(each.target == key and _is_plain_id(each) for each in mapping.fields):
        message = f"`{key}` must take the word `id` unchanged."
        yield Fault(path, message, f"Write `{key}: id` under `fields`.")


def _field_faults(each: FieldMap, definition: ObjectDefinition) -> Iterator[Fault]:
    path = ("fields", each.target)
    field = definition.fields.get(each.target)
    if each.source and each.source not in SOURCES:
        message = f"{quoted(each.source)} is not a word that a review has."
        yield Fault((*path, "from"), message, did_you_mean(each.source, SOURCES))
    if each.target in WRITTEN_BY_FLOWS:
        message = f"`{each.target}` is written by the connector itself."
        yield Fault(path, message, "Remove the line.", of="key")
    elif field is None:
        yield _unknown_field(path, each.target, definition, of="key")
    elif not each.source:
        yield from _constant_faults(each, field)
    elif each.source in SOURCES:
        yield from _source_faults(each, SOURCES[each.source], field)


def _source_faults(each: FieldMap, word: SourceWord, field: FieldDefinition) -> Iterator[Fault]:
    path = ("fields", each.target)
    if each.transform and each.transform.takes is not word.kind:
        message = f"`{each.transform.name}` takes {each.transform.takes}; "
        message += f"`{each.source}` is {word.kind}."
        yield Fault((*path, "transform"), message, _needed_transform(word.kind))
        return
    kind = Kind.TEXT if each.transform else word.kind
    choices = () if each.transform else word.choices
    if field.type not in HOLDS.get(kind, ()):
        message = f"A field of type {field.type} cannot hold `{each.source}`, which is {kind}."
        yield Fault((*path, "from"), message, _needed_transform(kind))
    elif field.restricted and not (choices and set(choices) <= set(field.picklist)):
        message = f"The picklist takes only {', '.join(field.picklist)}; "
        message += f"`{each.source}` can be something else."
        yield Fault((*path, "from"), message, "Map it to a Text field.")


def _constant_faults(each: FieldMap, field: FieldDefinition) -> Iterator[Fault]:
    path = ("fields", each.target, "constant")
    kind = _kind_of_constant(each.constant)
    if field.type not in HOLDS[kind]:
        yield Fault(
            path, f"A field of type {field.type} cannot hold this constant, which is {kind}."
        )
    elif field.restricted and each.constant not in field.picklist:
        hint = did_you_mean(str(each.constant), field.picklist)
        yield Fault(path, f"{quoted(str(each.constant))} is not a value of the picklist.", hint)
    elif fit(field, each.constant) != each.constant:
        yield Fault(path, f"The constant does not fit the field {field.name}.", _room(field))


def _unknown_field(
    path: tuple[str, ...],
    name: str,
    definition: ObjectDefinition,
    *,
    of: Literal["key", "value"] = "value",
) -> Fault:
    message = f"{quoted(name)} is not a field of {definition.name}."
    return Fault(path, message, did_you_mean(name, definition.fields), of=of)


def _is_key(field: FieldDefinition) -> bool:
    return field.external_id and field.unique and field.case_sensitive


def _is_plain_id(each: FieldMap) -> bool:
    return each.source == "id" and each.transform is None


def _needed_transform(kind: Kind) -> str:
    name = _TRANSFORM_FOR.get(kind)
    return f"Add `transform: {name}`." if name else ""


def _room(field: FieldDefinition) -> str:
    if field.length:
        return f"It holds {field.length} characters."
    if field.precision:
        return f"It holds {field.precision} digits, {field.scale} of them behind the point."
    return ""


def _kind_of_constant(value: object) -> Kind:
    if isinstance(value, bool):
        return Kind.BOOLEAN
    return Kind.TEXT if isinstance(value, str) else Kind.NUMBER


def _source_word(annotation: Any) -> SourceWord:
    if isinstance(annotation, UnionType):
        annotation = next(each for each in get_args(annotation) if each is not NoneType)
    if get_origin(annotation) is tuple:
        return SourceWord(Kind.LIST if get_args(annotation)[0] is str else Kind.RATINGS)
    return _WORDS_BY_TYPE[annotation]


_WORDS_BY_TYPE = {
    str: SourceWord(Kind.TEXT),
    int: SourceWord(Kind.NUMBER),
    bool: SourceWord(Kind.BOOLEAN),
    datetime: SourceWord(Kind.TIME),
    ReviewType: SourceWord(Kind.TEXT, tuple(ReviewType)),
}

SOURCES = MappingProxyType(
    {name: _source_word(annotation) for name, annotation in get_type_hints(Review).items()}
)
"""Every word that a mapping may use as a source: the fields of `Review`."""
