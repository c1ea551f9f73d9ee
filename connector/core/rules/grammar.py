"""Invitation rules: which record entering which stage leads to an invitation, to whom and when.

Values and their small grammar only. Finding entries and deciding about them is the planner's
work; reading YAML is the configuration's.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from connector.core.terms.unknown_words import UnknownWord, quoted


class TriggerObject(StrEnum):
    """An object whose records can lead to an invitation."""

    OPPORTUNITY = "Opportunity"
    ORDER = "Order"
    CASE = "Case"


class Channel(StrEnum):
    """How the customer is asked."""

    EMAIL = "email"
    BUSINESS_GENERATED_LINK = "business_generated_link"
    INVITATION_LINK = "invitation_link"


class Send(StrEnum):
    """What the customer is asked to review."""

    SERVICE = "service_review"
    PRODUCT = "product_review"
    BOTH = "service_and_product_review"


class IfLeft(StrEnum):
    """What becomes of an invitation whose record left the stage before it was due."""

    CANCEL = "cancel"
    SEND = "send"


class Hold(StrEnum):
    """Who keeps an invitation until it is due."""

    SALESFORCE = "salesforce"
    TRUSTPILOT = "trustpilot"


class ConsentSource(StrEnum):
    """What decides whether a person may be asked: flags on records, the Consent API, or nothing.

    `NONE` is for orgs that keep no opt-out anywhere; the rule says so with a reason.
    """

    FLAGS = "flags"
    SALESFORCE = "salesforce"
    NONE = "none"


class Include(StrEnum):
    """Records that are no experience of their own unless a rule names them."""

    MERGED_CASES = "merged_cases"
    REDUCTION_ORDERS = "reduction_orders"


STAGE_FIELDS: Mapping[TriggerObject, str] = MappingProxyType(
    {
        TriggerObject.OPPORTUNITY: "StageName",
        TriggerObject.ORDER: "Status",
        TriggerObject.CASE: "Status",
    }
)
"""The field whose change is an entry, for each object."""

REFERENCE_FIELDS: Mapping[TriggerObject, str] = MappingProxyType(
    {
        TriggerObject.OPPORTUNITY: "Id",
        TriggerObject.ORDER: "OrderNumber",
        TriggerObject.CASE: "CaseNumber",
    }
)
"""The field that gives the reference number where a rule names none."""

RECIPIENT_WORDS: Mapping[TriggerObject, tuple[str, ...]] = MappingProxyType(
    {
        TriggerObject.OPPORTUNITY: ("contact_role", "primary_contact", "field"),
        TriggerObject.ORDER: ("bill_to", "ship_to", "field"),
        TriggerObject.CASE: ("contact", "supplied_email", "field"),
    }
)
"""The kinds of recipient that each object has."""

PRODUCT_LINES: Mapping[TriggerObject, str] = MappingProxyType(
    {TriggerObject.OPPORTUNITY: "OpportunityLineItem", TriggerObject.ORDER: "OrderItem"}
)
"""The object that holds the products of a record; cases have none."""

PRODUCT_WORDS = (
    "name",
    "productUrl",
    "imageUrl",
    "gtin",
    "mpn",
    "brand",
    "productCategoryGoogleId",
)
"""What Trustpilot takes of a product beside its SKU, in its own words."""

LONGEST_DURATION = timedelta(days=3650)
_MOST_BUSINESS_DAYS = 2600
_RAREST_SAMPLE = 1000

_ALL_RECIPIENT_WORDS = tuple(
    dict.fromkeys(word for words in RECIPIENT_WORDS.values() for word in words)
)
_WITH_VALUE = {
    "contact_role": "a role, such as `contact_role Decision Maker`",
    "field": "a field, such as `field Contact.Email`",
}
_UNITS = ("second", "minute", "hour", "day", "week")
# SOQL follows at most five parents from a record.
_FIELD_PATH = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}(?:\.[A-Za-z][A-Za-z0-9_]{0,79}){0,5}")


@dataclass(frozen=True)
class Recipient:
    """One step of a rule's ladder: where on the record to look for an e-mail address.

    `kind` is one of `RECIPIENT_WORDS`; `value` is the role of `contact_role` and the path of
    `field`, empty for the others.
    """

    kind: str
    value: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.value}".rstrip()


@dataclass(frozen=True)
class FieldCondition:
    """A plain condition: the field (a path is allowed) holds one of the values, or none of them.

    Values compare as text without regard to capitals; `true` and `false` stand for checkboxes,
    an empty text for an empty field.
    """

    field: str
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True)
class QuietHours:
    """Hours of the day in which nothing goes out: from `start` until `end`, over midnight or not.

    `zone_field` is a path of the record that holds the customer's IANA time zone; where it is
    empty or unknown, `zone` counts.
    """

    start: time
    end: time
    zone: str = "UTC"
    zone_field: str = ""


@dataclass(frozen=True)
class ProductSource:
    """Where the products of an experience stand: the lines of the record, and paths from a line.

    `sku` is needed. With `inline` the products travel with the invitation, described by `fields`
    (Trustpilot's names to paths); else only their SKUs do, and Trustpilot's catalogue knows them.
    """

    lines: str
    sku: str
    inline: bool = False
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule as an admin wrote it, with the defaults filled in.

    `to` is a ladder: the first recipient that has an e-mail address is asked. `after` is the
    time between the entry and the invitation, `business_days` are counted on top of it. Entries
    before `active_from` (aware, UTC) never count. `tags` are field paths of the record.
    `business_unit` is a name in the configuration; `business_unit_field` a path that holds one.
    `templates` maps locales to names or ids of templates, `template` is for all others.
    `sample` asks every n-th experience. `because` says why a condition looks at sentiment.
    `write_link_to` is a field of the record that gets the link. `holidays` are no business days.
    What is later than `latest` after its due time is not sent; zero is no limit. `include` are
    records that the rule takes for experiences all the same. With `leads` the opt-outs of leads
    count.
    """

    name: str
    on: TriggerObject
    stage_field: str
    stages: tuple[str, ...]
    to: tuple[Recipient, ...]
    after: timedelta
    channel: Channel
    business_unit: str
    enabled: bool = True
    active_from: datetime | None = None
    template: str = ""
    locale: str = ""
    reference_field: str = ""
    tags: tuple[str, ...] = ()
    send: Send = Send.SERVICE
    only_if: tuple[FieldCondition, ...] = ()
    because: str = ""
    business_days: int = 0
    quiet_hours: QuietHours | None = None
    templates: tuple[tuple[str, str], ...] = ()
    locale_field: str = ""
    products: ProductSource | None = None
    business_unit_field: str = ""
    cooldown: timedelta = timedelta(0)
    if_left: IfLeft = IfLeft.CANCEL
    sample: int = 1
    consent: ConsentSource = ConsentSource.FLAGS
    hold: Hold = Hold.SALESFORCE
    write_link_to: str = ""
    holidays: tuple[date, ...] = ()
    latest: timedelta = timedelta(0)
    include: tuple[Include, ...] = ()
    leads: bool = True

    def __post_init__(self) -> None:
        if not self.reference_field:
            object.__setattr__(self, "reference_field", REFERENCE_FIELDS[self.on])

    @cached_property
    def version(self) -> str:
        """Twelve hex digits that change whenever anything in the rule changes."""
        content = json.dumps(asdict(self), sort_keys=True, default=str)
        return hashlib.sha256(content.encode()).hexdigest()[:12]


def parse_duration(text: str) -> timedelta:
    """Return how long `0`, `90 seconds`, `30 minutes`, `2 hours`, `7 days` or `1 week` is.

    Raises ValueError with a sentence, `UnknownWord` for a unit there is not.
    """
    words = text.split()
    if words == ["0"]:
        return timedelta(0)
    if len(words) != 2 or not re.fullmatch(r"[0-9]{1,9}", words[0]):  # noqa: PLR2004 - number, unit
        raise ValueError(f"{quoted(text)} is not a length of time. Write it like `7 days` or `0`.")
    unit = words[1].lower().removesuffix("s")
    if unit not in _UNITS:
        known = [f"{each}s" for each in _UNITS]
        raise UnknownWord(f"{quoted(words[1])} is not a unit of time.", words[1], known)
    length = timedelta(**{f"{unit}s": int(words[0])})
    if length > LONGEST_DURATION:
        raise ValueError(f"{quoted(text)} is longer than ten years.")
    return length


@dataclass(frozen=True)
class Delay:
    """The time between an entry and its invitation: a length of time, then business days."""

    after: timedelta = timedelta(0)
    business_days: int = 0


def parse_delay(text: str) -> Delay:
    """Return the delay that `0`, `7 days` or `5 business days` is. Raises as `parse_duration`."""
    counted = re.fullmatch(r"\s*([0-9]{1,9})\s+business\s+days?\s*", text, re.IGNORECASE)
    if not counted:
        return Delay(after=parse_duration(text))
    days = int(counted[1])
    if days > _MOST_BUSINESS_DAYS:
        raise ValueError(f"{quoted(text)} is longer than ten years.")
    return Delay(business_days=days)


def parse_sample(text: str) -> int:
    """Return 1 for `all`, 3 for `every 3rd`. Raises ValueError with a sentence."""
    words = text.split()
    if words == ["all"]:
        return 1
    found = re.fullmatch(r"every ([1-9][0-9]{0,3})(?:st|nd|rd|th)", " ".join(words))
    if not found:
        raise ValueError(f"{quoted(text)} is not a sample. Write it like `every 3rd` or `all`.")
    if int(found[1]) > _RAREST_SAMPLE:
        raise ValueError("A sample asks every 1000th at least.")
    return int(found[1])


def parse_time_of_day(text: str) -> time:
    """Return the time that a clock shows as `20:00`. Raises ValueError with a sentence."""
    found = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", text)
    if not found:
        raise ValueError("A time of day is written like `20:00`, from `00:00` to `23:59`.")
    return time(int(found[1]), int(found[2]))


def parse_recipient(text: str) -> Recipient:
    """Return the recipient that `bill_to`, `contact_role Buyer` or `field Email__c` names.

    Raises `UnknownWord` for a kind there is not, ValueError where the value is missing or wrong.
    """
    kind, _, rest = text.strip().partition(" ")
    value = rest.strip()
    if kind not in _ALL_RECIPIENT_WORDS:
        raise UnknownWord(f"{quoted(kind)} is not a recipient.", kind, _ALL_RECIPIENT_WORDS)
    if kind in _WITH_VALUE and not value:
        raise ValueError(f"`{kind}` needs {_WITH_VALUE[kind]}.")
    if kind not in _WITH_VALUE and value:
        raise ValueError(f"`{kind}` stands alone; remove what follows it.")
    return Recipient(kind, parse_field_path(value) if kind == "field" else value)


def parse_field_path(text: str) -> str:
    """Return `text` if it names a field of the record or of a parent, such as `Account.Type`.

    Nothing else may reach a query. Raises ValueError.
    """
    if not _FIELD_PATH.fullmatch(text):
        raise ValueError(f"{quoted(text)} is not a field, such as `Type` or `Account.Industry`.")
    return text
