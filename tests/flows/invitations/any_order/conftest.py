"""An org with a few people of every kind, and a story in it that is about to begin."""

from __future__ import annotations

import pytest

from connector.emulator.app import Emulator
from connector.emulator.clock import EmulatorClock
from connector.emulator.ready_config import ready_config
from connector.emulator.salesforce.rest.settings import ConnectedApp
from in_process import IN_PROCESS, START
from invitation_oracle import OPT_OUT
from invitation_story import Story

RULES = """\
  defaults: {cooldown: 2 days}
  rules:
    - name: solved
      on: Case
      becomes: {Status: Closed}
      to: [contact, supplied_email]
      after: 1 hour
      as: email
    - name: escalated
      on: Case
      becomes: {Status: Escalated}
      to: supplied_email
      after: 0
      as: email
    - name: won
      on: Opportunity
      becomes: {StageName: Closed Won}
      to: primary_contact
      after: 1 hour
      as: invitation_link
    - name: bought
      on: Order
      becomes: {Status: Activated}
      to: bill_to
      after: 1 hour
      as: email
      cooldown: 0
      reference: {field: Id}
"""
WAITS = "limits: {trustpilot: {per_5_minutes: 3}}\n"
CONTACTS = ("ann@example.com", "ben@example.com", "cat@example.com", "ANN@Example.com")
LEADS = ("Ben@example.com", "cat@EXAMPLE.com")


@pytest.fixture
def open_story(loaded):
    """Begin a story: `open_story(merged_cases="kept")`; the first run is over."""

    def make(**setup: str) -> Story:
        emulator = Emulator(clock=EmulatorClock(frozen_at=START))
        state, org = emulator.trustpilot, emulator.org
        state.add_business_unit("shop.example.com", display_name="Shop")
        state.switches.calls_per_five_minutes = state.switches.calls_per_hour = None
        app = ConnectedApp("client", "secret", run_as="integration@example.com")
        emulator.salesforce.settings.connected_apps.append(app)
        org.settings.person_accounts, org.settings.restricted_deletes = True, "emptied"
        for name, value in setup.items():
            setattr(org.settings, name, value)
        for name in ("Contact", "Lead"):
            org.show_field(name, OPT_OUT[1])
        _people(org)
        text, environ = ready_config(IN_PROCESS, emulator.credentials)
        head, _, _ = text.partition("  rules:\n")
        settings = loaded(head + RULES, environ)
        story = Story(emulator, settings, loaded(head + RULES + WAITS, environ))
        story.run()
        emulator.clock.advance(60)
        return story

    return make


def _people(org) -> None:
    org.insert("Account", {"Name": "Example Customer"})
    for number, email in enumerate(CONTACTS):
        org.insert("Contact", {"LastName": f"Customer {number}", "Email": email})
    for email in LEADS:
        org.insert("Lead", {"LastName": "Lead", "Company": "C", "Email": email})
    org.insert("Account", {"LastName": "Alone", "PersonEmail": "pia@example.com"})
