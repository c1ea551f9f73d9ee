"""Opens the whole browser demo: the emulated world, the server, the connector beside it.

Everything is gone when it closes; nothing is written but the configuration in a temporary folder.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn

from connector.config.locations import salesforce
from connector.demo.browser.app import Local, local_app
from connector.demo.browser.background import Background
from connector.demo.browser.bundle import bundle_folder
from connector.demo.browser.list_views import list_views
from connector.demo.stage import Stage, open_stage

_HOST = "127.0.0.1"

_REPLIES = """\
replies:
  templates:
    - name: happy
      stars: [4, 5]
      languages: [en]
      text: Thank you, {{consumer.first_name|and see you soon}}! It is good to hear that.
    - name: sorry
      stars: [1, 2, 3]
      languages: [en]
      text: |
        Hello {{consumer.first_name|there}},
        we are sorry. We are looking into it and will be in touch today.
  service_level:
    targets:
      - within: 2 days
        stars: [1, 2]
      - within: 45 days
"""
"""What the page can show only where it is configured: suggested replies and response targets."""


@dataclass(frozen=True)
class Show:
    """The running browser demo: its address, its stage, and who runs the connector."""

    url: str
    stage: Stage
    background: Background


@contextmanager
def open_show(*, port: int = 0, runs_by_itself: bool = True) -> Iterator[Show]:
    """Serve the page while the block lasts; port 0 takes a free one.

    Raises `ConfigurationError` where the page is not built, OSError where the port is taken.
    """
    bundle = bundle_folder()
    with _listening(port) as listener, open_stage(more=_REPLIES) as stage:
        background = Background(stage.environment)
        package = salesforce()
        views = list_views(package)
        local = Local(stage.emulator, package, views, background, person=_agent(stage))
        app = local_app(local, bundle)
        url = f"http://{_HOST}:{listener.getsockname()[1]}"
        with _served(app, listener), background.every_few_seconds(wanted=runs_by_itself):
            yield Show(url, stage, background)


def _agent(stage: Stage) -> str:
    """The person who clicks: a seller of the emulated business, and not the connector's user."""
    (row,) = stage.emulator.org.query("SELECT Id FROM User WHERE Alias = 'sseller'")
    return str(row["Id"])


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, port))
        listener.listen()  # whoever reads the address may come before the server is up
        yield listener


@contextmanager
def _served(app: object, listener: socket.socket) -> Iterator[None]:
    config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none")  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, name="local-page", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        server.should_exit = server.force_exit = True
        thread.join()
