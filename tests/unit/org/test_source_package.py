"""From source format to the package that an org takes: every type, and every line's way back."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.org.metadata_package import Place, SourceFiles
from connector.core.org.metadata_types import METADATA_TYPES, Shape
from connector.core.org.source_package import to_metadata_package
from connector.core.terms.errors import ConfigurationError

NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def xml(root, *lines, more=""):
    inside = "".join(f"    {line}\n" for line in lines)
    return f'{HEAD}<{root} xmlns="{NAMESPACE}"{more}>\n{inside}</{root}>\n'.encode()


def made(files, version="66.0"):
    return to_metadata_package(SourceFiles("salesforce", version, files))


def sent(package):
    return {each.path: each.content for each in package.files}


def manifest(package):
    """The members of `package.xml` by type, and its version."""
    root = ET.fromstring(sent(package)["package.xml"])  # noqa: S314 - made by the code under test
    of = f"{{{NAMESPACE}}}"
    types = {
        types.findtext(f"{of}name"): [each.text for each in types.iter(f"{of}members")]
        for types in root.iter(f"{of}types")
    }
    return types, root.findtext(f"{of}version")


def refused(files):
    with pytest.raises(ConfigurationError) as caught:
        made(files)
    return [str(each) for each in caught.value.problems]


THING = "main/default/objects/Thing__c"
FILES = {
    f"{THING}/Thing__c.object-meta.xml": xml("CustomObject", "<label>Thing</label>"),
    f"{THING}/fields/Size__c.field-meta.xml": xml(
        "CustomField", "<fullName>Size__c</fullName>", "<type>Number</type>"
    ),
    f"{THING}/listViews/All.listView-meta.xml": xml("ListView", "<fullName>All</fullName>"),
    f"{THING}/fields/Age__c.field-meta.xml": xml("CustomField", "<fullName>Age__c</fullName>"),
}


class TestObjects:
    def test_an_object_and_its_parts_become_one_file(self):
        package = made(FILES)

        assert sent(package)["objects/Thing__c.object"].decode() == (
            f'{HEAD}<CustomObject xmlns="{NAMESPACE}">\n'
            "    <label>Thing</label>\n"
            "    <fields>\n    <fullName>Age__c</fullName>\n    </fields>\n"
            "    <fields>\n    <fullName>Size__c</fullName>\n    <type>Number</type>\n"
            "    </fields>\n"
            "    <listViews>\n    <fullName>All</fullName>\n    </listViews>\n"
            "</CustomObject>\n"
        )
        assert set(sent(package)) == {"package.xml", "objects/Thing__c.object"}

    def test_the_manifest_names_the_object_every_part_and_the_version(self):
        assert manifest(made(FILES, "65.0")) == (
            {
                "CustomField": ["Thing__c.Age__c", "Thing__c.Size__c"],
                "CustomObject": ["Thing__c"],
                "ListView": ["Thing__c.All"],
            },
            "65.0",
        )

    def test_fields_on_an_object_of_the_org_itself_do_not_claim_the_object(self):
        path = "main/default/objects/Case/fields/Key__c.field-meta.xml"
        package = made({path: xml("CustomField", "<fullName>Key__c</fullName>")})

        assert manifest(package)[0] == {"CustomField": ["Case.Key__c"]}
        assert b"<fields>" in sent(package)["objects/Case.object"]

    @pytest.mark.parametrize(
        ("folder", "suffix", "element", "name"),
        [
            ("compactLayouts", "compactLayout", "compactLayouts", "CompactLayout"),
            ("recordTypes", "recordType", "recordTypes", "RecordType"),
            ("validationRules", "validationRule", "validationRules", "ValidationRule"),
            ("webLinks", "webLink", "webLinks", "WebLink"),
            ("fieldSets", "fieldSet", "fieldSets", "FieldSet"),
            ("businessProcesses", "businessProcess", "businessProcesses", "BusinessProcess"),
            ("sharingReasons", "sharingReason", "sharingReasons", "SharingReason"),
            ("indexes", "index", "indexes", "Index"),
        ],
    )
    def test_every_kind_of_part_is_taken(self, folder, suffix, element, name):
        part = {f"{THING}/{folder}/One.{suffix}-meta.xml": xml(name, "<fullName>One</fullName>")}
        package = made(FILES | part)

        root = ET.fromstring(sent(package)["objects/Thing__c.object"])  # noqa: S314 - ours
        assert root.findtext(f"{{{NAMESPACE}}}{element}/{{{NAMESPACE}}}fullName") == "One"
        assert manifest(package)[0][name] == ["Thing__c.One"]

    def test_prefixes_that_a_part_declares_go_with_it(self):
        xsi = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        path = f"{THING}/fields/Nil__c.field-meta.xml"
        package = made({path: xml("CustomField", '<value xsi:nil="true"/>', more=xsi)})

        content = sent(package)["objects/Thing__c.object"]
        assert f"<fields{xsi}>".encode() in content
        assert ET.fromstring(content) is not None  # noqa: S314 - ours

    def test_an_empty_root_has_no_inside(self):
        path = f"{THING}/Thing__c.object-meta.xml"
        package = made({path: f'<CustomObject xmlns="{NAMESPACE}"/>'.encode()})

        assert sent(package)["objects/Thing__c.object"].decode() == (
            f'{HEAD}<CustomObject xmlns="{NAMESPACE}">\n</CustomObject>\n'
        )

    def test_empty_lines_of_a_text_stay(self):
        path = f"{THING}/fields/Long__c.field-meta.xml"
        package = made({path: xml("CustomField", "<description>a", "", "b</description>")})

        assert b"a\n    \n    b" in sent(package)["objects/Thing__c.object"]

    def test_byte_order_marks_and_windows_line_ends_do_no_harm(self):
        path = f"{THING}/fields/Size__c.field-meta.xml"
        odd = b"\xef\xbb\xbf" + FILES[path].replace(b"\n", b"\r\n")

        assert sent(made({**FILES, path: odd})) == sent(made(FILES))


class TestOtherTypes:
    @pytest.mark.parametrize(
        "kind", [each for each in METADATA_TYPES if each.shape is Shape.FILE], ids=lambda k: k.name
    )
    def test_a_type_of_single_files_loses_only_its_suffix(self, kind):
        content = xml(kind.name, "<label>a</label>")
        package = made({f"main/default/{kind.folder}/A.{kind.suffix}-meta.xml": content})

        assert sent(package)[f"{kind.folder}/A.{kind.suffix}"] == content
        assert manifest(package)[0] == {kind.name: ["A"]}

    @pytest.mark.parametrize(
        ("folder", "suffix", "name"),
        [("reports", "report", "Report"), ("dashboards", "dashboard", "Dashboard")],
    )
    def test_folders_of_reports_are_members_too_also_in_one_another(self, folder, suffix, name):
        above = f"main/default/{folder}"
        package = made(
            {
                f"{above}/Top.{suffix}Folder-meta.xml": xml(f"{name}Folder"),
                f"{above}/Top/One.{suffix}-meta.xml": xml(name),
                f"{above}/Top/Sub.{suffix}Folder-meta.xml": xml(f"{name}Folder"),
                f"{above}/Top/Sub/Two.{suffix}-meta.xml": xml(name),
            }
        )

        assert set(sent(package)) == {
            "package.xml",
            f"{folder}/Top-meta.xml",
            f"{folder}/Top/One.{suffix}",
            f"{folder}/Top/Sub-meta.xml",
            f"{folder}/Top/Sub/Two.{suffix}",
        }
        assert manifest(package)[0] == {name: ["Top", "Top/One", "Top/Sub", "Top/Sub/Two"]}

    def test_a_bundle_is_taken_whole_but_for_what_developers_keep_in_it(self):
        lwc = "main/default/lwc"
        package = made(
            {
                f"{lwc}/stars/stars.js": b"export default 1",
                f"{lwc}/stars/stars.html": b"<template><b></template>",
                f"{lwc}/stars/stars.js-meta.xml": xml("LightningComponentBundle"),
                f"{lwc}/stars/icons/star.svg": b"<svg/>",
                f"{lwc}/stars/__tests__/stars.test.js": b"test",
                f"{lwc}/jsconfig.json": b"{}",
                f"{lwc}/.eslintrc.json": b"{}",
            }
        )

        assert set(sent(package)) == {
            "package.xml",
            "lwc/stars/stars.js",
            "lwc/stars/stars.html",
            "lwc/stars/stars.js-meta.xml",
            "lwc/stars/icons/star.svg",
        }
        assert manifest(package)[0] == {"LightningComponentBundle": ["stars"]}
        assert package.members["LightningComponentBundle", "stars"].file == (
            f"{lwc}/stars/stars.js-meta.xml"
        )

    def test_a_static_resource_keeps_its_content_and_gets_its_suffix(self):
        folder = "main/default/staticresources"
        described = xml("StaticResource")
        package = made(
            {f"{folder}/a.css": b"b {}", f"{folder}/a.resource-meta.xml": described},
        )

        assert sent(package)["staticresources/a.resource"] == b"b {}"
        assert sent(package)["staticresources/a.resource-meta.xml"] == described
        assert manifest(package)[0] == {"StaticResource": ["a"]}

    def test_translated_fields_become_one_file_and_no_member(self):
        folder = "main/default/objectTranslations/Thing__c-de"
        package = made(
            {
                f"{folder}/Thing__c-de.objectTranslation-meta.xml": xml("CustomObjectTranslation"),
                f"{folder}/Size__c.fieldTranslation-meta.xml": xml("CustomFieldTranslation"),
            }
        )

        assert "objectTranslations/Thing__c-de.objectTranslation" in sent(package)
        assert manifest(package)[0] == {"CustomObjectTranslation": ["Thing__c-de"]}

    def test_names_are_escaped_in_the_manifest(self):
        path = "main/default/layouts/Thing__c-A & B.layout-meta.xml"
        assert manifest(made({path: xml("Layout")}))[0] == {"Layout": ["Thing__c-A & B"]}


class TestRefusals:
    def test_every_file_that_is_no_xml_is_named_with_line_and_column(self):
        bad = {
            f"{THING}/fields/Bad__c.field-meta.xml": b"<CustomField>\n  <type>Text</typo>\n",
            "main/default/tabs/Empty.tab-meta.xml": b"",
        }
        first, second = refused(FILES | bad)

        assert first.startswith(f"salesforce/{THING}/fields/Bad__c.field-meta.xml:2:15: This is no")
        assert second.startswith("salesforce/main/default/tabs/Empty.tab-meta.xml:1:1: This is no")

    @pytest.mark.parametrize(
        "content", [b"\xff\xfe<a/>", b"<a/><b/>", b"words", b"<!DOCTYPE a><a/>", b"\x00" * 9]
    )
    def test_bytes_that_are_no_metadata_are_refused_and_nothing_else_happens(self, content):
        (said,) = refused({"main/default/tabs/A.tab-meta.xml": content})
        assert said.startswith("salesforce/main/default/tabs/A.tab-meta.xml:1:")

    @pytest.mark.parametrize(
        "path",
        [
            "main/default/classes/Thing.cls",  # Apex is left out on purpose
            "main/default/notes.txt",
            "main/default/tabs/A.tab",  # not in source format
            "main/default/tabs/deeper/A.tab-meta.xml",
            "main/default/reports/NoFolder.report-meta.xml",
            "main/default/objects/Thing__c.object",
            "main/default/objects/Thing__c/fields/A__c.fields-meta.xml",
            "main/default/lwc/stars.js",
            "main/default/staticresources/a/b.css",
        ],
    )
    def test_a_file_without_a_place_in_a_package_is_not_left_out_silently(self, path):
        (said,) = refused({path: xml("Any")})

        assert said.startswith(f"salesforce/{path}: ")
        assert said.endswith("Move it into the folder of its type, or out of the package.")

    def test_two_files_that_would_become_one_are_refused(self):
        folder = "main/default/staticresources"
        (said,) = refused({f"{folder}/a.css": b"a", f"{folder}/a.js": b"b"})
        assert said.startswith(f"salesforce/{folder}/a.js: Another file")


class TestPlaces:
    def test_a_line_of_an_object_leads_to_the_line_of_its_part(self):
        package = made(FILES)
        lines = sent(package)["objects/Thing__c.object"].decode().splitlines()
        at = next(number for number, line in enumerate(lines, 1) if "<type>Number" in line)

        place = package.place("objects/Thing__c.object", at, ("CustomField", "Thing__c.Size__c"))
        assert place == Place(f"salesforce/{THING}/fields/Size__c.field-meta.xml", 4)

    def test_an_org_may_put_its_own_folder_in_front(self):
        place = made(FILES).place("unpackaged/objects/Thing__c.object", 3, ("", ""))
        assert place == Place(f"salesforce/{THING}/Thing__c.object-meta.xml", 3)

    def test_without_a_line_the_component_decides(self):
        place = made(FILES).place("objects/Thing__c.object", 0, ("ListView", "Thing__c.All"))
        assert place == Place(f"salesforce/{THING}/listViews/All.listView-meta.xml")

    def test_a_complaint_about_the_manifest_leads_to_the_component(self):
        place = made(FILES).place("package.xml", 9, ("CustomField", "Thing__c.Age__c"))
        assert place == Place(f"salesforce/{THING}/fields/Age__c.field-meta.xml")

    @pytest.mark.parametrize(
        ("name", "line"), [("", 0), ("package.xml", 3), ("tabs/Other.tab", 7), ("no/such", -1)]
    )
    def test_what_nobody_knows_has_no_place(self, name, line):
        assert made(FILES).place(name, line, ("CustomTab", "Other")) == Place("")

    def test_a_line_behind_the_end_leads_to_the_file(self):
        place = made(FILES).place("objects/Thing__c.object", 999, ("", ""))
        assert place == Place(f"salesforce/{THING}/Thing__c.object-meta.xml")

    def test_a_file_that_was_sent_unchanged_keeps_its_lines(self):
        path = "main/default/tabs/A.tab-meta.xml"
        package = made({path: xml("CustomTab", "<a/>")})
        assert package.place("tabs/A.tab", 3, ("CustomTab", "A")) == Place(f"salesforce/{path}", 3)


NAMES = st.from_regex(r"[A-Z][a-z]{0,6}__c", fullmatch=True)
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="<&>\r\x00", categories=("L", "Zs"))
)


@given(st.dictionaries(NAMES, st.lists(TEXTS, min_size=1, max_size=4), min_size=1, max_size=5))
def test_every_line_that_is_sent_is_the_line_of_the_source_that_it_names(fields):
    files = {
        f"{THING}/fields/{name}.field-meta.xml": xml(
            "CustomField", *(f"<label>{text}</label>" for text in texts)
        )
        for name, texts in fields.items()
    }
    package = made(files)
    (composed,) = [each for each in package.files if each.path == "objects/Thing__c.object"]

    shown = composed.content.decode().split("\n")[:-1]
    assert len(shown) == len(composed.lines)
    for line, place in zip(shown, composed.lines, strict=True):
        if "<label>" in line:
            assert files[place.file].decode().split("\n")[place.line - 1] == line
    assert manifest(package)[0] == {"CustomField": sorted(f"Thing__c.{name}" for name in fields)}
