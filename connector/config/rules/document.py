"""The shape of one rule in the configuration, and the checks that need nothing but the rule."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from connector.config.rules.parts import (
    Conditions,
    DefaultsDocument,
    FieldReference,
    Leads,
    ProductsDocument,
    SharedKeys,
    compiled_conditions,
)
from connector.config.terms.values import (
    Day,
    FieldPath,
    Justification,
    Ladder,
    Name,
    OwnField,
    RecipientWord,
    Sample,
    Stages,
    WrittenDelay,
)
from connector.core.rules.grammar import (
    RECIPIENT_WORDS,
    STAGE_FIELDS,
    Channel,
    FieldCondition,
    Hold,
    IfLeft,
    Include,
    Rule,
    Send,
    TriggerObject,
)
from connector.core.terms.unknown_words import UnknownWord, quoted


class RuleDocument(SharedKeys):
    """One rule as it stands under `invitations.rules`."""

    name: Name
    enabled: bool = True
    active_from: Day | None = None
    on: TriggerObject
    becomes: dict[str, Stages]
    only_if: Conditions = Field(default_factory=dict)
    because: Justification = ""
    include: tuple[Include, ...] = ()
    send: Send = Send.SERVICE
    channel: Annotated[Channel, Field(alias="as")]
    to: Ladder
    after: WrittenDelay
    reference: FieldReference | None = None
    tags: tuple[FieldPath, ...] = ()
    products: ProductsDocument | None = None
    if_left: IfLeft = IfLeft.CANCEL
    sample: Sample = 1
    hold: Hold = Hold.SALESFORCE
    write_link_to: OwnField = ""

    @field_validator("becomes")
    @classmethod
    def _one_stage_field(
        cls, value: dict[str, tuple[str, ...]], info: ValidationInfo
    ) -> dict[str, tuple[str, ...]]:
        on = info.data.get("on")
        if on is None:  # refused already
            return value
        expected = STAGE_FIELDS[on]
        for field in value:
            if field != expected:
                sentence = f"{quoted(field)} does not decide about {on} records; `{expected}` does."
                raise UnknownWord(sentence, field, [expected])
        if not value:
            raise ValueError(f"Say which stage, such as `{{{expected}: ...}}`.")
        return value

    @field_validator("to")
    @classmethod
    def _recipients_of_the_object(
        cls, value: tuple[RecipientWord, ...], info: ValidationInfo
    ) -> tuple[RecipientWord, ...]:
        on = info.data.get("on")
        known = RECIPIENT_WORDS[on] if on else ()
        for recipient in value if known else ():
            if recipient.kind not in known:
                sentence = f"`{recipient.kind}` is not a recipient of {on} records."
                raise UnknownWord(sentence, recipient.kind, known)
        return value

    @property
    def conditions(self) -> tuple[FieldCondition, ...]:
        """The conditions of `only_if` as planners take them."""
        return compiled_conditions(self.only_if)

    @property
    def unit_field(self) -> str:
        """The field that holds the name of the business unit, empty where none does."""
        unit = self.business_unit
        return unit.field if isinstance(unit, FieldReference) else ""

    def inherited(self) -> tuple[str, ...]:
        """The keys that the rule leaves to `invitations.defaults`."""
        return tuple(key for key in SharedKeys.model_fields if key not in self.model_fields_set)

    def with_defaults(self, defaults: DefaultsDocument) -> RuleDocument:
        """Return the rule with what it leaves to the defaults; what it says itself stays whole."""
        return self.model_copy(update={key: getattr(defaults, key) for key in self.inherited()})

    def compiled(self, only_unit: str, holidays: tuple[date, ...] = ()) -> Rule:
        """Return the rule for the planners; `only_unit` is used where it names no unit."""
        stage_field = STAGE_FIELDS[self.on]
        named = "" if isinstance(self.business_unit, FieldReference) else self.business_unit
        return Rule(
            name=self.name,
            enabled=self.enabled,
            active_from=_start_of(self.active_from),
            on=self.on,
            stage_field=stage_field,
            stages=self.becomes[stage_field],
            only_if=self.conditions,
            because=self.because,
            send=self.send,
            channel=self.channel,
            to=self.to,
            after=self.after.after,
            business_days=self.after.business_days,
            holidays=holidays if self.after.business_days else (),
            quiet_hours=self.quiet_hours.compiled() if self.quiet_hours else None,
            template=self.template.get("default", ""),
            templates=tuple(each for each in self.template.items() if each[0] != "default"),
            locale=self.locale.default,
            locale_field=self.locale.field,
            reference_field=self.reference.field if self.reference else "",
            tags=self.tags,
            products=self.products.compiled() if self.products else None,
            business_unit=named or ("" if self.unit_field else only_unit),
            business_unit_field=self.unit_field,
            cooldown=self.cooldown,
            if_left=self.if_left,
            sample=self.sample,
            consent=self.consent.source,
            leads=self.consent.leads is Leads.FLAGS,
            latest=self.latest,
            include=tuple(sorted(set(self.include))),
            hold=self.hold,
            write_link_to=self.write_link_to,
        )


def _start_of(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, UTC) if day else None
