"""Versions, limits, describes and single records. Reference 2, 4.1 and 4.6."""

import re
from typing import Any

from connector.emulator.salesforce.rest.state import State
from connector.emulator.salesforce.rest.wire import Answer, Ask
from connector.emulator.salesforce.rows.errors import ApiError, RowError, not_found
from connector.emulator.salesforce.rows.one_by_one import RowWriter

SEASONS = ("Spring", "Summer", "Winter")
SPRING_2026 = 66
CREATED_IN_UPDATES_SINCE = 46
FILE_NAME = re.compile(r"\.(inc|json|xml|csv|txt|html?|php|jsp)$", re.IGNORECASE)


def versions(state: State, _ask: Ask) -> Answer:
    """Answers GET /services/data: every live version, oldest first; needs no session."""
    numbers = range(state.settings.oldest_version, state.settings.newest_version + 1)
    return Answer(200, [_version(number) for number in numbers])


def resources(_state: State, ask: Ask) -> Answer:
    """Answers GET /services/data/vNN.0 with the paths of the resources."""
    names = ("composite", "jobs", "limits", "metadata", "query", "queryAll", "sobjects")
    return Answer(200, {name: f"/services/data/v{ask.version}/{name}" for name in names})


def limits(state: State, _ask: Ask) -> Answer:
    """Answers GET limits; only DailyApiRequests moves."""
    now = state.now()
    fixed = {
        "DailyBulkApiBatches": 15_000,
        "DailyBulkV2QueryJobs": 10_000,
        "DailyBulkV2QueryFileStorageMB": 976_562,
        "DailyDeliveredPlatformEvents": 10_000,
        "DataStorageMB": 10_240,
        "FileStorageMB": 10_240,
    }
    body = {name: {"Max": most, "Remaining": most} for name, most in fixed.items()}
    body["DailyApiRequests"] = {
        "Max": state.settings.daily_cap,
        "Remaining": state.allowance.remaining(now),
    }
    return Answer(200, body)


def record_count(state: State, ask: Ask) -> Answer:
    """Answers GET limits/recordCount?sObjects=; objects without rows are missing."""
    counts = []
    for name in ask.parameter("sObjects").split(","):
        sobject = state.org.sobject(name.strip())
        counts.append({"count": state.org.count(sobject.name), "name": sobject.name})
    return Answer(200, {"sObjects": [entry for entry in counts if entry["count"]]})


def describe_global(state: State, ask: Ask) -> Answer:
    """Answers GET sobjects."""
    return Answer(200, state.org.describe_global(version=ask.version))


def describe(state: State, ask: Ask, sobject: str) -> Answer:
    """Answers GET sobjects/X/describe."""
    return Answer(200, state.org.describe(sobject, version=ask.version))


def basic_information(state: State, ask: Ask, sobject: str) -> Answer:
    """Answers GET sobjects/X: the object's entry of the global describe."""
    name = state.org.sobject(sobject).name
    entries = state.org.describe_global(version=ask.version)["sobjects"]
    entry = next(entry for entry in entries if entry["name"] == name)
    return Answer(200, {"objectDescribe": entry, "recentItems": []})


def create(state: State, ask: Ask, sobject: str) -> Answer:
    """Answers POST sobjects/X with 201 and the new id."""
    name = state.org.sobject(sobject).name
    writer = row_writer(state, ask)
    values = writer.assigned(name, ask.json_object())
    record_id = state.org.insert(name, values, allow_duplicates=writer.allow_duplicates)
    return _created(ask, name, {"id": record_id, "success": True, "errors": []})


def read(state: State, ask: Ask, sobject: str, record_id: str) -> Answer:
    """Answers GET sobjects/X/id?fields=."""
    fields = [field for field in ask.query.get("fields", "").split(",") if field]
    return Answer(200, state.org.retrieve(sobject, record_id, fields or None, version=ask.version))


def update(state: State, ask: Ask, sobject: str, record_id: str) -> Answer:
    """Answers PATCH sobjects/X/id with 204; 404 for an id that is not there."""
    state.org.retrieve(sobject, record_id, ["Id"])
    writer = row_writer(state, ask)
    values = writer.assigned(sobject, ask.json_object())
    state.org.update(sobject, record_id, values, allow_duplicates=writer.allow_duplicates)
    return Answer(204)


