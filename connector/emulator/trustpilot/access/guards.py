"""Who may do what: the checks that every handler makes before it acts.

Reference 3.4, 3.5 and 10: a wrong kind of credential is a 401, a missing right a 403.
"""

from collections.abc import Callable

from connector.emulator.trustpilot.access.accounts import (
    ROLES_THAT_WRITE,
    Application,
    BusinessUser,
    Caller,
)
from connector.emulator.trustpilot.business_units import BusinessUnit
from connector.emulator.trustpilot.errors import (
    bad_request,
    invalid_key,
    invalid_token,
    no_access,
    not_found,
    too_many_calls,
)
from connector.emulator.trustpilot.state import TrustpilotState
from connector.emulator.trustpilot.wire import Answer, Ask

Private = Callable[[TrustpilotState, Caller, Ask], Answer]
Open = Callable[[TrustpilotState, Ask], Answer]


def private(handle: Private) -> Open:
    """Return a handler that asks for a live access token and counts the call against the rates."""

    def guarded(state: TrustpilotState, ask: Ask) -> Answer:
        scheme, _, token = ask.headers.get("authorization", "").partition(" ")
        caller = state.accounts.caller(token.strip(), state.clock.now())
        if caller is None or scheme.lower() != "bearer":
            raise invalid_token()
        _count(state, caller.application)
        return handle(state, caller, ask)

    return guarded


def public(handle: Open) -> Open:
    """Return a handler that asks for an API key, in the header or as a query parameter."""

    def guarded(state: TrustpilotState, ask: Ask) -> Answer:
        key = ask.headers.get("apikey") or ask.last("apikey")
        application = state.accounts.applications.get(key)
        if application is None:
            raise invalid_key()
        _count(state, application)
        return handle(state, ask)

    return guarded


def _count(state: TrustpilotState, application: Application) -> None:
    if not state.rates.admits_call(application.api_key, state.clock.now()):
        raise too_many_calls()


def unit_at(state: TrustpilotState, unit_id: str) -> BusinessUnit:
    """Return a business unit by id, or refuse with 404."""
    unit = state.units.get(unit_id)
    if unit is None:
        raise not_found("Business unit")
    return unit


def own_unit(state: TrustpilotState, caller: Caller, unit_id: str) -> BusinessUnit:
    """Return a business unit that the caller may see, or refuse with 404 or 403."""
    unit = unit_at(state, unit_id)
    if not caller.application.reaches(unit.id):
        raise no_access()
    return unit


def author_of_reply(state: TrustpilotState, caller: Caller, named: object) -> BusinessUser:
    """Return who replies: the named user, or a user token's own; 400 or 403 for anybody else."""
    user = state.accounts.users.get(named) if isinstance(named, str) else caller.user
    if user is None:
        raise bad_request("authorBusinessUserId must be a business user of the account.")
    return _writer(user)


def acting_user(state: TrustpilotState, caller: Caller, ask: Ask) -> BusinessUser | None:
    """Return who acts: header `x-business-user-id`, or a user token's own user.

    None stands for the account itself, where the switch allows a write without a user.
    """
    named = ask.headers.get("x-business-user-id")
    user = state.accounts.users.get(named) if named else caller.user
    if user is None:
        if named or state.switches.business_user_required:
            raise no_access()
        return None
    return _writer(user)


def _writer(user: BusinessUser) -> BusinessUser:
    if user.role not in ROLES_THAT_WRITE:
        raise no_access()
    return user
