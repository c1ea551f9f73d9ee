"""The package in salesforce/ as tests read it, and Salesforce's own types to hold it against.

The types come from the WSDL that simple-salesforce carries. It is walked instead of compiled:
as a schema it is not deterministic, so no validator accepts it.
"""

from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest
from lxml import etree

NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"
XSD = "{http://www.w3.org/2001/XMLSchema}"
PACKAGE = Path(__file__).parents[3] / "salesforce" / "main" / "default"
SIMPLE_TYPES = {
    "boolean": lambda text: text in {"true", "false"},
    "int": lambda text: text.lstrip("-").isdigit(),
    "double": lambda text: text.replace(".", "", 1).isdigit(),
    "string": lambda _: True,
    "base64Binary": lambda _: True,  # plain XML in a bundle's file; the API only carries it so
}


def tag(element):
    """The local name of an element, with its namespace checked."""
    assert element.tag.startswith(NAMESPACE), f"{element.tag} is in no namespace or another one"
    return element.tag.removeprefix(NAMESPACE)


class MetadataTypes:
    """Says what Salesforce would not accept in an element of a given metadata type."""

    def __init__(self, wsdl):
        self._complex = {t.get("name"): t for t in wsdl.iter(f"{XSD}complexType") if t.get("name")}
        self._enums = {
            t.get("name"): {v.get("value") for v in t.iter(f"{XSD}enumeration")}
            for t in wsdl.iter(f"{XSD}simpleType")
        }

    def problems(self, element, type_name):
        if type_name in self._complex:
            return self._complex_problems(element, type_name)
        text = (element.text or "").strip()
        if type_name in SIMPLE_TYPES:
            good = SIMPLE_TYPES[type_name](text)
        else:
            good = text in self._enums[type_name]
        return [] if good else [f"<{tag(element)}> {text!r} is no {type_name}"]

    def _complex_problems(self, element, type_name):
        members = self._members(type_name)
        given = Counter(tag(child) for child in element)
        found = [f"{type_name} has no <{name}>" for name in given if name not in members]
        found += [
            f"{type_name} lacks <{name}>"
            for name, member in members.items()
            if member.get("minOccurs") != "0" and name not in given
        ]
        found += [
            f"{type_name} takes one <{name}>"
            for name, count in given.items()
            if count > 1 and name in members and members[name].get("maxOccurs") != "unbounded"
        ]
        for child in element:
            if tag(child) in members:
                child_type = members[tag(child)].get("type").partition(":")[2]
                found += self.problems(child, child_type)
        return found

    def _members(self, type_name):
        definition = self._complex[type_name]
        extension = definition.find(f"{XSD}complexContent/{XSD}extension")
        inherited = {}
        if extension is not None:
            inherited = self._members(extension.get("base").partition(":")[2])
        own = {e.get("name"): e for e in definition.iter(f"{XSD}element")}
        return inherited | own


def plain(element):
    """An element as nested dicts of lists and texts."""
    if len(element) == 0:
        return element.text or ""
    value = {}
    for child in element:
        value.setdefault(tag(child), []).append(plain(child))
    return value


def simple(value):
    """The same with lists of one text unwrapped."""
    return {k: v[0] if len(v) == 1 and isinstance(v[0], str) else v for k, v in value.items()}


def read(path):
    return simple(plain(etree.parse(path).getroot()))


@pytest.fixture(scope="session")
def metadata_types():
    wsdl = files("simple_salesforce").joinpath("metadata.wsdl")
    return MetadataTypes(etree.fromstring(wsdl.read_bytes()))


@pytest.fixture(scope="session")
def objects():
    """Object name -> its own elements."""
    return {p.parent.name: read(p) for p in PACKAGE.glob("objects/*/*.object-meta.xml")}


@pytest.fixture(scope="session")
def fields():
    """Object name -> field name -> the field's elements."""
    found = {}
    for path in sorted(PACKAGE.glob("objects/*/fields/*.field-meta.xml")):
        found.setdefault(path.parts[-3], {})[path.name.partition(".")[0]] = read(path)
    return found


@pytest.fixture(scope="session")
def list_views():
    """(Object name, list view name) -> the list view's elements."""
    return {
        (path.parts[-3], path.name.partition(".")[0]): read(path)
        for path in sorted(PACKAGE.glob("objects/*/listViews/*.listView-meta.xml"))
    }


@pytest.fixture(scope="session")
def permission_sets():
    """Permission set name -> its elements, object and field permissions as flat dicts."""
    found = {}
    for path in sorted(PACKAGE.glob("permissionsets/*.permissionset-meta.xml")):
        content = read(path)
        for kind in ("objectPermissions", "fieldPermissions"):
            content[kind] = [simple(item) for item in content.get(kind, [])]
        found[path.name.partition(".")[0]] = content
    return found


@pytest.fixture(scope="session")
def validation_rules():
    """(Object name, rule name) -> the validation rule's elements."""
    return {
        (path.parts[-3], path.name.partition(".")[0]): read(path)
        for path in sorted(PACKAGE.glob("objects/*/validationRules/*.validationRule-meta.xml"))
    }


@pytest.fixture(scope="session")
def custom_permissions():
    """The names of the package's custom permissions."""
    paths = PACKAGE.glob("customPermissions/*.customPermission-meta.xml")
    return {path.name.partition(".")[0] for path in paths}
