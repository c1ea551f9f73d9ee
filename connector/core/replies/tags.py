"""Decides which tags a review lacks at Trustpilot, and what its record says afterwards.

Tags are only ever added: what somebody set at Trustpilot stays. A comma or a semicolon ends a
tag, so a multi-select picklist gives one tag for each of its values; blanks inside a tag stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from connector.core.mapping.transforms import join_tags, one_line, truncate
from connector.core.terms.records import Row, value_at
from connector.core.terms.reviews import ReviewType

TAG_FIELDS = (
    "Id",
    "External_Id__c",
    "Type__c",
    "Business_Unit__c",
    "Deleted__c",
    "Tags__c",
    "Tags_To_Add__c",
    "Tags_Wanted__c",
    "Tags_Error__c",
)
"""What must be read of a review before its tags are decided."""

LATEST_FIELDS = ("Id", "Deleted__c", "Tags__c", "Tags_To_Add__c")
"""What is read again right before the record is written: somebody may have typed meanwhile."""

_ENDS = re.compile(r"[,;\r\n]")
_LONGEST = 255
_SHOWN = 120
_NO_TAGS = "Product reviews have no tags at Trustpilot."


@dataclass(frozen=True)
class TagsPlan:
    """What one review's tags come to.

    `typed` are those in Tags To Add, `missing` all that Trustpilot is to get. `wanted` is true
    where the tick asked for it. `refusal` says in a sentence why nothing can be sent.
    """

    record_id: str
    review_id: str
    typed: tuple[str, ...]
    missing: tuple[str, ...]
    wanted: bool
    refusal: str = ""


def plan_tags(row: Row, paths: Sequence[str]) -> TagsPlan | None:
    """The plan for a review, None where nothing is to be done: not asked for, refused, erased.

    `row` holds `TAG_FIELDS`, and the fields at `paths` where the tick is set. What was refused
    is planned again when Tags To Add reads differently or the tick is set.
    """
    typed = tags_in(row.get("Tags_To_Add__c"))
    wanted = bool(row.get("Tags_Wanted__c"))
    if row.get("Deleted__c") or not (wanted or row.get("Tags_To_Add__c")):
        return None
    if typed and not wanted and _text(row.get("Tags_Error__c")).startswith(_about(typed)):
        return None
    linked = [tag for path in paths for tag in tags_in(value_at(row, path))] if wanted else []
    is_service = row["Type__c"] == ReviewType.SERVICE.value
    return TagsPlan(
        record_id=str(row["Id"]),
        review_id=str(row["External_Id__c"]),
        typed=typed,
        missing=_without(_distinct([*typed, *linked]), tags_in(row.get("Tags__c"))),
        wanted=wanted,
        refusal="" if is_service else _NO_TAGS,
    )


def tags_in(value: object) -> tuple[str, ...]:
    """The tags that a value of the org names, each once whatever its capitals, in their order."""
    return _distinct(one_line(piece) for piece in _ENDS.split(_text(value)))


def added_row(plan: TagsPlan, latest: Row) -> dict[str, Any]:
    """The row that says that Trustpilot has all tags of the plan; `latest` has `LATEST_FIELDS`."""
    row = {**_done_with(plan, latest), "Tags_Error__c": None}
    there = tags_in(latest.get("Tags__c"))
    if new := _without(plan.missing, there):
        row["Tags__c"] = truncate(join_tags([*there, *new]) or "", _LONGEST)
    return row


def gone_row(plan: TagsPlan, latest: Row, why: str) -> dict[str, Any]:
    """The row that gives the tags up, with the tags themselves in the sentence."""
    return {**_done_with(plan, latest), "Tags_Error__c": _error(plan, why)}


def stopped_row(plan: TagsPlan, why: str) -> dict[str, Any]:
    """The row that tells the agent why; what was typed stays to be corrected."""
    return {"Id": plan.record_id, **_unticked(plan), "Tags_Error__c": _error(plan, why)}


def _done_with(plan: TagsPlan, latest: Row) -> dict[str, Any]:
    """Take off what the plan was about; what was typed since stays for the next run."""
    left = _without(tags_in(latest.get("Tags_To_Add__c")), plan.typed)
    return {"Id": plan.record_id, **_unticked(plan), "Tags_To_Add__c": ",".join(left) or None}


def _unticked(plan: TagsPlan) -> dict[str, Any]:
    """A tick that was not there when the plan was made asks for the next run."""
    return {"Tags_Wanted__c": False} if plan.wanted else {}


def _error(plan: TagsPlan, why: str) -> str:
    return truncate(f"{_about(plan.typed)}. {why}", _LONGEST)


def _about(typed: Sequence[str]) -> str:
    """How an error about these tags begins: what was typed is known by it to be refused."""
    shown = f": “{truncate(', '.join(typed), _SHOWN)}”" if typed else ""
    return f"Tags not added{shown}"


def _distinct(tags: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for tag in filter(None, tags):
        found.setdefault(tag.casefold(), tag)
    return tuple(found.values())


def _without(tags: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    known = {other.casefold() for other in others}
    return tuple(tag for tag in tags if tag.casefold() not in known)


def _text(value: object) -> str:
    """A value as the text of tags; nothing where it is none, such as an address of many parts."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, str | int | float) else ""
