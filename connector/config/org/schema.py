"""Reads the package in `salesforce/` into the core's `Schema`: the only definition of the org.

The files are ours and ship with the connector. Only what writing needs is read: types, lengths,
picklists and keys; labels, help texts and layouts are the org's business.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from types import MappingProxyType

from connector.core.terms.errors import ConfigurationError, Problem
from connector.core.terms.schema import FieldDefinition, ObjectDefinition, Schema

_NS = "{http://soap.sforce.com/2006/04/metadata}"

_FIELDS = "objects/*/fields/*.field-meta.xml"

# Types whose length is fixed by Salesforce and so stands in no file (Salesforce 6: Email).
_FIXED_LENGTHS = {"Email": 80, "Url": 255, "Phone": 40, "TextArea": 255, "Picklist": 255}


def read_schema(folder: Path) -> Schema:
    """Return every object below a folder in source format.

    Raises `ConfigurationError` where the folder holds no object or a file is not XML.
    """
    files = sorted(folder.glob("**/objects/*/*.object-meta.xml"))
    if not files:
        hint = "Install the connector again; its Salesforce package is incomplete."
        raise ConfigurationError([Problem("No Salesforce object is here.", str(folder), hint=hint)])
    objects = {file.parent.name: _object(file) for file in files}
    added = {
        home.name: _definition(home, _fields(home))
        for home in sorted({file.parent.parent for file in folder.glob(f"**/{_FIELDS}")})
        if home.name not in objects
    }
    return Schema(MappingProxyType(objects), MappingProxyType(added))


def _object(file: Path) -> ObjectDefinition:
    name_field = _parse(file).find(f"{_NS}nameField")
    fields = _fields(file.parent)
    if name_field is not None:
        fields.append(FieldDefinition("Name", _text(name_field, "type"), length=80))
    return _definition(file.parent, fields)


def _fields(home: Path) -> list[FieldDefinition]:
    return [_field(_parse(each)) for each in sorted(home.glob("fields/*.field-meta.xml"))]


def _definition(home: Path, fields: list[FieldDefinition]) -> ObjectDefinition:
    return ObjectDefinition(home.name, MappingProxyType({each.name: each for each in fields}))


def _field(element: ET.Element) -> FieldDefinition:
    kind = "Formula" if element.find(f"{_NS}formula") is not None else _text(element, "type")
    return FieldDefinition(
        name=_text(element, "fullName"),
        type=kind,
        length=int(_text(element, "length") or _FIXED_LENGTHS.get(kind, 0)),
        precision=int(_text(element, "precision") or 0),
        scale=int(_text(element, "scale") or 0),
        required=_flag(element, "required"),
        unique=_flag(element, "unique"),
        external_id=_flag(element, "externalId"),
        case_sensitive=_flag(element, "caseSensitive"),
        picklist=tuple(_active_values(element)),
        restricted=_flag(element, "valueSet/restricted"),
        reference_to=_text(element, "referenceTo"),
    )


def _active_values(element: ET.Element) -> list[str]:
    values = element.findall(_path("valueSet/valueSetDefinition/value"))
    return [_text(value, "fullName") for value in values if _text(value, "isActive") != "false"]


def _parse(file: Path) -> ET.Element:
    try:
        return ET.parse(file).getroot()  # noqa: S314 - files that we ship, not foreign XML
    except (ET.ParseError, OSError) as error:
        hint = "Install the connector again; its Salesforce package is damaged."
        problem = Problem("This metadata file is not readable XML.", str(file), hint=hint)
        raise ConfigurationError([problem]) from error


def _text(element: ET.Element, path: str) -> str:
    return (element.findtext(_path(path)) or "").strip()


def _flag(element: ET.Element, path: str) -> bool:
    return _text(element, path) == "true"


def _path(path: str) -> str:
    return "/".join(f"{_NS}{step}" for step in path.split("/"))
