"""The app as people see it: tabs, pages, layouts, related lists and buttons hang together."""

import re
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from connector.core.invitations.desk import Change, DeskAction, decide
from connector.core.terms.objects import InvitationStatus

PACKAGE = Path(__file__).parents[3] / "salesforce" / "main" / "default"
OF = "{http://soap.sforce.com/2006/04/metadata}"
PEOPLE = ("Trustpilot_App_User", "Trustpilot_App_Super_User")
TABS = (
    "Trustpilot_Review__c",
    "Trustpilot_Invitation__c",
    "Trustpilot_Business_Unit__c",
    "Trustpilot_Issue__c",
    "Trustpilot_Run__c",
)
COMPONENTS = {  # the Lightning web components that these pages hold
    "trustpilotHome": "Trustpilot_Home",
    "trustpilotReply": "Trustpilot_Review_Record_Page",
    "trustpilotInvitationLink": "Trustpilot_Invitation_Record_Page",
    "trustpilotUnit": "Trustpilot_Business_Unit_Record_Page",
}
STANDARD_ITEMS = {"Name", "OwnerId", "CreatedById", "LastModifiedById"}
BUTTONS = {
    "Cancel": DeskAction.CANCEL,
    "Hold": DeskAction.HOLD,
    "Release": DeskAction.RELEASE,
    "Resolve_As_Sent": DeskAction.SENT,
    "Send_Again": DeskAction.RESEND,
}


def roots(pattern):
    """File name without its ending -> the root element of the file."""
    paths = sorted(PACKAGE.glob(pattern))
    assert paths, pattern
    return {path.name.rpartition(".")[0].rpartition(".")[0]: etree.parse(path) for path in paths}


def texts(element, path):
    return [
        found.text for found in element.iterfind("/".join(OF + part for part in path.split("/")))
    ]


def text(element, path):
    return (texts(element, path) or [None])[0]


def each(element, name):
    return element.iter(OF + name)


@pytest.fixture(scope="module")
def layouts():
    return {name.partition("-")[0]: root for name, root in roots("layouts/*").items()}


@pytest.fixture(scope="module")
def pages():
    return roots("flexipages/*")


@pytest.fixture(scope="module")
def actions():
    """(Object, name) -> the quick action."""
    found = roots("quickActions/*")
    return {tuple(name.split(".")): root for name, root in found.items()}


@pytest.fixture(scope="module")
def editable(permission_sets):
    """The fields that people may edit, with their object."""
    return {
        permission["field"]
        for name in PEOPLE
        for permission in permission_sets[name]["fieldPermissions"]
        if permission["editable"] == "true"
    }


@pytest.fixture(scope="module")
def values_of(fields):
    """The values of a picklist, by object and field."""

    def values(object_name, field):
        found = fields[object_name][field]["valueSet"][0]["valueSetDefinition"][0]["value"]
        return {value["fullName"][0] for value in found}

    return values


def test_the_app_opens_with_home_and_has_a_tab_for_everything_people_work_with():
    (app,) = roots("applications/*").values()

    assert texts(app, "tabs") == ["standard-home", *TABS]
    assert set(roots("tabs/*")) == set(TABS)
    assert text(app, "label") == "Trustpilot"
    assert text(app, "uiType") == "Lightning"
    assert (
        text(app, "actionOverrides/pageOrSobjectType"),
        text(app, "actionOverrides/content"),
    ) == (
        "standard-home",
        "Trustpilot_Home",
    )


def test_a_tab_shows_a_custom_object_with_an_icon_of_its_own():
    motifs = [text(tab, "motif") for tab in roots("tabs/*").values()]

    assert all(re.fullmatch(r"Custom\d+: \w+", motif) for motif in motifs)
    assert len(set(motifs)) == len(TABS)
    assert [text(tab, "customObject") for tab in roots("tabs/*").values()] == ["true"] * len(TABS)


