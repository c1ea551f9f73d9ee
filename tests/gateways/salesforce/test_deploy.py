"""What a deployment looks like on the wire, and what it leaves of the client that sent it."""

from __future__ import annotations

import email.message
import email.policy
import io
import json
import zipfile

import pytest
from pydantic import SecretStr

from connector.core.org.deployment import DeployRequest, DeployStatus
from connector.core.org.metadata_package import SourceFiles
from connector.core.org.source_package import to_metadata_package
from connector.core.terms.records import Select
from connector.emulator.doors import SALESFORCE_URL, InProcessDoor
from connector.gateways.http.client import VendorHttp
from connector.gateways.salesforce.org import SalesforceAccess, SalesforceOrg

FOLDER = "main/default/staticresources"
STYLE = b"a { content: '\xc3\xa9' }\r\n\x00\xff--"
FILES = {
    f"{FOLDER}/style.css": STYLE,
    f"{FOLDER}/style.resource-meta.xml": b'<StaticResource xmlns="http://soap.sforce.com/2006/'
    b'04/metadata"><contentType>text/css</contentType></StaticResource>',
}
PACKAGE = to_metadata_package(SourceFiles("pkg", "66.0", FILES))


class KeepingDoor(InProcessDoor):
    """Keeps every request that goes through it."""

    def __init__(self, emulator):
        super().__init__(emulator)
        self.kept = []

    def send(self, request, *args, **options):
        self.kept.append(request)
        return super().send(request, *args, **options)


@pytest.fixture
def door(emulator):
    return KeepingDoor(emulator)


def parts_of(request):
    """The parts of a multipart request: name -> (type, content)."""
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    parsed = email.message_from_bytes(head + request.body, policy=email.policy.HTTP)
    return {
        part.get_param("name", header="Content-Disposition"): (
            part.get_content_type(),
            part.get_payload(decode=True),
        )
        for part in parsed.iter_parts()
    }


def deployed(org, request=DeployRequest()):  # noqa: B008 - a frozen value
    return list(org.deploy(PACKAGE, request))


def post(door):
    (request,) = [each for each in door.kept if each.url.endswith("/metadata/deployRequest")]
    return request


def test_the_request_has_a_part_of_json_and_a_part_of_a_zip(org, door):
    *_, last = deployed(org)

    parts = parts_of(post(door))
    assert last.status == DeployStatus.SUCCEEDED
    assert {name: kind for name, (kind, _) in parts.items()} == {
        "json": "application/json",
        "file": "application/zip",
    }
    assert post(door).headers["Sforce-Call-Options"] == "client=connector"


@pytest.mark.parametrize("check_only", [False, True])
@pytest.mark.parametrize("without_tests", [False, True])
def test_the_options_are_those_that_a_production_org_demands(org, door, check_only, without_tests):
    deployed(org, DeployRequest(check_only, without_tests))

    options = json.loads(parts_of(post(door))["json"][1])["deployOptions"]
    assert options == {
        "allowMissingFiles": False,
        "autoUpdatePackage": False,
        "checkOnly": check_only,
        "ignoreWarnings": True,
        "performRetrieve": False,
        "purgeOnDelete": False,
        "rollbackOnError": True,
        "singlePackage": True,
        **({"testLevel": "NoTestRun"} if without_tests else {}),
    }


def test_every_byte_of_the_package_arrives(org, door):
    deployed(org)

    with zipfile.ZipFile(io.BytesIO(parts_of(post(door))["file"][1])) as archive:
        assert archive.read("staticresources/style.resource") == STYLE
        assert archive.namelist()[0] == "package.xml"
        assert len(archive.namelist()) == 3


def test_what_is_asked_after_a_deployment_is_asked_as_ever(org, door):
    deployed(org)
    org.read([Select("Organization", ("Id",), limit=1)])

    last = door.kept[-1]
    assert last.headers["Content-Type"] == "application/json"
    assert "SOAPAction" not in last.headers


def test_a_sign_in_that_is_refused_sends_no_package(side, clock, door):
    access = SalesforceAccess(SALESFORCE_URL, "client", SecretStr("wrong"))
    org = SalesforceOrg(VendorHttp("Salesforce", clock=clock, adapter=door), access)
    with pytest.raises(Exception, match="Salesforce"):
        deployed(org)
    assert [each.url for each in door.kept] == [f"{SALESFORCE_URL}/services/oauth2/token"]
    assert side.settings.connected_apps
