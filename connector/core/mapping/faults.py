"""What is wrong with a mapping, judged against the schema before any review is read.

It only judges; where in the file a fault stands is known to the configuration alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from connector.core.mapping.rows import FieldMap, Mapping, fit
from connector.core.mapping.transforms import Kind
from connector.core.terms.reviews import Review, ReviewType
from connector.core.terms.schema import FieldDefinition, ObjectDefinition, Schema
from connector.core.terms.unknown_words import did_you_mean, quoted

WRITTEN_BY_FLOWS = frozenset(
    {
        "Business_Unit__c",
        "Content_Hash__c",
        "Reply__c",
        "Reply_Status__c",
        "Published_Reply__c",
        "Replied_At__c",
        "Reply_Error__c",
        "Reply_Warnings__c",
        "Their_Reply__c",
        "Conflict_Choice__c",
        "Conversation_State__c",
        "Suggested_Reply__c",
        "Automatic_Reply__c",
        "Auto_Reply_At__c",
        "Auto_Reply_Key__c",
        "Response_Due_At__c",
        "Response_Check_At__c",
        "Response_Breached__c",
        "Edited__c",
        "Edit_Count__c",
        "Previous_Stars__c",
        "Previous_Title__c",
        "Previous_Text__c",
        "Missing_Since__c",
        "Tags_To_Add__c",
        "Tags_Wanted__c",
        "Tags_Error__c",
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
        Kind.DATE: frozenset({"Date"}),
    }
)
"""Which field types can hold which kind of value; the other kinds need a transform."""

_TRANSFORM_FOR = {Kind.LIST: "join", Kind.RATINGS: "attribute_ratings"}
_TO_A_DAY = "Add `transform: local_date ZONE`, such as `local_date Europe/Berlin`."
_NAME = re.compile(r"[A-Za-z]\w*", re.ASCII)
_OWN_NAME = re.compile(r"[A-Za-z]\w*__c", re.ASCII)


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


def mapping_faults(
    mapping: Mapping, schema: Schema, others: Sequence[Mapping] = ()
) -> Iterator[Fault]:
    """Yield everything that the schema contradicts in a mapping to the review object.

    Nothing means it can be used. `others` are the mappings read before it.
    """
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
        for lookup in mapping.lookups:
            yield from _own_name_faults(("lookups", lookup.target), lookup.target, definition)
        yield from repeated_targets(mapping)
        yield from declared_otherwise(mapping, others)


def word_faults(each: FieldMap) -> Iterator[Fault]:
    """Yield what is wrong with the word that a field takes."""
    if each.source and each.source not in SOURCES:
        message = f"{quoted(each.source)} is not a word that a review has."
        path = ("fields", each.target, "from")
        yield Fault(path, message, did_you_mean(each.source, SOURCES))


def value_faults(each: FieldMap, field: FieldDefinition) -> Iterator[Fault]:
    """Yield why a field cannot hold the word or the constant that it takes."""
    if not each.source:
        yield from _constant_faults(each, field)
    elif each.source in SOURCES:
        yield from _source_faults(each, SOURCES[each.source], field)


def repeated_targets(mapping: Mapping) -> Iterator[Fault]:
    """Yield fields that are named twice: the org does not tell capitals from small letters."""
    seen: Counter[str] = Counter()
    for each in mapping.lines:
        seen[each.target.casefold()] += 1
        if seen[each.target.casefold()] > 1:
            path = ("fields" if isinstance(each, FieldMap) else "lookups", each.target)
            yield Fault(path, f"{quoted(each.target)} is filled twice.", "Keep one.", of="key")


def declared_otherwise(mapping: Mapping, others: Sequence[Mapping]) -> Iterator[Fault]:
    """Yield own fields that a mapping which was read before declares with another type."""
    known = {
        each.target: each.own
        for other in others
        if other.object == mapping.object
        for each in other.fields
        if each.own
    }
    for each in mapping.fields:
        if each.own and known.get(each.target, each.own) != each.own:
            message = f"`{each.target}` has another type in another mapping document."
            yield Fault(("fields", each.target, "type"), message, "One field has one type.")


def declared_line(each: FieldMap) -> str:
    """Return the line of a field as it would be with a type; words nobody knows are left out."""
    word = each.source if each.source in SOURCES else "WORD"
    taken = f"from: {word}" if each.source else "constant: VALUE"
    return f"{each.target}: {{{taken}, type: Text(80)}}"


def is_name(text: str) -> bool:
    """True for what can be the API name of an object or a field."""
    return bool(_NAME.fullmatch(text))


def is_custom_name(text: str) -> bool:
    """True for the API name of a field that somebody added to the org."""
    return bool(_OWN_NAME.fullmatch(text))


def is_plain_id(each: FieldMap) -> bool:
    """True for a line that takes the review's id as it is."""
    return each.source == "id" and each.transform is None