def test_agents_get_the_app_and_all_its_tabs():
    (agents,) = roots("permissionsets/Trustpilot_App_User.*").values()

    assert texts(agents, "applicationVisibilities/application") == ["Trustpilot"]
    assert set(texts(agents, "tabSettings/tab")) == set(TABS)
    assert set(texts(agents, "tabSettings/visibility")) == {"Visible"}


def test_every_object_has_one_layout_which_takes_the_place_of_the_one_salesforce_makes(objects):
    names = {f"{name}-{found['label']} Layout" for name, found in objects.items()}

    assert set(roots("layouts/*")) == names


def test_no_layout_of_a_standard_object_is_in_the_package():
    # a layout that is deployed replaces the customer's own
    assert [name for name in roots("layouts/*") if not name.startswith("Trustpilot_")] == []


def test_every_field_stands_on_the_layout_of_its_object_once(layouts, fields):
    for object_name, layout in layouts.items():
        shown = Counter(texts(layout, "layoutSections/layoutColumns/layoutItems/field"))
        assert set(shown) == STANDARD_ITEMS | set(fields[object_name]), object_name
        assert set(shown.values()) == {1}, object_name


def test_a_layout_lets_people_edit_what_they_may_edit_and_nothing_else(layouts, editable):
    open_items = {
        f"{object_name}.{text(item, 'field')}"
        for object_name, layout in layouts.items()
        for item in each(layout, "layoutItems")
        if text(item, "behavior") == "Edit"
    }
    assert open_items == {field for field in editable if field.startswith("Trustpilot_")}


def test_related_lists_follow_lookups_and_show_fields_that_a_list_can_show(layouts, fields):
    followed = set()
    for object_name, layout in layouts.items():
        for related in each(layout, "relatedLists"):
            child, _, lookup = text(related, "relatedList").partition(".")
            assert fields[child][lookup]["referenceTo"] == object_name
            shown = {name for name in texts(related, "fields") if name.endswith("__c")}
            shown |= set(texts(related, "sortField"))
            assert shown <= set(fields[child])
            assert "LongTextArea" not in {fields[child][name]["type"] for name in shown}
            followed.add((child, lookup))
    ours = {
        (child, name)
        for child, of in fields.items()
        for name, field in of.items()
        if field.get("referenceTo", "").startswith("Trustpilot_")
    }
    assert followed == ours


def test_every_object_has_a_compact_layout_of_fields_that_it_can_show(objects, fields):
    for object_name, definition in objects.items():
        (compact,) = roots(f"objects/{object_name}/compactLayouts/*").values()
        first, *others = texts(compact, "fields")
        assert definition["compactLayoutAssignment"] == text(compact, "fullName")
        assert first == "Name"
        assert len(others) <= 9
        types = {fields[object_name][name]["type"] for name in others}
        assert "LongTextArea" not in types, object_name


def test_a_record_opens_on_its_own_page_on_every_device(objects, pages):
    shown = set()
    for object_name, definition in objects.items():
        overrides = definition.get("actionOverrides", [])
        for override in overrides:
            assert override["actionName"] == ["View"]
            (page,) = override["content"]
            assert text(pages[page], "sobjectType") == object_name
            shown.add(page)
        assert {o["formFactor"][0] for o in overrides} in ({"Large", "Small"}, set())
    assert shown == set(pages) - {"Trustpilot_Home"}


def test_each_page_holds_the_component_that_is_made_for_it(pages):
    held = {
        name.removeprefix("c:"): page
        for page, root in pages.items()
        for name in (found.text for found in each(root, "componentName"))
        if name.startswith("c:")
    }
    assert held == COMPONENTS


def test_the_regions_of_a_page_are_those_of_its_template_and_of_its_tabs(pages):
    regions = {
        "flexipage:recordHomeTemplateDesktop": {"header", "main", "sidebar"},
        "home:desktopTemplate": {"top", "bottomLeft", "bottomRight", "sidebar"},
    }
    for name, page in pages.items():
        kinds = {"Region": [], "Facet": []}
        for region in each(page, "flexiPageRegions"):
            kinds[text(region, "type")].append(text(region, "name"))
        used = [
            text(found, "value")
            for found in each(page, "componentInstanceProperties")
            if text(found, "name") in {"tabs", "body"}
        ]
        identifiers = [found.text for found in each(page, "identifier")]
        assert set(kinds["Region"]) == regions[text(page, "template/name")], name
        assert sorted(kinds["Facet"]) == sorted(used), name
        assert len(identifiers) == len(set(identifiers)), name


