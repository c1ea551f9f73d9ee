"""What several keys of the section `replies` together can get wrong.

It looks at the plain document, as `cross_checks` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from connector.config.terms.yaml_source import DocumentPath, YamlSource
from connector.core.replies.lint import Severity
from connector.core.replies.service_level import parse_opening
from connector.core.replies.templates import ORDER_NUMBER, merge_fields
from connector.core.terms.errors import Problem

_REPLIES: DocumentPath = ("replies",)
_LONG_UNITS = re.compile(r"\s*[0-9]+\s+(?:day|week)s?\s*", re.IGNORECASE)


def reply_checks(source: YamlSource) -> Iterator[Problem]:
    """Yield every contradiction between templates, lint, automatic replies and open hours."""
    replies = source.at(_REPLIES)
    if not isinstance(replies, dict):
        return
    yield from _blocked_templates(source, replies)
    yield from _nothing_to_say(source, replies)
    yield from _days_of_open_time(source, replies)


def _blocked_templates(source: YamlSource, replies: dict[str, Any]) -> Iterator[Problem]:
    """Templates that the check of replies would stop every time."""
    lint = replies.get("lint")
    severity = lint.get("order_number") if isinstance(lint, dict) else None
    if severity in (Severity.WARN, Severity.IGNORE):
        return
    for position, template in _dicts(replies.get("templates")):
        if ORDER_NUMBER in merge_fields(str(template.get("text"))):
            message = f"A reply with `{ORDER_NUMBER}` is blocked by `replies.lint.order_number`."
            hint = "Leave it out, or set that key to `warn` or `ignore`."
            yield source.problem((*_REPLIES, "templates", position, "text"), message, hint)


def _nothing_to_say(source: YamlSource, replies: dict[str, Any]) -> Iterator[Problem]:
    automatic = replies.get("auto_reply")
    enabled = isinstance(automatic, dict) and automatic.get("enabled") is True
    if enabled and not replies.get("templates"):
        message = "Automatic replies need templates to take their text from."
        hint = "Add `templates` under `replies`, or set `enabled: false`."
        yield source.problem((*_REPLIES, "auto_reply", "enabled"), message, hint)


def _days_of_open_time(source: YamlSource, replies: dict[str, Any]) -> Iterator[Problem]:
    """Targets in days where a day is not open for 24 hours: a trap, so it is refused."""
    level = replies.get("service_level")
    if not isinstance(level, dict):
        return
    for position, target in _dicts(level.get("targets")):
        written = target.get("within")
        hours = target.get("open") or level.get("open")
        if _LONG_UNITS.fullmatch(str(written)) and _closes(hours):
            message = "Only open time counts, and `open` makes a day shorter than 24 hours."
            hint = "Write the target in hours, such as `8 hours` for a working day from 09 to 17."
            path = (*_REPLIES, "service_level", "targets", position, "within")
            yield source.problem(path, message, hint)


def _closes(hours: object) -> bool:
    try:
        return hours is not None and not parse_opening(str(hours)).is_whole_day
    except ValueError:  # told where it stands
        return False


def _dicts(entries: object) -> Iterator[tuple[int, dict[str, Any]]]:
    for position, entry in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(entry, dict):
            yield position, entry
