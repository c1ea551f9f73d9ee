"""The same client over real HTTPS on loopback: certificates, broken connections, keep-alive."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connector.core.invitations.sending.outgoing import EmailInvitation
from connector.core.terms.errors import VendorUnreachable
from connector.core.terms.outcomes import Verdict
from connector.emulator.doors import HttpsDoors
from connector.emulator.faults import Fault, drop_after, drop_before, truncated_json
from connector.gateways.http.client import HttpSettings, VendorHttp
from connector.gateways.trustpilot.client import TrustpilotClient

SETTINGS = HttpSettings(read_timeout=0.3, attempts=3)
INVITATION = EmailInvitation("ann@example.com", "Ann", "1001", datetime(2026, 3, 9, 10, tzinfo=UTC))
FAULTS = [
    drop_before(),
    drop_after(),
    truncated_json(),
    Fault("*", delay_seconds=0.6, name="slow"),
]


@pytest.fixture
def doors(emulator):
    with HttpsDoors(emulator) as open_doors:
        yield open_doors


@pytest.fixture
def client(clock, doors, access):
    layer = VendorHttp("Trustpilot", clock=clock, settings=SETTINGS)
    urls = {"api_url": doors.trustpilot_url, "invitations_url": doors.invitations_url}
    yield TrustpilotClient(layer, replace(access, **urls))
    layer.close()


@pytest.fixture
def trusted(doors, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(doors.ca_file))


@pytest.mark.usefixtures("trusted")
def test_a_certificate_authority_of_the_environment_is_trusted(client, unit):
    assert client.find_business_unit("shop.example").id == unit.id
    assert client.send_invitation(unit.id, INVITATION).verdict is Verdict.ACCEPTED


def test_without_that_authority_nothing_is_sent_and_the_way_out_is_told(client, emulator, clock):
    with pytest.raises(VendorUnreachable) as caught:
        client.find_business_unit("shop.example")
    assert "certificate" in str(caught.value)
    assert "REQUESTS_CA_BUNDLE" in caught.value.next_step
    assert not caught.value.maybe_processed
    assert clock.slept == []
    assert emulator.calls.all() == []


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_read_survives_a_broken_connection(client, emulator, unit, fault):
    emulator.faults.add(replace(fault, path="*/find"))
    assert client.find_business_unit("shop.example").id == unit.id
    assert emulator.calls.counts(path="*/find") == 2


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_an_invitation_over_a_broken_connection_is_sent_once(client, emulator, unit, fault):
    client.send_invitation(unit.id, replace(INVITATION, reference_number="first"))
    emulator.faults.add(replace(fault, path="*/email-invitations"))
    assert client.send_invitation(unit.id, INVITATION).verdict is Verdict.UNKNOWN
    assert emulator.calls.counts(path="*/email-invitations") == 2
    references = [one.reference for one in emulator.trustpilot.mailbox.received]
    assert references.count("1001") == (fault.drop != "before")
