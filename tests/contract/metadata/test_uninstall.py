"""salesforce/uninstall takes away all that the package brought, and nothing else."""

import json
from pathlib import Path

import pytest
from lxml import etree

from connector.config import locations
from connector.config.org.package_files import read_package
from connector.core.org.metadata_types import TYPE_OF_FOLDER
from connector.core.org.source_package import to_metadata_package

SALESFORCE = Path(__file__).parents[3] / "salesforce"
OF = "{http://soap.sforce.com/2006/04/metadata}"
PARTS_OF_OBJECTS = {part.name for part in TYPE_OF_FOLDER["objects"].parts}
PACKAGE = to_metadata_package(read_package(locations.salesforce()))


def listed(name):
    root = etree.parse(SALESFORCE / "uninstall" / name).getroot()
    members = {
        (types.findtext(f"{OF}name"), member.text)
        for types in root.iter(f"{OF}types")
        for member in types.iter(f"{OF}members")
    }
    return members, root.findtext(f"{OF}version")


def goes_with_its_object(kind, name):
    """Deleting a custom object takes along its parts, layouts, actions and tab."""
    home = name.replace("-", ".").partition(".")[0]
    parts = PARTS_OF_OBJECTS | {"Layout", "QuickAction", "CustomTab"}
    return kind in parts and home in PACKAGE.names("CustomObject")


def deleted_one_by_one():
    """Labels are deployed as one file, and deleted one by one."""
    labels = SALESFORCE / "main" / "default" / "labels" / "CustomLabels.labels-meta.xml"
    for kind, name in PACKAGE.members:
        if kind == "CustomLabels":
            names = etree.parse(labels).getroot().iterfind(f"{OF}labels/{OF}fullName")
            yield from (("CustomLabel", each.text) for each in names)
        elif not goes_with_its_object(kind, name):
            yield kind, name


def test_everything_that_does_not_go_with_its_object_is_listed_and_nothing_else():
    assert listed("destructiveChangesPost.xml")[0] == set(deleted_one_by_one())


def test_the_manifest_beside_it_names_nothing_but_a_version():
    assert listed("package.xml")[0] == set()


@pytest.mark.parametrize("name", ["package.xml", "destructiveChangesPost.xml"])
def test_its_files_are_what_salesforce_takes_in_the_version_of_the_package(name, metadata_types):
    root = etree.parse(SALESFORCE / "uninstall" / name).getroot()
    project = json.loads((SALESFORCE / "sfdx-project.json").read_text(encoding="utf-8"))

    assert metadata_types.problems(root, "Package") == []
    assert listed(name)[1] == project["sourceApiVersion"]


def test_the_official_client_leaves_out_what_the_connector_leaves_out():
    ignored = (SALESFORCE / ".forceignore").read_text(encoding="utf-8")
    assert {"**/__tests__/**", "**/__mocks__/**", "**/jsconfig.json"} <= set(ignored.splitlines())
