"""What the configuration asks of replies: who approves, what is checked, in whose name they go out.

Values only; the checks themselves are in `lint`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from connector.core.replies.automatic import AutoReply
from connector.core.replies.lint import LintRules
from connector.core.replies.service_level import ResponseTarget, TaskFor
from connector.core.replies.templates import ReplyTemplate


class Approval(StrEnum):
    """Whether a second person must look at a reply before it goes out."""

    NONE = "none"
    REQUIRED = "required"


@dataclass(frozen=True)
class ReplyPolicy:
    """How queued replies are judged and signed.

    `authors` maps names of Salesforce users, in small letters, to business users at Trustpilot
    (24 hex); everybody else replies as `trustpilot.acting_user_id`. `automatic` without stars
    answers nothing. Of `targets` and `templates` the first one that fits a review counts.
    `late_task` says who gets a task about a review that is late, None for nobody.
    """

    approval: Approval = Approval.NONE
    lint: LintRules = field(default_factory=LintRules)
    authors: Mapping[str, str] = field(default_factory=dict)
    templates: tuple[ReplyTemplate, ...] = ()
    automatic: AutoReply = field(default_factory=AutoReply)
    targets: tuple[ResponseTarget, ...] = ()
    late_task: TaskFor | None = None
