"""What the frame around the components shows of the org: lists, details, related invitations.

The lists are the package's own list views; it stands for pages that Salesforce itself draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.demo.browser.list_views import ListView
from connector.demo.browser.soql import literal
from connector.emulator.salesforce.org import Org

Views = Mapping[str, list[ListView]]

_ROWS = 50
_ICONS = {
    "Trustpilot_Review__c": "standard:feedback",
    "Trustpilot_Invitation__c": "standard:email",
    "Trustpilot_Business_Unit__c": "standard:store",
    "Trustpilot_Issue__c": "standard:incident",
    "Trustpilot_Run__c": "standard:process",
    "Opportunity": "standard:opportunity",
}
_TECHNICAL = {"IsDeleted", "SystemModstamp", "OwnerId", "CreatedById", "LastModifiedById"}


def list_page(org: Org, views: Views, sobject: str, wanted: str) -> dict[str, Any]:
    """Return a list view's columns and first rows; the first view where the wanted one is not."""
    offered = views[sobject]
    view = next((each for each in offered if each.name == wanted), offered[0])
    described = {each["name"]: each for each in org.describe(sobject)["fields"]}
    columns = [name for name in view.columns if name in described]
    types = {name: str(each["type"]) for name, each in described.items()}
    source = f"FROM {sobject}{view.where(types)}"
    rows = org.query(f"SELECT Id, {', '.join(columns)} {source}{_newest(sobject)} LIMIT {_ROWS}")
    return {
        "label": _plural(org, sobject),
        "icon": _ICONS.get(sobject, "standard:record"),
        "view": view.name,
        "views": [{"name": each.name, "label": each.label} for each in offered],
        "total": org.run(f"SELECT COUNT() {source}").total_size,
        "columns": [described[name]["label"] for name in columns],
        "rows": [
            {"id": row["Id"], "cells": [_cell(org, described[name], row[name]) for name in columns]}
            for row in rows
        ],
    }


def record_page(org: Org, record_id: str) -> dict[str, Any]:
    """Return a record's heading, details, related invitations, and stages where it has them."""
    sobject = org.sobject_of(record_id)
    row = org.retrieve(sobject.name, record_id)
    described = [each for each in org.describe(sobject.name)["fields"] if each["name"] in row]
    details = [
        {"name": each["name"], "label": each["label"], "text": _text(org, each, row[each["name"]])}
        for each in described
        if each["name"] not in _TECHNICAL and row[each["name"]] not in {None, ""}
    ]
    stages = [each for each in described if each["name"] == "StageName"]
    return {
        "object": sobject.name,
        "label": sobject.label,
        "icon": _ICONS.get(sobject.name, "standard:record"),
        "name": row.get("Name") or row["Id"],
        "details": details,
        "related": _related(org, sobject.name, record_id),
        "stage": row.get("StageName"),
        "stages": [each["value"] for field in stages for each in field["picklistValues"]],
    }


def _related(org: Org, sobject: str, record_id: str) -> list[dict[str, str]]:
    if f"{sobject}__c" not in {each["name"] for each in _invitation_fields(org)}:
        return []
    columns = "Id, Name, Status__c, Recipient_Name__c, Due_At__c"
    source = f"FROM Trustpilot_Invitation__c WHERE {sobject}__c = {literal(record_id)}"
    rows = org.query(f"SELECT {columns} {source} ORDER BY CreatedDate DESC")
    return [
        {
            "id": row["Id"],
            "name": row["Name"],
            "url": f"#/record/{row['Id']}",
            "text": " · ".join(
                filter(None, (row["Status__c"], row["Recipient_Name__c"], _short(row["Due_At__c"])))
            ),
        }
        for row in rows
    ]


def _invitation_fields(org: Org) -> list[dict[str, Any]]:
    fields: list[dict[str, Any]] = org.describe("Trustpilot_Invitation__c")["fields"]
    return fields


def _cell(org: Org, field: Mapping[str, Any], value: Any) -> dict[str, Any]:
    return {
        "value": value,
        "text": _text(org, field, value),
        "isName": field["nameField"],
        "isStars": field["name"] == "Stars__c" and value is not None,
        "isTime": field["type"] == "datetime" and value is not None,
    }


def _text(org: Org, field: Mapping[str, Any], value: Any) -> str:
    if value is None:
        return ""
    if field["type"] == "reference":
        return _name_of(org, value)
    if field["type"] == "boolean":
        return "✓" if value else ""
    if field["type"] == "datetime":
        return _short(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _name_of(org: Org, record_id: str) -> str:
    sobject = org.sobject_of(record_id)
    named = next((each.name for each in sobject.fields.values() if each.name_field), "Id")
    return str(org.retrieve(sobject.name, record_id, [named]).get(named) or record_id)


def _short(moment: str | None) -> str:
    return moment[:16].replace("T", " ") if moment else ""


def _newest(sobject: str) -> str:
    order = {"Trustpilot_Review__c": "Review_Created__c", "Opportunity": "CloseDate"}
    return f" ORDER BY {order.get(sobject, 'CreatedDate')} DESC"


def _plural(org: Org, sobject: str) -> str:
    return str(org.describe(sobject)["labelPlural"])
