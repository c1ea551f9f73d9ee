"""The package's list views, read from its metadata: columns and filters as SOQL.

Read from files only; a comparison that is not known here is left out, so a list shows too much
rather than nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from connector.demo.browser.soql import literal

_NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"
_OPERATORS = {
    "equals": "=",
    "notEqual": "!=",
    "greaterThan": ">",
    "lessThan": "<",
    "greaterOrEqual": ">=",
    "lessOrEqual": "<=",
}
_AS_WRITTEN = {"double", "currency", "percent", "int", "date", "datetime"}
"""Numbers, and times as words of SOQL such as LAST_N_DAYS:30."""
_STANDARD = {"NAME": "Name", "CREATED_DATE": "CreatedDate", "LAST_UPDATE": "LastModifiedDate"}


@dataclass(frozen=True)
class Filter:
    """One filter of a list view: a field, the metadata's word for the comparison, a value."""

    field: str
    operation: str
    value: str


@dataclass(frozen=True)
class ListView:
    """One list view: its name and label, the fields it shows, what it leaves out."""

    name: str
    label: str
    columns: tuple[str, ...]
    filters: tuple[Filter, ...] = ()

    def where(self, types: Mapping[str, str]) -> str:
        """Return ` WHERE ...` or nothing; `types` are the describe types of the fields."""
        known = [each for each in self.filters if each.operation in _OPERATORS]
        conditions = [_condition(each, types.get(each.field, "string")) for each in known]
        return f" WHERE {' AND '.join(conditions)}" if conditions else ""


OPPORTUNITIES = ListView("All", "All Opportunities", ("Name", "StageName", "CloseDate", "Amount"))
"""Salesforce's own object has no list view in the package."""


def list_views(package: Path) -> dict[str, list[ListView]]:
    """Return the list views of every object of the package, `All` first."""
    found: dict[str, list[ListView]] = {"Opportunity": [OPPORTUNITIES]}
    for path in sorted(package.glob("main/default/objects/*/listViews/*.listView-meta.xml")):
        root = ET.parse(path).getroot()  # noqa: S314  the package's own files
        found.setdefault(path.parts[-3], []).append(_view(root))
    for views in found.values():
        views.sort(key=lambda each: (not each.name.startswith("All"), each.label))
    return found


def _view(root: ET.Element) -> ListView:
    columns = [each.text or "" for each in root.findall(f"{_NAMESPACE}columns")]
    return ListView(
        name=_text(root, "fullName"),
        label=_text(root, "label"),
        columns=tuple(_STANDARD.get(name, name) for name in columns),
        filters=tuple(_filter(each) for each in root.findall(f"{_NAMESPACE}filters")),
    )


def _filter(element: ET.Element) -> Filter:
    field = _text(element, "field")
    return Filter(_STANDARD.get(field, field), _text(element, "operation"), _text(element, "value"))


def _condition(each: Filter, field_type: str) -> str:
    operator, value = _OPERATORS[each.operation], each.value
    if value == "":
        return f"{each.field} {operator} null"
    if field_type == "boolean":
        return f"{each.field} {operator} {literal(value == '1')}"
    if field_type in _AS_WRITTEN:
        return f"{each.field} {operator} {value}"
    words = literal([word.strip() for word in value.split(",")])
    return f"{each.field} {'IN' if operator == '=' else 'NOT IN'} {words}"


def _text(element: ET.Element, name: str) -> str:
    return element.findtext(f"{_NAMESPACE}{name}") or ""
