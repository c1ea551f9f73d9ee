"""Shops of every kind of configuration, each with a story that is about to begin."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from connector.emulator.app import Emulator
from connector.emulator.clock import EmulatorClock
from connector.emulator.ready_config import ready_config
from connector.emulator.world import seed
from in_process import IN_PROCESS, START
from review_shop import Shop
from review_story import Story

ROOT = Path(__file__).resolve().parents[4]
XMLNS = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
COPY = """\
object: Feedback__c
external_id: Review_Id__c
fields:
  Review_Id__c: {from: id, type: Text(64)}
  Headline__c: {from: title, type: Text(20)}
  Feedback__c: {from: text, type: LongTextArea(1000)}
  Rating__c: {from: stars, transform: stars_to_picklist, type: Picklist}
  Author__c: {from: consumer_name, type: Text(80)}
lookups:
  Customer__c: account
  Shop__c: business_unit
"""
COPY_FIELDS = {
    "Review_Id__c": "<type>Text</type><length>64</length><externalId>true</externalId>"
    "<unique>true</unique><caseSensitive>true</caseSensitive>",
    "Headline__c": "<type>Text</type><length>20</length>",
    "Feedback__c": "<type>LongTextArea</type><length>1000</length>",
    "Rating__c": "<type>Picklist</type>",
    "Author__c": "<type>Text</type><length>80</length>",
    "Customer__c": "<type>Lookup</type><referenceTo>Account</referenceTo>",
    "Shop__c": "<type>Lookup</type><referenceTo>Trustpilot_Business_Unit__c</referenceTo>",
}
CASES = """
cases:
  rules:
    - name: unhappy
      stars: [1, 2, 3]
      owner: queue Trustpilot_Reviews
    - name: praise
      stars: 5
      owner: user sam.seller@example.com
      subject: "Praise for {business_unit}"
"""
FILTER = "    filter: {stars: [1, 2, 3], languages: [en], minimum_text: 3}\n    domain:"


@pytest.fixture(scope="session")
def metadata(tmp_path_factory):
    """The package, and an object of the admin's own for copies."""
    folder = tmp_path_factory.mktemp("org") / "salesforce"
    shutil.copytree(ROOT / "salesforce", folder)
    home = folder / "main" / "default" / "objects" / "Feedback__c"
    (home / "fields").mkdir(parents=True)
    for name, inner in COPY_FIELDS.items():
        text = f"<CustomField {XMLNS}><fullName>{name}</fullName>{inner}</CustomField>"
        (home / "fields" / f"{name}.field-meta.xml").write_text(text)
    text = f"<CustomObject {XMLNS}><label>Feedback</label></CustomObject>"
    (home / "Feedback__c.object-meta.xml").write_text(text)
    return folder


@pytest.fixture(scope="session")
def variants(tmp_path_factory):
    """What each kind of configuration changes in the ready one."""
    copy = tmp_path_factory.mktemp("documents") / "copy.yaml"
    copy.write_text(COPY, encoding="utf-8")

    def everything(text: str, more: str = "") -> str:
        lines = f"reviews:\n  copies: [{copy}]\n{more}"
        return text.replace("reviews:\n", lines, 1) + CASES

    return {
        "plain": lambda text: text,
        "filtered": lambda text: text.replace("    domain:", FILTER, 1),
        "cases and copies": everything,
        "deleting": lambda text: everything(text, "  on_delete: delete\n"),
    }


@pytest.fixture
def open_shop(metadata, variants, loaded):
    """Open a shop of a kind of configuration: `open_shop("filtered")`."""

    def make(variant: str) -> Shop:
        emulator = Emulator(metadata, clock=EmulatorClock(frozen_at=START))
        world = seed(emulator, service_reviews=0, product_reviews=0, people=1)
        org = emulator.org
        queue = {"Name": "Reviews", "DeveloperName": "Trustpilot_Reviews", "Type": "Queue"}
        org.insert("Group", queue)
        text, environ = ready_config(IN_PROCESS, emulator.credentials)
        people = org.query("SELECT Id, Email, AccountId FROM Contact ORDER BY Id")
        settings = loaded(variants[variant](text), environ)
        return Shop(emulator, settings, world.business_unit_id, people)

    return make


@pytest.fixture
def open_story(open_shop):
    """Begin a story in a shop of a kind of configuration."""
    return lambda variant: Story(open_shop(variant), variant)
