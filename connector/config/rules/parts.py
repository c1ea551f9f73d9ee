"""The parts of a rule that are documents of their own, and the keys that `defaults` may hold too.

A key with a short and a long form is one value here: `locale: en-GB` means `{default: en-GB}`.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    field_validator,
    model_validator,
)

from connector.config.terms.section import Section
from connector.config.terms.values import (
    Day,
    Duration,
    FieldPath,
    Justification,
    Locale,
    TemplateKey,
    TemplateName,
    TimeOfDay,
    ZoneName,
)
from connector.core.rules.grammar import (
    PRODUCT_WORDS,
    ConsentSource,
    FieldCondition,
    ProductSource,
    QuietHours,
)
from connector.core.terms.unknown_words import UnknownWord, quoted

_LONGEST_VALUE = 255
_NO_CONSENT = ConsentSource.NONE.value
_PLAIN_CONSENT = tuple(each.value for each in ConsentSource if each is not ConsentSource.NONE)
_CONDITIONS = "Write a value, a list of values, or `{not: ...}` around either."


def form_of(value: Any) -> str:
    """Return the tag of a value that is either written out as keys, or plain."""
    return "[keys]" if isinstance(value, dict | BaseModel) else "[plain]"


class FieldReference(Section):
    """A field of the record, or of a parent, that holds what is wanted."""

    field: FieldPath


def _spelled_out(value: Any) -> Any:
    return value if isinstance(value, dict | BaseModel) else {"default": value}


class LocaleDocument(Section):
    """The language of an invitation: from a field of the record, or always the same."""

    field: FieldPath = ""
    default: Locale = ""


class Leads(StrEnum):
    """Whether the opt-outs of leads count."""

    FLAGS = "flags"
    NONE = "none"


class ConsentDocument(Section):
    """What has a say before somebody is asked; whatever has none, has it for a written reason."""

    source: ConsentSource = ConsentSource.FLAGS
    leads: Leads = Leads.FLAGS
    reason: Justification = ""

    @model_validator(mode="after")
    def _a_reason_for_not_asking(self) -> Self:
        for key, chosen in (("source", self.source), ("leads", self.leads)):
            if chosen.value == _NO_CONSENT and not self.reason:
                raise ValueError(f"`{key}: none` needs a reason in writing. {_reasoned(key)}")
        return self


def _reasoned(key: str) -> str:
    return f'Write `consent: {{{key}: none, reason: "..."}}` with why.'


def _consent_spelled_out(value: Any) -> Any:
    if isinstance(value, dict | BaseModel):
        return value
    if value == _NO_CONSENT:
        raise ValueError(f"`consent: none` needs a reason in writing. {_reasoned('source')}")
    if value not in _PLAIN_CONSENT:
        sentence = f"{quoted(str(value))} is not a value of `consent`."
        raise UnknownWord(sentence, str(value), _PLAIN_CONSENT)
    return {"source": value}


class QuietHoursDocument(Section):
    """The hours of the customer's day in which nothing goes out."""

    start: Annotated[TimeOfDay, Field(alias="from")]
    until: TimeOfDay
    zone: ZoneName = "UTC"
    zone_field: FieldPath = ""

    @model_validator(mode="after")
    def _some_hours(self) -> Self:
        if self.start == self.until:
            raise ValueError("Quiet hours end at another time than they begin.")
        return self

    def compiled(self) -> QuietHours:
        """Return the hours as planners take them."""
        return QuietHours(self.start, self.until, self.zone, self.zone_field)


class ProductsDocument(Section):
    """Where the products of an experience stand."""

    lines: Annotated[str, Field(alias="from")]
    sku: FieldPath
    inline: bool = False
    fields: dict[str, FieldPath] = Field(default_factory=dict)

    @field_validator("fields")
    @classmethod
    def _words_of_trustpilot(cls, value: dict[str, str]) -> dict[str, str]:
        for word in value:
            if word not in PRODUCT_WORDS:
                sentence = f"{quoted(word)} is nothing that Trustpilot takes of a product."
                raise UnknownWord(sentence, word, PRODUCT_WORDS)
        return value

    @model_validator(mode="after")
    def _described_where_inline(self) -> Self:
        if self.inline and "name" not in self.fields:
            raise ValueError("`inline: true` needs `fields` with `name`: the customer reads it.")
        return self

    def compiled(self) -> ProductSource:
        """Return the source as planners take it."""
        return ProductSource(self.lines, self.sku, self.inline, tuple(self.fields.items()))


Template = Annotated[dict[TemplateKey, TemplateName], BeforeValidator(_spelled_out)]
LocaleChoice = Annotated[LocaleDocument, BeforeValidator(_spelled_out)]
Consent = Annotated[ConsentDocument, BeforeValidator(_consent_spelled_out)]
UnitChoice = Annotated[
    Annotated[str, Tag("[plain]")] | Annotated[FieldReference, Tag("[keys]")],
    Discriminator(form_of),
]


class SharedKeys(Section):
    """What a rule may say for itself, and `invitations.defaults` for all rules that do not."""

    business_unit: UnitChoice = ""
    template: Template = Field(default_factory=dict)
    locale: LocaleChoice = LocaleDocument()
    cooldown: Duration = timedelta(days=1)
    latest: Duration = timedelta(days=14)
    consent: Consent = ConsentDocument()
    quiet_hours: QuietHoursDocument | None = None


class DefaultsDocument(SharedKeys):
    """The section `invitations.defaults`."""

    holidays: tuple[Day, ...] = ()


def _condition(value: Any) -> tuple[tuple[str, ...], bool]:
    negated = isinstance(value, dict)
    if negated and list(value) != ["not"]:
        raise ValueError(f"A condition has no key but `not`. {_CONDITIONS}")
    inner = value["not"] if negated else value
    values = tuple(_as_text(each) for each in (inner if isinstance(inner, list) else [inner]))
    if not values:
        raise ValueError(f"The condition has no value. {_CONDITIONS}")
    return values, negated


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float) and abs(value) < float("inf"):
        return str(value)
    if value is None:
        raise ValueError('The condition has no value. Write `""` for an empty field.')
    if not isinstance(value, str) or len(value) > _LONGEST_VALUE:
        raise ValueError(f"A value is true, false, a number or a short text. {_CONDITIONS}")
    return value.strip()


Conditions = dict[FieldPath, Annotated[tuple[tuple[str, ...], bool], PlainValidator(_condition)]]
"""Plain conditions by field: the values, and whether none of them may be there."""


def compiled_conditions(conditions: Conditions) -> tuple[FieldCondition, ...]:
    """Return the conditions as planners take them."""
    return tuple(FieldCondition(field, *each) for field, each in conditions.items())
