"""What `connector deploy` sends is what the metadata types allow, as our files are."""

import pytest
from lxml import etree

from connector.config import locations
from connector.config.org.package_files import read_package
from connector.core.org.metadata_types import METADATA_TYPES, Shape
from connector.core.org.source_package import to_metadata_package
from connector.gateways.salesforce.deploy import zipped

TYPE_OF_SUFFIX = {each.suffix: each.name for each in METADATA_TYPES} | {"xml": "Package"}
PACKAGE = to_metadata_package(read_package(locations.salesforce()))
XML_FILES = {
    each.path: each.content
    for each in PACKAGE.files
    if each.path.rpartition(".")[2] in TYPE_OF_SUFFIX and not each.path.startswith("lwc/")
}


@pytest.mark.parametrize("path", [path for path in XML_FILES if "-meta." not in path])
def test_every_sent_file_follows_the_metadata_types_of_salesforce(metadata_types, path):
    root = etree.fromstring(XML_FILES[path])
    type_name = TYPE_OF_SUFFIX[path.rpartition(".")[2]]

    assert metadata_types.problems(root, type_name) == []


def test_a_part_becomes_an_element_of_its_own_type(metadata_types):
    for kind in METADATA_TYPES:
        elements = metadata_types.elements(kind.name) if kind.shape is Shape.PARTS else {}
        for part in kind.parts:
            assert elements[part.element] == (part.name or "CustomFieldTranslation")


def test_the_manifest_names_everything_that_is_there_once():
    root = etree.fromstring(XML_FILES["package.xml"])
    of = "{http://soap.sforce.com/2006/04/metadata}"
    listed = [
        (types.findtext(f"{of}name"), member.text)
        for types in root.iter(f"{of}types")
        for member in types.iter(f"{of}members")
    ]
    assert sorted(listed) == sorted(PACKAGE.members)


def test_the_same_package_is_always_the_same_bytes():
    assert zipped(PACKAGE) == zipped(PACKAGE)
    assert len(zipped(PACKAGE)) < 39 * 1024 * 1024
