"""The schema of an emulated org: standard objects plus the custom metadata of a folder.

Standard objects stand in `standard/*.json`, one file per object, written from the facts of
reference section 6 and of recorded describes.
Assumed (uncertain), since neither says it: what Lead has beyond its key prefix, its lookups to what
it was converted to and that it can be merged; Order.IsReductionOrder and OriginalOrderId; that an
account takes its contacts and opportunities with it and that its cases keep it from being deleted.
"""

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from connector.emulator.salesforce.schema.fields import Field, SObject
from connector.emulator.salesforce.schema.metadata import read_added_fields, read_custom_objects
from connector.emulator.salesforce.schema.system_fields import GROUPS, ID

MASTER_RECORD = "MasterRecordId"
_TUPLES = ("reference_to", "picklist", "formula")


class Schema:
    """All objects of an org, found by name (in any case), by key prefix, or one by one."""

    def __init__(self, objects: Iterable[SObject]) -> None:
        self._objects = {found.name.lower(): found for found in objects}
        self._by_prefix = {found.key_prefix: found for found in self._objects.values()}

    @classmethod
    def load(cls, folder: Path | None = None) -> "Schema":
        """Builds the schema of the standard objects and of the metadata below a folder."""
        standard = list(_standard_objects())
        if folder is None:
            return cls(standard)
        added = read_added_fields(folder)
        merged = [_with_fields(found, added.get(found.name, [])) for found in standard]
        custom = read_custom_objects(folder)
        active = tuple(found.name for found in custom if found.activities)
        return cls([*(_about(found, active) for found in merged), *custom])

    def __iter__(self) -> Iterator[SObject]:
        return iter(self._objects.values())

    def put(self, sobject: SObject) -> None:
        """Adds an object, or takes a new version of one."""
        self._objects[sobject.name.lower()] = sobject
        self._by_prefix[sobject.key_prefix] = sobject

    def named(self, name: str) -> SObject | None:
        """Finds an object whatever the case of its name."""
        return self._objects.get(name.lower())

    def with_prefix(self, key_prefix: str) -> SObject | None:
        """Finds the object of a key prefix; the field histories share one (017)."""
        return self._by_prefix.get(key_prefix)

    def parent(self, sobject: SObject, relationship: str) -> tuple[Field, SObject]:
        """Returns a lookup and its object; raises LookupError where the schema has a hole."""
        lookup = sobject.parent(relationship)
        target = self.named(lookup.reference_to[0]) if lookup else None
        if lookup is None or target is None:
            raise LookupError(f"{sobject.name}.{relationship}")
        return lookup, target

    def children(self, parent: SObject) -> Iterator[tuple[SObject, Field]]:
        """Yields every object and lookup that points at an object.

        A merged record's lookup to its master is none of them (recorded describes).
        """
        for child in self:
            for field in child.fields.values():
                if parent.name in field.reference_to and field.name != MASTER_RECORD:
                    yield child, field


def _with_fields(sobject: SObject, added: list[Field]) -> SObject:
    fields = {**sobject.fields, **{field.name: field for field in added}}
    return dataclasses.replace(sobject, fields=fields)


def _about(sobject: SObject, active: tuple[str, ...]) -> SObject:
    """A task can be about a record of every custom object that allows activities."""
    what = sobject.fields.get("WhatId")
    if what is None:
        return sobject
    related = dataclasses.replace(what, reference_to=(*what.reference_to, *active))
    return _with_fields(sobject, [related])


def _standard_objects() -> Iterator[SObject]:
    folder = resources.files("connector.emulator.salesforce.schema") / "standard"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".json"):
            yield _standard_object(json.loads(file.read_text(encoding="utf-8")))


def _standard_object(source: dict[str, Any]) -> SObject:
    own_id = dataclasses.replace(ID, label=f"{source['label']} ID")
    fields = [own_id, *(_standard_field(entry) for entry in source.pop("fields"))]
    fields += GROUPS[source.pop("system_fields")]
    return SObject(fields={field.name: field for field in fields}, **source)


def _standard_field(source: Mapping[str, Any]) -> Field:
    facts: dict[str, Any] = {"label": source["name"], **source}
    facts |= {key: tuple(facts[key]) for key in _TUPLES if key in facts}
    return Field(**facts)
