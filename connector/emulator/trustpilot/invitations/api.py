"""Asking for invitations and links: no list, no status, no cancel (reference 7.1, 6.3).

All but the links to product reviews are on the invitations host.
"""

from typing import Any

from connector.emulator.trustpilot.access.accounts import Caller
from connector.emulator.trustpilot.access.guards import acting_user, own_unit
from connector.emulator.trustpilot.errors import bad_request
from connector.emulator.trustpilot.ids import object_id
from connector.emulator.trustpilot.invitations.intake import (
    InvitationLink,
    check_body,
    check_product_link,
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
    link = _handed_out(state, unit.id, body, body, "service")
    return Answer(state.switches.invitation_links_status, {"id": link.id, "url": link.url})


def product_invitation_link(state: TrustpilotState, caller: Caller, ask: Ask) -> Answer:
    """Answer `POST /private/product-reviews/business-units/{id}/invitation-links`: API host."""
    unit = own_unit(state, caller, ask.path["unit_id"])
    body = ask.json_object()
    consumer = check_product_link(body)
    if state.switches.reference_characters_enforced:
        refuse_forbidden_characters(body["referenceId"])
    link = _handed_out(state, unit.id, body, consumer, "product")
    names = state.switches.product_link_names.split(" and ")
    answer = dict(zip(names, (link.id, link.url), strict=True))
    return Answer(state.switches.invitation_links_status, answer)


def _handed_out(
    state: TrustpilotState, unit_id: str, body: dict[str, Any], consumer: dict[str, Any], kind: str
) -> InvitationLink:
    number = len(state.mailbox.links)
    link = InvitationLink(
        id=object_id("link", number) + object_id("rest", number)[:8],
        unit_id=unit_id,
        email=consumer["email"],
        name=consumer["name"],
        reference=body["referenceId"],
        body=body,
        kind=kind,
    )
    state.mailbox.links.append(link)
    return link


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
