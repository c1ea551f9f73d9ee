"""List views and permission sets speak of fields that exist and allow what they should."""

import re

import pytest

from connector.core.org.needs import ONLY_READ

STANDARD_COLUMNS = {"NAME", "LAST_UPDATE", "UPDATEDBY_USER.ALIAS"}
STANDARD_FIELDS = {  # beyond our own; each is named in Salesforce's object reference
    "Case": {
        "AccountId",
        "ContactId",
        "Description",
        "Origin",
        "Priority",
        "Subject",
        "SuppliedEmail",
        "SuppliedName",
        "SuppliedPhone",
    },
    "Contact": {"AccountId", "Email", "HasOptedOutOfEmail"},
    "Lead": {"Email", "HasOptedOutOfEmail"},
    "Opportunity": {"AccountId"},
    "Order": {"BillToContactId", "ShipToContactId"},
    "Product2": {"Description", "DisplayUrl", "ProductCode", "StockKeepingUnit"},
}
REQUEST_FIELDS = {  # what an agent or a Flow fills in
    "Business_Unit__c",
    "Case__c",
    "Channel__c",
    "Contact__c",
    "Due_At__c",
    "Locale__c",
    "Opportunity__c",
    "Order__c",
    "Recipient_Email__c",
    "Recipient_Name__c",
    "Reference_Number__c",
    "Status__c",
    "Tags__c",
    "Template_Id__c",
}
REQUEST_FIELDS = {  # what an agent or a Flow fills in
    "Business_Unit__c",
    "Case__c",
    "Channel__c",
    "Contact__c",
    "Due_At__c",
    "Locale__c",
    "Opportunity__c",
    "Order__c",
    "Recipient_Email__c",
    "Recipient_Name__c",
    "Reference_Number__c",
    "Send__c",
    "Skus__c",
    "Status__c",
    "Tags__c",
    "Template_Id__c",
}
REQUEST_FIELDS = {  # what an agent or a Flow fills in
    "Business_Unit__c",
    "Case__c",
    "Channel__c",
    "Contact__c",
    "Due_At__c",
    "Locale__c",
    "Opportunity__c",
    "Order__c",
    "Recipient_Email__c",
    "Recipient_Name__c",
    "Reference_Number__c",
    "Send__c",
    "Skus__c",
    "Status__c",
    "Tags__c",
    "Template_Id__c",
}
VIEWS = {
    "Trustpilot_Business_Unit__c": "All",
    "Trustpilot_Review__c": "All Awaiting_Reply Latest_Reviews Needs_Attention Past_Target "
    "Queued_Replies Recent_Product_Reviews Recent_Service_Reviews",
    "Trustpilot_Invitation__c": "Accepted All Links_Ready Needs_Attention On_Hold Recently_Sent "
    "Requested Reviewed Scheduled Skipped_And_Cancelled",
    "Trustpilot_Send_Attempt__c": "All",
    "Trustpilot_Checkpoint__c": "All",
    "Trustpilot_Run__c": "All Needs_A_Look",
    "Trustpilot_Issue__c": "All Open",
}


def filters_of(view):
    return [{k: v[0] for k, v in f.items()} for f in view.get("filters", [])]


def columns_of(view):
    columns = view["columns"]
    return [columns] if isinstance(columns, str) else columns


@pytest.mark.parametrize(("object_name", "names"), VIEWS.items())
def test_each_object_has_its_list_views(list_views, object_name, names):
    assert " ".join(sorted(n for o, n in list_views if o == object_name)) == names


def test_columns_of_list_views_are_fields_that_a_list_can_show(list_views, fields):
    for (object_name, name), view in list_views.items():
        columns = columns_of(view)
        custom = set(columns) - STANDARD_COLUMNS
        assert custom <= set(fields[object_name]), (object_name, name)
        assert len(columns) == len(set(columns)) <= 15, (object_name, name)
        types = {fields[object_name][c]["type"] for c in custom}
        assert "LongTextArea" not in types, (object_name, name)


def test_filters_of_list_views_name_fields_that_can_be_filtered(list_views, fields):
    for (object_name, name), view in list_views.items():
        for condition in filters_of(view):
            field = fields[object_name][condition["field"]]
            # Salesforce cannot filter by a long text area
            assert field["type"] != "LongTextArea", (object_name, name)


