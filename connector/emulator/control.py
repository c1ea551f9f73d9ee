"""The control door: how a test or a demo in another process moves the emulated world.

It stands for consumers, colleagues, time and bad luck; no client of the vendors may use it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connector.emulator.calls import CallLog
from connector.emulator.clock import EmulatorClock
from connector.emulator.faults import Fault, Faults, RowFault
from connector.emulator.salesforce.rows.errors import ApiError, RowError
from connector.emulator.trustpilot import TrustpilotState
from connector.emulator.trustpilot.reviews.service import Bounds


class Rows(Protocol):
    """The emulated org's rows, as a person in the org reaches them."""

    def query(self, soql: str) -> list[dict[str, Any]]:
        """Return the records of a query."""
        ...

    def insert(self, sobject: str, values: dict[str, Any]) -> str:
        """Add a row and return its id."""
        ...

    def update(self, sobject: str, record_id: str, values: dict[str, Any]) -> None:
        """Change a row."""
        ...


class World(Protocol):
    """What the control door moves: the emulator."""

    clock: EmulatorClock
    faults: Faults
    calls: CallLog
    trustpilot: TrustpilotState

    @property
    def org(self) -> Any:
        """Return the emulated org's rows."""
        ...


Handle = Callable[[World, Any], Any]


def control_app(world: World) -> Starlette:
    """Return the ASGI app of the control door."""
    return Starlette(
        routes=[
            Route(path, _endpoint(world, handle), methods=[method])
            for method, path, handle in _ROUTES
        ],
        exception_handlers={HTTPException: _unknown_address},
    )


async def _unknown_address(request: Request, _error: Exception) -> Response:
    known = sorted({path for _method, path, _handle in _ROUTES})
    return JSONResponse({"error": f"{request.url.path} is not one of {', '.join(known)}"}, 404)


def _endpoint(world: World, handle: Handle) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        body = await request.json() if await request.body() else {}
        try:
            return JSONResponse(handle(world, body))
        except (KeyError, TypeError, ValueError, ApiError, RowError) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)

    return serve


def _clock(world: World, _body: Any) -> Any:
    return {"now": world.clock.now().isoformat()}


def _advance(world: World, body: Any) -> Any:
    return {"now": world.clock.advance(float(body["advance_seconds"])).isoformat()}


def _add_fault(world: World, body: Any) -> Any:
    """Arm a fault: the keys of `Fault`, or of `RowFault` where `sobject` is one of them."""
    if "meanwhile" in body:
        raise ValueError("meanwhile is a function: only a test can arm it")
    if "fields" in body:
        body["fields"] = tuple(body["fields"])
    world.faults.add(RowFault(**body) if "sobject" in body else Fault(**body))
    return {"armed": True}


def _clear_faults(world: World, _body: Any) -> Any:
    world.faults.clear()
    return {"armed": False}


def _calls(world: World, _body: Any) -> Any:
    calls = world.calls.all()
    return {
        "calls": [{**asdict(call), "at": call.at.isoformat()} for call in calls],
        "counted": {vendor: world.calls.counted(vendor) for vendor in sorted(_vendors(world))},
    }


def _vendors(world: World) -> set[str]:
    return {call.vendor for call in world.calls.all()}


def _clear_calls(world: World, _body: Any) -> Any:
    world.calls.clear()
    return {"calls": []}


def _received(world: World, _body: Any) -> Any:
    """Return what Trustpilot holds of ours: invitations, links, openings, replies, comments."""
    state = world.trustpilot
    with state.lock:
        return {
            "invitations": _invitations(state),
            "invitation_links": [
                {"email": link.email, "reference": link.reference, "url": link.url}
                for link in state.mailbox.links
            ],
            "opened_links": [
                {
                    "domain": link.domain,
                    "payload": link.payload,
                    "accepted": link.accepted,
                    "problem": link.problem,
                }
                for link in state.opened_links
            ],
            "replies": _replies(state),
            "comments": [
                {"review_id": thread.review_id, "content": comment.content}
                for thread in state.product.conversations.values()
                for comment in thread.comments
            ],
        }


def _invitations(state: TrustpilotState) -> list[dict[str, Any]]:
    return [
        {
            "email": one.email,
            "name": one.name,
            "reference": one.reference,
            "received_at": one.received_at.isoformat(),
            "send_at": one.send_at.isoformat(),
            "status": one.status(state.clock.now()),
        }
        for one in state.mailbox.received
    ]


def _replies(state: TrustpilotState) -> list[dict[str, Any]]:
    everything = Bounds(None, None)
    return [
        {"review_id": review["id"], "text": review["companyReply"]["text"]}
        for unit_id in state.units
        for review in state.service.of_unit(unit_id, everything)
        if review.get("companyReply")
    ]


def _soql(world: World, body: Any) -> Any:
    return {"records": world.org.query(body["q"])}


def _rows(world: World, body: Any) -> Any:
    """Act as a person in the org: rows with an Id are changed, the others added."""
    return {"ids": [_row(world.org, body["object"], dict(row)) for row in body["rows"]]}


def _row(org: Rows, sobject: str, row: dict[str, Any]) -> str:
    record_id = row.pop("Id", None)
    if record_id is None:
        return org.insert(sobject, row)
    org.update(sobject, record_id, row)
    return str(record_id)


def _assignments(world: World, body: Any) -> Any:
    """Act as an administrator: give a deployed permission set to the integration user."""
    world.org.assign_permission_set(body["permission_set"])
    return {"assigned": body["permission_set"]}


def _reviews(world: World, body: Any) -> Any:
    """Act as a consumer: `action` write (kind service or product), edit, delete; or portal_reply.

    Body: {action, kind?, business_unit_id?, id?, fields?, text?, author?}.
    """
    state, action, fields = world.trustpilot, body["action"], body.get("fields", {})
    if action == "write":
        product = body.get("kind", "service") == "product"
        write = state.add_product_review if product else state.add_service_review
        return write(body["business_unit_id"], **fields)
    if action == "edit":
        return state.edit_review(body["id"], **fields)
    if action == "delete":
        state.delete_review(body["id"])
    elif action == "portal_reply":
        state.portal_reply(body["id"], body["text"], body.get("author", "A colleague"))
    else:
        raise ValueError("action must be write, edit, delete or portal_reply")
    return {"id": body["id"]}


_ROUTES: tuple[tuple[str, str, Handle], ...] = (
    ("GET", "/clock", _clock),
    ("POST", "/clock", _advance),
    ("POST", "/faults", _add_fault),
    ("DELETE", "/faults", _clear_faults),
    ("GET", "/calls", _calls),
    ("DELETE", "/calls", _clear_calls),
    ("GET", "/received", _received),
    ("POST", "/salesforce/soql", _soql),
    ("POST", "/salesforce/rows", _rows),
    ("POST", "/salesforce/assignments", _assignments),
    ("POST", "/trustpilot/reviews", _reviews),
)
