"""How single values stand in Trustpilot's JSON: times, texts, numbers, objects.

Tolerant where Trustpilot varies, strict where a guess could turn one value into another.
What may be missing may also be nonsense: `Maybe` and `Readable` take nonsense for missing.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    AliasGenerator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic.alias_generators import to_camel

from connector.core.terms.reviews import Unreadable

_Value = TypeVar("_Value")


def instant(value: object) -> datetime:
    """Return the moment a text names, aware and UTC; without a zone it is UTC.

    Trustpilot writes times with or without `Z` and with zero to seven digits of a second
    (Trustpilot 2).
    Raises `ValueError` for anything else.
    """
    if not isinstance(value, str):
        raise ValueError("is not a time")  # noqa: TRY004 -- pydantic collects ValueErrors only
    try:
        moment = datetime.fromisoformat(value.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise ValueError("is beyond the calendar") from None


def wire_time(moment: datetime) -> str:
    """Return a time as requests want it (Trustpilot 2): UTC, whole seconds, no zone."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _instant_or_none(value: object) -> datetime | None:
    return None if value is None or value == "" else instant(value)


def whole_text(text: str) -> str:
    """Return a text with halves of emoji replaced: it may be cut in the middle of one."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _whole_if_text(value: object) -> object:
    return whole_text(value) if isinstance(value, str) else value


def _no_truth(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("is no number")  # noqa: TRY004 -- pydantic collects ValueErrors only
    return value


def without_nulls(value: object) -> object:
    """Return a list without its nulls, and nothing for null (Trustpilot 5.4)."""
    if isinstance(value, list):
        return [item for item in value if item is not None]
    return () if value is None else value


def _or_none(value: object, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(value)
    except ValidationError:
        return None


def _those_that_fit(value: object, read: ValidatorFunctionWrapHandler) -> tuple[Any, ...]:
    found: list[Any] = []
    for item in value if isinstance(value, list) else ():
        with suppress(ValidationError):
            found += read([item])
    return tuple(found)


Maybe = Annotated[_Value | None, WrapValidator(_or_none)]
"""A value that is None where what Trustpilot sent is something else."""

Readable = Annotated[tuple[_Value, ...], WrapValidator(_those_that_fit)]
"""The items of a list that can be read; nothing where Trustpilot sent no list."""

Moment = Annotated[datetime, BeforeValidator(instant)]
MaybeMoment = Annotated[datetime | None, BeforeValidator(_instant_or_none)]
Text = Annotated[str, BeforeValidator(_whole_if_text)]
Count = Annotated[int, BeforeValidator(_no_truth)]
Number = Annotated[float, BeforeValidator(_no_truth)]


class Wire(BaseModel):
    """A JSON object of Trustpilot's: names in camel case, unknown ones ignored."""

    model_config = ConfigDict(
        frozen=True,
        coerce_numbers_to_str=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
        alias_generator=AliasGenerator(validation_alias=to_camel),
    )


def or_unreadable(item: object, read: Callable[[], _Value]) -> _Value | Unreadable:
    """Return what was read from an item, or which of its fields do not fit."""
    try:
        return read()
    except ValidationError as error:
        places = sorted({_place(line["loc"]) for line in error.errors(include_input=False)})
    return Unreadable(_id_of(item), f"cannot be read: {', '.join(places[:_MOST_PLACES])}")


_MOST_PLACES = 5


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "not an object"


def _id_of(item: object) -> str:
    found = item.get("id") if isinstance(item, dict) else None
    return str(found)[:64] if isinstance(found, str | int) else ""
