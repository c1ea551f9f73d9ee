"""Turns the literals of a filter into bound values of the field they are compared with.

A literal of the wrong type is refused in the vendor's words.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from connector.emulator.salesforce.rows.errors import ApiError
from connector.emulator.salesforce.rows.ids import normalise_id
from connector.emulator.salesforce.schema.fields import ID_TYPES, NUMBER_TYPES, Field
from connector.emulator.salesforce.soql.errors import query_error
from connector.emulator.salesforce.soql.tree import Value
from connector.emulator.salesforce.times import stamp, stamp_with_fraction


def _kind(field: Field) -> str:
    if field.type in NUMBER_TYPES:
        return "number"
    if field.type in {"boolean", "date", "datetime"}:
        return field.type
    return "string"


def _wrong_kind(field: Field, value: Value, text: str) -> ApiError:
    wanted = {"datetime": "dateTime", "currency": "double", "percent": "double"}.get(
        field.type, field.type
    )
    quotes = "should be" if _kind(field) == "string" else "should not be"
    message = (
        f"value of filter criterion for field '{field.name}' must be of type {wanted} and "
        f"{quotes} enclosed in quotes"
    )
    return query_error("INVALID_FIELD", message, text, value.at)


def bound_value(field: Field, value: Value, text: str) -> Any:
    """Returns what a field is compared with in SQL; raises ApiError. Not for ranges or null."""
    if value.kind != _kind(field):
        raise _wrong_kind(field, value, text)
    content = value.content
    if isinstance(content, datetime):
        return stamp_with_fraction(content)
    if isinstance(content, date):
        return content.isoformat()
    if isinstance(content, str) and field.type in ID_TYPES:
        normal = normalise_id(content)
        if normal is None:
            message = f"invalid ID field: {content}"
            raise query_error("INVALID_QUERY_FILTER_OPERATOR", message, text, value.at)
        return normal
    if isinstance(content, str) and field.type == "email":
        return content.lower()
    return content


def day_range(field: Field, value: Value, now: datetime, text: str) -> tuple[str, str]:
    """Returns the first moment of a date range and the first one after it, as stored.

    Days are those of UTC, the emulated user's time zone.
    """
    if field.type not in {"date", "datetime"}:
        raise _wrong_kind(field, value, text)
    today = now.astimezone(UTC).date()
    number = timedelta(value.number)
    one = timedelta(1)
    first, after = {
        "TODAY": (today, today + one),
        "YESTERDAY": (today - one, today),
        "TOMORROW": (today + one, today + 2 * one),
        "LAST_N_DAYS": (today - number, today + one),
        "NEXT_N_DAYS": (today + one, today + one + number),
        "N_DAYS_AGO": (today - number, today - number + one),
    }[str(value.content)]
    if field.type == "date":
        return first.isoformat(), after.isoformat()
    return _midnight(first), _midnight(after)


def _midnight(day: date) -> str:
    return stamp(datetime(day.year, day.month, day.day, tzinfo=UTC))
