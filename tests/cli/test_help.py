"""Every command explains itself, with an example, and nothing needs a configuration for that."""

import pytest
from click.testing import CliRunner

from connector.cli import main

COMMANDS = sorted(main.commands)


def typed(*arguments):
    return CliRunner().invoke(main, arguments, prog_name="connector")


def test_the_commands_of_this_issue_are_there():
    assert {"demo", "emulator", "run", "status", "validate"} <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_holds_an_example_that_begins_with_the_command(name):
    shown = typed(name, "--help")

    assert shown.exit_code == 0
    example = shown.stdout.partition("Example")[2]
    assert f"\n    connector {name}" in example


@pytest.mark.parametrize("name", COMMANDS)
def test_the_short_form_of_help_says_the_same(name):
    assert typed(name, "-h").stdout == typed(name, "--help").stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_the_overview_lists_every_command_with_a_sentence(name):
    line = next(line for line in typed("--help").stdout.splitlines() if f"  {name} " in line)

    assert len(line.split()) > 4


def test_the_version_is_told():
    assert typed("--version").stdout.startswith("connector, version ")


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["fly"], id="no such command"),
        pytest.param(["run", "--fast"], id="no such option"),
        pytest.param(["run", "--only", "everything"], id="no such flow"),
        pytest.param(["emulator", "--reviews", "many"], id="not a number"),
        pytest.param(["run", "--config", "."], id="a folder is no file"),
    ],
)
def test_wrong_usage_ends_with_2_and_points_to_help(arguments):
    refused = typed(*arguments)

    assert refused.exit_code == 2
    assert "--help" in refused.stderr
    assert refused.stdout == ""