def _external_id_faults(mapping: Mapping, definition: ObjectDefinition) -> Iterator[Fault]:
    key, path = mapping.external_id, ("external_id",)
    field = definition.fields.get(key)
    if field is None:
        yield _unknown_field(path, key, definition)
    elif not _is_key(field):
        keys = ", ".join(f"`{each.name}`" for each in definition.fields.values() if _is_key(each))
        message = f"`{key}` cannot find a review again: it is not a unique external id."
        yield Fault(path, message, f"Keys of {definition.name}: {keys or 'none'}.")
    elif not any(each.target == key and is_plain_id(each) for each in mapping.fields):
        message = f"`{key}` must take the word `id` unchanged."
        yield Fault(path, message, f"Write `{key}: id` under `fields`.")


def _field_faults(each: FieldMap, definition: ObjectDefinition) -> Iterator[Fault]:
    path = ("fields", each.target)
    field = definition.fields.get(each.target)
    yield from word_faults(each)
    if each.target in WRITTEN_BY_FLOWS:
        yield _written_by_us(path, each.target)
    elif each.own is not None:
        yield from _own_name_faults(path, each.target, definition)
        yield from value_faults(each, each.own)
    elif field is None:
        yield _unknown_field(path, each.target, definition, of="key", hint=_declare(each))
    else:
        yield from value_faults(each, field)


def _own_name_faults(
    path: tuple[str, ...], name: str, definition: ObjectDefinition
) -> Iterator[Fault]:
    """An own field or lookup is one that the package does not have."""
    known = {each.casefold(): each for each in definition.fields}.get(name.casefold())
    if known and path[0] == "lookups":
        yield _written_by_us(path, known)
    elif known:
        message = f"`{known}` is a field of the package, which knows its type."
        yield Fault((*path, "type"), message, f"Write `{known}` without `type`.")
    elif not is_custom_name(name):
        message = f"{quoted(name)} is not the name of a field of your own."
        yield Fault(path, message, "Its name ends with `__c`.", of="key")


def _written_by_us(path: tuple[str, ...], name: str) -> Fault:
    message = f"`{name}` is written by the connector itself."
    return Fault(path, message, "Remove the line.", of="key")


def _source_faults(each: FieldMap, word: SourceWord, field: FieldDefinition) -> Iterator[Fault]:
    path = ("fields", each.target)
    if each.transform and each.transform.takes is not word.kind:
        message = f"`{each.transform.name}` takes {each.transform.takes}; "
        message += f"`{each.source}` is {word.kind}."
        yield Fault((*path, "transform"), message, _needed_transform(word.kind, field))
        return
    kind = each.transform.gives if each.transform else word.kind
    choices = () if each.transform else word.choices
    if field.type not in HOLDS.get(kind, ()):
        message = f"A field of type {field.type} cannot hold `{each.source}`, which is {kind}."
        yield Fault((*path, "from"), message, _needed_transform(kind, field))
    # Trustpilot 5.4: most of a review's words come from open sets.
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
    hint: str = "",
) -> Fault:
    message = f"{quoted(name)} is not a field of {definition.name}."
    hints = (did_you_mean(name, definition.fields), hint)
    return Fault(path, message, " ".join(each for each in hints if each), of=of)


def _declare(each: FieldMap) -> str:
    """How to say that a field is an own one; nothing where its name could never be."""
    if not is_custom_name(each.target):
        return ""
    return f"A field of your own says its type: `{declared_line(each)}`."


def _is_key(field: FieldDefinition) -> bool:
    # Salesforce 4.8: with less than these three a review could double.
    return field.external_id and field.unique and field.case_sensitive


def _needed_transform(kind: Kind, field: FieldDefinition) -> str:
    if kind is Kind.TIME and field.type == "Date":
        return _TO_A_DAY
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
