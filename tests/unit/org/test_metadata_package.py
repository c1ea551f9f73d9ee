"""An org speaks of what it was sent; a person reads where that stands in the source."""

import pytest

from connector.core.org.metadata_package import MetadataPackage, PackageFile, Place

OBJECT = PackageFile(
    "objects/A__c.object",
    b"...",
    "objects/A__c/A__c.object-meta.xml",
    (Place("objects/A__c/A__c.object-meta.xml", 1), Place("objects/A__c/fields/B__c.xml", 7)),
)
TAB = PackageFile("tabs/A__c.tab", b"...", "tabs/A__c.tab-meta.xml")
MANIFEST = PackageFile("package.xml", b"...", "")
MEMBERS = {
    ("CustomField", "A__c.B__c"): Place("objects/A__c/fields/B__c.xml", 3),
    ("CustomTab", "B__c"): Place("tabs/B__c.tab-meta.xml"),
    ("CustomTab", "A__c"): Place("tabs/A__c.tab-meta.xml"),
}
PACKAGE = MetadataPackage("pkg", (OBJECT, TAB, MANIFEST), MEMBERS)
NOBODY = ("CustomTab", "Nobody__c")


def test_the_names_of_a_type_are_sorted():
    assert PACKAGE.names("CustomTab") == ("A__c", "B__c")
    assert PACKAGE.names("Layout") == ()


@pytest.mark.parametrize(
    ("file", "line", "expected"),
    [
        (OBJECT, 2, Place("objects/A__c/fields/B__c.xml", 7)),
        (OBJECT, 3, Place("objects/A__c/A__c.object-meta.xml")),  # beyond the end
        (OBJECT, 0, Place("objects/A__c/A__c.object-meta.xml")),
        (TAB, 5, Place("tabs/A__c.tab-meta.xml", 5)),  # sent as it is
    ],
)
def test_a_line_of_a_sent_file_is_one_of_the_source(file, line, expected):
    assert file.place(line) == expected


@pytest.mark.parametrize(
    ("file_name", "line", "component", "expected"),
    [
        ("deployed/objects/A__c.object", 2, NOBODY, Place("pkg/objects/A__c/fields/B__c.xml", 7)),
        # Without a line the component knows better than its file.
        (
            "objects/A__c.object",
            0,
            ("CustomField", "A__c.B__c"),
            Place("pkg/objects/A__c/fields/B__c.xml", 3),
        ),
        ("tabs/A__c.tab", 0, NOBODY, Place("pkg/tabs/A__c.tab-meta.xml")),
        ("package.xml", 4, ("CustomTab", "B__c"), Place("pkg/tabs/B__c.tab-meta.xml")),
        ("package.xml", 4, NOBODY, Place("")),
        ("elsewhere.xml", 4, NOBODY, Place("")),
    ],
)
def test_a_complaint_of_the_org_is_shown_where_it_belongs(file_name, line, component, expected):
    assert PACKAGE.place(file_name, line, component) == expected
