"""What the org's own objects look like, as the package in `salesforce/` defines them.

Type names are those of the Metadata API (`Text`, `LongTextArea`, `Checkbox`, ...).
This module holds values only; reading the metadata files is the configuration's work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class FieldFacts:
    """What is said of one field of an object, by the package or by the org.

    `length` counts characters, 0 where the type has no such limit. `precision` is the number
    of digits in all and `scale` those behind the point (numbers only). `picklist` holds the
    active values in their order; with `restricted` the org refuses any other.
    """

    name: str
    type: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    unique: bool = False
    external_id: bool = False
    case_sensitive: bool = False
    picklist: tuple[str, ...] = ()
    restricted: bool = False


@dataclass(frozen=True)
class FieldDefinition(FieldFacts):
    """One field of an object, as the package defines it."""

    required: bool = False
    reference_to: str = ""


@dataclass(frozen=True)
class ObjectDefinition:
    """One object and its fields by name."""

    name: str
    fields: Mapping[str, FieldDefinition]


@dataclass(frozen=True)
class Schema:
    """All objects of the package by name; `added` are fields on objects of the org itself."""

    objects: Mapping[str, ObjectDefinition]
    added: Mapping[str, ObjectDefinition] = field(default_factory=dict)
