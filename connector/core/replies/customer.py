"""What must not stand in a reply: the facts about its customer that the org holds.

It names the fields and reads their values; what is found of them in a text is for `lint`.
"""

from __future__ import annotations

from collections.abc import Iterable

from connector.core.replies.lint import Known
from connector.core.terms.records import Row, value_at

_EMAILS = (
    "Consumer_Email__c",
    "Invited_Email__c",
    "Consumer_Response_Email__c",
    "Contact__r.Email",
)
_PHONES = ("Consumer_Response_Phone__c", "Contact__r.Phone", "Contact__r.MobilePhone")
_NUMBERS = (
    "Reference_Number__c",
    "Consumer_Response_Reference__c",
    "Order__r.OrderNumber",
    "Case__r.CaseNumber",
)
_SURNAME = "Contact__r.LastName"
_SHOWN = "Consumer_Name__c"

FACT_FIELDS = (*_EMAILS, *_PHONES, *_NUMBERS, _SURNAME, _SHOWN)
"""What is read of a review and its records; what the org hides cannot be checked."""


def known_of(row: Row, hosts: Iterable[str]) -> Known:
    """What a row with `FACT_FIELDS` tells of the customer; `hosts` are the business's own."""
    return Known(
        emails=_values(row, _EMAILS),
        phones=_values(row, _PHONES),
        numbers=_values(row, _NUMBERS),
        surname=_value(row, _SURNAME),
        shown=_value(row, _SHOWN),
        hosts=tuple(hosts),
    )


def _values(row: Row, paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(value for path in paths if (value := _value(row, path)))


def _value(row: Row, path: str) -> str:
    return str(value_at(row, path) or "")
