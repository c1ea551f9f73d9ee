"""Decides which experiences are claimed, for whom, by which rule, due when.

A claim's key is a hash of org, business unit and experience (one order, opportunity or case),
so two rules on one experience collide on purpose: nobody is asked twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connector.core.asked import kind_fields
from connector.core.entries import Entry
from connector.core.instants import to_the_second
from connector.core.objects import InvitationStatus
from connector.core.recipients import Declined, RecipientFacts, choose_recipient, value_at
from connector.core.rules import Channel, Rule, TriggerObject
from connector.core.units import Unit

_REFUSED_IN_REFERENCES = str.maketrans(dict.fromkeys('#*+"%&', "-"))
"""Trustpilot's help page 201949187 lists the characters a reference number must not hold."""

CHANNEL_WORDS: Mapping[Channel, str] = {
    Channel.EMAIL: "Email",
    Channel.BUSINESS_GENERATED_LINK: "Business Generated Link",
    Channel.INVITATION_LINK: "Invitation Link",
}
"""The picklist's word for each channel."""

EXPERIENCE_LOOKUPS: Mapping[TriggerObject, str] = {
    TriggerObject.OPPORTUNITY: "Opportunity__c",
    TriggerObject.ORDER: "Order__c",
    TriggerObject.CASE: "Case__c",
}
"""The invitation's lookup to the experience it is about."""


@dataclass(frozen=True)
class Claim:
    """Insert this row: the experience is ours to ask about, or is skipped for a reason."""

    row: Mapping[str, Any]

    @property
    def key(self) -> str:
        """The unique claim key."""
        return str(self.row["Claim_Key__c"])

    @property
    def skipped(self) -> bool:
        """True when the claim only records why nobody is asked."""
        return bool(self.row["Status__c"] == InvitationStatus.SKIPPED.value)


def claim_key(organization_id: str, unit_id: str, entry: Entry) -> str:
    """64 hex characters that stand for one experience with one business unit."""
    experience = f"{organization_id}|{unit_id}|{entry.object.value}|{entry.record_id}"
    return hashlib.sha256(experience.encode()).hexdigest()


def rules_for(entry: Entry, rules: Iterable[Rule], floor: datetime | None = None) -> list[Rule]:
    """The rules that this entry triggers, in the order of the file.

    A rule without `active_from` counts no entry before `floor`: what happened before the
    first run is nobody's to ask about.
    """
    return [
        rule
        for rule in rules
        if rule.enabled
        and rule.on is entry.object
        and entry.new_stage in rule.stages
        and _active(entry, rule.active_from or floor)
    ]


def _active(entry: Entry, start: datetime | None) -> bool:
    return start is None or entry.entered_at >= start


def plan_claim(
    entry: Entry, rule: Rule, unit: Unit, facts: RecipientFacts, organization_id: str
) -> Claim:
    """The claim that this rule makes for this entry: scheduled, or skipped with its reason."""
    chosen = choose_recipient(rule, facts)
    row: dict[str, Any] = {
        "Claim_Key__c": claim_key(organization_id, unit.id, entry),
        "Business_Unit__c": unit.record_id or None,
        "Rule__c": rule.name[:80],
        "Rule_Version__c": rule.version,
        "Trigger_Object__c": entry.object.value,
        "Trigger_Record_Id__c": entry.record_id,
        EXPERIENCE_LOOKUPS[entry.object]: entry.record_id,
        "Old_Stage__c": entry.old_stage or None,
        "New_Stage__c": entry.new_stage,
        "Entered_At__c": to_the_second(entry.entered_at),
        "Evidence__c": entry.evidence,
        "Channel__c": CHANNEL_WORDS[rule.channel],
        "Due_At__c": _due(entry.entered_at, rule),
        "Reference_Number__c": reference_number(rule, facts),
        "Locale__c": rule.locale or None,
        "Template_Id__c": rule.template or None,
        "Tags__c": ", ".join(_tags(rule, facts))[:255] or None,
        "Attempts__c": 0,
        **kind_fields(rule),
    }
    if isinstance(chosen, Declined):
        return Claim(
            row
            | {
                "Status__c": InvitationStatus.SKIPPED.value,
                "Reason_Code__c": chosen.code,
                "Reason__c": chosen.reason,
            }
        )
    return Claim(
        row
        | {
            "Status__c": InvitationStatus.SCHEDULED.value,
            "Contact__c": chosen.contact_id or None,
            "Recipient_Email__c": chosen.email,
            "Recipient_Name__c": chosen.name[:255] or None,
        }
    )


def reference_number(rule: Rule, facts: RecipientFacts) -> str:
    """The reference number of the experience, without what Trustpilot refuses in one."""
    value = value_at(facts.record, rule.reference_field)
    text = "" if value is None else str(value).translate(_REFUSED_IN_REFERENCES).strip()
    return text[:255] or str(facts.record["Id"])


def _due(entered_at: datetime, rule: Rule) -> datetime:
    return to_the_second(entered_at + rule.after)


def _tags(rule: Rule, facts: RecipientFacts) -> list[str]:
    values = (value_at(facts.record, path) for path in rule.tags)
    return [str(value).replace(",", " ").strip() for value in values if value not in (None, "")]
