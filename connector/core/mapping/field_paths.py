"""Whether a field path of one of our objects leads anywhere, as far as the package can tell.

What a standard object holds is known to the org alone, so a path is followed until it leaves the
package and trusted from there.
"""

from __future__ import annotations

from connector.core.terms.schema import ObjectDefinition, Schema
from connector.core.terms.unknown_words import UnknownWord, quoted

_EVERYWHERE = (
    "Id",
    "Name",
    "OwnerId",
    "CreatedDate",
    "CreatedById",
    "LastModifiedDate",
    "LastModifiedById",
    "SystemModstamp",
    "RecordTypeId",
    "CurrencyIsoCode",
)
_PARENTS_EVERYWHERE = ("Owner", "CreatedBy", "LastModifiedBy", "RecordType")


def check_field_path(schema: Schema, object_name: str, path: str) -> None:
    """Return if a path such as `Order__r.Type` leads to a field, or out of the package.

    Names must be spelled as the package spells them, capitals included. Raises `UnknownWord`.
    """
    *parents, field = path.split(".")
    for step in parents:
        definition = schema.objects.get(object_name)
        if definition is None or step in _PARENTS_EVERYWHERE:
            return
        object_name = _target(definition, step)
    if object_name in schema.objects:
        _check_field(schema.objects[object_name], field)


def _target(definition: ObjectDefinition, step: str) -> str:
    known = {
        f"{each.name.removesuffix('__c')}__r": each.reference_to
        for each in definition.fields.values()
        if each.reference_to
    }
    if step not in known:
        sentence = f"{quoted(step)} does not lead from {definition.name} to another record."
        raise UnknownWord(sentence, step, known)
    return known[step]


def _check_field(definition: ObjectDefinition, field: str) -> None:
    lookup = definition.fields.get(f"{field[:-1]}c" if field.endswith("__r") else field)
    if lookup is not None and lookup.reference_to:
        parent = f"{lookup.name.removesuffix('__c')}__r"
        sentence = f"{quoted(field)} is a record of {lookup.reference_to}, not a value of it."
        raise UnknownWord(sentence, parent, [f"{parent}.Name"])
    if field not in definition.fields and field not in _EVERYWHERE:
        sentence = f"{quoted(field)} is not a field of {definition.name}."
        raise UnknownWord(sentence, field, definition.fields)
