"""What the command-line tests share: an emulator behind real HTTPS, and commands typed at it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from connector.cli import main
from connector.emulator.app import Emulator
from connector.emulator.https_doors import HttpsDoors
from connector.emulator.ready_config import ready_config
from connector.emulator.world import World, seed
from in_process import without_limits

COMMAND = (sys.executable, "-m", "connector")


@dataclass(frozen=True)
class Desk:
    """Where somebody types: a folder with a configuration, its environment, the emulator behind."""

    emulator: Emulator
    world: World
    folder: Path
    text: str
    environ: Mapping[str, str]

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    def write(self, text: str) -> None:
        """Replace the configuration file."""
        self.config.write_text(text, encoding="utf-8")

    def type(self, *arguments: str, **changed: str | None) -> Result:
        """Run a command in this process; `changed` are variables to set, or with None to unset."""
        environ = {**self.environ, "CONNECTOR_CONFIG": str(self.config), **changed}
        return CliRunner().invoke(main, arguments, env=environ, prog_name="connector")

    def process_environ(self) -> dict[str, str]:
        """The environment of a process of its own: the configuration's and hardly more."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return {**kept, **self.environ, "CONNECTOR_CONFIG": str(self.config)}

    def spawn(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command as a process of its own and wait for its end."""
        return subprocess.run(  # noqa: S603  our own module
            [*COMMAND, *arguments],
            env=self.process_environ(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Emulator, World, HttpsDoors]]:
    """One emulator behind HTTPS for all tests of a module: a small business with reviews."""
    emulator = Emulator()
    world = seed(emulator, service_reviews=24, product_reviews=10, people=6)
    with HttpsDoors(emulator) as doors:
        yield emulator, world, doors


@pytest.fixture
def desk(served, tmp_path) -> Desk:
    """A desk with the ready configuration of the served emulator, without limits."""
    emulator, world, doors = served
    emulator.faults.clear()
    text, environ = ready_config(doors, emulator.credentials)
    made = Desk(emulator, world, tmp_path, without_limits(text), environ)
    made.write(made.text)
    return made


@pytest.fixture
def command() -> tuple[str, ...]:
    """How a process of its own is started (test folders are no packages to import from)."""
    return COMMAND
