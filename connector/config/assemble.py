"""Turns a sound document and what was gathered for it into the `Settings` tree; decides nothing."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as ReadOnlyMapping
from dataclasses import dataclass

from pydantic import SecretBytes

from connector.config.document import (
    BusinessUnitDocument,
    ConfigDocument,
    InvitationsDocument,
    LimitsDocument,
)
from connector.config.rules.document import RuleDocument
from connector.config.rules.parts import Leads
from connector.config.secrets import Secrets
from connector.config.settings import (
    InvitationSettings,
    LimitSettings,
    SalesforceSettings,
    Settings,
    TrustpilotSettings,
)
from connector.config.terms.yaml_source import DocumentPath, YamlSource
from connector.core.invitations.reach import Reach
from connector.core.mapping.rows import Mapping
from connector.core.policy import ReviewPolicy, Sender, UnitPolicy
from connector.core.products.mapping import ProductMapping, ProductPush
from connector.core.terms.schema import Schema
from connector.core.terms.units import LinkKeys


@dataclass(frozen=True)
class Gathered:
    """What stands outside the configuration file: schema, mappings, secrets, decoded keys.

    `suppressed` are the addresses and domains that are never invited, wherever they stand.
    """

    schema: Schema
    service_mapping: Mapping
    product_mapping: Mapping
    copies: tuple[Mapping, ...]
    secrets: Secrets
    link_keys: ReadOnlyMapping[DocumentPath, SecretBytes]
    suppressed: frozenset[str]
    products: ProductMapping | None = None


def assemble(document: ConfigDocument, gathered: Gathered, source: YamlSource) -> Settings:
    """Return the settings that a document without problems describes."""
    return Settings(
        file=source.file,
        salesforce=_salesforce(document, gathered.secrets),
        trustpilot=_trustpilot(document, gathered.secrets),
        business_units=tuple(
            _business_unit(unit, position, gathered, source)
            for position, unit in enumerate(document.business_units)
        ),
        reviews=_reviews(document, gathered),
        invitations=_invitations(document, gathered.suppressed, source),
        case_rules=document.cases.compiled() if document.cases else (),
        limits=_limits(document.limits),
        schema=gathered.schema,
        missing_secrets=gathered.secrets.missing,
        products=_products(document, gathered),
        replies=document.replies.compiled(),
    )


def _salesforce(document: ConfigDocument, secrets: Secrets) -> SalesforceSettings:
    section = document.salesforce
    return SalesforceSettings(
        login_url=section.login_url,
        organization_id=section.organization_id,
        sign_in=section.sign_in,
        client_id=secrets.get(("salesforce", "client_id")),
        client_secret=secrets.get(("salesforce", "client_secret")),
        username=section.username,
        private_key=secrets.get(("salesforce", "private_key")),
        audience=section.audience,
        api_version=section.api_version,
    )


def _trustpilot(document: ConfigDocument, secrets: Secrets) -> TrustpilotSettings:
    section = document.trustpilot
    return TrustpilotSettings(
        api_url=section.api_url,
        invitations_url=section.invitations_url,
        authenticate_url=section.authenticate_url,
        review_url=section.review_url,
        api_key=secrets.get(("trustpilot", "api_key")),
        api_secret=secrets.get(("trustpilot", "api_secret")),
        acting_user_id=section.acting_user_id,
    )


def _business_unit(
    unit: BusinessUnitDocument, position: int, gathered: Gathered, source: YamlSource
) -> UnitPolicy:
    keys = {
        str(path[-1]): gathered.link_keys[path].get_secret_value()
        for path, _ in unit.references(position)
    }
    return UnitPolicy(
        name=unit.name,
        domain=unit.domain,
        id=unit.id,
        link_keys=LinkKeys(**keys) if keys else None,
        filter=unit.filter.compiled(),
        place=source.written_at(("business_units", position)),
    )


def _reviews(document: ConfigDocument, gathered: Gathered) -> ReviewPolicy:
    return ReviewPolicy(
        first_run=document.reviews.first_run,
        overlap=document.reviews.overlap,
        rescan=document.reviews.rescan,
        rescan_every=document.reviews.rescan_every,
        on_delete=document.reviews.on_delete,
        write_tags=document.reviews.write_tags,
        service_mapping=gathered.service_mapping,
        product_mapping=gathered.product_mapping,
        copies=gathered.copies,
    )


def _invitations(
    document: ConfigDocument, suppressed: frozenset[str], source: YamlSource
) -> InvitationSettings:
    section = document.invitations
    sender, defaults = section.sender, section.defaults
    only_unit = document.business_units[0].name
    return InvitationSettings(
        sender=Sender(sender.name, sender.email, sender.reply_to, sender.redirect_url),
        rules=tuple(
            rule.with_defaults(defaults).compiled(only_unit, defaults.holidays)
            for rule in section.rules
        ),
        reach=Reach(
            own_domains=frozenset(section.own_domains),
            suppressed=suppressed,
            canary=frozenset(section.canary),
        ),
        cooldown=defaults.cooldown,
        latest=defaults.latest,
        consent=defaults.consent.source,
        leads=defaults.consent.leads is Leads.FLAGS,
        places=dict(_places(section, source)),
    )


def _products(document: ConfigDocument, gathered: Gathered) -> ProductPush | None:
    if document.products is None or gathered.products is None:
        return None
    return ProductPush(gathered.products, document.products.business_units)


def _places(
    section: InvitationsDocument, source: YamlSource
) -> Iterator[tuple[tuple[str, str], str]]:
    for position, rule in enumerate(section.rules):
        for key in rule.model_fields_set:
            written = RuleDocument.model_fields[key].alias or key
            place = ("invitations", "rules", position, written)
            yield (rule.name, written), source.written_at(place)
        for key in rule.inherited():
            if key in section.defaults.model_fields_set:
                yield (rule.name, key), source.written_at(("invitations", "defaults", key))


def _limits(section: LimitsDocument) -> LimitSettings:
    return LimitSettings(
        trustpilot_per_5_minutes=section.trustpilot.per_5_minutes,
        trustpilot_per_hour=section.trustpilot.per_hour,
        connect_timeout=section.timeouts.connect.total_seconds(),
        read_timeout=section.timeouts.read.total_seconds(),
        attempts=section.attempts,
    )
