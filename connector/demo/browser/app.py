"""The local server behind the page: the bundle, the org in UI API shapes, and the demo's buttons.

It joins the parts of this folder and holds no state; who plays the connector comes in from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from connector.demo.browser import graphql, pages, records
from connector.demo.browser.frame import frame
from connector.demo.browser.public_page import public_page
from connector.emulator.app import Emulator
from connector.emulator.salesforce.rows.errors import ApiError


class Runner(Protocol):
    """Who runs the connector: at once, and what it said last."""

    @property
    def is_running(self) -> bool:
        """Return whether a run is under way."""
        ...

    @property
    def runs(self) -> int:
        """Return how many runs have ended."""
        ...

    @property
    def said(self) -> str:
        """Return one line about the last run."""
        ...

    def run(self) -> None:
        """Run the connector once and wait for it."""
        ...


@dataclass(frozen=True)
class Local:
    """What the server shows: the world, the package, its list views, who runs, who clicks."""

    emulator: Emulator
    package: Path
    views: pages.Views
    runner: Runner
    person: str


@dataclass(frozen=True)
class Ask:
    """A request: parts of its path, its query and its JSON body."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any]


Handle = Callable[[Local, Ask], Any]


def local_app(local: Local, bundle: Path) -> Starlette:
    """Return the ASGI app of the local page, with the built page's folder at `/bundle`."""
    routes = [
        Route(path, _endpoint(local, handle), methods=[method]) for method, path, handle in _ROUTES
    ]
    return Starlette(routes=[*routes, Mount("/bundle", StaticFiles(directory=bundle))])


def _endpoint(local: Local, handle: Handle) -> Callable[[Request], Any]:
    async def serve(request: Request) -> Response:
        body = await request.json() if await request.body() else {}
        ask = Ask(request.path_params, request.query_params, body)
        try:
            answer = await run_in_threadpool(handle, local, ask)
        except records.Refused as refused:
            return JSONResponse(refused.body, refused.status)
        except ApiError as error:
            return JSONResponse({"message": error.message}, error.http_status)
        return answer if isinstance(answer, Response) else JSONResponse(answer)

    return serve


def _home(_local: Local, _ask: Ask) -> Any:
    return RedirectResponse("/lightning")


def _frame(local: Local, ask: Ask) -> Any:
    now = local.emulator.clock.now()
    return HTMLResponse(frame(local.package, ask.query.get("lang", "en"), now))


def _trustpilot(local: Local, _ask: Ask) -> Any:
    return HTMLResponse(public_page(local.emulator.trustpilot))


def _record(local: Local, ask: Ask) -> Any:
    fields = filter(None, ask.query.get("fields", "").split(","))
    return records.read(local.emulator.org, ask.path["record_id"], fields)


def _change(local: Local, ask: Ask) -> Any:
    record_id, fields = ask.path["record_id"], ask.body["fields"]
    records.change(local.emulator.org, record_id, fields, person=local.person)
    return {}


def _list(local: Local, ask: Ask) -> Any:
    return pages.list_page(local.emulator.org, local.views, ask.path["sobject"], ask.path["view"])


def _page(local: Local, ask: Ask) -> Any:
    return pages.record_page(local.emulator.org, ask.path["record_id"])


def _graphql(local: Local, ask: Ask) -> Any:
    return graphql.answer(local.emulator.org, ask.body["query"], ask.body.get("variables"))


def _world(local: Local, _ask: Ask) -> Any:
    return {
        "now": local.emulator.clock.now().isoformat(),
        "run": local.runner.said,
        "runs": local.runner.runs,
        "isRunning": local.runner.is_running,
    }


def _run(local: Local, ask: Ask) -> Any:
    local.runner.run()
    return _world(local, ask)


def _clock(local: Local, ask: Ask) -> Any:
    local.emulator.clock.advance(timedelta(days=float(ask.body["days"])))
    return _world(local, ask)


_ROUTES: tuple[tuple[str, str, Handle], ...] = (
    ("GET", "/", _home),
    ("GET", "/lightning", _frame),
    ("GET", "/trustpilot/", _trustpilot),
    ("GET", "/ui-api/records/{record_id}", _record),
    ("PATCH", "/ui-api/records/{record_id}", _change),
    ("GET", "/ui-api/list/{sobject}/{view}", _list),
    ("GET", "/ui-api/page/{record_id}", _page),
    ("POST", "/graphql", _graphql),
    ("GET", "/demo/world", _world),
    ("POST", "/demo/run", _run),
    ("POST", "/demo/clock", _clock),
)
