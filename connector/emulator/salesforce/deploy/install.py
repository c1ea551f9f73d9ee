"""A package into the emulated org: all of it or nothing, and only ever more than before.

Objects and fields are added or changed, permission sets are kept until somebody assigns them.
Nothing else of a package shows in an emulated org, and nothing is ever deleted here.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from connector.emulator.salesforce.deploy.checks import Checks
from connector.emulator.salesforce.deploy.xml_nodes import Node
from connector.emulator.salesforce.deploy.zip_files import Component, Upload, read_upload
from connector.emulator.salesforce.rows.store import Store
from connector.emulator.salesforce.schema.fields import Field, SObject
from connector.emulator.salesforce.schema.metadata import FIELD_TYPES, custom_field, custom_object
from connector.emulator.salesforce.schema.objects import Schema
from connector.emulator.salesforce.schema.settings import OrgSettings
from connector.emulator.salesforce.schema.visibility import Visibility


@dataclass
class Deployment:
    """One deployment: its options, what became of each component, how often it was asked about."""

    id: str
    options: dict[str, Any]
    created: str
    components: list[Component]
    polls: int = 0

    @property
    def failed(self) -> list[Component]:
        """The components with something wrong."""
        return [each for each in self.components if each.failures]

    @property
    def members(self) -> int:
        """How many components package.xml names."""
        return sum(bool(each.type) for each in self.components)


@dataclass(frozen=True)
class Grants:
    """What a permission set lets its users see."""

    objects: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]


class OrgMetadata:
    """Deploys packages into one org; the org serialises the calls."""

    def __init__(
        self, schema: Schema, store: Store, visibility: Visibility, settings: OrgSettings
    ) -> None:
        self._schema = schema
        self._store = store
        self._visibility = visibility
        self._settings = settings
        self._sets: dict[str, Grants] = {}
        self.assigned: set[str] = set()

    def deploy(self, archive: bytes, *, check_only: bool) -> list[Component]:
        """Returns every component with its failures; without any the org has changed.

        With `check_only` the org stays as it is.
        """
        upload = read_upload(archive)
        changed = _Changes(self._schema, self._visibility, upload)
        checks = Checks(upload, changed.find)
        checks.run(self._settings.refused_components)
        sound = not any(each.failures for each in upload.components)
        if sound and not check_only:
            self._apply(changed, upload)
        return upload.components

    def assign(self, permission_set: str) -> bool:
        """Gives a permission set to the integration user; False where none has that name."""
        if permission_set in self._sets:
            self.assigned.add(permission_set)
            self._grant(self._sets[permission_set])
        return permission_set in self.assigned

    def _apply(self, changed: "_Changes", upload: Upload) -> None:
        try:
            with self._store.undo_on_error():
                for sobject in changed.objects.values():
                    self._write(sobject)
        except sqlite3.IntegrityError:
            upload.components[0].fail("Cannot make a field unique: records share a value of it")
            return
        for sobject in changed.objects.values():
            self._show(sobject)
        for component in upload.of_type("PermissionSet"):
            self._sets[component.name] = _grants(component.node)
        for name in self.assigned & self._sets.keys():
            self._grant(self._sets[name])

    def _write(self, sobject: SObject) -> None:
        known = self._schema.named(sobject.name)
        if known is None:
            self._store.create(sobject)
            return
        for field in sobject.fields.values():
            before = known.fields.get(field.name)
            if before is None:
                self._store.add_field(sobject, field)
            elif before != field:
                self._store.change_field(sobject, field)

    def _show(self, sobject: SObject) -> None:
        """Takes the new version; what is new in it nobody sees before it is granted."""
        known = self._schema.named(sobject.name)
        self._schema.put(sobject)
        if known is None:
            self._visibility.hide_object(sobject)
        before = known.fields if known else {}
        for field in sobject.fields.values():
            if field.custom and field.name not in before and not _always_visible(field):
                self._visibility.hide_field(sobject, field)

    def _grant(self, grants: Grants) -> None:
        for name in grants.objects:
            if sobject := self._schema.named(name):
                self._visibility.show_object(sobject)
        for name, field_name in grants.fields:
            sobject = self._schema.named(name)
            if sobject and (field := sobject.field_named(field_name)):
                self._visibility.show_field(sobject, field)


class _Changes:
    """The objects of a package as they will be: new ones, and new versions of known ones."""

    def __init__(self, schema: Schema, visibility: Visibility, upload: Upload) -> None:
        self._schema = schema
        self._visibility = visibility
        self.objects: dict[str, SObject] = {}
        for component in upload.of_type("CustomObject"):
            self._object(component)
        for component in upload.of_type("CustomField"):
            self._field(component)

    def find(self, name: str) -> SObject | None:
        """Returns an object as it will be, None where the org has none of that name."""
        found = self.objects.get(name) or self._schema.named(name)
        return found if found and self._visibility.exists(found) else None

    def _object(self, component: Component) -> None:
        name, node = component.name, component.node
        known = self._schema.named(name)
        if node is None or not name.endswith("__c"):
            return
        prefix = known.key_prefix if known else self._next_prefix()
        fresh = custom_object(name, node, prefix, ())
        kept = known.fields if known else {}
        self.objects[name] = replace(fresh, fields={**kept, **fresh.fields})

    def _field(self, component: Component) -> None:
        sobject = self.find(component.name.partition(".")[0])
        node = component.node
        if sobject is None or node is None or node.text("type") not in FIELD_TYPES:
            return
        field = custom_field(node)
        before = sobject.fields.get(field.name)
        if before and before.type != field.type:
            said = f"Cannot change the type of an existing field from {before.type} to {field.type}"
            component.fail(said, node.first("type"))
            return
        if before and before.stored != field.stored:
            component.fail("Cannot change a field into a formula, or a formula into a field")
            return
        fields = {**sobject.fields, field.name: field}
        self.objects[sobject.name] = replace(sobject, fields=fields)

    def _next_prefix(self) -> str:
        taken = {each.key_prefix for each in (*self._schema, *self.objects.values())}
        return next(prefix for n in range(100) if (prefix := f"a{n:02d}") not in taken)


def _always_visible(field: Field) -> bool:
    """Whether field-level security has no say: required fields and masters."""
    return field.required or field.master_detail


def _grants(node: Node | None) -> Grants:
    if node is None:
        return Grants((), ())
    return Grants(
        tuple(_named(node.each("objectPermissions"), "allowRead", "object")),
        tuple(
            (name, field)
            for full in _named(node.each("fieldPermissions"), "readable", "field")
            for name, _, field in (full.partition("."),)
        ),
    )


def _named(entries: Iterable[Node], allowed: str, name: str) -> Iterable[str]:
    return (each.text(name) for each in entries if each.flag(allowed))
