"""The package in salesforce/ as tests read it, and Salesforce's own types to hold it against.

The types come from the WSDL that simple-salesforce carries. It is walked instead of compiled:
as a schema it is not deterministic, so no validator accepts it.
"""

import re
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
    "long": lambda text: text.lstrip("-").isdigit(),
    "double": lambda text: text.replace(".", "", 1).lstrip("-").isdigit(),
    "date": lambda text: re.fullmatch(r"\d{4}-\d\d-\d\d", text) is not None,
    "dateTime": lambda text: (
        re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-][\d:]+)", text) is not None
    ),
    "anyType": lambda _: True,
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

    def knows(self, type_name):
        return type_name in self._complex

    def elements(self, type_name):
        """The type of each element of a type."""
        members = self._members(type_name)
        return {name: each.get("type").partition(":")[2] for name, each in members.items()}

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


class References:
    """Says which names in the files below a folder mean nothing that is there.

    Only custom names are looked up: what every org has, Salesforce knows best.
    """

    def __init__(self, folder):
        self._folder = folder
        self._texts = {
            path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
            for path in sorted(folder.rglob("*"))
            if path.is_file() and "__tests__" not in path.parts
        }
        self._fields = {}
        for path in self._matching(r"objects/(\w+)/fields/(\w+)\.field-meta\.xml"):
            self._fields.setdefault(path[1], set()).add(path[2])
        self._objects = {
            path[1] for path in self._matching(r"objects/(\w+__c)/\1\.object-meta\.xml")
        }
        report_types = {  # a report names the type of the package with this ending
            f"{path[1]}__c" for path in self._matching(r"reportTypes/(\w+)\.reportType-meta\.xml")
        }
        self._custom = self._objects.union(report_types, *self._fields.values())

    def problems(self):
        """One line for each name that means nothing, after its file."""
        found = []
        for path, text in self._texts.items():
            found += [f"{path}: {name}" for name in sorted(self._unknown(path, text))]
        return found

    def _matching(self, pattern):
        return filter(None, (re.fullmatch(pattern, path) for path in self._texts))

    def _unknown(self, path, text):
        pairs = {
            (sobject, field)
            for sobject, field in re.findall(r"\b([A-Z]\w*)[.$](\w+__c)\b", text)
            if not sobject.endswith("__r") and sobject != "Record"
        }
        pairs |= {(self._home(path), name) for name in self._named_of_home(path, text)}
        unknown = {
            f"{sobject}.{field}"
            for sobject, field in pairs
            if field not in self._fields.get(sobject, ())
        }
        told = {name for each in unknown for name in each.split(".")}
        unknown |= set(re.findall(r"\b[A-Za-z]\w*__c\b", text)) - self._custom - told
        return unknown | self._unknown_components(text) | self._unknown_parts(text)

    def _home(self, path):
        """The object that a file is about, where its path says so."""
        found = re.match(
            r"objects/(\w+)/(?!\w+\.object-)|layouts/(\w+)-|quickActions/(\w+)\.", path
        )
        return next(filter(None, found.groups()), "") if found else ""

    def _named_of_home(self, path, text):
        """The custom fields that a file about one object names without naming the object."""
        own = re.sub(r"<relatedLists>.*?</relatedLists>", "", text, flags=re.DOTALL)
        named = re.findall(r"<(?:field|fields|columns)>(\w+__c)</", own)
        return named if self._home(path) else []

    def _unknown_components(self, text):
        """Lightning components: in pages as c:name, in modules as c/name, in markup as c-na-me."""
        named = re.findall(r"[>\"']c[:/](\w+)", text)
        named += [_camel(name) for name in re.findall(r"<c-([a-z-]+)", text)]
        return {
            f"lwc/{name}" for name in named if f"lwc/{name}/{name}.js-meta.xml" not in self._texts
        }

    def _unknown_parts(self, text):
        """Labels, pages of tabs and overrides, reports of dashboards, tabs and apps."""
        labels = "".join(text for path, text in self._texts.items() if path.startswith("labels/"))
        named = re.findall(r"@salesforce/label/c\.(\w+)|\$Label\.(\w+)", text)
        unknown = {
            f"label {name}"
            for name in map("".join, named)
            if f"<fullName>{name}</fullName>" not in labels
        }
        for pattern, file in {
            r"<flexiPage>([^<]+)<": "flexipages/{}.flexipage-meta.xml",
            r"<report>(\w+/\w+)<": "reports/{}.report-meta.xml",
            r"<application>(\w+)</": "applications/{}.app-meta.xml",
            r"<tabs?>(\w+__c|Trustpilot\w*)</": "tabs/{}.tab-meta.xml",
        }.items():
            paths = [file.format(name) for name in re.findall(pattern, text)]
            unknown |= {path for path in paths if path not in self._texts}
        return unknown


def _camel(name):
    first, *rest = name.split("-")
    return first + "".join(part.capitalize() for part in rest)


@pytest.fixture
def references():
    """A function from a folder to what its files name in vain."""
    return lambda folder=PACKAGE: References(folder).problems()


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
