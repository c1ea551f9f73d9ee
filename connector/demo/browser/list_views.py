"""The package's list views, read from its metadata: columns and filters as SOQL.

Read from files only; a filter that cannot be said in SOQL is left out, so a list shows too much
rather than nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
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
_STANDARD = {"NAME": "Name", "CREATED_DATE": "CreatedDate", "LAST_UPDATE": "LastModifiedDate"}


@dataclass(frozen=True)
class ListView:
    """One list view: its name and label, the fields it shows, ` WHERE ...` or nothing."""

    name: str
    label: str
    columns: tuple[str, ...]
    where: str = ""


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
    conditions = [
        condition
        for each in root.findall(f"{_NAMESPACE}filters")
        for condition in _conditions(each)
    ]
    return ListView(
        name=_text(root, "fullName"),
        label=_text(root, "label"),
        columns=tuple(_STANDARD.get(name, name) for name in columns),
        where=f" WHERE {' AND '.join(conditions)}" if conditions else "",
    )


def _conditions(element: ET.Element) -> Iterator[str]:
    field, operation = _text(element, "field"), _text(element, "operation")
    field, value = _STANDARD.get(field, field), _text(element, "value")
    if operation not in _OPERATORS:
        return
    if ":" in value or value.isupper():
        yield f"{field} {_OPERATORS[operation]} {value}"  # a word of SOQL such as LAST_N_DAYS:30
    elif value in {"", "0", "1"} and operation in {"equals", "notEqual"}:
        word = {"": "null", "0": "false", "1": "true"}[value]
        yield f"{field} {_OPERATORS[operation]} {word}"
    elif "," in value or operation in {"equals", "notEqual"}:
        words = literal([each.strip() for each in value.split(",")])
        yield f"{field} {'IN' if operation == 'equals' else 'NOT IN'} {words}"
    else:
        yield f"{field} {_OPERATORS[operation]} {value}"


def _text(element: ET.Element, name: str) -> str:
    return element.findtext(f"{_NAMESPACE}{name}") or ""
