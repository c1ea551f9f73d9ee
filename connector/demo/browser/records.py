"""Records of the emulated org in the shapes of the UI API, read and changed by one person.

What the package calls optional is optional here: an unknown field is left out, as on the platform.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from connector.emulator.salesforce.org import Org
from connector.emulator.salesforce.rows.errors import ApiError, RowError

_PUBLIC_URL = "Public_Url__c"
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+\+0000")


class Refused(Exception):
    """The org says no: `status` and the UI API's `body`."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(body["message"])
        self.status = status
        self.body = body


def read(org: Org, record_id: str, fields: Iterable[str]) -> dict[str, Any]:
    """Return a record with the fields that exist. Raises `Refused`."""
    try:
        sobject = org.sobject_of(record_id).name
        known = [path for path in fields if _exists(org, sobject, path)]
        row = org.retrieve(sobject, record_id, ["Id", *known])
    except ApiError as error:
        raise Refused(error.http_status, {"message": error.message}) from error
    return {"id": row["Id"], "apiName": sobject, "fields": _fields_of(known, row)}


def change(org: Org, record_id: str, values: Mapping[str, Any], *, person: str) -> None:
    """Change a record as a person. Raises `Refused` with the org's words."""
    try:
        org.update(org.sobject_of(record_id).name, record_id, values, user=person)
    except RowError as error:
        said = {"errorCode": error.status_code, "message": error.message}
        body = {"message": error.message, "output": {"errors": [said], "fieldErrors": {}}}
        raise Refused(error.http_status, body) from error
    except ApiError as error:
        raise Refused(error.http_status, {"message": error.message}) from error


def _exists(org: Org, sobject: str, path: str) -> bool:
    described = {each["name"]: each for each in org.describe(sobject)["fields"]}
    first, _, rest = path.partition(".")
    if not rest:
        return first in described
    parents = [each for each in described.values() if each["relationshipName"] == first]
    return any(_exists(org, target, rest) for each in parents for target in each["referenceTo"])


def _fields_of(paths: Iterable[str], row: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in paths:
        first, _, rest = path.partition(".")
        parent = row.get(first)
        if not rest:
            found[first] = {"value": _local(first, parent), "displayValue": None}
        elif parent is None:
            found[first] = {"value": None, "displayValue": None}
        else:
            known = found.setdefault(first, {"value": {"fields": {}}, "displayValue": None})
            known["value"] |= {"id": parent.get("Id"), "apiName": None}
            known["value"]["fields"] |= _fields_of([rest], parent)
    return found


def _local(name: str, value: Any) -> Any:
    """Public pages of emulated reviews are on this machine: the real site does not know them."""
    if name == _PUBLIC_URL and isinstance(value, str):
        return f"/trustpilot/#{value.rstrip('/').rpartition('/')[2]}"
    return shown(value)


def shown(value: Any) -> Any:
    """Return a value as the UI API writes it: a time ends with `Z` where REST says `+0000`."""
    is_time = isinstance(value, str) and _TIME.fullmatch(value)
    return f"{value.removesuffix('+0000')}Z" if is_time else value