def test_no_page_holds_a_list_view_that_comes_with_the_same_deployment(pages):
    # "Error retrieving filter": Salesforce looks for the list view before it is there
    names = {found.text for page in pages.values() for found in each(page, "componentName")}

    assert "flexipage:filterListCard" not in names


def test_every_button_is_on_the_layout_and_on_the_page_of_its_object(layouts, pages, actions):
    on_layouts = {
        text(item, "actionName")
        for layout in layouts.values()
        for item in each(layout, "platformActionListItems")
        if text(item, "actionType") == "QuickAction"
    }
    on_pages = {
        text(item, "value")
        for page in pages.values()
        for item in each(page, "valueListItems")
        if "." in text(item, "value")
    }
    assert on_layouts == on_pages == {".".join(name) for name in actions}


def test_a_button_sets_a_field_that_people_may_edit_to_a_value_that_exists(
    actions, editable, fields, values_of
):
    for (object_name, name), action in actions.items():
        assert text(action, "type") == "Update"
        for override in each(action, "fieldOverrides"):
            field = text(override, "field")
            assert f"{object_name}.{field}" in editable, name
            if fields[object_name][field]["type"] == "Picklist":
                assert text(override, "literalValue") in values_of(object_name, field), name
            else:
                assert text(override, "formula") == "true", name


def test_a_button_asks_only_for_fields_that_people_may_edit(actions, editable, fields):
    for (object_name, name), action in actions.items():
        shown = {
            text(item, "field"): text(item, "uiBehavior")
            for item in each(action, "quickActionLayoutItems")
        }
        assert set(shown) <= set(fields[object_name]), name
        asked = {f"{object_name}.{field}" for field, how in shown.items() if how != "Readonly"}
        assert asked <= editable, name
        assert not set(shown) & set(texts(action, "fieldOverrides/field")), name


def test_conditions_of_buttons_name_fields_and_values_that_exist(pages, fields, values_of):
    checked = 0
    for page in pages.values():
        object_name = text(page, "sobjectType")
        for criteria in each(page, "criteria"):
            field = re.fullmatch(r"\{!Record\.(\w+)\}", text(criteria, "leftValue"))[1]
            value = text(criteria, "rightValue")
            if fields[object_name][field]["type"] == "Picklist":
                assert value in values_of(object_name, field)
            else:
                assert value in {"true", "false"}
            checked += 1
    assert checked >= 12


@pytest.mark.parametrize("status", InvitationStatus)
@pytest.mark.parametrize("button", BUTTONS)
def test_an_invitation_shows_a_button_exactly_where_the_command_would_do_the_same(
    pages, actions, button, status
):
    page = pages["Trustpilot_Invitation_Record_Page"]
    (item,) = (
        found
        for found in each(page, "valueListItems")
        if text(found, "value") == f"Trustpilot_Invitation__c.{button}"
    )
    shown_at = [text(criteria, "rightValue") for criteria in each(item, "criteria")]
    row = {"Id": "a0", "Claim_Key__c": "key", "Channel__c": "Email", "Status__c": status.value}
    decision = decide(row, BUTTONS[button])

    assert (status.value in shown_at) == isinstance(decision, Change)
    if isinstance(decision, Change):
        action = actions["Trustpilot_Invitation__c", button]
        assert texts(action, "fieldOverrides/literalValue") == [decision.status.value]


def test_a_condition_with_several_lines_says_how_they_go_together(pages):
    for page in pages.values():
        for rule in each(page, "visibilityRule"):
            lines = len(texts(rule, "criteria/operator"))
            named = re.findall(r"\d+", text(rule, "booleanFilter") or "1")
            assert sorted(map(int, named)) == list(range(1, lines + 1))
