"""The small types of the configuration's documents: what one value may look like.

Each validator raises ValueError with a sentence for the admin, and never repeats a value that
could be a secret or an address.
"""

from __future__ import annotations

import re
from collections.abc import Sized
from datetime import date, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator

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

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


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


def _host_name(text: str) -> str:
    if not _HOST.fullmatch(text):
        raise ValueError("A domain is written like `shop.example`: small letters, no `https://`.")
    return text


def _trustpilot_id(text: str) -> str:
    # Trustpilot 2: business units, users and templates have ids of this form.
    if not re.fullmatch(r"[0-9a-f]{24}", text):
        raise ValueError("A Trustpilot id has 24 characters, 0 to 9 and a to f.")
    return text


def _name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,79}", text):
        raise ValueError("A name has up to 80 letters, digits, blanks, `_`, `.` or `-`.")
    return text


def _locale(text: str) -> str:
    # Trustpilot 7.2: `aa-BB`; which ones are in use only Trustpilot tells.
    if not re.fullmatch(r"[a-z]{2,3}-[A-Z]{2}", text):
        raise ValueError("A locale is written like `en-GB`.")
    return text


def _language_tag(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", text):
        raise ValueError("A language is written like `en` or `en-GB`.")
    return text.lower()


def _email_address(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise ValueError("This is not an e-mail address.")
    return text


def _user_name(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise ValueError("A Salesforce user name looks like an address: `agent@shop.example`.")
    return text


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


def _duration(value: Any) -> timedelta:
    return parse_duration(str(value))


def _positive(value: timedelta) -> timedelta:
    if not value:
        raise ValueError("This must be longer than 0.")
    return value


def _recipient(value: Any) -> Recipient:
    return parse_recipient(str(value))


def _owner(value: Any) -> CaseOwner:
    return parse_owner(str(value))


def _delay(value: Any) -> Delay:
    return parse_delay(str(value))


def _sample(value: Any) -> int:
    return parse_sample(str(value))


def _time_of_day(value: Any) -> time:
    return parse_time_of_day(str(value))


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


def _template_key(text: str) -> str:
    return text if text == "default" else _locale(text)


def _justification(text: str) -> str:
    if len(text.strip()) < SHORTEST_JUSTIFICATION:
        raise ValueError(f"A justification has {SHORTEST_JUSTIFICATION} characters at least.")
    return text.strip()


def out_of_reach(value: Any) -> str:
    """Return an address or a domain in lower case. Raises ValueError where it is neither."""
    text = value.strip().lower() if isinstance(value, str) else ""
    if not _HOST.fullmatch(text) and not _EMAIL.fullmatch(text):
        raise ValueError("This is neither an e-mail address nor a domain.")
    return text


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
Locale = Annotated[str, AfterValidator(_locale)]
LanguageTag = Annotated[str, AfterValidator(_language_tag)]
EmailAddress = Annotated[str, AfterValidator(_email_address)]
UserName = Annotated[str, AfterValidator(_user_name)]
FieldPath = Annotated[str, AfterValidator(parse_field_path)]
ApiVersion = Annotated[str, BeforeValidator(_api_version)]
Day = Annotated[date, PlainValidator(_day, json_schema_input_type=str)]
Duration = Annotated[timedelta, PlainValidator(_duration, json_schema_input_type=str | int)]
PositiveDuration = Annotated[Duration, AfterValidator(_positive)]
NotEmpty = AfterValidator(_filled)
"""A list or mapping that must hold something; for use inside `Annotated`."""
Listed = BeforeValidator(_listed)
"""A list of which one entry may stand alone; for use inside `Annotated`."""
RecipientWord = Annotated[Recipient, PlainValidator(_recipient, json_schema_input_type=str)]
Ladder = Annotated[tuple[RecipientWord, ...], NotEmpty, Listed]
Stage = Annotated[str, Field(min_length=1, max_length=255)]
Stages = Annotated[tuple[Stage, ...], NotEmpty, Listed]
Owner = Annotated[CaseOwner, PlainValidator(_owner, json_schema_input_type=str)]
RecordType = Annotated[str, AfterValidator(parse_record_type)]
Language = Annotated[str, AfterValidator(parse_language)]
Stars = Annotated[int, Field(ge=1, le=5)]
Template = Annotated[str, Field(min_length=1), AfterValidator(parse_template)]
SHORTEST_JUSTIFICATION = 20
WrittenDelay = Annotated[Delay, PlainValidator(_delay, json_schema_input_type=str | int)]
Sample = Annotated[int, PlainValidator(_sample, json_schema_input_type=str)]
TimeOfDay = Annotated[time, PlainValidator(_time_of_day, json_schema_input_type=str)]
ZoneName = Annotated[str, AfterValidator(_zone_name)]
OwnField = Annotated[str, AfterValidator(_own_field)]
TemplateName = Annotated[str, Field(max_length=255), AfterValidator(_template)]
TemplateKey = Annotated[str, AfterValidator(_template_key)]
Justification = Annotated[str, Field(max_length=1000), AfterValidator(_justification)]
OutOfReach = Annotated[str, PlainValidator(out_of_reach, json_schema_input_type=str)]
"""An address or a domain, in lower case."""
PicklistValue = Annotated[str, Field(min_length=1, max_length=255)]
