"""The local server behind the page: the bundle, the org in UI API shapes, and the demo's buttons.

It joins the parts of this folder and holds no state; who plays the connector comes in from outside.
"""

from __future__ import annotations

import json
from collections.abc import Callable
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
from connector.demo.browser.list_views import list_views
from connector.demo.browser.public_page import public_page
from connector.demo.browser.words import RIGHT_TO_LEFT, labels
from connector.emulator.app import Emulator
from connector.emulator.salesforce.org_errors import ApiError

_LANGUAGES = {"en": "en-GB", "de": "de-DE", "fr": "fr-FR", "da": "da-DK", "es": "es-ES"}


class Runner(Protocol):
    """Who runs the connector: at once, and what it said last."""

    @property
    def is_running(self) -> bool:
        """Return whether a run is under way."""
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
    """What the server needs: the world, the package's folder, the bundle's folder, the runner."""

    emulator: Emulator
    package: Path
    bundle: Path
    runner: Runner
    person: str


def local_app(local: Local) -> Starlette:
    """Return the ASGI app of the local page."""
    views = list_views(local.package)

    def of_org(work: Callable[[Request], Any]) -> Callable[[Request], Any]:
        async def serve(request: Request) -> Response:
            try:
                return JSONResponse(await run_in_threadpool(work, request))
            except records.Refused as refused:
                return JSONResponse(refused.body, refused.status)
            except ApiError as error:
                return JSONResponse({"message": error.message}, error.http_status)

        return serve

    def read(request: Request) -> Any:
        names = request.query_params.get("fields", "").split(",")
        return records.read(local.emulator.org, request.path_params["record_id"], filter(None, names))

    def a_list(request: Request) -> Any:
        return pages.list_page(
            local.emulator.org, views, request.path_params["sobject"], request.path_params["view"]
        )

    def a_page(request: Request) -> Any:
        return pages.record_page(local.emulator.org, request.path_params["record_id"])

    async def change(request: Request) -> Response:
        fields = (await request.json())["fields"]
        try:
            await run_in_threadpool(
                records.change,
                local.emulator.org,
                request.path_params["record_id"],
                fields,
                person=local.person,
            )
        except records.Refused as refused:
            return JSONResponse(refused.body, refused.status)
        return JSONResponse({})

    async def ask(request: Request) -> Response:
        body = await request.json()
        found = await run_in_threadpool(
            graphql.answer, local.emulator.org, body["query"], body.get("variables")
        )
        return JSONResponse(found)

    async def world(_request: Request) -> Response:
        return JSONResponse(_world(local))

    async def run(_request: Request) -> Response:
        await run_in_threadpool(local.runner.run)
        return JSONResponse(_world(local))

    async def clock(request: Request) -> Response:
        local.emulator.clock.advance(timedelta(days=float((await request.json())["days"])))
        return JSONResponse(_world(local))

    async def page(request: Request) -> Response:
        return HTMLResponse(_page(local, request.query_params.get("lang", "en")))

    async def trustpilot(_request: Request) -> Response:
        return HTMLResponse(await run_in_threadpool(public_page, local.emulator.trustpilot))

    async def home(_request: Request) -> Response:
        return RedirectResponse("/lightning")

    return Starlette(
        routes=[
            Route("/", home),
            Route("/lightning", page),
            Route("/trustpilot/", trustpilot),
            Route("/ui-api/records/{record_id}", of_org(read)),
            Route("/ui-api/records/{record_id}", change, methods=["PATCH"]),
            Route("/ui-api/list/{sobject}/{view}", of_org(a_list)),
            Route("/ui-api/page/{record_id}", of_org(a_page)),
            Route("/graphql", ask, methods=["POST"]),
            Route("/demo/world", world),
            Route("/demo/run", run, methods=["POST"]),
            Route("/demo/clock", clock, methods=["POST"]),
            Mount("/bundle", StaticFiles(directory=local.bundle)),
        ]
    )


def _world(local: Local) -> dict[str, Any]:
    return {
        "now": local.emulator.clock.now().isoformat(),
        "run": local.runner.said,
        "isRunning": local.runner.is_running,
    }


def _page(local: Local, language: str) -> str:
    short = language[:2].lower()
    direction = "rtl" if short in RIGHT_TO_LEFT else "ltr"
    locale = _LANGUAGES.get(short, "en-GB")
    platform = {
        "labels": labels(local.package, short),
        "customPermissions": [],
        "i18n": {"lang": short, "dir": direction, "locale": locale, "timeZone": "UTC"},
        "now": local.emulator.clock.now().isoformat(),
    }
    # "<" must not end the script early, whatever a label holds.
    words = json.dumps(platform).replace("<", "\\u003c")
    return (
        f'<!doctype html><html lang="{locale}" dir="{direction}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<title>Trustpilot | Salesforce, emulated</title><link rel="icon" href="data:,">'
        '<link rel="stylesheet" href="/bundle/slds.css">'
        '<link rel="stylesheet" href="/bundle/page.css"></head>'
        f"<body><script>globalThis.platform = {words}</script>"
        '<script type="module" src="/bundle/page.js"></script></body></html>'
    )
