"""Collects what the connector asks of an org: of its own package, the mappings and the rules.

It says what is needed; whether the org has it is for `check` and `standard_check`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connector.core.mapping.rows import LookupMap
from connector.core.mapping.rows import Mapping as FieldMapping
from connector.core.org.shapes import (
    Access,
    PicklistWord,
    RequiredField,
    RequiredObject,
    StandardField,
)
from connector.core.org.standard_needs import MATCHING, Places, rule_fields, rule_words
from connector.core.policy import RunPolicy
from connector.core.privacy.plan import OnDelete
from connector.core.terms.objects import BUSINESS_UNIT, REVIEW
from connector.core.terms.schema import FieldDefinition, Schema

ONLY_READ = frozenset(
    {(BUSINESS_UNIT, "Pause_Invitations__c"), (BUSINESS_UNIT, "Pause_Replies__c")}
)
"""Fields of the package that belong to people: the connector reads them and never writes."""

_NEVER_WRITTEN = frozenset({"AutoNumber", "Formula", "Summary"})


@dataclass(frozen=True)
class OrgNeeds:
    """Everything that is asked of an org."""

    objects: tuple[RequiredObject, ...]
    fields: tuple[RequiredField, ...]
    standard: tuple[StandardField, ...]
    words: tuple[PicklistWord, ...]

    @property
    def described(self) -> tuple[str, ...]:
        """The objects to be described, each once."""
        named = (
            *(each.object for each in self.objects),
            *(each.object for each in self.fields),
            *(each.object for each in self.standard),
            *(each.object for each in self.words),
        )
        return tuple(dict.fromkeys(named))


def org_needs(policy: RunPolicy, places: Places) -> OrgNeeds:
    """Return what a configuration asks of its org, rules that are switched off included."""
    mapped = tuple(
        need
        for mapping in policy.reviews.mappings
        for need in mapping_fields(mapping, policy.schema)
    )
    elsewhere = {(each.object, each.field) for each in mapped}
    of_package = (*package_fields(policy.schema), *_added_fields(policy))
    package = (each for each in of_package if (each.object, each.field) not in elsewhere)
    return OrgNeeds(
        objects=tuple(_objects(policy)),
        fields=(*package, *mapped),
        standard=(
            *MATCHING,
            *(need for rule in policy.rules for need in rule_fields(rule, places)),
        ),
        words=tuple(word for rule in policy.rules for word in rule_words(rule, places)),
    )


def _objects(policy: RunPolicy) -> Iterator[RequiredObject]:
    deletes = policy.reviews.on_delete is OnDelete.DELETE
    copies = {each.object: each.place for each in policy.copies}
    for name in policy.schema.objects:
        yield RequiredObject(
            name,
            delete=deletes and (name == REVIEW or name in copies),
            place=copies.get(name, ""),
            own=name in copies,
        )


def package_fields(schema: Schema) -> Iterator[RequiredField]:
    """Yield every field of the package: all are read, and all but a few are written."""
    for definition in schema.objects.values():
        for field in definition.fields.values():
            only_read = (definition.name, field.name) in ONLY_READ or field.type in _NEVER_WRITTEN
            yield RequiredField(
                definition.name,
                field.name,
                field,
                needs=Access.READ if only_read else Access.WRITE,
                is_key=_is_key(field),
            )


def _added_fields(policy: RunPolicy) -> Iterator[RequiredField]:
    """Yield what the package adds to objects of the org; only rules for cases write there."""
    needs = Access.WRITE if policy.case_rules else Access.READ
    for definition in policy.schema.added.values():
        for field in definition.fields.values():
            yield RequiredField(
                definition.name, field.name, field, needs=needs, is_key=_is_key(field)
            )


def mapping_fields(mapping: FieldMapping, schema: Schema) -> Iterator[RequiredField]:
    """Yield every field that a mapping writes, with its place in the document.

    `schema` also holds what mappings declare beyond the package.
    """
    definitions = schema.objects[mapping.object].fields
    for each in mapping.lines:
        yield RequiredField(
            mapping.object,
            each.target,
            definitions[each.target],
            each.place,
            Access.WRITE,
            is_key=each.target == mapping.external_id or _is_key(definitions[each.target]),
            own=isinstance(each, LookupMap) or each.own is not None,
        )


def _is_key(field: FieldDefinition) -> bool:
    return field.external_id and field.unique
