"""What the org shows of its objects to one user, and what the connector asks of them.

Values only: `core.org.needs` collects what is asked; `core.org.check` and `core.org.standard_check`
compare.
Type names of shapes are those of describe (`string`, `textarea`, `boolean`, ...).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from connector.core.terms.schema import FieldDefinition, FieldFacts


@dataclass(frozen=True)
class FieldShape(FieldFacts):
    """One visible field, as describe tells it for this user.

    `relationship` is the name by which queries reach the parents in `reference_to`.
    """

    createable: bool = False
    updateable: bool = False
    reference_to: tuple[str, ...] = ()
    relationship: str = ""


@dataclass(frozen=True)
class ObjectShape:
    """One visible object: its fields by their name in lower case, and what the user may do."""

    name: str
    fields: Mapping[str, FieldShape]
    queryable: bool = False
    createable: bool = False
    updateable: bool = False
    deletable: bool = False

    def field(self, name: str) -> FieldShape | None:
        """The field of this name, whatever its capitals; None where the user sees none."""
        return self.fields.get(name.lower())

    def parents(self, relationship: str) -> tuple[str, ...]:
        """The objects that a relationship leads to; none where the user does not see it."""
        wanted = relationship.lower()
        return next(
            (
                each.reference_to
                for each in self.fields.values()
                if each.relationship.lower() == wanted
            ),
            (),
        )


Shapes = Mapping[str, ObjectShape | None]
"""The objects that were described, by name; None where this user has no such object."""


class Access(StrEnum):
    """What the connector does with a field."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True)
class RequiredObject:
    """An object that the connector reads and writes; with `delete` it also deletes records.

    `place` is where a document asks for it. With `own` it is not of the package.
    """

    object: str
    delete: bool = False
    place: str = ""
    own: bool = False


@dataclass(frozen=True)
class RequiredField:
    """A field that the connector reads or writes, and what it must be able to hold.

    `place` is where a document asks for it (`mapping.yaml:9:3`), empty where none does.
    With `is_key` rows are found again by it; with `own` it is not of the package.
    """

    object: str
    field: str
    definition: FieldDefinition
    place: str = ""
    needs: Access = Access.READ
    is_key: bool = False
    own: bool = False

    @property
    def name(self) -> str:
        """The field with its object."""
        return f"{self.object}.{self.field}"


@dataclass(frozen=True)
class StandardField:
    """A field of the org's own objects that rules or matching read, and what lacking it costs.

    `path` may lead over parents. With `critical` the flow that asks for it stops without it.
    `only_with` names a field without which the org has no use for this one. With `written` it is
    a field of the object itself that the user must be able to change. `fix` is the next step where
    there is a better one than to show the field.
    """

    object: str
    path: str
    cost: str
    critical: bool = False
    written: bool = False
    only_with: str = ""
    place: str = ""
    fix: str = ""


@dataclass(frozen=True)
class PicklistWord:
    """A value that a rule waits for in a picklist of the org."""

    object: str
    field: str
    value: str
    rule: str
    place: str = ""
    ignore_case: bool = False
