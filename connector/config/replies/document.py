"""The shape of the section `replies`, and the checks that need nothing but this section."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from connector.config.replies.answers import (
    AutoReplyDocument,
    ServiceLevelDocument,
    TemplateDocument,
)
from connector.config.terms.section import Section
from connector.config.terms.values import HostName, TrustpilotId, UserName
from connector.core.replies.automatic import AutoReply
from connector.core.replies.lint import LintRule, LintRules, Severity
from connector.core.replies.policy import Approval, ReplyPolicy


class LintDocument(Section):
    """The section `replies.lint`: what is checked before a reply goes out."""

    longest: Annotated[int, Field(ge=1, le=32_768)] = LintRules.longest
    links_to: tuple[HostName, ...] = ()
    phrases: tuple[Annotated[str, Field(min_length=2, max_length=255)], ...] = ()
    too_long: Severity = Severity.BLOCK
    email: Severity = Severity.BLOCK
    phone: Severity = Severity.BLOCK
    order_number: Severity = Severity.BLOCK
    surname: Severity = Severity.BLOCK
    link: Severity = Severity.BLOCK
    review_request: Severity = Severity.BLOCK
    placeholder: Severity = Severity.BLOCK
    phrase: Severity = Severity.BLOCK
    other_email: Severity = Severity.WARN
    capitals: Severity = Severity.WARN

    def compiled(self) -> LintRules:
        """Return the rules as the planner takes them."""
        severity = {rule: Severity(getattr(self, rule.value)) for rule in LintRule}
        return LintRules(self.longest, self.links_to, self.phrases, severity)


class AuthorDocument(Section):
    """One entry of the list `replies.authors`."""

    user: UserName
    business_user: TrustpilotId


class RepliesDocument(Section):
    """The section `replies`."""

    approval: Approval = Approval.NONE
    authors: tuple[AuthorDocument, ...] = ()
    lint: LintDocument = LintDocument()
    templates: tuple[TemplateDocument, ...] = ()
    auto_reply: AutoReplyDocument | None = None
    service_level: ServiceLevelDocument | None = None

    def compiled(self) -> ReplyPolicy:
        """Return the policy as runs use it."""
        return ReplyPolicy(
            approval=self.approval,
            lint=self.lint.compiled(),
            authors={each.user.lower(): each.business_user for each in self.authors},
            templates=tuple(each.compiled() for each in self.templates),
            automatic=self.auto_reply.compiled() if self.auto_reply else AutoReply(),
            targets=self.service_level.compiled() if self.service_level else (),
            late_task=self.service_level.task if self.service_level else None,
        )
