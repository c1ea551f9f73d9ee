"""Reads custom objects from Salesforce metadata: from a folder in source format, or from elements.

Only what the emulated org enforces is read; layouts, list views, permissions and validation
rules are not.
Element names: Metadata API, CustomObject and CustomField.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol
from xml.etree import ElementTree as ET

from connector.emulator.salesforce.schema.fields import NUMBER_TYPES, Field, SObject
from connector.emulator.salesforce.schema.system_fields import AUDIT, GROUPS, ID, IS_DELETED, owner

_NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"
_NAME_LENGTH = 80
_FORMULA_LENGTH = 1300
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_TEXT = re.compile(r'"([^"\\]+)"')


class BadMetadata(Exception):
    """A metadata file names something the emulated org cannot hold."""


class Source(Protocol):
    """One XML element, read by child name."""

    def text(self, path: str, default: str = "") -> str:
        """Returns the text of the first element at a path."""
        ...

    def flag(self, path: str) -> bool:
        """Tells whether the element at a path says true."""
        ...

    def number(self, path: str) -> int:
        """Returns the number at a path."""
        ...

    def each(self, path: str) -> Iterator["Source"]:
        """Yields the elements at a path."""
        ...


class _Element:
    """One element of a file on the disk."""

    def __init__(self, element: ET.Element) -> None:
        self._element = element

    def text(self, path: str, default: str = "") -> str:
        found = self._element.find("/".join(_NAMESPACE + part for part in path.split("/")))
        return default if found is None else (found.text or "").strip()

    def flag(self, path: str) -> bool:
        return self.text(path) == "true"

    def number(self, path: str) -> int:
        return int(self.text(path, "0"))

    def each(self, path: str) -> Iterator["_Element"]:
        for found in self._element.iterfind(
            "/".join(_NAMESPACE + part for part in path.split("/"))
        ):
            yield _Element(found)


def _read(path: Path) -> _Element:
    return _Element(ET.parse(path).getroot())  # noqa: S314 - our own files, or the operator's


def read_custom_objects(folder: Path) -> list[SObject]:
    """Returns every custom object found below a folder, in name order.

    Key prefixes are given out in that order: a00, a01, ... Raises BadMetadata.
    """
    files = sorted(folder.glob("**/objects/*/*.object-meta.xml"))
    found = [
        _custom_object(file, key_prefix=f"a{number:02d}")
        for number, file in enumerate(files)
        if file.parent.name.endswith("__c")
    ]
    names = {file.parent.name for file in files if _read(file).flag("enableHistory")}
    return [*found, *(_history_of(sobject) for sobject in found if sobject.name in names)]


def read_added_fields(folder: Path) -> dict[str, list[Field]]:
    """Returns the custom fields that a folder adds to standard objects, by object name."""
    added: dict[str, list[Field]] = {}
    for file in sorted(folder.glob("**/objects/*/fields/*.field-meta.xml")):
        name = file.parent.parent.name
        if not name.endswith("__c"):
            added.setdefault(name, []).append(custom_field(_read(file)))
    return added


def read_permission_sets(folder: Path) -> list[str]:
    """Returns the names of the permission sets below a folder."""
    files = sorted(folder.glob("**/permissionsets/*.permissionset-meta.xml"))
    return [file.name.removesuffix(".permissionset-meta.xml") for file in files]


def _custom_object(file: Path, key_prefix: str) -> SObject:
    fields = (
        custom_field(_read(found))
        for found in sorted((file.parent / "fields").glob("*.field-meta.xml"))
    )
    return custom_object(file.parent.name, _read(file), key_prefix, fields)


def custom_object(
    name: str, definition: Source, key_prefix: str, custom_fields: Iterable[Field]
) -> SObject:
    """Returns a custom object with the fields that the platform gives every one."""
    fields = [ID, owner("Group", "User"), IS_DELETED, _name_field(definition), *AUDIT]
    fields += custom_fields
    return SObject(
        name=name,
        label=definition.text("label", name),
        label_plural=definition.text("pluralLabel", name),
        key_prefix=key_prefix,
        fields={found.name: found for found in fields},
        custom=True,
        activities=definition.flag("enableActivities"),
    )


def _history_of(sobject: SObject) -> SObject:
    """Returns the history object of a custom object: `X__History`, with its record as `Parent`."""
    kept: dict[str, Any] = {"createable": False, "updateable": False}
    parent = Field(
        "ParentId",
        "Parent ID",
        "reference",
        length=18,
        nillable=False,
        reference_to=(sobject.name,),
        relationship_name="Parent",
        child_relationship="Histories",
        cascade_delete=True,
        **kept,
    )
    fields = [
        ID,
        parent,
        Field("Field", "Changed Field", "picklist", length=255, nillable=False, **kept),
        Field("DataType", "Data Type", "picklist", length=255, **kept),
        Field("OldValue", "Old Value", "anyType", filterable=False, **kept),
        Field("NewValue", "New Value", "anyType", filterable=False, **kept),
        *GROUPS["history"],
    ]
    label = f"History: {sobject.label}"
    return SObject(
        name=sobject.name.removesuffix("__c") + "__History",
        label=label,
        label_plural=label,
        key_prefix="017",
        fields={found.name: found for found in fields},
        createable=False,
        updateable=False,
        deletable=False,
        replicateable=False,
        history_of=sobject.name,
    )


def _name_field(definition: Source) -> Field:
    label = definition.text("nameField/label", "Name")
    if definition.text("nameField/type", "Text") == "AutoNumber":
        return Field(
            "Name",
            label,
            "string",
            length=_NAME_LENGTH,
            nillable=False,
            createable=False,
            updateable=False,
            defaulted_on_create=True,
            id_lookup=True,
            name_field=True,
            auto_number=definition.text("nameField/displayFormat", "{0}"),
        )
    return Field(
        "Name",
        label,
        "string",
        length=_NAME_LENGTH,
        defaulted_on_create=True,
        id_lookup=True,
        name_field=True,
    )


def _text(source: Source) -> dict[str, Any]:
    return {"type": "string", "length": source.number("length")}


def _number(source: Source) -> dict[str, Any]:
    return {
        "type": {"Currency": "currency", "Percent": "percent"}.get(source.text("type"), "double"),
        "precision": source.number("precision"),
        "scale": source.number("scale"),
    }


def _long_text(source: Source) -> dict[str, Any]:
    return {"type": "textarea", "length": source.number("length")}


def _checkbox(source: Source) -> dict[str, Any]:
    return {
        "type": "boolean",
        "default": source.flag("defaultValue"),
        "nillable": False,
        "defaulted_on_create": True,
    }


def _picklist(source: Source) -> dict[str, Any]:
    values = list(source.each("valueSet/valueSetDefinition/value"))
    default = next((value.text("fullName") for value in values if value.flag("default")), None)
    return {
        "type": "picklist" if source.text("type") == "Picklist" else "multipicklist",
        "length": 255 if source.text("type") == "Picklist" else 4099,
        "restricted": source.flag("valueSet/restricted"),
        "picklist": tuple(value.text("fullName") for value in values),
        "default": default,
    }


def _lookup(source: Source) -> dict[str, Any]:
    """Returns the facts of a lookup; one without a deleteConstraint is emptied, like SetNull."""
    name = source.text("fullName")
    master = source.text("type") == "MasterDetail"
    constraint = source.text("deleteConstraint")
    children = source.text("relationshipName")
    return {
        "type": "reference",
        "length": 18,
        "reference_to": (source.text("referenceTo"),),
        "relationship_name": name.removesuffix("__c") + "__r",
        "child_relationship": children + "__r" if children else None,
        "cascade_delete": master or constraint == "Cascade",
        "restricted_delete": constraint == "Restrict",
        "master_detail": master,
    }


def _plain(describe_type: str, length: int) -> Callable[[Source], dict[str, Any]]:
    return lambda _source: {"type": describe_type, "length": length}


FIELD_TYPES: dict[str, Callable[[Source], dict[str, Any]]] = {
    "Text": _text,
    "TextArea": _plain("textarea", 255),
    "LongTextArea": _long_text,
    "Number": _number,
    "Currency": _number,
    "Percent": _number,
    "Checkbox": _checkbox,
    "Picklist": _picklist,
    "MultiselectPicklist": _picklist,
    "Lookup": _lookup,
    "MasterDetail": _lookup,
    "DateTime": _plain("datetime", 0),
    "Date": _plain("date", 0),
    "Email": _plain("email", 80),
    "Phone": _plain("phone", 40),
    "Url": _plain("url", 255),
}


def custom_field(source: Source) -> Field:
    """Returns the field that an element defines. Raises BadMetadata for a type unknown here."""
    name = source.text("fullName")
    reader = FIELD_TYPES.get(source.text("type"))
    if reader is None:
        raise BadMetadata(f"field {name}: type {source.text('type')} is not emulated")
    facts: dict[str, Any] = {
        "nillable": not source.flag("required"),
        "unique": source.flag("unique"),
        "case_sensitive": source.flag("caseSensitive"),
        "external_id": source.flag("externalId"),
        "id_lookup": source.flag("externalId"),
        "tracked": source.flag("trackHistory"),
        "help_text": source.text("inlineHelpText") or None,
    }
    facts |= reader(source)
    if expression := source.text("formula"):
        facts |= _formula(facts["type"], expression)
    return Field(name, source.text("label", name), **facts)


def _formula(describe_type: str, expression: str) -> dict[str, Any]:
    """Returns the facts of a formula: read-only, and evaluated only where it is one constant."""
    text = {"length": _FORMULA_LENGTH} if describe_type == "string" else {}
    return {
        "nillable": True,
        "createable": False,
        "updateable": False,
        "defaulted_on_create": False,
        "default": None,
        "tracked": False,
        "expression": expression,
        "constant": _constant(describe_type, expression),
        **text,
    }


def _constant(describe_type: str, expression: str) -> str | float | bool | None:
    if describe_type in NUMBER_TYPES and _NUMBER.fullmatch(expression):
        return float(expression)
    if describe_type == "boolean" and expression.lower() in {"true", "false"}:
        return expression.lower() == "true"
    if describe_type == "string" and (text := _TEXT.fullmatch(expression)):
        return text[1]
    return None
