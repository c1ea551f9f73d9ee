"""`connector emulator`: serve both emulated vendors for rehearsal."""

from __future__ import annotations

import shlex
import threading
from pathlib import Path

import click

from connector.cli.options import emulator_installed, speaking_errors

_EPILOG = """\b
Examples:
  connector emulator
  connector emulator --reviews 5000 --folder rehearsal
  connector emulator --empty-org
"""


@click.command(epilog=_EPILOG)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("emulator"),
    show_default=True,
    help="Where config.yaml and environment.sh for this emulator are written.",
)
@click.option("--reviews", default=240, show_default=True, help="Service reviews to make up.")
@click.option("--empty-org", is_flag=True, help="Begin with an org that lacks the package.")
def emulator(
    folder: Path,
    reviews: int,
    empty_org: bool,  # noqa: FBT001  click passes options by name
) -> None:
    """Serve an emulated Salesforce org and an emulated Trustpilot over HTTPS on this machine.

    Prints a configuration that is ready to use from another terminal. Ends with Ctrl-C, and
    its world with it.
    """
    with speaking_errors(), emulator_installed():
        # Here and not above: only the emulator needs the `emulator` extra.
        from connector.emulator.app import Emulator  # noqa: PLC0415
        from connector.emulator.https_doors import HttpsDoors  # noqa: PLC0415
        from connector.emulator.ready_config import ready_config  # noqa: PLC0415
        from connector.emulator.world import seed  # noqa: PLC0415

        world = Emulator(empty_org=empty_org)
        seed(world, service_reviews=reviews)
        with HttpsDoors(world) as doors:
            yaml_text, variables = ready_config(doors, world.credentials)
            _write(folder, yaml_text, variables)
            click.echo(yaml_text)
            click.echo("In another terminal:")
            click.echo(f"  source {shlex.quote(str(folder / 'environment.sh'))}")
            click.echo(f"  connector {'deploy' if empty_org else 'run'}")
            click.echo(f"Clock, faults and calls: {doors.control_url} (Ctrl-C ends everything)")
            threading.Event().wait()


def _write(folder: Path, yaml_text: str, variables: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    config = (folder / "config.yaml").resolve()
    config.write_text(yaml_text, encoding="utf-8")
    exports = {**variables, "CONNECTOR_CONFIG": str(config)}
    lines = [f"export {name}={shlex.quote(value)}" for name, value in exports.items()]
    (folder / "environment.sh").write_text("\n".join(lines) + "\n", encoding="utf-8")
