"""The invitations host: four calls, no list, no status, no cancel (reference 7.1)."""

from typing import Any

from connector.emulator.trustpilot.accounts import Caller
from connector.emulator.trustpilot.errors import bad_request
from connector.emulator.trustpilot.guards import acting_user, own_unit
from connector.emulator.trustpilot.ids import object_id
from connector.emulator.trustpilot.invitations import (
    InvitationLink,
    check_body,
    check_tags,
    refuse_forbidden_characters,
    require_email,
    require_text,
)
from connector.emulator.trustpilot.state import TrustpilotState
from connector.emulator.trustpilot.times import read_send_time
from connector.emulator.trustpilot.wire import Answer, Ask


def email_invitation(state: TrustpilotState, caller: Caller, ask: Ask) -> Answer:
    """Answer `POST .../email-invitations` with an empty 2xx: accepted, which is not sent."""
    unit = own_unit(state, caller, ask.path["unit_id"])
    user = acting_user(state, caller, ask)
    body = ask.json_object()
    times = check_body(body, state.switches)
    state.mailbox.accept(unit, user.id if user else "", body, times, state.clock.now())
    return Answer(state.switches.invitation_success_status)


def invitation_link(state: TrustpilotState, caller: Caller, ask: Ask) -> Answer:
    """Answer `POST .../invitation-links` with a unique link; nothing is sent."""
    unit = own_unit(state, caller, ask.path["unit_id"])
    body = ask.json_object()
    for name in ("referenceId", "email", "name"):
        require_text(body, name)
    require_email(body["email"])
    check_tags(body.get("tags"))
    if state.switches.reference_characters_enforced:
        refuse_forbidden_characters(body["referenceId"])
    number = len(state.mailbox.links)
    link = InvitationLink(
        id=object_id("link", number) + object_id("rest", number)[:8],
        unit_id=unit.id,
        email=body["email"],
        name=body["name"],
        reference=body["referenceId"],
        body=body,
    )
    state.mailbox.links.append(link)
    return Answer(state.switches.invitation_links_status, {"id": link.id, "url": link.url})


def templates(state: TrustpilotState, caller: Caller, ask: Ask) -> Answer:
    """Answer `GET .../templates`."""
    unit = own_unit(state, caller, ask.path["unit_id"])
    return Answer(body={"templates": [template.json() for template in unit.templates.values()]})


def delete_invitation_data(state: TrustpilotState, caller: Caller, ask: Ask) -> Answer:
    """Answer `POST .../invitation-data/delete`: by e-mail addresses or by age, never both."""
    own_unit(state, caller, ask.path["unit_id"])
    acting_user(state, caller, ask)
    body = ask.json_object()
    emails, older_than = body.get("customerEmails"), body.get("deleteOlderThan")
    if bool(emails) == bool(older_than):
        raise bad_request("Exactly one of customerEmails and deleteOlderThan is required.")
    try:
        limit = read_send_time(older_than, state.switches) if older_than else None
    except (ValueError, TypeError):
        raise bad_request("deleteOlderThan is not a date and time.") from None
    state.mailbox.erase(_emails(emails), limit)
    return Answer(202)


def _emails(given: Any) -> set[str]:
    if not isinstance(given or [], list) or not all(isinstance(one, str) for one in given or []):
        raise bad_request("customerEmails must be a list of strings.")
    return {email.lower() for email in given or []}
