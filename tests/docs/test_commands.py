"""docs/commands.md says what the commands say of themselves, and no page names another one."""

import json
import re
from datetime import UTC, datetime, timedelta

import click
import pytest

from connector.cli import main
from connector.core.insight.explanation import Explanation
from connector.core.insight.outlook import Becomes
from connector.core.insight.report import RuleReport
from connector.core.insight.simulation import COLLISIONS, OUTCOMES, Simulation
from connector.core.invitations.portal_changes import DeliveryReport
from connector.core.invitations.shown import LISTED, SHOWN, InvitationStory
from connector.core.rules.grammar import Channel, Rule, TriggerObject, parse_recipient
from connector.core.run.report import RunReport
from connector.core.run.shown import facts
from connector.core.run.status import StatusReport
from connector.report.insight import explanation_as_json, simulation_as_json
from connector.report.invitations import delivery_as_json, stories_as_json
from connector.report.rules import list_as_json, report_as_json
from connector.report.run.report import as_json
from connector.report.run.status import status_as_json

MOMENT = datetime(2026, 11, 1, tzinfo=UTC)


def contexts(group=None):
    """A context for every command, also those below a group, by the words that are typed."""
    group = group or click.Context(main, info_name="connector", **main.context_settings)
    found = {}
    for name, command in group.command.commands.items():
        context = click.Context(command, group, info_name=name)
        found[context.command_path.removeprefix("connector ")] = context
        if isinstance(command, click.Group):
            found |= contexts(context)
    return found


COMMANDS = {typed: context.command for typed, context in contexts().items()}


def help_of(name):
    return contexts()[name].get_help()


def options_of(command):
    """The spellings of a command's options; those of a group are its commands' together."""
    below = command.commands.values() if isinstance(command, click.Group) else ()
    own = {
        opt
        for each in command.get_params(click.Context(command))
        for opt in (*each.opts, *each.secondary_opts)
    }
    return own.union(*map(options_of, below))


def without_blanks(text):
    """The text whatever the width of the terminal: a line may also break at a hyphen."""
    return "".join(text.split())


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_help_of_every_command_stands_in_the_page_word_by_word(name, page):
    section = page("docs/commands.md").text.split(f"\n## connector {name}\n")[1].split("\n## ")[0]
    block = re.search(r"```\n(.*?)```", section, re.DOTALL)[1]
    assert without_blanks(block) == without_blanks(help_of(name)), help_of(name)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_an_example_of_itself(name):
    assert f"connector {name}" in (COMMANDS[name].epilog or "")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_says_what_it_does(name):
    options = [each for each in COMMANDS[name].params if isinstance(each, click.Option)]
    assert [each.name for each in options if not each.help] == []


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_in_an_example_exists(name):
    command = COMMANDS[name]
    assert set(re.findall(r"--[a-z-]+", command.epilog)) <= options_of(command)


def test_the_table_of_commands_is_complete(page):
    listed = page("docs/commands.md").table("command").column()
    alone = [name for name, each in COMMANDS.items() if not isinstance(each, click.Group)]
    assert sorted(listed) == [f"connector {name}" for name in sorted(alone)]


def test_no_page_names_a_command_that_is_not_there(each_page):
    typed = re.compile(r"(?:^|[`/ ])connector (?:-[-a-z]+ )*([a-z]+)", re.MULTILINE)
    pieces = [piece for piece in each_page.code if "Usage: " not in piece]
    named = {name for piece in pieces for name in typed.findall(piece)}
    assert named <= {name.split()[0] for name in COMMANDS}


def test_no_page_names_an_option_that_is_not_there(each_page):
    known = options_of(main)
    lines = [line for piece in each_page.code for line in piece.splitlines()]
    typed = [line for line in lines if re.search(r"(?:^|[/ ])connector [a-z]+ ", line)]
    assert {opt for line in typed for opt in re.findall(r"--[a-z-]+", line)} <= known


def test_every_key_of_a_runs_json_is_documented_and_the_other_way_round(page):
    report = RunReport("id", MOMENT, MOMENT, True, (), {}, {}, 0)  # noqa: FBT003 - dry_run
    documented = page("docs/commands.md").table("key of a run's JSON").column()
    assert documented == list(json.loads(as_json(report)))


def test_every_key_of_the_status_json_is_documented_and_the_other_way_round(page):
    counts = dict.fromkeys(("invitations_unknown", "replies_conflict"), 0)
    status = StatusReport(MOMENT, None, {}, counts, (), {})
    documented = page("docs/commands.md").table("key of the status JSON").column()
    assert documented == list(json.loads(status_as_json(status)))


def test_every_key_of_an_invitations_json_is_documented_and_the_other_way_round(page):
    story = InvitationStory(facts({}, SHOWN), has_link=False)
    (shown,) = json.loads(stories_as_json([story]))["invitations"]
    listed = page("docs/commands.md").table("key of a listed invitation").column()
    besides = page("docs/commands.md").table("key of a shown invitation").column()
    assert listed == list(LISTED)
    assert [*listed, *besides] == list(shown)


def test_every_key_of_the_import_json_is_documented_and_the_other_way_round(page):
    report = DeliveryReport(False, {}, 0, 0, 0)  # noqa: FBT003 - dry_run
    documented = page("docs/commands.md").table("key of the import JSON").column()
    assert documented == list(json.loads(delivery_as_json(report)))


def a_rule():
    return Rule(
        name="orders",
        on=TriggerObject.ORDER,
        stage_field="Status",
        stages=("Activated",),
        to=(parse_recipient("bill_to"),),
        after=timedelta(days=7),
        channel=Channel.EMAIL,
        business_unit="shop",
    )


def test_every_key_of_a_listed_rule_is_documented_and_the_other_way_round(page):
    (listed,) = json.loads(list_as_json([a_rule()]))["rules"]
    assert page("docs/commands.md").table("key of a listed rule").column() == list(listed)


def test_every_key_of_the_simulation_json_is_documented_and_the_other_way_round(page):
    report = Simulation(a_rule(), MOMENT, 0, personal=False).report(MOMENT, 0, ())
    documented = page("docs/commands.md").table("key of the simulation JSON").column()
    assert documented == list(json.loads(simulation_as_json(report)))
    row = dict(page("docs/commands.md").table("key of the simulation JSON").rows)["`calls`"]
    assert re.findall(r"`(\w+)`", row) == list(json.loads(simulation_as_json(report))["calls"])


def test_every_outcome_and_collision_of_a_simulation_is_documented(page):
    assert page("docs/commands.md").table("code of an entry").column() == list(OUTCOMES)
    assert page("docs/commands.md").table("`how` of a collision").column() == list(COLLISIONS)


def test_every_key_of_the_explanation_json_is_documented_and_the_other_way_round(page):
    told = Explanation(TriggerObject.ORDER, "801A", "Draft", (), (), ())
    documented = page("docs/commands.md").table("key of the explanation JSON").column()
    assert documented == list(json.loads(explanation_as_json(told)))


def test_everything_that_an_invitation_may_become_is_documented(page):
    assert page("docs/commands.md").table("`becomes` of an outlook").column() == list(Becomes)


def test_every_key_of_the_report_json_is_documented_and_the_other_way_round(page):
    report = RuleReport(MOMENT.date(), MOMENT, (), (a_rule(),))
    document = json.loads(report_as_json(report))
    assert page("docs/commands.md").table("key of the report JSON").column() == list(document)
    assert page("docs/commands.md").table("key of a reported rule").column() == list(
        document["rules"][0]
    )
