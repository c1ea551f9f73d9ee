"""Asks the org whether the connector could do its work there: who, which org, what is visible."""

from __future__ import annotations

from collections.abc import Iterator

from connector.core.org.check import check_fields, check_objects, check_package
from connector.core.org.findings import (
    Check,
    Finding,
    failed,
    passed,
    warned,
)
from connector.core.org.needs import OrgNeeds, org_needs
from connector.core.org.package_version import VERSION_FIELD
from connector.core.org.shapes import (
    ObjectShape,
    PicklistWord,
    RequiredField,
    Shapes,
)
from connector.core.org.standard_check import check_standard, check_words, parents_to_describe
from connector.core.org.standard_needs import HISTORY_COSTS
from connector.core.rules.entries import FIELD_HISTORY
from connector.core.rules.grammar import STAGE_FIELDS, TriggerObject
from connector.core.terms.errors import (
    AccessDenied,
    AllowanceExhausted,
    ConnectorError,
    SignInError,
)
from connector.core.terms.objects import CHECKPOINT
from connector.core.terms.records import Condition, Select
from connector.flows.org.doctor_replies import check_authors
from connector.flows.org.examination import Examination
from connector.flows.ports import Org
from connector.flows.run.opening import refuse_other_org

LEAST_CALLS_LEFT = 0.2
"""Below this share of the day's calls other users of the org's API begin to feel it."""

_DEEPEST_PATH = 5


def check_org(org: Org, examination: Examination) -> Iterator[Finding]:
    """Yield what the org tells; without a sign-in there is only that to tell."""
    try:
        organization_id = org.organization_id
    except ConnectorError as error:
        yield failed(Check.SALESFORCE_SIGN_IN, error)
        return
    yield passed(Check.SALESFORCE_SIGN_IN, f"Signed in to the org {organization_id}.")
    yield _pinned(org, examination)
    yield passed(Check.SALESFORCE_VERSION, f"REST API version {org.api_version}.")
    yield examination.clock(Check.SALESFORCE_CLOCK, "Salesforce", org.now())
    needs = org_needs(examination.policy, examination.places)
    shapes: dict[str, ObjectShape | None] = {}
    yield from _describe(org, needs, shapes)
    yield from _version_of_package(org, shapes)
    yield from _of_package(needs, shapes)
    yield from _of_the_org_itself(needs, shapes)
    yield from _histories(org, examination, shapes)
    yield from check_authors(org, examination.policy.replies)
    yield _calls_left(org)


def _pinned(org: Org, examination: Examination) -> Finding:
    try:
        refuse_other_org(org, examination.policy)
    except ConnectorError as error:
        return failed(Check.SALESFORCE_ORG, error)
    return passed(Check.SALESFORCE_ORG, "It is the org that the configuration is pinned to.")


def _describe(
    org: Org, needs: OrgNeeds, shapes: dict[str, ObjectShape | None]
) -> Iterator[Finding]:
    """Fill `shapes`, with the parents that paths lead over; an object that fails stays out."""
    waiting, asked = needs.described, set[str]()
    for _ in range(_DEEPEST_PATH):
        for name in waiting:
            asked.add(name)
            try:
                shapes.update(org.describe([name]))
            except ConnectorError as error:
                yield failed(Check.SALESFORCE_OBJECT, error)
                if _is_over(error):
                    return
        parents = parents_to_describe(needs.standard, shapes)
        waiting = tuple(name for name in parents if name not in asked)


def _is_over(error: ConnectorError) -> bool:
    """Say whether every further question to this side would end in the same way."""
    refused = isinstance(error, SignInError) and not isinstance(error, AccessDenied)
    return refused or isinstance(error, AllowanceExhausted)


def _version_of_package(org: Org, shapes: Shapes) -> Iterator[Finding]:
    """Ask for the version where the user sees it; without the object there is nothing to tell."""
    shape = shapes.get(CHECKPOINT)
    if shape is None:
        return
    there = shape.field(VERSION_FIELD) is not None
    asked = [Select(CHECKPOINT, (VERSION_FIELD,), limit=1)] if there else []
    try:
        rows = [row for answer in org.read(asked) for row in answer.rows]
    except ConnectorError as error:
        yield failed(Check.SALESFORCE_PACKAGE, error)
        return
    seen = rows[0].get(VERSION_FIELD) if rows else None
    yield check_package(seen, field_is_there=there)


