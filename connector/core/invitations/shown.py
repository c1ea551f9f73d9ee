"""What is shown of an invitation: words for people and machines, and the fields behind them.

The recipient is personal: it is read and shown only where somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LISTED: Mapping[str, str] = {
    "id": "Id",
    "number": "Name",
    "status": "Status__c",
    "channel": "Channel__c",
    "rule": "Rule__c",
    "business_unit": "Business_Unit__r.Name",
    "object": "Trigger_Object__c",
    "record": "Trigger_Record_Id__c",
    "due_at": "Due_At__c",
    "sent_at": "Sent_At__c",
    "reason_code": "Reason_Code__c",
    "reference_number": "Reference_Number__c",
}
"""The words of a list, and the field that each of them is read from."""

SHOWN: Mapping[str, str] = {
    **LISTED,
    "reason": "Reason__c",
    "rule_version": "Rule_Version__c",
    "evidence": "Evidence__c",
    "old_stage": "Old_Stage__c",
    "new_stage": "New_Stage__c",
    "entered_at": "Entered_At__c",
    "template": "Template_Id__c",
    "locale": "Locale__c",
    "tags": "Tags__c",
    "contact": "Contact__c",
    "review": "Review__c",
    "claim_key": "Claim_Key__c",
    "created_at": "CreatedDate",
    "changed_at": "LastModifiedDate",
}
"""The words of a single invitation; its link and its attempts come on top."""

PERSONAL: Mapping[str, str] = {"email": "Recipient_Email__c", "name": "Recipient_Name__c"}
"""What is shown only where somebody asks for it."""

ATTEMPT: Mapping[str, str] = {
    "attempt": "Attempt__c",
    "started_at": "Started_At__c",
    "outcome": "Outcome__c",
    "outcome_at": "Outcome_At__c",
    "http_status": "Http_Status__c",
    "detail": "Detail__c",
    "run": "Run_Id__c",
}
"""The words of a try."""

UNCLEAR: Mapping[str, str] = {
    "id": "Id",
    "number": "Name",
    "reference_number": "Reference_Number__c",
    "rule": "Rule__c",
    "reason": "Reason__c",
}
"""The words of an invitation that is Unknown, before a person says what became of it."""

TRIED: Mapping[str, str] = {
    "tried_at": "Started_At__c",
    "http_status": "Http_Status__c",
    "run": "Run_Id__c",
}
"""The words of the try whose end nobody knows."""

LINK = "Link__c"


@dataclass(frozen=True)
class InvitationStory:
    """One invitation with its tries, by the words above; `has_link` never tells the link."""

    facts: Mapping[str, Any]
    has_link: bool
    attempts: tuple[Mapping[str, Any], ...] = ()
    issues: tuple[str, ...] = ()
