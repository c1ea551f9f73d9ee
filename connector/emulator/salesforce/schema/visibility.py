"""What the integration user can see: objects, fields and rows minus features and permissions.

A hidden field and a missing one look the same to a client (reference section 1, point 7).
Assumed (uncertain): a path through a row that sharing hides gives nulls, as if it were not there.
"""

from collections.abc import Iterator

from connector.emulator.salesforce.schema.fields import Field, SObject
from connector.emulator.salesforce.schema.objects import Schema
from connector.emulator.salesforce.schema.settings import OrgSettings


class Visibility:
    """Answers which objects and fields exist for the user. Names are case-insensitive."""

    def __init__(self, schema: Schema, settings: OrgSettings) -> None:
        self.schema = schema
        self._settings = settings
        self._hidden_objects: set[str] = set()
        self.hidden_rows: set[str] = set()
        self._hidden_fields = {
            (sobject.name, field.name)
            for sobject in schema
            for field in sobject.fields.values()
            if field.needs_grant
        }

    def _enabled(self, feature: str | None) -> bool:
        return feature is None or bool(getattr(self._settings, feature))

    def exists(self, sobject: SObject) -> bool:
        """Tells whether the org has the object at all, whoever may see it."""
        return self._enabled(sobject.feature)

    def _object_visible(self, sobject: SObject) -> bool:
        return sobject.name not in self._hidden_objects and self._enabled(sobject.feature)

    def _field_visible(self, sobject: SObject, field: Field) -> bool:
        return (sobject.name, field.name) not in self._hidden_fields and self._enabled(
            field.feature
        )

    def sobjects(self) -> Iterator[SObject]:
        """Yields the visible objects."""
        return (sobject for sobject in self.schema if self._object_visible(sobject))

    def sobject(self, name: str) -> SObject | None:
        """Finds a visible object."""
        found = self.schema.named(name)
        return found if found and self._object_visible(found) else None

    def fields(self, sobject: SObject) -> Iterator[Field]:
        """Yields the visible fields of an object."""
        return (field for field in sobject.fields.values() if self._field_visible(sobject, field))

    def field(self, sobject: SObject, name: str) -> Field | None:
        """Finds a visible field."""
        found = sobject.field_named(name)
        return found if found and self._field_visible(sobject, found) else None

    def parent(self, sobject: SObject, relationship: str) -> tuple[Field, SObject] | None:
        """Finds a visible lookup by its relationship name, with the object it leads to.

        An owner that may be a user or a queue leads to User.
        """
        lookup = sobject.parent(relationship)
        if lookup is None or not self._field_visible(sobject, lookup):
            return None
        target = self.sobject("User" if "User" in lookup.reference_to else lookup.reference_to[0])
        return (lookup, target) if target else None

    def children(self, parent: SObject, relationship: str) -> tuple[SObject, Field] | None:
        """Finds the visible child object and lookup behind a child relationship name."""
        wanted = relationship.lower()
        for child, field in self.schema.children(parent):
            named = field.child_relationship and field.child_relationship.lower() == wanted
            if named and self._object_visible(child):
                return child, field
        return None

    def child_relationships(self, parent: SObject) -> Iterator[tuple[SObject, Field]]:
        """Yields the visible children of an object."""
        return (
            (child, field)
            for child, field in self.schema.children(parent)
            if self._object_visible(child)
        )

    def hide_object(self, sobject: SObject) -> None:
        """Takes an object away from the user."""
        self._hidden_objects.add(sobject.name)

    def show_object(self, sobject: SObject) -> None:
        """Gives an object back."""
        self._hidden_objects.discard(sobject.name)

    def hide_field(self, sobject: SObject, field: Field) -> None:
        """Takes a field away from the user."""
        self._hidden_fields.add((sobject.name, field.name))

    def show_field(self, sobject: SObject, field: Field) -> None:
        """Gives a field back."""
        self._hidden_fields.discard((sobject.name, field.name))