def _of_package(needs: OrgNeeds, shapes: Shapes) -> Iterator[Finding]:
    yield from check_objects(needs.objects, shapes)
    for name in dict.fromkeys(each.object for each in needs.fields if not each.place):
        fields = [each for each in needs.fields if each.object == name and not each.place]
        yield from _fit(fields, shapes, Check.SALESFORCE_OBJECT, f"{name}: ")
    documents = dict.fromkeys(_document(each) for each in needs.fields if each.place)
    for document in documents:
        fields = [each for each in needs.fields if each.place and _document(each) == document]
        yield from _fit(fields, shapes, Check.SALESFORCE_MAPPING, f"{document}: ")


def _document(field: RequiredField) -> str:
    return field.place.rsplit(":", 2)[0]


def _fit(
    fields: list[RequiredField],
    shapes: Shapes,
    check: Check,
    of: str,
) -> Iterator[Finding]:
    findings = list(check_fields(fields, shapes))
    yield from findings
    if fields and not findings and all(shapes.get(each.object) for each in fields):
        yield passed(check, f"{of}{len(fields)} fields fit.")


def _of_the_org_itself(needs: OrgNeeds, shapes: Shapes) -> Iterator[Finding]:
    hidden = list(check_standard(needs.standard, shapes))
    yield from hidden
    if not hidden and all(each.object in shapes for each in needs.standard):
        count = len({(each.object, each.path) for each in needs.standard})
        yield passed(
            Check.SALESFORCE_STANDARD, f"{count} fields that rules and matching read are visible."
        )
    unlisted = list(check_words(needs.words, shapes))
    yield from unlisted
    if needs.words and not unlisted and all(_is_shown(word, shapes) for word in needs.words):
        yield passed(Check.SALESFORCE_STAGE, "The stages and roles of all rules are listed.")


def _is_shown(word: PicklistWord, shapes: Shapes) -> bool:
    shape = shapes.get(word.object)
    return shape is not None and shape.field(word.field) is not None


def _histories(org: Org, examination: Examination, shapes: Shapes) -> Iterator[Finding]:
    """Warn where nothing shows that changes of a stage are kept: tracking may be off.

    Every org keeps the stages of opportunities by itself (Salesforce 6), so there being visible is
    enough, and the field history of opportunities is a second proof.
    """
    on = {rule.on for rule in examination.policy.rules}
    opportunities = TriggerObject.OPPORTUNITY
    shown = [one for one in TriggerObject if one in on and shapes.get(f"{one.value}History")]
    asked = [one for one in TriggerObject if one in shown or (one is opportunities and one in on)]
    if not asked:
        return
    try:
        answers = org.read([_one_change(trigger) for trigger in asked])
    except ConnectorError as error:
        yield failed(Check.SALESFORCE_HISTORY, error)
        return
    for trigger, answer in zip(asked, answers, strict=True):
        name, field = FIELD_HISTORY[trigger], STAGE_FIELDS[trigger]
        if trigger is opportunities and trigger in shown:
            yield passed(Check.SALESFORCE_HISTORY, "OpportunityHistory can be read.")
        if answer.rows:
            yield passed(Check.SALESFORCE_HISTORY, f"{name} holds changes of {field}.")
        elif trigger is not opportunities or trigger not in shown:
            yield warned(
                Check.SALESFORCE_HISTORY,
                f"{name} holds no change of {field}. If none is tracked: {HISTORY_COSTS[trigger]}.",
                f"Setup > Object Manager > {trigger.value} > Fields & Relationships > Set History "
                f"Tracking > {field}.",
            )


def _one_change(trigger: TriggerObject) -> Select:
    where = (Condition("Field", "=", STAGE_FIELDS[trigger]),)
    return Select(FIELD_HISTORY[trigger], ("Id",), where, limit=1, optional=True)


def _calls_left(org: Org) -> Finding:
    # Salesforce 4.6: the header that tells may be absent.
    usage = org.usage()
    if usage is None or not usage[1]:
        return passed(Check.SALESFORCE_CALLS, "The org does not tell how many calls are left.")
    used, allowed = usage
    what = f"{used} of {allowed} API calls used in 24 hours."
    if allowed - used >= allowed * LEAST_CALLS_LEFT:
        return passed(Check.SALESFORCE_CALLS, what)
    return warned(
        Check.SALESFORCE_CALLS,
        what,
        "Run less often, or see what else uses them: Setup > Company Information.",
    )
