"""Asks Trustpilot whether the connector could do its work there: who, which units, what is allowed.

Nothing in here writes, so whether replies and invitations are accepted stays untried.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from connector.core.invitations.sending.outgoing import Template
from connector.core.invitations.sending.templates import template_id
from connector.core.org.findings import (
    Check,
    Finding,
    failed,
    misconfigured,
    passed,
    warned,
)
from connector.core.policy import UnitPolicy
from connector.core.rules.grammar import Channel, Rule
from connector.core.terms.errors import AccessDenied, ConnectorError, NotFound
from connector.core.terms.reviews import ReviewType
from connector.flows.org.examination import Examination
from connector.flows.ports import Trustpilot

_OWN_CREDENTIAL = (
    "Use the API key and secret of the Trustpilot account that this business unit belongs to, and "
    "check that its plan includes this API."
)
_MANAGER = (
    "Check that trustpilot.acting_user_id is an Admin or Manager and that the plan includes "
    "invitations by API."
)


def check_trustpilot(trustpilot: Trustpilot, examination: Examination) -> Iterator[Finding]:
    """Yield what Trustpilot tells; without a sign-in only what is public is asked."""
    signed_in = True
    try:
        now = trustpilot.now()
    except ConnectorError as error:
        signed_in = False
        yield failed(Check.TRUSTPILOT_SIGN_IN, error)
    else:
        yield passed(Check.TRUSTPILOT_SIGN_IN, "Signed in with the API key and secret.")
        yield examination.clock(Check.TRUSTPILOT_CLOCK, "Trustpilot", now)
    yield passed(
        # Trustpilot 3.4: no call tells who a user is or which there are.
        Check.TRUSTPILOT_ACTING_USER,
        "The acting user is set. Trustpilot does not tell whether it is an Admin or Manager.",
    )
    for unit in examination.policy.units:
        unit_id = unit.id
        try:
            unit_id = _found(trustpilot, unit)
        except NotFound:
            yield _unknown(unit)
            continue
        except ConnectorError as error:
            yield failed(Check.TRUSTPILOT_UNIT, error, place=unit.place)
        else:
            yield passed(Check.TRUSTPILOT_UNIT, f"{unit.name}: Trustpilot knows it ({unit_id}).")
        if signed_in and unit_id:
            yield from _private(trustpilot, unit, unit_id, examination)


def _found(trustpilot: Trustpilot, unit: UnitPolicy) -> str:
    if unit.id:
        return trustpilot.business_unit(unit.id).id
    return trustpilot.find_business_unit(unit.domain).id


def _unknown(unit: UnitPolicy) -> Finding:
    return misconfigured(
        Check.TRUSTPILOT_UNIT,
        f"Trustpilot knows no business unit {unit.id or unit.domain} ({unit.name}).",
        "Copy domain or id from the business profile's address.",
        unit.place,
    )


def _private(
    trustpilot: Trustpilot, unit: UnitPolicy, unit_id: str, examination: Examination
) -> Iterator[Finding]:
    for review_type in ReviewType:
        yield _reviews(trustpilot, unit, unit_id, review_type)
    rules = [
        rule
        for rule in examination.policy.rules
        if rule.channel is Channel.EMAIL
        and (rule.business_unit == unit.name or rule.business_unit_field)
    ]
    if not rules:
        return
    try:
        # Trustpilot 7.2: a wrong template is accepted and nothing is sent, so it is looked up here.
        templates = trustpilot.templates(unit_id)
    except AccessDenied as error:
        what = f"{unit.name}: its invitation templates cannot be read: {error.message}"
        yield warned(Check.TRUSTPILOT_TEMPLATES, what, _MANAGER, unit.place)
    except ConnectorError as error:
        yield failed(Check.TRUSTPILOT_TEMPLATES, error, place=unit.place)
    else:
        names = ", ".join(each.name or each.id for each in templates) or "none"
        yield passed(Check.TRUSTPILOT_TEMPLATES, f"{unit.name}: templates: {names}.")
        yield from _of_rules(unit, rules, templates, examination)


def _reviews(
    trustpilot: Trustpilot, unit: UnitPolicy, unit_id: str, review_type: ReviewType
) -> Finding:
    kind = review_type.value.lower()
    try:
        trustpilot.probe_reviews(unit_id, review_type)
    except AccessDenied as error:
        return failed(Check.TRUSTPILOT_REVIEWS, error, fix=_OWN_CREDENTIAL, place=unit.place)
    except ConnectorError as error:
        return failed(Check.TRUSTPILOT_REVIEWS, error, place=unit.place)
    return passed(Check.TRUSTPILOT_REVIEWS, f"{unit.name}: its {kind} reviews can be read.")


def _of_rules(
    unit: UnitPolicy,
    rules: Iterable[Rule],
    templates: tuple[Template, ...],
    examination: Examination,
) -> Iterator[Finding]:
    for rule in rules:
        written = dict.fromkeys((*(named for _, named in rule.templates), rule.template))
        for each in filter(None, written):
            try:
                template_id(each, templates)
            except ValueError as error:
                yield misconfigured(
                    Check.TRUSTPILOT_TEMPLATE,
                    f"The rule {rule.name} names the template {each}, but for {unit.name} "
                    f"{error}: its invitations would wait.",
                    "Copy the name or id of a template that is listed, or remove the line for the "
                    "default.",
                    examination.places.get((rule.name, "template"), ""),
                )
            else:
                sentence = f"The template {each} of the rule {rule.name} exists ({unit.name})."
                yield passed(Check.TRUSTPILOT_TEMPLATE, sentence)
