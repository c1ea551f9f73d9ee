"""What files of the package name is in the package; and what the connector reads is readable."""

from dataclasses import replace
from pathlib import Path

import pytest

from connector.config import load_settings, locations
from connector.core.org.needs import org_needs
from connector.wiring import run_policy

ALWAYS_READABLE = {  # no permission set can name these: required, or kept by Salesforce itself
    "Case": {"CaseNumber", "ClosedDate", "CreatedDate", "Status"},
    "Contact": {"Id", "IsEmailBounced", "Name"},
    "Opportunity": {"CreatedDate", "Id", "LastStageChangeDate", "StageName"},
    "Order": {"AccountId", "ActivatedDate", "CreatedDate", "OrderNumber", "Status"},
}
FOLLOWS_THE_RECORD = {
    "CaseHistory",
    "OpportunityContactRole",
    "OpportunityFieldHistory",
    "OpportunityHistory",
    "OpportunityLineItem",
    "OrderHistory",
    "OrderItem",
}
"""Objects without field-level security of their own: who reads the record reads them."""
NOT_IN_EVERY_ORG = {
    "Account.PersonContactId",
    "Account.PersonEmail",
    "Account.PersonHasOptedOutOfEmail",
    "Contact.IndividualId",
}
"""Fields that most orgs lack; a permission set that named them could not be deployed there."""

THING = "objects/Thing__c"
FIELD = "<CustomField/>"
WELL = {
    f"{THING}/Thing__c.object-meta.xml": "<CustomObject/>",
    f"{THING}/fields/Size__c.field-meta.xml": FIELD,
    f"{THING}/fields/Owner__c.field-meta.xml": FIELD,
    "objects/Case/fields/Thing__c.field-meta.xml": FIELD,
    f"{THING}/listViews/All.listView-meta.xml": "<columns>NAME</columns><columns>Size__c</columns>",
    f"{THING}/compactLayouts/Short.compactLayout-meta.xml": "<fields>Size__c</fields>",
    f"{THING}/validationRules/R.validationRule-meta.xml": "<f>Owner__r.Age &gt; Size__c</f>",
    "layouts/Thing__c-Thing Layout.layout-meta.xml": "<field>Size__c</field><field>OwnerId</field>",
    "layouts/Case-Case Layout.layout-meta.xml": "<relatedList>Thing__c.Size__c</relatedList>",
    "quickActions/Thing__c.Grow.quickAction-meta.xml": "<field>Size__c</field>",
    "permissionsets/All.permissionset-meta.xml": "<field>Case.Thing__c</field>"
    "<application>Things</application><tab>Thing__c</tab>",
    "applications/Things.app-meta.xml": "<tabs>standard-Account</tabs><tabs>Thing__c</tabs>",
    "tabs/Thing__c.tab-meta.xml": "<customObject>true</customObject>",
    "tabs/Trustpilot_Home.tab-meta.xml": "<flexiPage>Home</flexiPage>",
    "flexipages/Home.flexipage-meta.xml": "<componentName>c:stars</componentName>",
    "reports/Mine/All.report-meta.xml": "<field>Thing__c$Size__c</field>",
    "dashboards/Mine/Top.dashboard-meta.xml": "<report>Mine/All</report>",
    "labels/CustomLabels.labels-meta.xml": "<labels><fullName>Hello</fullName></labels>",
    "lwc/stars/stars.js": 'import a from "@salesforce/schema/Thing__c.Size__c";\n'
    'import b from "@salesforce/label/c.Hello";\nimport c from "c/stars";',
    "lwc/stars/stars.html": "<template><c-stars></c-stars></template>",
    "lwc/stars/stars.js-meta.xml": "<LightningComponentBundle/>",
    "lwc/stars/__tests__/stars.test.js": 'import x from "c/nothing"',
}


def written(folder, files):
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def test_every_name_in_the_package_means_something_that_is_there(references):
    assert references() == []


def test_a_package_without_a_mistake_has_none(references, tmp_path):
    assert references(written(tmp_path, WELL)) == []


