"""docs/emulator.md has every door, fault and switch of the emulator, and its commands work."""

import json
import re
from dataclasses import MISSING, fields

import pytest
import requests

from connector.emulator.app import Emulator
from connector.emulator.control import _ROUTES
from connector.emulator.doors import CONTROL_URL, InProcessDoor
from connector.emulator.faults import Fault, RowFault
from connector.emulator.salesforce.org import Org, OrgSettings
from connector.emulator.switches import Switches
from connector.emulator.world import seed

PAGE = "docs/emulator.md"


def curl_commands(page):
    """Each curl of the page as path and body; the body is None for a GET."""
    (block,) = [piece for piece in page(PAGE).code if "CONTROL=" in piece]
    return re.findall(r'^curl .*?"\$CONTROL(/\S+)"(?: -d \'(.*)\')?$', block, re.MULTILINE)


def test_every_address_of_the_control_door_is_documented_and_the_other_way_round(page):
    documented = page(PAGE).table("method and path").column()
    assert documented == [f"{method} {path}" for method, path, _ in _ROUTES]


@pytest.mark.parametrize(
    ("heading", "fault"), [("A fault of a call", Fault), ("A fault of a row", RowFault)]
)
def test_every_key_of_a_fault_is_documented_and_the_other_way_round(heading, fault, page):
    documented = page(PAGE).under(heading).column()
    assert sorted(documented) == sorted(each.name for each in fields(fault))


@pytest.mark.parametrize(
    ("heading", "fault"), [("A fault of a call", Fault), ("A fault of a row", RowFault)]
)
def test_the_page_tells_which_keys_of_a_fault_are_needed(heading, fault, page):
    needed = {
        each.name
        for each in fields(fault)
        if each.default is MISSING and each.default_factory is MISSING
    }
    rows = page(PAGE).under(heading).rows
    assert {row[0].strip("`") for row in rows if row[1].endswith("; needed")} == needed


def test_every_switch_is_documented_with_its_default_and_the_other_way_round(page):
    rows = page(PAGE).under("Switches").rows
    documented = {row[0].strip("`"): row[2].strip("`") for row in rows}
    assert documented == {each.name: str(each.default) for each in fields(Switches)}


def test_the_settings_and_methods_of_related_records_exist(page):
    rows = page(PAGE).table("setting").rows
    defaults = {each.name: str(each.default) for each in fields(OrgSettings)}
    assert {row[0].strip("`"): row[2].strip("`") for row in rows}.items() <= defaults.items()
    methods = page(PAGE).table("method").rows
    names = [name for row in methods for name in re.findall(r"`(\w+)`", row[0])]
    assert [name for name in names if not callable(getattr(Org, name))] == []


def test_the_variables_of_the_page_are_those_of_the_written_environment(page):
    (line,) = [line for line in page(PAGE).prose.splitlines() if "environment.sh` sets" in line]
    assert set(re.findall(r"`([A-Z_]+)`", line)) == {"CONNECTOR_CONFIG", "REQUESTS_CA_BUNDLE"}


def test_every_curl_of_the_page_is_understood_by_the_control_door(page):
    emulator = Emulator()
    seed(emulator, service_reviews=5, product_reviews=2, people=20)
    commands = curl_commands(page)
    assert len(commands) == len([line for line in page(PAGE).text.splitlines() if "curl -" in line])
    with requests.Session() as session:
        session.mount(CONTROL_URL, InProcessDoor(emulator))
        won = emulator.org.query("SELECT Id FROM Opportunity WHERE IsClosed = false LIMIT 1")
        for path, body in commands:
            data = body.replace("006...", won[0]["Id"]) if body else None
            method = "POST" if data else "GET"
            answer = session.request(method, CONTROL_URL + path, data=data, timeout=10)
            assert answer.status_code == requests.codes.ok, answer.text
            assert json.loads(answer.text) is not None
