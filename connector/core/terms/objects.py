"""The names of our objects in the org and the words their status fields may hold.

The schema itself lives in `salesforce/`; a test holds these names against it.
"""

from __future__ import annotations

from enum import StrEnum

REVIEW = "Trustpilot_Review__c"
REVIEW_HISTORY = "Trustpilot_Review__History"
INVITATION = "Trustpilot_Invitation__c"
SEND_ATTEMPT = "Trustpilot_Send_Attempt__c"
BUSINESS_UNIT = "Trustpilot_Business_Unit__c"
CHECKPOINT = "Trustpilot_Checkpoint__c"
RUN = "Trustpilot_Run__c"
ISSUE = "Trustpilot_Issue__c"


class InvitationStatus(StrEnum):
    """Where an invitation stands.

    `DELIVERED` and `NOT_DELIVERED` come from the portal's export only: the API does not
    tell (Trustpilot 7.4).
    """

    REQUESTED = "Requested"
    SCHEDULED = "Scheduled"
    ON_HOLD = "On Hold"
    SENDING = "Sending"
    ACCEPTED = "Accepted"
    LINK_READY = "Link Ready"
    DELIVERED = "Delivered"
    NOT_DELIVERED = "Not Delivered"
    CANCELLED = "Cancelled"
    SKIPPED = "Skipped"
    FAILED = "Failed"
    UNKNOWN = "Unknown"
    REVIEWED = "Reviewed"


class AttemptOutcome(StrEnum):
    """What came back from one try to send."""

    ACCEPTED = "Accepted"
    FAILED = "Failed"
    NOT_SENT = "Not Sent"
    UNKNOWN = "Unknown"


class ReplyStatus(StrEnum):
    """Where the reply to a review stands."""

    DRAFT = "Draft"
    QUEUED = "Queued"
    APPROVED = "Approved"
    PUBLISHED = "Published"
    BLOCKED = "Blocked"
    CONFLICT = "Conflict"
    FAILED = "Failed"
    DELETE_QUEUED = "Delete Queued"
    DELETED = "Deleted"
    EDITED_REVIEW = "Edited Review"


class ConflictChoice(StrEnum):
    """What an agent wants of a reply where somebody else's words are live."""

    KEEP_THEIRS = "Keep Theirs"
    POST_MINE = "Post Mine"


class MatchMethod(StrEnum):
    """What connected a review with records of the org, or why nothing did."""

    INVITATION = "Invitation"
    ORDER_NUMBER = "Order Number"
    CASE_NUMBER = "Case Number"
    OPPORTUNITY = "Opportunity"
    EMAIL = "E-mail"
    AMBIGUOUS = "Ambiguous"
    NEEDS_CHECK = "Needs Check"
    NONE = "None"


class IssueStatus(StrEnum):
    """Whether something that could not be done still needs doing."""

    OPEN = "Open"
    CLOSED = "Closed"
    DROPPED = "Dropped"
