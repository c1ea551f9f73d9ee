"""The configuration as frozen values: complete, checked, with nothing left to look up.

Flows and gateways get parts of this tree; nothing here reads a file or the environment. What runs
are asked stands in it as they take it.
"""

from __future__ import annotations

from collections.abc import Mapping as ReadOnlyMapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from pydantic import SecretStr

from connector.core.cases.rules import CaseRule
from connector.core.invitations.reach import Reach
from connector.core.policy import ReviewPolicy, Sender, UnitPolicy
from connector.core.products.mapping import ProductPush
from connector.core.replies.policy import ReplyPolicy
from connector.core.rules.grammar import ConsentSource, Rule
from connector.core.terms.errors import Problem
from connector.core.terms.schema import Schema


class SignIn(StrEnum):
    """How the connector signs in to Salesforce."""

    CLIENT_CREDENTIALS = "client_credentials"
    JWT = "jwt"


@dataclass(frozen=True)
class SalesforceSettings:
    """Which org, and how to sign in to it.

    `login_url` is https without a trailing slash. `organization_id` is the pinned org in 18
    characters. `client_secret` is filled for `client_credentials`; `username` and
    `private_key` (PEM) for `jwt`; the others are empty. `audience` is the `aud` of the JWT.
    `api_version` is like `66.0`, empty for the newest that both sides know.
    """

    login_url: str
    organization_id: str
    sign_in: SignIn
    client_id: SecretStr
    client_secret: SecretStr
    username: str
    private_key: SecretStr
    audience: str
    api_version: str


@dataclass(frozen=True)
class TrustpilotSettings:
    """Where Trustpilot is, and who asks.

    The four addresses are https without a trailing slash; `review_url` is where
    business-generated links point. `acting_user_id` is the business user (24 hex) in whose
    name replies and invitations are written (Trustpilot 3.4).
    """

    api_url: str
    invitations_url: str
    authenticate_url: str
    review_url: str
    api_key: SecretStr
    api_secret: SecretStr
    acting_user_id: str


@dataclass(frozen=True)
class InvitationSettings:
    """The sender and the rules, disabled rules included, in the order of the file.

    `reach` is whom they may reach at all; `cooldown`, `latest`, `consent` and `leads` are those of
    what has no rule. `places` tells where the keys of rules stand in the file, by rule name and
    key; a key that a rule leaves to the defaults stands there.
    """

    sender: Sender
    rules: tuple[Rule, ...]
    reach: Reach
    cooldown: timedelta
    latest: timedelta
    consent: ConsentSource
    leads: bool
    places: ReadOnlyMapping[tuple[str, str], str]


@dataclass(frozen=True)
class LimitSettings:
    """How fast and how patiently the vendors are called.

    Calls to Trustpilot per five minutes and per hour, timeouts in seconds, and how often one
    call is attempted (1 means no repeat).
    """

    trustpilot_per_5_minutes: int
    trustpilot_per_hour: int
    connect_timeout: float
    read_timeout: float
    attempts: int


@dataclass(frozen=True)
class Settings:
    """Everything the configuration says.

    `file` is the path it was read from. `case_rules` is empty where no review becomes a case.
    `schema` is the package in `salesforce/`, which the mappings have been held against; what they
    declare beyond it stands in the mappings.
    `products` is None where no product goes to Trustpilot.
    `missing_secrets` is empty unless secrets were not required; each entry says where the
    reference stands and what is absent.
    """

    file: str
    salesforce: SalesforceSettings
    trustpilot: TrustpilotSettings
    business_units: tuple[UnitPolicy, ...]
    reviews: ReviewPolicy
    invitations: InvitationSettings
    case_rules: tuple[CaseRule, ...]
    limits: LimitSettings
    schema: Schema
    missing_secrets: tuple[Problem, ...]
    products: ProductPush | None = None
    replies: ReplyPolicy = field(default_factory=ReplyPolicy)
