"""The shape of the section `cases`, and the checks that need nothing but one rule of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import model_validator

from connector.config.terms.section import Section
from connector.config.terms.values import (
    Language,
    Listed,
    Name,
    NotEmpty,
    Owner,
    PicklistValue,
    RecordType,
    Stars,
    Template,
)
from connector.core.cases.rules import CaseRule
from connector.core.terms.reviews import ReviewType


class ReviewWord(StrEnum):
    """The two kinds of review, as an admin writes them."""

    SERVICE = "service"
    PRODUCT = "product"


class CaseRuleDocument(Section):
    """One rule as it stands under `cases.rules`."""

    name: Name
    stars: Annotated[tuple[Stars, ...], NotEmpty, Listed] = ()
    business_unit: Annotated[tuple[str, ...], NotEmpty, Listed] = ()
    languages: Annotated[tuple[Language, ...], NotEmpty, Listed] = ()
    types: Annotated[tuple[ReviewWord, ...], NotEmpty, Listed] = ()
    record_type: RecordType = ""
    owner: Owner | None = None
    assignment_rules: bool = False
    priority: PicklistValue = ""
    origin: PicklistValue = ""
    status: PicklistValue = ""
    subject: Template = CaseRule.subject
    description: Template = CaseRule.description
    reopen_as: PicklistValue = CaseRule.reopen_as
    close_as: PicklistValue = CaseRule.close_as

    @model_validator(mode="after")
    def _one_who_chooses_the_owner(self) -> Self:
        if self.owner and self.assignment_rules:
            raise ValueError("The org's assignment rules choose the owner: remove `owner`.")
        if not self.owner and not self.assignment_rules:
            raise ValueError("A case needs its `owner`, or `assignment_rules: true`.")
        return self

    def compiled(self) -> CaseRule:
        """Return the rule as the planner takes it."""
        return CaseRule(
            name=self.name,
            stars=self.stars,
            business_units=self.business_unit,
            languages=self.languages,
            types=tuple(ReviewType(word.value.capitalize()) for word in self.types),
            record_type=self.record_type,
            owner=self.owner,
            priority=self.priority,
            origin=self.origin,
            status=self.status,
            subject=self.subject,
            description=self.description,
            reopen_as=self.reopen_as,
            close_as=self.close_as,
        )


class CasesDocument(Section):
    """The section `cases`."""

    enabled: bool = True
    rules: Annotated[tuple[CaseRuleDocument, ...], NotEmpty]

    def compiled(self) -> tuple[CaseRule, ...]:
        """Return the rules that are at work, in the order of the file."""
        return tuple(rule.compiled() for rule in self.rules) if self.enabled else ()
