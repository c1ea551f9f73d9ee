"""docs/org/app.md speaks of the app that is in the package, and of all of it."""

import re
from pathlib import Path

import pytest
from lxml import etree

PAGE = "docs/org/app.md"
PACKAGE = Path(__file__).parents[2] / "salesforce" / "main" / "default"
OF = "{http://soap.sforce.com/2006/04/metadata}"
WORDS = {
    "review": "Trustpilot_Review__c",
    "invitation": "Trustpilot_Invitation__c",
    "business unit": "Trustpilot_Business_Unit__c",
    "send attempt": "Trustpilot_Send_Attempt__c",
}
NO_TAB = {"Trustpilot_Checkpoint__c", "Trustpilot_Send_Attempt__c"}


def files(pattern):
    paths = sorted(PACKAGE.glob(pattern))
    assert paths, pattern
    return [(path, etree.parse(path).getroot()) for path in paths]


def first(root, name):
    return root.findtext(OF + name)


@pytest.fixture(scope="module")
def plurals():
    """Object name -> what its tab is called."""
    return {p.parts[-2]: first(root, "pluralLabel") for p, root in files("objects/*/*.object-*")}


def test_the_tabs_are_those_of_the_app_in_its_order(page, plurals):
    ((_, app),) = files("applications/*")
    tabs = [tab.text for tab in app.iter(f"{OF}tabs")]

    assert page(PAGE).table("tab").column() == ["Home", *(plurals[tab] for tab in tabs[1:])]


def test_every_list_view_of_a_tab_is_named_and_no_other(page, plurals):
    views = {}
    for path, root in files("objects/*/listViews/*"):
        if path.parts[-3] not in NO_TAB:
            views.setdefault(plurals[path.parts[-3]], set()).add(first(root, "label"))
    table = page(PAGE).table("list views of")

    named = dict(zip(table.column(), table.column(1), strict=True))
    assert {tab: set(names.split(", ")) for tab, names in named.items()} == views


def test_every_button_is_named_with_its_record_and_no_other(page):
    table = page(PAGE).table("record")
    named = {
        (WORDS[record], button.strip("*"))
        for record, button in zip(table.column(), table.column(1), strict=True)
    }
    assert named == {
        (path.name.partition(".")[0], first(root, "label"))
        for path, root in files("quickActions/*")
    }


def test_every_permission_set_is_named(page):
    names = {path.name.partition(".")[0] for path, _ in files("permissionsets/*")}

    assert set(page(PAGE).table("permission set").column()) == names


def test_every_validation_rule_is_named_with_its_object(page):
    table = page(PAGE).table("object of the rule")
    named = {(WORDS[of], rule) for of, rule in zip(table.column(), table.column(1), strict=True)}
    assert named == {
        (path.parts[-3], path.name.partition(".")[0])
        for path, _ in files("objects/*/validationRules/*")
    }


def test_every_report_is_named(page):
    names = {first(root, "name") for _, root in files("reports/Trustpilot/*")}

    assert set(page(PAGE).table("report").column()) == names


def test_the_guide_to_related_lists_has_every_list_with_columns_that_are_there(page):
    labels, lists = {}, {}
    for path, root in files("objects/*/fields/*"):
        child, target = path.parts[-3], first(root, "referenceTo")
        labels.setdefault(child, set()).add(first(root, "label"))
        if child.startswith("Trustpilot_") and target and not target.startswith("Trustpilot_"):
            lists[target, first(root, "relationshipLabel")] = child
    for path, root in files("objects/*/*.object-*"):
        labels[path.parts[-2]].add(root.findtext(f"{OF}nameField/{OF}label"))
    table = page(PAGE).table("related lists of")

    wanted = {(of, name) for of, name in lists if of != "Product2"}
    assert {(row[0], row[1]) for row in table.rows} == wanted
    for of, name, columns in table.rows:
        assert set(columns.split(", ")) <= labels[lists[of, name]], (of, name)


def test_the_names_of_rights_in_the_page_are_those_of_the_package(page):
    known = {path.name.partition(".")[0] for path, _ in files("customPermissions/*")}
    known |= {path.name.partition(".")[0] for path, _ in files("permissionsets/*")}

    assert set(re.findall(r"`(Trustpilot_\w+)`", page(PAGE).prose)) <= known
