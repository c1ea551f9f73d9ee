"""getUpdated and getDeleted: which rows moved in a window of minutes. Reference 4.5."""

from datetime import UTC, datetime, timedelta

from connector.emulator.salesforce.rest.state import State
from connector.emulator.salesforce.rest.wire import Answer, Ask
from connector.emulator.salesforce.rows.errors import ApiError
from connector.emulator.salesforce.times import stamp

OLDEST_UPDATE = timedelta(days=30)
OLDEST_DELETION = timedelta(days=15)
MOST_IDS = 600_000


def updated(state: State, ask: Ask, sobject: str) -> Answer:
    """Answers GET sobjects/X/updated/?start=&end=; `latestDateCovered` is the next start."""
    start, end = _window(state, ask, OLDEST_UPDATE)
    ids = state.org.updated_ids(_replicated(state, sobject), start, end)
    _check_size(len(ids))
    return Answer(200, {"ids": ids, "latestDateCovered": stamp(min(end, _minute(state.now())))})


def deleted(state: State, ask: Ask, sobject: str) -> Answer:
    """Answers GET sobjects/X/deleted/?start=&end=."""
    start, end = _window(state, ask, OLDEST_DELETION)
    found = state.org.deleted_ids(_replicated(state, sobject), start, end)
    _check_size(len(found))
    return Answer(
        200,
        {
            "deletedRecords": [{"id": row_id, "deletedDate": date} for row_id, date in found],
            "earliestDateAvailable": stamp(_minute(state.now() - OLDEST_DELETION)),
            "latestDateCovered": stamp(min(end, _minute(state.now()))),
        },
    )


def _replicated(state: State, name: str) -> str:
    sobject = state.org.sobject(name)
    if not sobject.replicateable:
        raise ApiError(400, "INVALID_TYPE", f"{sobject.name} is not replicable")
    return sobject.name


def _window(state: State, ask: Ask, reach: timedelta) -> tuple[datetime, datetime]:
    start, end = _moment(ask, "start"), _moment(ask, "end")
    if start >= end:
        text = "startDate before endDate is required"
        raise ApiError(400, "INVALID_REPLICATION_DATE", text)
    if start < _minute(state.now() - reach):
        text = "startDate before org replication enabled date"
        raise ApiError(400, "INVALID_REPLICATION_DATE", text)
    return start, end


def _moment(ask: Ask, name: str) -> datetime:
    text = ask.parameter(name).replace(" ", "+")  # a raw + in the address arrives as a space
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ApiError(400, "MALFORMED_QUERY", f"The {name} parameter is no date with offset")
    return _minute(moment.astimezone(UTC))


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _check_size(rows: int) -> None:
    if rows > MOST_IDS:
        raise ApiError(400, "EXCEEDED_ID_LIMIT", f"Exceeded the limit of {MOST_IDS} ids")
