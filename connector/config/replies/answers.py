"""The parts of the section `replies` about time and text: targets, templates, automatic replies.

What only several sections together can get wrong about them is in `checks`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, Field, PlainValidator

from connector.config.terms.section import Section
from connector.config.terms.values import (
    Day,
    Duration,
    Language,
    Listed,
    Name,
    NotEmpty,
    PositiveDuration,
    Stars,
    ZoneName,
)
from connector.config.terms.zones import find_zone
from connector.core.replies.automatic import MOST_A_DAY, AutoReply
from connector.core.replies.late_tasks import parse_task_for
from connector.core.replies.service_level import (
    LONGEST_TARGET,
    OpenHours,
    Opening,
    ResponseTarget,
    TaskFor,
    Weekday,
    parse_opening,
)
from connector.core.replies.templates import (
    LONGEST_TEMPLATE,
    ReplyTemplate,
    parse_reply_template,
)


def _opening(value: Any) -> Opening:
    return parse_opening(str(value))


def _task_for(value: Any) -> TaskFor:
    return parse_task_for(str(value))


def _not_too_long(value: timedelta) -> timedelta:
    if value > LONGEST_TARGET:
        raise ValueError(f"A target is {LONGEST_TARGET.days} days at most.")
    return value


OpeningHours = Annotated[Opening, PlainValidator(_opening, json_schema_input_type=str)]
TaskWord = Annotated[TaskFor, PlainValidator(_task_for, json_schema_input_type=str)]
Within = Annotated[PositiveDuration, AfterValidator(_not_too_long)]
SomeStars = Annotated[tuple[Stars, ...], NotEmpty, Listed]
Units = Annotated[tuple[str, ...], NotEmpty, Listed]


class HoursDocument(Section):
    """When a business unit answers."""

    zone: ZoneName = "UTC"
    open: OpeningHours = Opening()
    days: Annotated[tuple[Weekday, ...], NotEmpty, Listed] = tuple(Weekday)
    holidays: tuple[Day, ...] = ()


class TargetDocument(HoursDocument):
    """One entry of the list `replies.service_level.targets`."""

    within: Within
    stars: SomeStars = ()
    business_unit: Units = ()

    def compiled(self, usual: HoursDocument) -> ResponseTarget:
        """Return the target as the planner takes it; `usual` holds what it does not say itself."""

        def own(key: str) -> Any:
            return getattr(self if key in self.model_fields_set else usual, key)

        holidays: tuple[date, ...] = own("holidays")
        return ResponseTarget(
            within=self.within,
            stars=self.stars,
            business_units=self.business_unit,
            hours=OpenHours(
                find_zone(own("zone")), own("open"), frozenset(own("days")), frozenset(holidays)
            ),
        )


class ServiceLevelDocument(HoursDocument):
    """The section `replies.service_level`: until when reviews should be answered."""

    targets: Annotated[tuple[TargetDocument, ...], NotEmpty]
    task: TaskWord | None = None

    def compiled(self) -> tuple[ResponseTarget, ...]:
        """Return the targets as the planner takes them, in the order of the file."""
        return tuple(target.compiled(self) for target in self.targets)


class TemplateDocument(Section):
    """One entry of the list `replies.templates`."""

    name: Name
    stars: SomeStars = ()
    languages: Annotated[tuple[Language, ...], NotEmpty, Listed] = ()
    business_unit: Units = ()
    text: Annotated[
        str, Field(min_length=1, max_length=LONGEST_TEMPLATE), AfterValidator(parse_reply_template)
    ]

    def compiled(self) -> ReplyTemplate:
        """Return the template as the planner takes it."""
        return ReplyTemplate(self.name, self.text, self.stars, self.languages, self.business_unit)


class AutoReplyDocument(Section):
    """The section `replies.auto_reply`: which suggested replies go out without a person."""

    enabled: bool = False
    stars: SomeStars
    business_unit: Units = ()
    after: Duration = AutoReply.delay
    per_day: Annotated[int, Field(ge=1, le=MOST_A_DAY)] = AutoReply.per_day

    def compiled(self) -> AutoReply:
        """Return the policy as runs use it; without stars where it is switched off."""
        stars = self.stars if self.enabled else ()
        return AutoReply(stars, self.business_unit, self.after, self.per_day)
