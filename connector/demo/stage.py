"""The stage: a seeded emulator on loopback, a configuration for it, and the commands themselves.

The connector runs as its own process with nothing but that configuration, as in production.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector.core.terms.errors import ConnectorError
from connector.emulator.app import Emulator
from connector.emulator.https_doors import HttpsDoors
from connector.emulator.ready_config import ready_config
from connector.emulator.world import World, seed


class DemoFailed(ConnectorError):
    """A step of the demo did not do what it shows; that is a defect of the connector."""


@dataclass(frozen=True)
class Stage:
    """What the story plays on: the emulator, its world and addresses, and the environment."""

    emulator: Emulator
    world: World
    doors: HttpsDoors
    environment: dict[str, str]

    def connector(self, *arguments: str) -> dict[str, Any]:
        """Run a connector command in a process of its own and return its JSON line.

        Raises `DemoFailed` when it ends with anything but 0.
        """
        done = subprocess.run(  # noqa: S603  our own module with our own arguments
            [sys.executable, "-m", "connector", *arguments, "--json"],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise DemoFailed(
                f"connector {' '.join(arguments)} ended with {done.returncode}:\n"
                f"{done.stdout[-2000:]}{done.stderr[-2000:]}"
            )
        report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return report

    def run(self) -> dict[str, Any]:
        """Type `connector run` and return its summary."""
        return self.connector("run")


@contextmanager
def open_stage(*, more: str = "") -> Iterator[Stage]:
    """Seed an emulator, open its HTTPS doors, write the configuration; all gone afterwards.

    `more` is YAML that is added to the configuration.
    """
    emulator = Emulator()
    world = seed(emulator)
    with HttpsDoors(emulator) as doors, tempfile.TemporaryDirectory() as folder:
        yaml_text, variables = ready_config(doors, emulator.credentials)
        config = Path(folder) / "config.yaml"
        config.write_text(yaml_text + more, encoding="utf-8")
        environment = {**os.environ, **variables, "CONNECTOR_CONFIG": str(config)}
        yield Stage(emulator, world, doors, environment)
