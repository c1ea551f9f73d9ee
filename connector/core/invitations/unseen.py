"""What cannot be looked at about a person: what the org hides, and who is not there at all.

A check that finds nothing because nobody could look must not say that there is nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from connector.core.invitations.facts import Asking
from connector.core.rules.grammar import ConsentSource

CONSENT_OBJECT = "ContactPointTypeConsent"
"""The org's object of consents by kind of contact, which a rule may ask for."""


def not_shown(path: str) -> str:
    """That the org hides this, as a sentence."""
    return f"The org does not show {path} to the connector's user."


def contact_unreadable(who: Asking) -> str:
    """That the record names a contact who cannot be read, as a sentence; else empty."""
    return "" if who.candidate.readable else "The contact is deleted or not visible."


def no_email(who: Asking) -> str:
    """That there is no address, as a sentence; else empty."""
    if "@" in who.candidate.email:
        return ""
    where = "The contact" if who.candidate.contact_id else "The field"
    return f"{where} holds no e-mail address."


def hidden_opt_outs(who: Asking) -> Iterator[str]:
    """What the org hides of the opt-outs that count for this person."""
    for each in who.candidate.unseen:
        of_lead = each.startswith("Lead") and not who.courtesy.leads
        of_consent = each == CONSENT_OBJECT
        if not of_lead and (not of_consent or who.courtesy.consent is ConsentSource.SALESFORCE):
            yield each


def asked_without(who: Asking) -> str:
    """That the rule asks although an opt-out is hidden; empty where none is."""
    hidden = next(hidden_opt_outs(who), "")
    return f"The rule asks all the same. {not_shown(hidden)}" if hidden else ""


def no_person(who: Asking) -> str:
    """That there is nobody to look at; empty where somebody, or an address, is there."""
    return _blind("" if who.candidate.rows else contact_unreadable(who) or no_email(who))


def no_opt_outs(who: Asking) -> str:
    """That an opt-out of e-mail may be there and could not be seen; else empty."""
    hidden = next((each for each in hidden_opt_outs(who) if each != CONSENT_OBJECT), "")
    return no_person(who) or _blind(not_shown(hidden) if hidden else "")


def no_bounces(who: Asking) -> str:
    """That a bounce of the contact may be there and could not be seen; else empty."""
    own = (row for row in who.candidate.rows if row.get("Id") == who.candidate.contact_id)
    hidden = any("IsEmailBounced" not in row for row in own)
    return no_person(who) or _blind(not_shown("Contact.IsEmailBounced") if hidden else "")


def no_consents(who: Asking) -> str:
    """That nobody looked at consents, or could; empty where they were read."""
    if who.courtesy.consent is not ConsentSource.SALESFORCE:
        return "The rule does not look at consents."
    hidden = CONSENT_OBJECT in who.candidate.unseen
    return no_person(who) or _blind(not_shown(CONSENT_OBJECT) if hidden else "")


def _blind(why: str) -> str:
    return f"Could not look: {why}" if why else ""