def test_filters_by_status_use_values_of_the_list(list_views, fields):
    checked = 0
    for (object_name, name), view in list_views.items():
        for condition in filters_of(view):
            field = fields[object_name][condition["field"]]
            if field["type"] != "Picklist":
                continue
            values = field["valueSet"][0]["valueSetDefinition"][0]["value"]
            known = {v["fullName"][0] for v in values}
            assert set(condition["value"].split(",")) <= known, (object_name, name)
            checked += 1

    assert checked == 15


def test_needs_attention_shows_failed_and_unknown_invitations_only(list_views):
    view = list_views["Trustpilot_Invitation__c", "Needs_Attention"]

    assert filters_of(view) == [
        {"field": "Status__c", "operation": "equals", "value": "Failed,Unknown"}
    ]


def test_awaiting_reply_leaves_out_what_is_answered_or_on_its_way(list_views):
    view = list_views["Trustpilot_Review__c", "Awaiting_Reply"]

    unanswered, not_under_way, not_erased = filters_of(view)
    assert unanswered == {"field": "Live_Reply_At__c", "operation": "equals"}
    assert not_erased == {"field": "Deleted__c", "operation": "equals", "value": "0"}
    assert not_under_way["operation"] == "notEqual"
    assert {"Queued", "Approved", "Published"} <= set(not_under_way["value"].split(","))


@pytest.mark.parametrize("name", ["Trustpilot_Connector", "Trustpilot_App_User"])
def test_a_permission_set_shows_every_field_that_is_not_required(permission_sets, fields, name):
    own = {f"{o}.{n}" for o, of in fields.items() for n in of}
    required = {
        f"{o}.{n}" for o, of in fields.items() for n, f in of.items() if f.get("required") == "true"
    }
    readable = {
        p["field"]
        for p in permission_sets[name]["fieldPermissions"]
        if p["readable"] == "true" and p["field"].endswith("__c")
    }

    # Salesforce refuses a permission on a required field
    assert readable == own - required


@pytest.mark.parametrize("name", ["Trustpilot_Connector", "Trustpilot_App_User"])
def test_permission_sets_name_objects_and_fields_that_exist(permission_sets, fields, name):
    known = {name: set(of) for name, of in STANDARD_FIELDS.items()} | {"Account": set()}
    for object_name, of in fields.items():
        known[object_name] = known.get(object_name, set()) | set(of)
    for permission in permission_sets[name]["fieldPermissions"]:
        object_name, _, field = permission["field"].partition(".")
        assert field in known[object_name]
    for permission in permission_sets[name]["objectPermissions"]:
        assert permission["object"] in known


def test_only_the_connector_may_delete_and_only_reviews_and_nobody_may_modify_all(permission_sets):
    # `on_delete: delete` removes the records of reviews that are deleted at Trustpilot
    may_delete = {
        (name, permission["object"])
        for name, content in permission_sets.items()
        for permission in content["objectPermissions"]
        if permission["allowDelete"] == "true"
    }
    assert may_delete == {("Trustpilot_Connector", "Trustpilot_Review__c")}
    for content in permission_sets.values():
        for permission in content["objectPermissions"]:
            assert permission["modifyAllRecords"] == "false"


def test_the_connector_writes_our_objects_and_cases_and_only_reads_the_business(
    permission_sets, objects
):
    of = {p["object"]: p for p in permission_sets["Trustpilot_Connector"]["objectPermissions"]}

    business = {"Account", "Case", "Contact", "Lead", "Opportunity", "Order", "Product2"}
    assert set(of) == set(objects) | business
    writable = {o for o, p in of.items() if p["allowCreate"] == p["allowEdit"] == "true"}
    # Reviews become cases, by the rules of the section `cases`.
    assert writable == set(objects) | {"Case"}
    assert {o for o, p in of.items() if p["viewAllRecords"] == "true"} == business - {"Product2"}


def test_of_the_business_only_what_a_case_is_made_of_may_be_edited(permission_sets):
    editable = {
        p["field"]
        for p in permission_sets["Trustpilot_Connector"]["fieldPermissions"]
        if p["editable"] == "true" and not p["field"].startswith("Trustpilot_")
    }

    own = {"Case.Trustpilot_Review__c", "Case.Trustpilot_Review_Key__c"}
    assert editable == {f"Case.{name}" for name in STANDARD_FIELDS["Case"]} | own