def delete(state: State, _ask: Ask, sobject: str, record_id: str) -> Answer:
    """Answers DELETE sobjects/X/id with 204; 404 for an id that is not there."""
    state.org.retrieve(sobject, record_id, ["Id"])
    state.org.delete(sobject, record_id)
    return Answer(204)


def read_by_key(state: State, ask: Ask, sobject: str, key_field: str, value: str) -> Answer:
    """Answers GET sobjects/X/ExtField/value; 404 without a match, 300 with several."""
    return read(state, ask, sobject, _only_match(state, sobject, key_field, value))


def delete_by_key(state: State, ask: Ask, sobject: str, key_field: str, value: str) -> Answer:
    """Answers DELETE sobjects/X/ExtField/value."""
    return delete(state, ask, sobject, _only_match(state, sobject, key_field, value))


def upsert(state: State, ask: Ask, sobject: str, key_field: str, value: str) -> Answer:
    """Answers PATCH sobjects/X/ExtField/value: 201 for a new row, 200 or 204 for a known one.

    Raises:
        ApiError: 404 for a value like a file name, 400 where the body repeats the key.
        RowError: with the matching ids where the key is ambiguous (300).
    """
    name = state.org.sobject(sobject).name
    key = state.org.key_field(name, key_field)
    _refuse_file_name(value)
    writer = row_writer(state, ask)
    values = writer.assigned(name, ask.json_object())
    if key.lower() in {field.lower() for field in values}:
        text = f"The {key} field should not be specified in the sobject data."
        raise ApiError(400, "INVALID_FIELD", text, (key,))
    allowed = writer.allow_duplicates
    record_id, created = state.org.upsert(name, key, value, values, allow_duplicates=allowed)
    body = {"id": record_id, "success": True, "errors": [], "created": created}
    if created:
        return _created(ask, name, body)
    old = float(ask.version) < CREATED_IN_UPDATES_SINCE
    if old or state.switches.upsert_update_status == 204:  # noqa: PLR2004 - HTTP's own number
        return Answer(204)
    return Answer(200, body)


def row_writer(state: State, ask: Ask) -> RowWriter:
    """Returns the writer that obeys the headers on duplicate rules and on assignment rules."""
    header = ask.headers.get("sforce-duplicate-rule-header", "")
    options = {part.strip().lower().replace(" ", "") for part in header.split(";")}
    return RowWriter(
        state.org,
        allow_duplicates="allowsave=true" in options,
        assign=ask.headers.get("sforce-auto-assign", "").strip().lower() != "false",
    )


def record_url(ask: Ask, sobject: str, record_id: str) -> str:
    """Returns the path of a record in the version of the request."""
    return f"/services/data/v{ask.version}/sobjects/{sobject}/{record_id}"


def _created(ask: Ask, sobject: str, body: dict[str, Any]) -> Answer:
    return Answer(201, body, {"Location": record_url(ask, sobject, body["id"])})


def _only_match(state: State, sobject: str, key_field: str, value: str) -> str:
    name = state.org.sobject(sobject).name
    key = state.org.key_field(name, key_field)
    _refuse_file_name(value)
    found = state.org.find(name, key, value)
    if not found:
        raise not_found()
    if len(found) > 1:
        text = f"{key}: more than one record found for external id field"
        raise RowError("DUPLICATE_EXTERNAL_ID", text, (key,), record_ids=tuple(found))
    return found[0]


def _refuse_file_name(value: str) -> None:
    # The vendor's web tier takes such a path for a file (REST guide, upsert by external id).
    if FILE_NAME.search(value):
        raise not_found()


def _version(number: int) -> dict[str, str]:
    years, season = divmod(number - SPRING_2026, len(SEASONS))
    year = 26 + years + int(SEASONS[season] == "Winter")
    return {
        "label": f"{SEASONS[season]} '{year:02d}",
        "url": f"/services/data/v{number}.0",
        "version": f"{number}.0",
    }
