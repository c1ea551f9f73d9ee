"""The shape of one rule in the configuration, and the checks that need nothing but the rule."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from connector.config.section import Section
from connector.config.values import (
    Day,
    Duration,
    FieldPath,
    Ladder,
    Locale,
    Name,
    RecipientWord,
    Stages,
    TrustpilotId,
)
from connector.core.rules import RECIPIENT_WORDS, STAGE_FIELDS, Channel, Rule, TriggerObject
from connector.core.words import UnknownWord, quoted


class ReferenceDocument(Section):
    """Which field of the record gives the reference number."""

    field: FieldPath


class RuleDocument(Section):
    """One rule as it stands under `invitations.rules`."""

    name: Name
    enabled: bool = True
    active_from: Day | None = None
    on: TriggerObject
    becomes: dict[str, Stages]
    to: Ladder
    after: Duration
    channel: Annotated[Channel, Field(alias="as")]
    business_unit: str = ""
    template: TrustpilotId = ""
    locale: Locale = ""
    reference: ReferenceDocument | None = None
    tags: tuple[FieldPath, ...] = ()

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

    def compiled(self, only_unit: str) -> Rule:
        """Return the rule with its defaults; `only_unit` is used where it names no unit."""
        stage_field = STAGE_FIELDS[self.on]
        return Rule(
            name=self.name,
            enabled=self.enabled,
            active_from=_start_of(self.active_from),
            on=self.on,
            stage_field=stage_field,
            stages=self.becomes[stage_field],
            to=self.to,
            after=self.after,
            channel=self.channel,
            business_unit=self.business_unit or only_unit,
            template=self.template,
            locale=self.locale,
            reference_field=self.reference.field if self.reference else "",
            tags=self.tags,
        )


def _start_of(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, UTC) if day else None