@pytest.mark.parametrize(
    ("path", "text", "unknown"),
    [
        (f"{THING}/listViews/All.listView-meta.xml", "<columns>Sise__c</columns>",
         "Thing__c.Sise__c"),
        # a field of another object
        ("layouts/Case-A.layout-meta.xml", "<field>Size__c</field>", "Case.Size__c"),
        (f"{THING}/compactLayouts/S.compactLayout-meta.xml", "<fields>Thing__c</fields>",
         "Thing__c.Thing__c"),
        ("quickActions/Case.Grow.quickAction-meta.xml", "<field>Size__c</field>", "Case.Size__c"),
        ("reports/Mine/B.report-meta.xml", "<field>Thing__c$Thing__c</field>", "Thing__c.Thing__c"),
        ("permissionsets/B.permissionset-meta.xml", "<field>Case.Size__c</field>", "Case.Size__c"),
        (f"{THING}/validationRules/B.validationRule-meta.xml", "<f>Sise__c</f>", "Sise__c"),
        ("flexipages/B.flexipage-meta.xml", "<componentName>c:moon</componentName>", "lwc/moon"),
        ("lwc/stars/b.js", 'import m from "c/moon";', "lwc/moon"),
        ("lwc/stars/b.html", "<c-full-moon></c-full-moon>", "lwc/fullMoon"),
        ("lwc/stars/b.js", 'import m from "@salesforce/label/c.Bye";', "label Bye"),
        ("lwc/stars/b.js", 'import m from "@salesforce/schema/Case.Size__c";', "Case.Size__c"),
        ("tabs/B.tab-meta.xml", "<flexiPage>Away</flexiPage>",
         "flexipages/Away.flexipage-meta.xml"),
        ("dashboards/Mine/B.dashboard-meta.xml", "<report>Mine/None</report>",
         "reports/Mine/None.report-meta.xml"),
        ("applications/B.app-meta.xml", "<tabs>Trustpilot_Away</tabs>",
         "tabs/Trustpilot_Away.tab-meta.xml"),
        ("permissionsets/B.permissionset-meta.xml", "<application>Away</application>",
         "applications/Away.app-meta.xml"),
    ],
)  # fmt: skip
def test_a_name_that_means_nothing_is_found(references, tmp_path, path, text, unknown):
    assert references(written(tmp_path, {**WELL, path: text})) == [f"{path}: {unknown}"]


@pytest.fixture(scope="module")
def asked():
    """Every field of the org's own that the connector reads, whatever rules say.

    What tags and conditions are taken from is the admin's choice, and needs a permission set of
    the admin's.
    """
    settings = load_settings(locations.example_config(), {}, require_secrets=False)
    policy = run_policy(settings)
    rules = tuple(replace(rule, tags=(), only_if=()) for rule in policy.rules)
    standard = org_needs(replace(policy, rules=rules), {}).standard
    return {f"{each.object}.{each.path}" for each in standard if "." not in each.path}


def test_every_field_that_the_connector_reads_is_readable_in_its_permission_set(
    asked, permission_sets
):
    granted = {
        each["field"]
        for each in permission_sets["Trustpilot_Connector"]["fieldPermissions"]
        if each["readable"] == "true"
    }
    always = {f"{name}.{field}" for name, fields in ALWAYS_READABLE.items() for field in fields}
    needed = {each for each in asked if each.partition(".")[0] not in FOLLOWS_THE_RECORD}

    assert needed - granted - always - NOT_IN_EVERY_ORG == set()
    assert len(needed & granted) >= 10
    assert always <= needed  # nobody keeps an exception that is not needed


def test_every_object_that_the_connector_reads_can_be_read_with_its_permission_set(
    asked, permission_sets
):
    readable = {
        each["object"]
        for each in permission_sets["Trustpilot_Connector"]["objectPermissions"]
        if each["allowRead"] == "true"
    }
    assert {each.partition(".")[0] for each in asked} - FOLLOWS_THE_RECORD <= readable


def test_what_list_views_show_can_be_read_by_agents(list_views, fields, permission_sets):
    readable = {
        each["field"]
        for each in permission_sets["Trustpilot_App_User"]["fieldPermissions"]
        if each["readable"] == "true"
    }
    for (sobject, name), view in list_views.items():
        columns = view["columns"] if isinstance(view["columns"], list) else [view["columns"]]
        own = {column for column in columns if column in fields[sobject]}
        required = {one for one in own if fields[sobject][one].get("required") == "true"}
        assert {f"{sobject}.{one}" for one in own - required} <= readable, name


def test_the_package_says_the_same_in_the_checkout_and_where_it_is_installed():
    assert locations.salesforce() == Path(__file__).parents[3] / "salesforce"
