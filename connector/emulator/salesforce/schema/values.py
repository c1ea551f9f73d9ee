"""Turns one JSON (or CSV) value into the stored form of a field, or says why it cannot be.

Stored forms: text, float, 0/1, `YYYY-MM-DD`, `YYYY-MM-DDThh:mm:ss.000+0000`, 18-character id.
Error words: reference section 4.7. Lookups are checked elsewhere: this module sees no rows.
"""

import json
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from connector.emulator.salesforce.rows.errors import RowError
from connector.emulator.salesforce.rows.ids import normalise_id
from connector.emulator.salesforce.schema.fields import Field
from connector.emulator.salesforce.schema.settings import OrgSettings
from connector.emulator.salesforce.times import read_date, read_moment, stamp

_EMAIL = re.compile(r"[^@\s,;<>()\"]+@[^@\s,;<>()\".]+(\.[^@\s,;<>()\".]+)+")
_TRUE = frozenset({"true", "1"})
_FALSE = frozenset({"false", "0"})


def _wrong_json(field: Field, value: Any) -> RowError:
    kind = {dict: "START_OBJECT", list: "START_ARRAY", bool: "VALUE_BOOLEAN"}.get(
        type(value), "VALUE_STRING"
    )
    detail = f" value {value}" if isinstance(value, str | bool) else " token"
    wanted = {"double": "double", "datetime": "datetime", "date": "date"}.get(field.type, "string")
    return RowError(
        "JSON_PARSER_ERROR", f"Cannot deserialize instance of {wanted} from {kind}{detail}"
    )


def _wrong_type(field: Field, value: Any) -> RowError:
    return RowError(
        "INVALID_TYPE_ON_FIELD_IN_RECORD",
        f"{field.label}: value not of required type: {value}",
        (field.name,),
    )


def _text(field: Field, value: Any, settings: OrgSettings) -> str | None:
    if isinstance(value, bool | dict | list):
        raise _wrong_json(field, value)
    text = str(value).strip()
    if not text:
        return None
    length = len(text) + (text.count("\n") if settings.newlines_count_double else 0)
    if field.length and length > field.length:
        raise RowError(
            "STRING_TOO_LONG",
            f"{field.label}: data value too large: {text} (max length={field.length})",
            (field.name,),
        )
    return text


def _email(field: Field, value: Any, settings: OrgSettings) -> str | None:
    text = _text(field, value, settings)
    if text is not None and not _EMAIL.fullmatch(text):
        raise RowError(
            "INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {text}", (field.name,)
        )
    return text and text.lower()


def _picklist(field: Field, value: Any, settings: OrgSettings) -> str | None:
    text = _text(field, value, settings)
    if text is None or not field.restricted:
        return text
    canonical = {entry.casefold(): entry for entry in field.picklist}
    chosen = text.split(";") if field.type == "multipicklist" else [text]
    unknown = [entry for entry in chosen if entry.casefold() not in canonical]
    if unknown:
        raise RowError(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"{field.label}: bad value for restricted picklist field: {unknown[0]}",
            (field.name,),
        )
    return ";".join(canonical[entry.casefold()] for entry in chosen)


def _number(field: Field, value: Any, _settings: OrgSettings) -> float | None:
    if isinstance(value, bool | dict | list):
        raise _wrong_json(field, value)
    if isinstance(value, str) and not value.strip():
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise _wrong_type(field, value) from None
    if not number.is_finite():
        raise _wrong_type(field, value)
    limit = Decimal(10) ** ((field.precision or 18) - field.scale)
    if abs(number) < limit:
        number = number.quantize(Decimal(1).scaleb(-field.scale), ROUND_HALF_UP)
    if abs(number) >= limit:
        raise RowError(
            "NUMBER_OUTSIDE_VALID_RANGE",
            f"{field.label}: value outside of valid range on numeric field: {value}",
            (field.name,),
        )
    return float(number)


def _boolean(field: Field, value: Any, _settings: OrgSettings) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in _TRUE | _FALSE:
        return word in _TRUE
    raise _wrong_type(field, value)


def _moment(field: Field, value: Any, _settings: OrgSettings) -> str | None:
    if value == "":
        return None
    moment = read_moment(value) if isinstance(value, str) else None
    if moment is None:
        raise _wrong_json(field, value)
    return stamp(moment)


def _date(field: Field, value: Any, _settings: OrgSettings) -> str | None:
    if value == "":
        return None
    if isinstance(value, str):
        moment = read_moment(value)
        found = moment.date() if moment else read_date(value)
        if found is not None:
            return found.isoformat()
    raise _wrong_json(field, value)


def _record_id(field: Field, value: Any, _settings: OrgSettings) -> str | None:
    if value == "":
        return None
    if not isinstance(value, str):
        raise _wrong_json(field, value)
    found = normalise_id(value)
    if found is None:
        raise RowError(
            "MALFORMED_ID", f"{field.label}: id value of incorrect type: {value}", (field.name,)
        )
    return found


_Reader = Callable[[Field, Any, OrgSettings], Any]

_READERS: dict[str, _Reader] = {
    "email": _email,
    "picklist": _picklist,
    "multipicklist": _picklist,
    "double": _number,
    "currency": _number,
    "percent": _number,
    "int": _number,
    "boolean": _boolean,
    "datetime": _moment,
    "date": _date,
    "reference": _record_id,
    "id": _record_id,
}


def stored_value(field: Field, value: Any, settings: OrgSettings) -> Any:
    """Returns the stored form of a written value; raises RowError.

    Text is trimmed, empty text is null, an e-mail is lower-cased, a checkbox is never null,
    a number is rounded to the field's scale.
    """
    if value is None:
        return False if field.type == "boolean" else None
    reader: _Reader = _READERS.get(field.type, _text)
    return reader(field, value, settings)


def json_value(field: Field, stored: Any) -> Any:
    """Returns the JSON form of a stored value."""
    if stored is None:
        return None
    if field.type == "boolean":
        return bool(stored)
    if field.type == "anyType":
        return json.loads(stored)
    return stored


def history_value(field: Field, stored: Any) -> str | None:
    """Returns the stored form of an old or new value in a history row (any type)."""
    value = json_value(field, stored)
    return None if value is None else json.dumps(value)
