"""What the configuration asks of a run, as one frozen value without files or secrets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from connector.core.cases.rules import CaseRule
from connector.core.invitations.reach import EVERYBODY, Reach
from connector.core.mapping.rows import Mapping as FieldMapping
from connector.core.privacy.plan import OnDelete
from connector.core.replies.policy import ReplyPolicy
from connector.core.reviews.filter import EVERYTHING, ReviewFilter
from connector.core.rules.delays import Zones, only_utc
from connector.core.rules.grammar import ConsentSource, Rule
from connector.core.terms.reviews import ReviewType
from connector.core.terms.schema import Schema
from connector.core.terms.units import LinkKeys


@dataclass(frozen=True)
class UnitPolicy:
    """One business unit as the configuration names it: by domain, by id, or both.

    `place` is where it stands in the file (`config.yaml:12:5`), for error messages.
    """

    name: str
    domain: str = ""
    id: str = ""
    link_keys: LinkKeys | None = field(default=None, repr=False)
    filter: ReviewFilter = EVERYTHING
    place: str = ""


@dataclass(frozen=True)
class Sender:
    """Who an e-mail invitation comes from; empty fields fall back to the account's defaults."""

    name: str = ""
    # Trustpilot 7.2: one that is not verified there: nothing is sent, and nothing is said.
    email: str = ""
    reply_to: str = ""
    redirect_url: str = ""


@dataclass(frozen=True)
class ReviewPolicy:
    """How reviews come in: the first run's reach, the overlap of runs, a mapping per type.

    `copies` are the mappings that write reviews to objects of the admin's own as well.
    Every `rescan_every` the last `rescan` is read again, for what lists by creation time hide.
    `write_tags` are field paths of the review's record whose values become its tags.
    """

    service_mapping: FieldMapping
    product_mapping: FieldMapping
    copies: tuple[FieldMapping, ...] = ()
    first_run: timedelta = timedelta(days=30)
    # Trustpilot 1: windows overlap; edits show in no window, so there is a re-scan.
    overlap: timedelta = timedelta(minutes=10)
    rescan: timedelta = timedelta(days=30)
    rescan_every: timedelta = timedelta(days=1)
    on_delete: OnDelete = OnDelete.ANONYMISE
    write_tags: tuple[str, ...] = ()

    @property
    def mappings(self) -> tuple[FieldMapping, ...]:
        """Every mapping, those of the review object first."""
        return (self.service_mapping, self.product_mapping, *self.copies)


@dataclass(frozen=True)
class RunPolicy:
    """Everything a run must know beyond what it reads from the two sides.

    `schema` is the package and what the mappings declare beyond it. `zones` finds the time zones
    that rules and records name. `cooldown`, `latest`, `consent` and `leads` count for what agents
    and Flows ask for, as they do in rules.
    """

    # Salesforce 12: a refreshed sandbox is a copy with another id.
    organization_id: str
    units: tuple[UnitPolicy, ...]
    schema: Schema
    reviews: ReviewPolicy
    rules: tuple[Rule, ...] = ()
    case_rules: tuple[CaseRule, ...] = ()
    sender: Sender = Sender()
    reach: Reach = EVERYBODY
    cooldown: timedelta = timedelta(0)
    latest: timedelta = timedelta(0)
    consent: ConsentSource = ConsentSource.FLAGS
    leads: bool = True
    review_url: str = "https://www.trustpilot.com"
    acting_user_id: str = ""
    replies: ReplyPolicy = field(default_factory=ReplyPolicy)
    zones: Zones = field(default=only_utc, compare=False, repr=False)

    def filter_of(self, unit_name: str) -> ReviewFilter:
        """Which reviews of a business unit, by the configuration's name for it, come in."""
        return next(unit.filter for unit in self.units if unit.name == unit_name)

    def mapping(self, review_type: ReviewType) -> FieldMapping:
        """The mapping of a type of reviews to the review object."""
        reviews, is_service = self.reviews, review_type is ReviewType.SERVICE
        return reviews.service_mapping if is_service else reviews.product_mapping

    @property
    def copies(self) -> tuple[FieldMapping, ...]:
        """The mappings that write reviews to objects of the admin's own as well."""
        return self.reviews.copies
