"""Finds the invitations that belong to an e-mail address. It changes nothing.

The lookup of an invitation is emptied when its contact is deleted; the id beside it is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from connector.core.privacy.plan import INVITATION_FIELDS, RECIPIENT_ID
from connector.core.terms.addresses import address_keys, spellings
from connector.core.terms.objects import INVITATION
from connector.core.terms.records import Condition, Row, Select
from connector.flows.ports import Org

_ADDRESSES = ("Recipient_Email__c", "Contact__r.Email")


def invitations_of(org: Org, email: str, *, lacking: Sequence[str] = ()) -> list[Row]:
    """Every invitation to the address, to a contact with it, or to one that it belonged to.

    `lacking` are fields that an older package does not have: they are not asked for.
    """
    fields = tuple(name for name in (*INVITATION_FIELDS, RECIPIENT_ID) if name not in lacking)
    written = spellings(email)
    # One that lost its recipient may still hold the key of the address.
    at = {**dict.fromkeys(_ADDRESSES, written), "Cooldown_Key__c": address_keys(email)}
    contacts, *answers = org.read(
        [
            Select("Contact", ("Id",), (Condition("Email", "in", written),)),
            *(
                Select(INVITATION, fields, (Condition(field, "in", values),))
                for field, values in at.items()
            ),
        ]
    )
    found = {str(row["Id"]): row for answer in answers for row in answer.rows}
    if RECIPIENT_ID not in lacking:
        known = {str(row["Id"]) for row in contacts.rows}
        found |= {str(row["Id"]): row for row in _of_deleted(org, known, found.values())}
    return list(found.values())


def _of_deleted(org: Org, known: set[str], found: Iterable[Row]) -> Sequence[Row]:
    """The invitations with an empty lookup that name one of these contacts, or one of those found.

    Only an empty lookup counts: a contact who lives under another address did not ask.
    """
    ids = known | {str(row[RECIPIENT_ID]) for row in found if row[RECIPIENT_ID]}
    if not ids:
        return ()
    named = Condition(RECIPIENT_ID, "in", tuple(sorted(ids)))
    emptied = Condition("Contact__c", "=", None)
    return org.read([Select(INVITATION, INVITATION_FIELDS, (named, emptied))])[0].rows
