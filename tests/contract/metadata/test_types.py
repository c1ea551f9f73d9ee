"""Every file of the package is what Salesforce's metadata types allow, and the check can fail."""

import json
from pathlib import Path

import pytest
from lxml import etree

SALESFORCE = Path(__file__).parents[3] / "salesforce"
NS = 'xmlns="http://soap.sforce.com/2006/04/metadata"'


@pytest.mark.parametrize(
    ("pattern", "type_name"),
    [
        ("objects/*/*.object-meta.xml", "CustomObject"),
        ("objects/*/fields/*.field-meta.xml", "CustomField"),
        ("objects/*/listViews/*.listView-meta.xml", "ListView"),
        ("objects/*/validationRules/*.validationRule-meta.xml", "ValidationRule"),
        ("permissionsets/*.permissionset-meta.xml", "PermissionSet"),
        ("lwc/*/*.js-meta.xml", "LightningComponentBundle"),
        ("labels/*.labels-meta.xml", "CustomLabels"),
        ("customPermissions/*.customPermission-meta.xml", "CustomPermission"),
    ],
)
def test_every_file_follows_the_metadata_types_of_salesforce(metadata_types, pattern, type_name):
    paths = sorted((SALESFORCE / "main" / "default").glob(pattern))
    roots = {path.name: etree.parse(path).getroot() for path in paths}

    assert paths
    assert {root.tag.partition("}")[2] for root in roots.values()} == {type_name}
    found = {name: metadata_types.problems(root, type_name) for name, root in roots.items()}
    assert {name: problems for name, problems in found.items() if problems} == {}


def test_no_file_of_the_package_escapes_the_check():
    endings = {
        ".object-meta.xml",
        ".field-meta.xml",
        ".listView-meta.xml",
        ".validationRule-meta.xml",
        ".permissionset-meta.xml",
        ".js-meta.xml",
        ".labels-meta.xml",
        ".js",
        ".html",
        ".css",
        ".customPermission-meta.xml",
    }
    xml = [p for p in (SALESFORCE / "main").rglob("*") if p.is_file()]

    assert {"." + p.name.partition(".")[2] for p in xml} == endings


@pytest.mark.parametrize(
    ("type_name", "xml", "problem"),
    [
        # an enum value that does not exist
        (
            "CustomObject",
            "<sharingModel>Bogus</sharingModel>",
            "<sharingModel> 'Bogus' is no SharingModel",
        ),
        # a misspelt element
        ("CustomField", "<uniqueX>true</uniqueX>", "CustomField has no <uniqueX>"),
        # a boolean in Python's spelling
        ("CustomField", "<unique>True</unique>", "<unique> 'True' is no boolean"),
        # a number that is none
        ("CustomField", "<length>255px</length>", "<length> '255px' is no int"),
        # an element too many
        (
            "CustomField",
            "<label>a</label><label>b</label>",
            "CustomField takes one <label>",
        ),
        # a required element left out
        ("ListView", "<filterScope>Everything</filterScope>", "ListView lacks <label>"),
        # a mistake two levels down
        (
            "CustomField",
            "<valueSet><restricted>yes</restricted></valueSet>",
            "<restricted> 'yes' is no boolean",
        ),
    ],
)
def test_the_check_finds_what_salesforce_would_refuse(metadata_types, type_name, xml, problem):
    element = etree.fromstring(f"<{type_name} {NS}>{xml}</{type_name}>")

    assert metadata_types.problems(element, type_name) == [problem]


def test_the_project_file_names_the_package_folder_and_the_api_version():
    project = json.loads((SALESFORCE / "sfdx-project.json").read_text(encoding="utf-8"))

    assert [d["path"] for d in project["packageDirectories"]] == ["main"]
    assert (SALESFORCE / project["packageDirectories"][0]["path"] / "default").is_dir()
    assert project["sourceApiVersion"] == "66.0"
