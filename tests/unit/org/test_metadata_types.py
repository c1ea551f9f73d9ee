"""The table of metadata types has one answer for each folder."""

from connector.core.org.metadata_types import METADATA_TYPES, TYPE_OF_FOLDER, Shape


def test_every_folder_holds_one_type():
    assert len(TYPE_OF_FOLDER) == len(METADATA_TYPES)
    assert len({each.name for each in METADATA_TYPES}) == len(METADATA_TYPES)


def test_a_folder_of_reports_is_described_by_a_file_of_its_own():
    folders = {
        each.name: each.folder_suffix for each in METADATA_TYPES if each.shape is Shape.FOLDERS
    }
    assert folders == {"Report": "reportFolder", "Dashboard": "dashboardFolder"}


def test_only_what_lies_in_parts_has_parts():
    assert all((each.shape is Shape.PARTS) is bool(each.parts) for each in METADATA_TYPES)


def test_apex_is_missing_on_purpose():
    assert not {"classes", "triggers"} & set(TYPE_OF_FOLDER)
