"""What saving one row causes in other rows: contact roles, order totals, person contacts.

Runs after the row is stored and inside the same call, so that readers see both or neither.
"""

from collections.abc import Callable

from connector.emulator.salesforce.rows.records import Records
from connector.emulator.salesforce.rows.rules import Save
from connector.emulator.salesforce.rows.store import Row

# What a person account lends to the contact in its shadow.
_PERSON_FIELDS = {
    "LastName": "LastName",
    "FirstName": "FirstName",
    "Name": "Name",
    "PersonEmail": "Email",
    "PersonMobilePhone": "MobilePhone",
    "PersonHasOptedOutOfEmail": "HasOptedOutOfEmail",
    "PersonDoNotCall": "DoNotCall",
    "PersonEmailBouncedDate": "EmailBouncedDate",
    "PersonEmailBouncedReason": "EmailBouncedReason",
    "PersonIndividualId": "IndividualId",
}


def _opportunity(save: Save, records: Records) -> None:
    if save.old is not None or save.row["ContactId"] is None:
        return
    roles = records.sobject("OpportunityContactRole")
    row = records.blank(roles)
    row |= {
        "OpportunityId": save.row["Id"],
        "ContactId": save.row["ContactId"],
        "IsPrimary": True,
    }
    records.add(roles, row, save.change)


def _contact_role(save: Save, records: Records) -> None:
    """Keeps one primary role per opportunity, and Opportunity.ContactId on it."""
    opportunity = save.row["OpportunityId"]
    was_primary = bool(save.old and save.old["IsPrimary"])
    if save.row["IsPrimary"]:
        for role in records.store.live_ids(save.sobject, "OpportunityId", opportunity):
            if role != save.row["Id"]:
                records.edit_quietly(save.sobject, role, {"IsPrimary": False}, save.change.now)
    elif not was_primary:
        return
    contact = save.row["ContactId"] if save.row["IsPrimary"] else None
    records.edit_quietly(
        records.sobject("Opportunity"), opportunity, {"ContactId": contact}, save.change.now
    )


def _order_item(save: Save, records: Records) -> None:
    sums = 'SELECT TOTAL("TotalPrice") FROM "OrderItem" WHERE "OrderId" = ? AND IsDeleted = 0'
    total = records.store.rows(sums, (save.row["OrderId"],))[0][0]
    records.edit_quietly(
        records.sobject("Order"), save.row["OrderId"], {"TotalAmount": total}, save.change.now
    )


def _opportunity_line_item(save: Save, records: Records) -> None:
    opportunity = save.row["OpportunityId"]
    live = bool(list(records.store.live_ids(save.sobject, "OpportunityId", opportunity)))
    records.edit_quietly(
        records.sobject("Opportunity"),
        opportunity,
        {"HasOpportunityLineItem": live},
        save.change.now,
    )


def _account(save: Save, records: Records) -> None:
    if not save.row["IsPersonAccount"]:
        return
    contacts = records.sobject("Contact")
    shared: Row = {theirs: save.row[ours] for ours, theirs in _PERSON_FIELDS.items()}
    shared["IsEmailBounced"] = shared["EmailBouncedDate"] is not None
    if save.row["PersonContactId"]:
        records.edit(contacts, save.row["PersonContactId"], shared, save.change)
        return
    row = {**records.blank(contacts), **shared}
    row |= {"AccountId": save.row["Id"], "IsPersonAccount": True}
    contact = records.add(contacts, row, save.change)
    records.store.update(save.sobject, save.row["Id"], {"PersonContactId": contact})


_EFFECTS: dict[str, Callable[[Save, Records], None]] = {
    "Account": _account,
    "Opportunity": _opportunity,
    "OpportunityContactRole": _contact_role,
    "OpportunityLineItem": _opportunity_line_item,
    "OrderItem": _order_item,
}


def after_save(save: Save, records: Records) -> None:
    """Carries a save over into the rows that depend on it."""
    effect = _EFFECTS.get(save.sobject.name)
    if effect is not None:
        effect(save, records)
