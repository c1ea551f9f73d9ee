"""The shape of the configuration file: one model per section, nothing unknown allowed.

The models judge one section each; what depends on several sections is in `cross_checks`, and
where a problem stands is in `terms.problems`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from connector.config.cases import CasesDocument
from connector.config.invitations import Suppression
from connector.config.replies.document import RepliesDocument
from connector.config.rules.document import RuleDocument
from connector.config.rules.parts import DefaultsDocument
from connector.config.secrets import SecretReference
from connector.config.settings import SignIn
from connector.config.terms.listed import ListedAddress, ListedDomain
from connector.config.terms.section import Section
from connector.config.terms.values import (
    ApiVersion,
    EmailAddress,
    FieldPath,
    HostName,
    HttpsAddress,
    LanguageTag,
    Name,
    NotEmpty,
    OrganizationId,
    PositiveDuration,
    TrustpilotId,
)
from connector.config.terms.yaml_source import DocumentPath
from connector.core.policy import ReviewPolicy
from connector.core.privacy.plan import OnDelete
from connector.core.reviews.filter import ReviewFilter
from connector.core.rules.grammar import Channel

PlacedReference = tuple[DocumentPath, SecretReference]


class SalesforceDocument(Section):
    """The section `salesforce`."""

    login_url: HttpsAddress
    organization_id: OrganizationId
    sign_in: SignIn = SignIn.CLIENT_CREDENTIALS
    client_id: SecretReference
    client_secret: SecretReference | None = None
    username: str = ""
    private_key: SecretReference | None = None
    # Salesforce 9: the login host, also where the endpoint is the org's own domain.
    audience: HttpsAddress = "https://login.salesforce.com"
    api_version: ApiVersion = ""

    @model_validator(mode="after")
    def _what_the_sign_in_needs(self) -> Self:
        needed = {
            SignIn.CLIENT_CREDENTIALS: ("client_secret",),
            SignIn.JWT: ("username", "private_key"),
        }[self.sign_in]
        absent = [f"`{name}`" for name in needed if not getattr(self, name)]
        if absent:
            raise ValueError(f"`sign_in: {self.sign_in}` also needs {' and '.join(absent)}.")
        return self

    def references(self) -> Iterator[PlacedReference]:
        """Yield the secrets that the chosen way to sign in needs."""
        yield ("salesforce", "client_id"), self.client_id
        if self.sign_in is SignIn.CLIENT_CREDENTIALS and self.client_secret:
            yield ("salesforce", "client_secret"), self.client_secret
        if self.sign_in is SignIn.JWT and self.private_key:
            yield ("salesforce", "private_key"), self.private_key


class TrustpilotDocument(Section):
    """The section `trustpilot`."""

    api_url: HttpsAddress = "https://api.trustpilot.com/v1"
    # Trustpilot 1: a host of its own, which gives no tokens.
    invitations_url: HttpsAddress = "https://invitations-api.trustpilot.com/v1"
    authenticate_url: HttpsAddress = "https://authenticate.trustpilot.com"
    review_url: HttpsAddress = "https://www.trustpilot.com"
    api_key: SecretReference
    api_secret: SecretReference
    # Trustpilot 3.4: nobody can be looked up, so it has to be set.
    acting_user_id: TrustpilotId

    def references(self) -> Iterator[PlacedReference]:
        """Yield both secrets."""
        yield ("trustpilot", "api_key"), self.api_key
        yield ("trustpilot", "api_secret"), self.api_secret


class LinkKeysDocument(Section):
    """The two keys of a business unit for business-generated links."""

    encryption: SecretReference
    authentication: SecretReference


class FilterDocument(Section):
    """Which reviews of a business unit come in."""

    stars: Annotated[tuple[Annotated[int, Field(ge=1, le=5)], ...], NotEmpty] = ()
    languages: Annotated[tuple[LanguageTag, ...], NotEmpty] = ()
    verified_only: bool = False
    minimum_text: Annotated[int, Field(ge=0, le=10_000)] = 0

    def compiled(self) -> ReviewFilter:
        """The filter as runs use it."""
        return ReviewFilter(
            frozenset(self.stars), frozenset(self.languages), self.verified_only, self.minimum_text
        )


class Method(StrEnum):
    """The way of asking that is chosen for a domain at Trustpilot."""

    EMAIL = Channel.EMAIL.value
    BUSINESS_GENERATED_LINK = Channel.BUSINESS_GENERATED_LINK.value


class BusinessUnitDocument(Section):
    """One entry of the list `business_units`."""

    name: Name
    domain: HostName = ""
    id: TrustpilotId = ""
    link_keys: LinkKeysDocument | None = None
    filter: FilterDocument = FilterDocument()
    method: Method | None = None

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        if not self.domain and not self.id:
            raise ValueError("A business unit needs its `domain` or its `id`.")
        return self

    def references(self, position: int) -> Iterator[PlacedReference]:
        """Yield the two link keys, if there are any; `position` is the place in the list."""
        if self.link_keys:
            path = ("business_units", position, "link_keys")
            yield (*path, "encryption"), self.link_keys.encryption
            yield (*path, "authentication"), self.link_keys.authentication


class ReviewsDocument(Section):
    """The section `reviews`."""

    first_run: PositiveDuration = ReviewPolicy.first_run
    overlap: PositiveDuration = ReviewPolicy.overlap
    rescan: PositiveDuration = ReviewPolicy.rescan
    rescan_every: PositiveDuration = ReviewPolicy.rescan_every
    on_delete: OnDelete = ReviewPolicy.on_delete
    write_tags: tuple[FieldPath, ...] = ()
    service_mapping: str = "mappings/service_review.yaml"
    product_mapping: str = "mappings/product_review.yaml"
    copies: tuple[str, ...] = ()


class SenderDocument(Section):
    """Who an e-mail invitation comes from."""

    name: str = ""
    email: EmailAddress = ""
    reply_to: EmailAddress = ""
    redirect_url: HttpsAddress = ""


class InvitationsDocument(Section):
    """The section `invitations`."""

    sender: SenderDocument = SenderDocument()
    defaults: DefaultsDocument = DefaultsDocument()
    own_domains: tuple[ListedDomain, ...] = ()
    suppress: Suppression = ()
    canary: tuple[ListedAddress, ...] = ()
    rules: tuple[RuleDocument, ...] = ()


class ProductsDocument(Section):
    """The section `products`."""

    mapping: str
    business_units: tuple[str, ...] = ()


class TrustpilotLimitsDocument(Section):
    """How many calls Trustpilot may get: its own ceilings, or less where the key is shared.

    The ceilings are Trustpilot 10.1.
    """

    per_5_minutes: Annotated[int, Field(ge=1, le=833)] = 833
    per_hour: Annotated[int, Field(ge=1, le=10_000)] = 10_000


class TimeoutsDocument(Section):
    """How long to wait for a vendor."""

    connect: PositiveDuration = timedelta(seconds=10)
    read: PositiveDuration = timedelta(seconds=60)


class LimitsDocument(Section):
    """The section `limits`."""

    trustpilot: TrustpilotLimitsDocument = TrustpilotLimitsDocument()
    timeouts: TimeoutsDocument = TimeoutsDocument()
    attempts: Annotated[int, Field(ge=1, le=10)] = 4


class ConfigDocument(Section):
    """The whole configuration file."""

    salesforce: SalesforceDocument
    trustpilot: TrustpilotDocument
    business_units: Annotated[tuple[BusinessUnitDocument, ...], NotEmpty]
    reviews: ReviewsDocument = ReviewsDocument()
    invitations: InvitationsDocument = InvitationsDocument()
    replies: RepliesDocument = RepliesDocument()
    cases: CasesDocument | None = None
    products: ProductsDocument | None = None
    limits: LimitsDocument = LimitsDocument()
