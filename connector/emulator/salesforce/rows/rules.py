"""What the platform derives by itself when a row of a standard object is saved.

Each rule completes the row before it is checked and stored (reference section 6). A rule sees
the row only; what a save causes in other rows stands in `effects`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from connector.emulator.salesforce.rows.errors import RowError
from connector.emulator.salesforce.rows.records import Change
from connector.emulator.salesforce.rows.store import Row, Store
from connector.emulator.salesforce.schema.fields import SObject
from connector.emulator.salesforce.schema.settings import OrgSettings, Stage


@dataclass(frozen=True)
class Save:
    """One row on its way into the store.

    `row` is the complete row to be (changed in place by rules), `old` the row before an update,
    `given` the fields the client wrote.
    """

    sobject: SObject
    row: Row
    old: Row | None
    given: frozenset[str]
    change: Change
    settings: OrgSettings
    store: Store

    def changed(self, name: str) -> bool:
        """Whether the field has another value than before (always, on insert)."""
        return self.old is None or bool(self.old[name] != self.row[name])


def _full_name(row: Row) -> str | None:
    return " ".join(part for part in (row["FirstName"], row["LastName"]) if part) or None


def _person_name(save: Save) -> None:
    save.row["Name"] = _full_name(save.row)


def _contact(save: Save) -> None:
    _person_name(save)
    save.row["IsEmailBounced"] = save.row["EmailBouncedDate"] is not None


def _account(save: Save) -> None:
    if not save.settings.person_accounts:
        return
    if save.old is None:
        save.row["IsPersonAccount"] = bool(save.row["LastName"])
    if not save.row["IsPersonAccount"]:
        return
    if "Name" in save.given:
        message = "Account: bad field names on insert/update call: Name"
        raise RowError("INVALID_FIELD_FOR_INSERT_UPDATE", message, ("Name",))
    _person_name(save)


def _opportunity(save: Save) -> None:
    row = save.row
    if row["StageName"] is None:
        return
    stage = save.settings.opportunity_stages.get(row["StageName"], Stage(row["Probability"] or 0))
    row["IsClosed"], row["IsWon"] = stage.closed, stage.won
    if save.changed("StageName"):
        row["ForecastCategory"] = stage.forecast
        if "Probability" not in save.given:
            row["Probability"] = stage.probability
        if save.old is not None:
            row["LastStageChangeDate"] = save.change.now
    row["ExpectedRevenue"] = None
    if row["Amount"] is not None:
        row["ExpectedRevenue"] = round(row["Amount"] * (row["Probability"] or 0) / 100, 2)


def _order(save: Save) -> None:
    row = save.row
    if row["Status"] is None:
        return
    code = save.settings.order_status_codes.get(row["Status"])
    if code is None:
        raise RowError(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"Status: bad value for restricted picklist field: {row['Status']}",
            ("Status",),
        )
    if save.old and save.changed("AccountId") and save.old["StatusCode"] != "Draft":
        message = "The account of an order can change only while the order is a draft."
        raise RowError("FIELD_INTEGRITY_EXCEPTION", message, ("AccountId",))
    row["StatusCode"] = code
    if save.changed("StatusCode"):
        activated = code == "Activated"
        row["ActivatedDate"] = save.change.now if activated else row["ActivatedDate"]
        row["ActivatedById"] = save.change.user if activated else row["ActivatedById"]
    if save.old is None:
        row["TotalAmount"] = 0.0


def _line_item(save: Save) -> None:
    row = save.row
    if row["PricebookEntryId"] and save.old is None:
        entries = 'SELECT "Product2Id", "UnitPrice" FROM "PricebookEntry" WHERE "Id" = ?'
        product, price = save.store.rows(entries, (row["PricebookEntryId"],))[0]
        row["Product2Id"] = product
        row["UnitPrice"] = price if row["UnitPrice"] is None else row["UnitPrice"]
    if row["UnitPrice"] is not None and row["Quantity"] is not None:
        row["TotalPrice"] = round(row["UnitPrice"] * row["Quantity"], 2)


def _case(save: Save) -> None:
    row = save.row
    row["IsClosed"] = row["Status"] in save.settings.closed_case_statuses
    if save.changed("IsClosed"):
        row["ClosedDate"] = save.change.now if row["IsClosed"] else None
    if row["ContactId"] and row["AccountId"] is None and save.old is None:
        contacts = 'SELECT "AccountId" FROM "Contact" WHERE "Id" = ?'
        row["AccountId"] = save.store.rows(contacts, (row["ContactId"],))[0][0]


_RULES: dict[str, Callable[[Save], None]] = {
    "Account": _account,
    "Case": _case,
    "Contact": _contact,
    "Individual": _person_name,
    "Lead": _person_name,
    "Opportunity": _opportunity,
    "OpportunityLineItem": _line_item,
    "Order": _order,
    "OrderItem": _line_item,
    "User": _person_name,
}


def complete(save: Save) -> None:
    """Derives the fields of a row that the platform owns. Raises RowError."""
    rule = _RULES.get(save.sobject.name)
    if rule is not None:
        rule(save)
