"""The small types of the configuration's documents: what one value may look like.

Each validator raises ValueError with a sentence for the admin, and never repeats a value that
could be a secret or an address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sized
from datetime import date, time, timedelta
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator

from connector.config.terms.languages import locale, review_language, template_key
from connector.config.terms.organization_id import eighteen_characters
from connector.config.terms.zones import find_zone
from connector.core.cases.rules import (
    CaseOwner,
    parse_language,
    parse_owner,
    parse_record_type,
    parse_template,
)
from connector.core.rules.grammar import (
    Delay,
    Recipient,
    parse_delay,
    parse_duration,
    parse_field_path,
    parse_recipient,
    parse_sample,
    parse_time_of_day,
)

_HOST = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]"
_EMAIL = r"[^@\s]+@[^@\s]+\.[^@\s.]+"

Value = TypeVar("Value")


def _https(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError:  # a broken IPv6 host
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname:
        raise ValueError("An address starts with `https://` and a host name.")
    if parts.username or parts.query or parts.fragment:
        raise ValueError("An address here has no user name, `?` or `#`.")
    return text.rstrip("/")


def _spelled(pattern: str, sentence: str) -> Callable[[str], str]:
    """A check that a text is spelled so, which raises the sentence where it is not."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(sentence)
        return text

    return check


_host_name = _spelled(
    _HOST, "A domain is written like `shop.example`: small letters, no `https://`."
)
# Trustpilot 2: business units, users and templates have ids of this form.
_trustpilot_id = _spelled(r"[0-9a-f]{24}", "A Trustpilot id has 24 characters, 0 to 9 and a to f.")
_name = _spelled(
    r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,79}",
    "A name has up to 80 letters, digits, blanks, `_`, `.` or `-`.",
)
_email_address = _spelled(_EMAIL, "This is not an e-mail address.")
_user_name = _spelled(_EMAIL, "A Salesforce user name looks like an address: `agent@shop.example`.")


def _api_version(value: Any) -> Any:
    # Unquoted, YAML reads 66.0 as a number.
    text = f"{value:.1f}" if isinstance(value, int | float) else value
    if not isinstance(text, str) or not re.fullmatch(r"[1-9][0-9]\.0", text):
        raise ValueError("An API version is written like `66.0`.")
    return text


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("A day is written like `2026-11-01`.") from None


def _read_by(parse: Callable[[str], Value]) -> Callable[[Any], Value]:
    """The reader of a small grammar, for what YAML may have read as a number."""

    def read(value: Any) -> Value:
        return parse(str(value))

    return read


def _positive(value: timedelta) -> timedelta:
    if not value:
        raise ValueError("This must be longer than 0.")
    return value


def _zone_name(text: str) -> str:
    find_zone(text)
    return text


def _own_field(text: str) -> str:
    if "." in parse_field_path(text):
        raise ValueError("This must be a field of the record itself, such as `Region__c`.")
    return text


def _template(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("A template is named by its name or its id at Trustpilot.")
    return text.strip()


def _justification(text: str) -> str:
    if len(text.strip()) < SHORTEST_JUSTIFICATION:
        raise ValueError(f"A justification has {SHORTEST_JUSTIFICATION} characters at least.")
    return text.strip()


def _filled(value: Sized) -> Sized:
    # pydantic's own min_length also complains where entries are there but wrong.
    if not value:
        raise ValueError("There must be one entry at least.")
    return value


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


HttpsAddress = Annotated[str, AfterValidator(_https)]
HostName = Annotated[str, AfterValidator(_host_name)]
TrustpilotId = Annotated[str, AfterValidator(_trustpilot_id)]
OrganizationId = Annotated[str, AfterValidator(eighteen_characters)]
Name = Annotated[str, AfterValidator(_name)]
Locale = Annotated[str, AfterValidator(locale)]
LanguageTag = Annotated[str, AfterValidator(review_language), AfterValidator(str.lower)]
EmailAddress = Annotated[str, AfterValidator(_email_address)]
UserName = Annotated[str, AfterValidator(_user_name)]
FieldPath = Annotated[str, AfterValidator(parse_field_path)]
ApiVersion = Annotated[str, BeforeValidator(_api_version)]
Day = Annotated[date, PlainValidator(_day, json_schema_input_type=str)]
Duration = Annotated[
    timedelta, PlainValidator(_read_by(parse_duration), json_schema_input_type=str | int)
]
PositiveDuration = Annotated[Duration, AfterValidator(_positive)]
NotEmpty = AfterValidator(_filled)
"""A list or mapping that must hold something; for use inside `Annotated`."""
Listed = BeforeValidator(_listed)
"""A list of which one entry may stand alone; for use inside `Annotated`."""
RecipientWord = Annotated[
    Recipient, PlainValidator(_read_by(parse_recipient), json_schema_input_type=str)
]
Ladder = Annotated[tuple[RecipientWord, ...], NotEmpty, Listed]
Stage = Annotated[str, Field(min_length=1, max_length=255)]
Stages = Annotated[tuple[Stage, ...], NotEmpty, Listed]
Owner = Annotated[CaseOwner, PlainValidator(_read_by(parse_owner), json_schema_input_type=str)]
RecordType = Annotated[str, AfterValidator(parse_record_type)]
Language = Annotated[str, AfterValidator(parse_language)]
Stars = Annotated[int, Field(ge=1, le=5)]
Template = Annotated[str, Field(min_length=1), AfterValidator(parse_template)]
SHORTEST_JUSTIFICATION = 20
WrittenDelay = Annotated[
    Delay, PlainValidator(_read_by(parse_delay), json_schema_input_type=str | int)
]
Sample = Annotated[int, PlainValidator(_read_by(parse_sample), json_schema_input_type=str)]
TimeOfDay = Annotated[time, PlainValidator(_read_by(parse_time_of_day), json_schema_input_type=str)]
ZoneName = Annotated[str, AfterValidator(_zone_name)]
OwnField = Annotated[str, AfterValidator(_own_field)]
TemplateName = Annotated[str, Field(max_length=255), AfterValidator(_template)]
TemplateKey = Annotated[str, AfterValidator(template_key)]
Justification = Annotated[str, Field(max_length=1000), AfterValidator(_justification)]
PicklistValue = Annotated[str, Field(min_length=1, max_length=255)]