def test_the_connector_cannot_lift_a_pause(permission_sets):
    locked = {
        p["field"]
        for p in permission_sets["Trustpilot_Connector"]["fieldPermissions"]
        if p["editable"] == "false" and p["field"].startswith("Trustpilot_")
    }

    unit = "Trustpilot_Business_Unit__c"
    assert locked == {f"{unit}.Pause_Invitations__c", f"{unit}.Pause_Replies__c"}
    assert locked == {f"{object_name}.{field}" for object_name, field in ONLY_READ}


def test_agents_edit_replies_and_tags_close_issues_and_request_invitations_and_nothing_else(
    permission_sets,
):
    content = permission_sets["Trustpilot_App_User"]
    editable = {p["field"] for p in content["fieldPermissions"] if p["editable"] == "true"}
    objects = {p["object"] for p in content["objectPermissions"] if p["allowEdit"] == "true"}

    assert editable == {
        "Trustpilot_Review__c.Auto_Reply_At__c",
        "Trustpilot_Review__c.Reply__c",
        "Trustpilot_Review__c.Reply_Status__c",
        "Trustpilot_Review__c.Conflict_Choice__c",
        "Trustpilot_Review__c.Tags_To_Add__c",
        "Trustpilot_Review__c.Tags_Wanted__c",
        "Trustpilot_Issue__c.Status__c",
        *(f"Trustpilot_Invitation__c.{field}" for field in REQUEST_FIELDS),
    }
    invitation = "Trustpilot_Invitation__c"
    assert objects == {"Trustpilot_Review__c", "Trustpilot_Issue__c", invitation}
    may_create = {p["object"] for p in content["objectPermissions"] if p["allowCreate"] == "true"}
    assert may_create == {invitation}


def test_only_who_may_approve_replies_has_the_right_to(permission_sets):
    rights = {
        name: sorted(
            p["name"] for p in map(simple_permission, content.get("customPermissions", []))
        )
        for name, content in permission_sets.items()
    }

    assert rights == {
        "Trustpilot_App_Super_User": ["Trustpilot_Resolve_Invitations"],
        "Trustpilot_App_User": [],
        "Trustpilot_Connector": ["Trustpilot_Run_Connector"],
        "Trustpilot_Reply_Approver": ["Trustpilot_Approve_Replies"],
    }


def simple_permission(permission):
    return {key: value[0] for key, value in permission.items()}


def test_validation_rules_name_rights_fields_and_values_that_exist(
    validation_rules, fields, custom_permissions
):
    assert validation_rules
    for (object_name, name), rule in validation_rules.items():
        formula = rule["errorConditionFormula"]
        known = fields[object_name]
        assert rule.get("errorDisplayField", "Name") in {*known, "Name"}, name
        assert set(re.findall(r"\w+__c", formula)) <= set(known), name
        assert set(re.findall(r"\$Permission\.(\w+)", formula)) <= custom_permissions, name
        values = {
            value["fullName"][0]
            for field in known.values()
            for value_set in field.get("valueSet", ())
            for value in value_set["valueSetDefinition"][0]["value"]
        }
        assert set(re.findall(r'"([^"]*)"', formula)) <= {*values, ""}, name


def test_the_connector_may_write_every_status_that_agents_may_not(validation_rules):
    rule = validation_rules["Trustpilot_Review__c", "Status_Is_Set_By_The_Connector"]
    formula = rule["errorConditionFormula"]

    assert "NOT($Permission.Trustpilot_Run_Connector)" in formula
    agents = set(re.findall(r'"([^"]+)", 0', formula))
    assert agents == {"Draft", "Queued", "Approved", "Delete Queued"}


def test_the_history_of_the_status_tells_who_queued_and_who_approved(objects, fields):
    tracked = [n for n, f in fields["Trustpilot_Review__c"].items() if f.get("trackHistory")]

    assert tracked == ["Reply_Status__c"]
    assert objects["Trustpilot_Review__c"]["enableHistory"] == "true"
