"""Asks the org whether replies can be signed by those whom `replies.authors` names.

Names of users are told by their place in the list: they look like e-mail addresses.
"""

from __future__ import annotations

from collections.abc import Iterator

from connector.core.org.findings import Check, Finding, failed, misconfigured, passed, warned
from connector.core.replies.policy import ReplyPolicy
from connector.core.terms.errors import ConnectorError
from connector.core.terms.objects import REVIEW_HISTORY
from connector.core.terms.records import Answer, Condition, Select
from connector.flows.ports import Org

_UNTOLD = "Trustpilot does not tell whether they are Admins or Managers there."


def check_authors(org: Org, policy: ReplyPolicy) -> Iterator[Finding]:
    """Yield what the org tells of the authors; nothing where there are none."""
    names = tuple(policy.authors)
    if not names:
        return
    users = Select("User", ("Username", "IsActive"), (Condition("Username", "in", names),))
    history = Select(
        REVIEW_HISTORY,
        ("Id",),
        (Condition("Field", "=", "Reply_Status__c"),),
        limit=1,
        optional=True,
    )
    try:
        known, kept = org.read([users, history])
    except ConnectorError as error:
        yield failed(Check.SALESFORCE_AUTHOR, error)
        return
    active = {str(row["Username"]).lower() for row in known.rows if row.get("IsActive")}
    absent = [place for place, name in enumerate(names, start=1) if name not in active]
    for place in absent:
        yield misconfigured(
            Check.SALESFORCE_AUTHOR,
            f"Entry {place} of replies.authors names no active user of this org.",
            "Copy the user name from Setup > Users; a sandbox adds its own name to it.",
        )
    yield from _history(kept)
    if not absent:
        yield passed(Check.SALESFORCE_AUTHOR, f"{len(names)} author(s) are active users. {_UNTOLD}")


def _history(kept: Answer) -> Iterator[Finding]:
    if kept.missing_object or kept.missing_fields:
        yield warned(
            Check.SALESFORCE_AUTHOR,
            "The history of Reply_Status__c is hidden: every reply is signed by the acting user.",
            "Deploy the package, which tracks this history, and assign Trustpilot_Connector.",
        )
