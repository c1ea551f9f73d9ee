"""The Salesforce package is read from its folder, and what cannot be read is named."""

import json
import os

import pytest

from connector.config import locations
from connector.config.org.package_files import read_package
from connector.core.org.source_package import to_metadata_package
from connector.core.terms.errors import ConfigurationError

PROJECT = {"packageDirectories": [{"path": "main"}], "sourceApiVersion": "66.0"}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "main" / "default" / "tabs").mkdir(parents=True)
    (tmp_path / "main" / "default" / "tabs" / "A.tab-meta.xml").write_bytes(b"<a/>")
    (tmp_path / "sfdx-project.json").write_text(json.dumps(PROJECT), encoding="utf-8")
    return tmp_path


def refused(folder):
    with pytest.raises(ConfigurationError) as caught:
        read_package(folder)
    return str(caught.value)


def test_files_of_the_package_directories_are_read_and_nothing_beside_them(folder):
    (folder / "README.md").write_text("about", encoding="utf-8")
    (folder / "main" / ".DS_Store").write_bytes(b"\0")

    package = read_package(folder)
    assert package.files == {"main/default/tabs/A.tab-meta.xml": b"<a/>"}
    assert (package.root, package.api_version) == (str(folder), "66.0")


def test_a_folder_below_the_current_one_is_shown_as_it_would_be_typed(folder):
    before = os.getcwd()  # noqa: PTH109 - goes with chdir
    os.chdir(folder.parent)
    try:
        assert read_package(folder).root == folder.name
    finally:
        os.chdir(before)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "null",
        '{"packageDirectories": "main", "sourceApiVersion": "66.0"}',
        '{"packageDirectories": [{"path": "main"}]}',
        '{"packageDirectories": [{"path": "main"}], "sourceApiVersion": 66}',
    ],
)
def test_a_project_file_that_says_nothing_usable_is_named(folder, text):
    (folder / "sfdx-project.json").write_text(text, encoding="utf-8")
    assert refused(folder).startswith(f"{folder / 'sfdx-project.json'}: ")


def test_a_folder_without_a_project_file_is_no_package(tmp_path):
    assert "sfdx-project.json" in refused(tmp_path)


def test_an_empty_package_is_not_deployed(folder):
    (folder / "main" / "default" / "tabs" / "A.tab-meta.xml").unlink()
    assert "nothing to deploy" in refused(folder)


def test_the_package_that_ships_with_the_connector_can_be_sent():
    package = to_metadata_package(read_package(locations.salesforce()))

    assert set(package.names("PermissionSet")) >= {"Trustpilot_Connector", "Trustpilot_App_User"}
    assert len(package.names("CustomObject")) >= 7
