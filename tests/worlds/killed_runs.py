"""A program that kills runs: `python killed_runs.py STORY FOLDER` tells of each in a line of JSON.

It prepares a world once and forks it for every run, so that each one begins with the same world.
The run itself is another fork, which reaches the vendors through a socket: whoever serves that
socket ends the run by SIGKILL at its n-th call, before or after the vendor has processed it.
pytest must not fork, because it has threads; so this is a program of its own.
"""

from __future__ import annotations

import json
import os
import pickle
import re
import signal
import socket
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter

from busy_shop import BusyShop, busy_shop, new_shop
from connector.emulator.doors import InProcessDoor

STORIES = {"first run": new_shop, "later run": busy_shop}
ABREAST = 2
"""So many runs are under way at once, each in a world of its own."""

PATIENCE = 60
"""Seconds after which a run that calls nobody hangs."""

OBJECTS = re.compile(r"Trustpilot_[A-Za-z]+(?:_[A-Z][a-z]+)*__c")
IDS = re.compile(r"(?<=/)([0-9a-f]{24}|[0-9A-Za-z]{18})(?=/|$)")


class SocketDoor(BaseAdapter):
    """The vendors as the process under test reaches them: each call has a connection of its own."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address

    def send(self, request: PreparedRequest, **_options: Any) -> Response:  # type: ignore[override]
        bare = PreparedRequest()
        bare.method, bare.url = request.method, request.url
        bare.headers, bare.body = request.headers, request.body
        answer: Response = say(self.address, bare)
        answer.request = request
        return answer

    def close(self) -> None:
        """Nothing stays open."""


def say(address: str, what: object) -> Any:
    """Say something to whoever serves the socket and return the answer."""
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(address)
        line.sendall(pickle.dumps(what))
        line.shutdown(socket.SHUT_WR)
        return pickle.loads(line.makefile("rb").read())  # noqa: S301 - between our own processes


@dataclass
class Serving:
    """The vendors' side of one run: it counts the calls, and kills at one of them."""

    shop: BusyShop
    at: int
    after: bool
    calls: list[str] = field(default_factory=list)
    said: str = ""

    def serve(self, listener: socket.socket, pid: int) -> int:
        """Serve the run until it ends or is killed; return the signal that ended it, or 0."""
        vendors = InProcessDoor(self.shop.emulator)
        while not self.said:
            line, _ = listener.accept()
            with line:
                asked = heard(line)
                if isinstance(asked, str):
                    self.said = asked
                    line.sendall(pickle.dumps(None))
                    continue
                turn = len(self.calls)
                self.calls.append(label(asked))
                if turn == self.at and not self.after:
                    return kill(pid)
                answer = vendors.send(asked)
                if turn == self.at:
                    signal_number = kill(pid)
                    self._process_what_is_on_its_way(listener, vendors)
                    return signal_number
                answer.request = None
                line.sendall(pickle.dumps(answer))
        return os.WTERMSIG(os.waitpid(pid, 0)[1])

    def _process_what_is_on_its_way(self, listener: socket.socket, vendors: InProcessDoor) -> None:
        """The vendor also gets what other threads of the dead process had sent completely."""
        listener.settimeout(0)  # whatever it has sent is here by now
        with suppress(BlockingIOError):
            while True:
                line, _ = listener.accept()
                with line, suppress(EOFError, pickle.UnpicklingError):
                    vendors.send(heard(line))


def heard(line: socket.socket) -> Any:
    """What somebody said on this line."""
    return pickle.loads(line.makefile("rb").read())  # noqa: S301 - between our own processes


def kill(pid: int) -> int:
    """End a process as the kernel ends it when memory runs out; return the signal it died of."""
    os.kill(pid, signal.SIGKILL)
    return os.WTERMSIG(os.waitpid(pid, 0)[1])


def label(request: PreparedRequest) -> str:
    """What kind of call it is: host, method, path without ids, and the objects that it names."""
    url = urlsplit(str(request.url))
    body = request.body or ""
    text = body.decode(errors="replace") if isinstance(body, bytes) else str(body)
    objects = sorted(set(OBJECTS.findall(url.path + text)))
    path = IDS.sub("*", url.path)
    return " ".join([url.netloc.partition(".")[0], str(request.method), path, *objects])


def killed_run(shop: BusyShop, at: int, *, after: bool) -> dict[str, Any]:
    """Fork a run and kill it at its n-th call (-1: never); say what later runs made of it."""
    address = f"vendors-{os.getpid()}"  # in this folder: the system allows short names only
    serving = Serving(shop, at, after)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(16)
        listener.settimeout(PATIENCE)
        pid = os.fork()
        if pid == 0:
            live_and_tell(shop, address)
        ended_by = serving.serve(listener, pid)
    told = {"at": at, "after": after, "ended_by": ended_by, "said": serving.said}
    told |= {"calls": serving.calls if at < 0 else serving.calls[-1:]}
    told |= {"not_done": shop.what_is_not_done()} if at < 0 else {}
    shop.go_on()
    return told | {"wrong": shop.what_is_wrong(), "unknown": shop.unknown()}


def live_and_tell(shop: BusyShop, address: str) -> None:
    """Be the process under test: one run, whose end is told on the same socket."""
    try:
        report = shop.run(SocketDoor(address))
        said = f"ended with {len(report.failures)} failures"
    except BaseException:  # noqa: BLE001 - whatever it is, the test wants to read it
        said = traceback.format_exc()
    say(address, said)
    os._exit(0)


@dataclass(frozen=True)
class Fork:
    """A copy of the world in which something is under way."""

    pid: int
    told: int

    def end(self) -> dict[str, Any]:
        """Wait for what it tells."""
        with os.fdopen(self.told) as pipe:
            said = pipe.read()
        os.waitpid(self.pid, 0)
        return dict(json.loads(said))


def forked(work: Callable[[], dict[str, Any]]) -> Fork:
    """Begin something with a copy of the world."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            said = json.dumps(work())
        except BaseException:  # noqa: BLE001 - the same
            said = json.dumps({"at": None, "wrong": [traceback.format_exc()]})
        with os.fdopen(writing, "w") as pipe:
            pipe.write(said)
        os._exit(0)
    os.close(writing)
    return Fork(pid, reading)


def every_run(story: str) -> Iterator[dict[str, Any]]:
    """First an undisturbed run, then one for each of its calls and both moments."""
    shop = STORIES[story](Path.cwd())
    assert threading.active_count() == 1, "a fork would lose the other threads"
    undisturbed = forked(lambda: killed_run(shop, -1, after=False)).end()
    yield undisturbed
    under_way: deque[Fork] = deque()
    for at in range(len(undisturbed.get("calls", ()))):
        for after in (False, True):
            if len(under_way) == ABREAST:
                yield under_way.popleft().end()
            run = partial(killed_run, shop, at, after=after)
            under_way.append(forked(run))
    while under_way:
        yield under_way.popleft().end()


if __name__ == "__main__":
    os.chdir(sys.argv[2])
    for told in every_run(sys.argv[1]):
        print(json.dumps(told), flush=True)  # noqa: T201 - that is what the program is for
