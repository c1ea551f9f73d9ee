"""Every file of the package is what Salesforce's metadata types allow, and the check can fail."""

import json
from pathlib import Path

import pytest
from lxml import etree

from connector.core.org.metadata_types import METADATA_TYPES

SALESFORCE = Path(__file__).parents[3] / "salesforce"
NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"
NS = f'xmlns="{NAMESPACE[1:-1]}"'


MAIN = SALESFORCE / "main"
TYPE_OF_SUFFIX = (
    {each.suffix: each.name for each in METADATA_TYPES}
    | {part.suffix: part.name for each in METADATA_TYPES for part in each.parts}
    | {f"{name}Folder": f"{name.capitalize()}Folder" for name in ("report", "dashboard")}
    | {"fieldTranslation": "CustomFieldTranslation"}
)
FILES = sorted(path.relative_to(MAIN).as_posix() for path in MAIN.rglob("*-meta.xml"))


@pytest.mark.parametrize("path", FILES)
def test_every_file_follows_the_metadata_types_of_salesforce(metadata_types, path):
    root = etree.parse(MAIN / path).getroot()
    type_name = TYPE_OF_SUFFIX[path.removesuffix("-meta.xml").rpartition(".")[2]]

    assert root.tag == f"{NAMESPACE}{type_name}"
    assert metadata_types.problems(root, type_name) == []


def test_no_file_of_the_package_escapes_the_check():
    others = [p for p in MAIN.rglob("*") if p.is_file() and not p.name.endswith("-meta.xml")]
    inside = {"lwc", "staticresources", "contentassets"}  # their content is no metadata

    assert [p for p in others if not inside & set(p.parts)] == []
    assert len(FILES) > 200


def test_every_type_that_can_be_deployed_is_known_to_salesforce(metadata_types):
    assert [name for name in TYPE_OF_SUFFIX.values() if not metadata_types.knows(name)] == []


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
