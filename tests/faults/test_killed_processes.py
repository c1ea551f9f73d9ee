"""The same promise with real processes over real HTTPS, killed at moments nobody chose."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from connector.emulator.app import Emulator
from connector.emulator.doors import HttpsDoors
from connector.emulator.ready_config import ready_config

ROOT = Path(__file__).parents[2]


@pytest.fixture
def doors():
    emulator = Emulator()
    with HttpsDoors(emulator) as opened:
        yield emulator, opened


@pytest.fixture
def shop(doors, shop_of):
    emulator, opened = doors
    return shop_of(emulator, opened)


@pytest.fixture
def start(doors, shop):
    """Start `connector run` as its own process; it is gone after the test in any case."""
    emulator, opened = doors
    _, environ = ready_config(opened, emulator.credentials)
    command = [sys.executable, "-m", "connector", "run", "--only", "invitations_out"]
    running = []

    def started():
        process = subprocess.Popen(  # noqa: S603 - our own program
            [*command, "--config", shop.settings.file],
            cwd=ROOT,
            env={**os.environ, **environ},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        running.append(process)
        return process

    yield started
    for process in running:
        process.kill()
        process.wait()


def test_processes_killed_at_random_invite_nobody_twice(shop, start):
    rng, emulator = random.Random(5), shop.emulator  # noqa: S311 - a test's dice
    assert start().wait(60) == 0
    for calls_before_the_end in (3, 12):
        for _ in range(12):
            shop.opportunity()
        so_far = emulator.calls.counts()
        pair = [start(), start()]
        while pair[0].poll() is None and emulator.calls.counts() < so_far + calls_before_the_end:
            time.sleep(0.001)
        time.sleep(rng.uniform(0, 0.03))
        for process in pair:
            process.send_signal(signal.SIGKILL)
        for process in pair:
            process.wait()
        shop.pass_time()
    for _ in range(12):
        shop.opportunity()
    pair = [start(), start()]
    assert {process.wait(60) for process in pair} <= {0, 1}
    shop.pass_time()
    assert start().wait(60) in (0, 1)
    ends = shop.assert_never_twice()
    assert ends["Accepted"] >= 12
