"""The one place that knows everyone: from settings to gateways to a run.

The real clock, run ids and random bytes enter here and nowhere else.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from requests.adapters import BaseAdapter

from connector.config import Settings, SignIn, locations
from connector.config.org.package_files import read_package
from connector.config.terms.zones import zone_or_none
from connector.core.mapping.declarations import declared
from connector.core.org.findings import Check, Finding, misconfigured, passed
from connector.core.org.metadata_package import MetadataPackage
from connector.core.org.source_package import to_metadata_package
from connector.core.policy import RunPolicy
from connector.flows.engine import World
from connector.flows.org.examination import Examination
from connector.flows.ports import NeverStopping, Reporter, Stopping
from connector.gateways.http.budget import Budget, Rate
from connector.gateways.http.client import CallEvent, HttpSettings, VendorHttp
from connector.gateways.http.clock import Clock, SystemClock
from connector.gateways.http.waits import Wait
from connector.gateways.salesforce.org import SalesforceAccess, SalesforceOrg
from connector.gateways.trustpilot.client import TrustpilotAccess, TrustpilotClient


@dataclass(frozen=True)
class Transports:
    """What carries the requests; None is the network. Tests hand in another door."""

    salesforce: BaseAdapter | None = None
    trustpilot: BaseAdapter | None = None
    clock: Clock = field(default_factory=SystemClock)


def new_run_id() -> str:
    """Return an id that no other run has: 32 hex characters."""
    return secrets.token_hex(16)


def connect(
    settings: Settings,
    reporter: Reporter,
    transports: Transports | None = None,
    stopping: Stopping | None = None,
) -> World:
    """Join the settings with both vendors; nothing is sent before the first question.

    Once somebody is `stopping` the run, no call to Trustpilot begins and nobody sleeps; what has
    to be written down in Salesforce still is.
    """
    stop = stopping or NeverStopping()
    carriers = transports or Transports(clock=SystemClock(lambda: stop.wanted() is not None))
    limits, clock = settings.limits, carriers.clock
    rates = (Rate(limits.trustpilot_per_5_minutes, 300), Rate(limits.trustpilot_per_hour, 3600))
    salesforce = _salesforce_http(settings, reporter, carriers)

    def heed() -> None:
        if (wanted := stop.wanted()) is not None:
            raise wanted

    trustpilot = VendorHttp(
        "Trustpilot",
        clock=clock,
        settings=_patience(settings),
        adapter=carriers.trustpilot,
        budget=Budget("Trustpilot", clock, rates=rates, on_wait=_said(reporter), heed=heed),
        on_call=_logged(reporter),
        on_wait=_said(reporter),
        heed=heed,
    )

    def calls() -> Mapping[str, int]:
        return {"Salesforce": salesforce.calls, "Trustpilot": trustpilot.calls}

    return World(
        org=SalesforceOrg(salesforce, _salesforce_access(settings)),
        trustpilot=TrustpilotClient(trustpilot, _trustpilot_access(settings)),
        reporter=reporter,
        calls=calls,
        new_iv=lambda: secrets.token_bytes(16),
        stopping=stop,
    )


def org_to_deploy_to(
    settings: Settings, reporter: Reporter, transports: Transports | None = None
) -> SalesforceOrg:
    """Join the settings with the org alone, which is all that a deployment needs.

    Its sign-in and its client end with the deployment: nothing else is asked through them.
    """
    http = _salesforce_http(settings, reporter, transports or Transports())
    return SalesforceOrg(http, _salesforce_access(settings))


def package_to_deploy() -> MetadataPackage:
    """The package that ships with the connector, as an org takes it."""
    return to_metadata_package(read_package(locations.salesforce()))


def _salesforce_http(settings: Settings, reporter: Reporter, carriers: Transports) -> VendorHttp:
    return VendorHttp(
        "Salesforce",
        clock=carriers.clock,
        settings=_patience(settings),
        adapter=carriers.salesforce,
        on_call=_logged(reporter),
        on_wait=_said(reporter),
    )


def _patience(settings: Settings) -> HttpSettings:
    limits = settings.limits
    return HttpSettings(
        connect_timeout=limits.connect_timeout,
        read_timeout=limits.read_timeout,
        attempts=limits.attempts,
    )


def _logged(reporter: Reporter) -> Callable[[CallEvent], None]:
    def log(call: CallEvent) -> None:
        reporter.event(
            "call",
            vendor=call.vendor,
            method=call.method,
            path=call.path,
            status=call.status,
            seconds=round(call.seconds, 3),
            attempt=call.attempt,
        )

    return log


def _said(reporter: Reporter) -> Callable[[Wait], None]:
    def say(wait: Wait) -> None:
        seconds = round(wait.seconds, 1)
        reporter.event("waiting", vendor=wait.vendor, seconds=seconds, reason=wait.why.value)

    return say


def run_policy(settings: Settings) -> RunPolicy:
    """What the settings ask of a run, without their secrets and files."""
    return RunPolicy(
        organization_id=settings.salesforce.organization_id,
        units=settings.business_units,
        schema=declared(settings.schema, settings.reviews.mappings),
        reviews=settings.reviews,
        rules=settings.invitations.rules,
        case_rules=settings.case_rules,
        sender=settings.invitations.sender,
        reach=settings.invitations.reach,
        cooldown=settings.invitations.cooldown,
        latest=settings.invitations.latest,
        consent=settings.invitations.consent,
        leads=settings.invitations.leads,
        review_url=settings.trustpilot.review_url,
        acting_user_id=settings.trustpilot.acting_user_id,
        replies=settings.replies,
        zones=zone_or_none,
    )


def examination_of(settings: Settings, transports: Transports | None = None) -> Examination:
    """What `connector doctor` examines; secrets may be missing, which is its first finding."""
    clock = (transports or Transports()).clock
    return Examination(
        policy=run_policy(settings),
        places=settings.invitations.places,
        machine_now=clock.now,
        configuration=tuple(_configuration_findings(settings)),
    )


def _configuration_findings(settings: Settings) -> Iterator[Finding]:
    units, rules = len(settings.business_units), len(settings.invitations.rules)
    what = f"{settings.file} is valid: {units} business unit(s), {rules} rule(s)."
    yield passed(Check.CONFIG_VALID, what)
    if not settings.missing_secrets:
        yield passed(Check.CONFIG_SECRET, "Every secret is set, and link keys can be decoded.")
    for problem in settings.missing_secrets:
        place = f"{problem.file}:{problem.line}:{problem.column}"
        yield misconfigured(Check.CONFIG_SECRET, problem.message, problem.hint, place)


def _salesforce_access(settings: Settings) -> SalesforceAccess:
    salesforce = settings.salesforce
    by_jwt = salesforce.sign_in is SignIn.JWT
    return SalesforceAccess(
        login_url=salesforce.login_url,
        client_id=salesforce.client_id.get_secret_value(),
        client_secret=None if by_jwt else salesforce.client_secret,
        private_key=salesforce.private_key if by_jwt else None,
        username=salesforce.username,
        audience=salesforce.audience,
        api_version=salesforce.api_version,
    )


def _trustpilot_access(settings: Settings) -> TrustpilotAccess:
    trustpilot = settings.trustpilot
    return TrustpilotAccess(
        api_url=trustpilot.api_url,
        invitations_url=trustpilot.invitations_url,
        api_key=trustpilot.api_key,
        api_secret=trustpilot.api_secret,
        acting_user_id=trustpilot.acting_user_id,
    )
