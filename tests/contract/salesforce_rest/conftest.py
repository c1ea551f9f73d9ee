"""One emulated org with two small custom objects, and a signed-in client without sockets."""

from pathlib import Path

import pytest
import requests

from connector.emulator.app import Emulator
from connector.emulator.doors import SALESFORCE_URL, InProcessDoor
from connector.emulator.salesforce import ConnectedApp

USERNAME = "integration@connector.example"
SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples" / "salesforce"

_OBJECT = """<?xml version="1.0" encoding="UTF-8"?>
<CustomObject xmlns="http://soap.sforce.com/2006/04/metadata">
    <label>{label}</label>
    <pluralLabel>{label}s</pluralLabel>
    <nameField><label>Name</label><type>Text</type></nameField>
    <deploymentStatus>Deployed</deploymentStatus>
    <sharingModel>ReadWrite</sharingModel>
</CustomObject>
"""
_FIELD = """<?xml version="1.0" encoding="UTF-8"?>
<CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
    <fullName>{name}</fullName>
    <label>{name}</label>
    {rest}
</CustomField>
"""
_FIELDS = {
    "Custom__c": {
        "CustomField__c": "<type>Text</type><length>80</length>",
    },
    "Gadget__c": {
        "Key__c": (
            "<type>Text</type><length>80</length><externalId>true</externalId>"
            "<unique>true</unique><caseSensitive>true</caseSensitive>"
        ),
        "Loose__c": "<type>Text</type><length>80</length><externalId>true</externalId>",
        "Amount__c": "<type>Number</type><precision>8</precision><scale>2</scale>",
        "Ready__c": "<type>Checkbox</type><defaultValue>false</defaultValue>",
        "Text__c": "<type>LongTextArea</type><length>2000</length>",
        "Account__c": (
            "<type>Lookup</type><referenceTo>Account</referenceTo>"
            "<relationshipName>Gadgets</relationshipName>"
        ),
        "Parent__c": (
            "<type>Lookup</type><referenceTo>Gadget__c</referenceTo>"
            "<relationshipName>Parts</relationshipName>"
        ),
    },
}


@pytest.fixture(scope="session")
def metadata_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("package")
    for name, fields in _FIELDS.items():
        home = folder / "main" / "default" / "objects" / name
        (home / "fields").mkdir(parents=True)
        label = name.removesuffix("__c")
        (home / f"{name}.object-meta.xml").write_text(_OBJECT.format(label=label), "utf-8")
        for field, rest in fields.items():
            text = _FIELD.format(name=field, rest=rest)
            (home / "fields" / f"{field}.field-meta.xml").write_text(text, "utf-8")
    return folder


@pytest.fixture
def connected_app():
    return ConnectedApp("consumer-key", "consumer-secret", run_as=USERNAME)


@pytest.fixture
def emulator(metadata_folder, connected_app):
    world = Emulator(metadata_folder)
    world.salesforce.settings.connected_apps.append(connected_app)
    return world


@pytest.fixture
def side(emulator):
    return emulator.salesforce


@pytest.fixture
def door(emulator):
    """A plain session that reaches the org without sockets."""
    with requests.Session() as session:
        InProcessDoor(emulator).mount(session)
        yield session


@pytest.fixture
def sign_in(door):
    """Asks for a token with the connected app's secret."""

    def ask(base=SALESFORCE_URL, session=door):
        form = {"grant_type": "client_credentials"}
        answer = session.post(
            f"{base}/services/oauth2/token", data=form, auth=("consumer-key", "consumer-secret")
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask


class Api:
    """A signed-in client: paths below /services/data/vNN.0, JSON bodies."""

    def __init__(self, session, token, version="66.0"):
        self.session = session
        self.base = f"{SALESFORCE_URL}/services/data/v{version}"
        self.headers = {"Authorization": f"Bearer {token}"}

    def __call__(self, method, path, json=None, **options):
        options["headers"] = {**self.headers, **options.get("headers", {})}
        url = SALESFORCE_URL + path if path.startswith("/services") else f"{self.base}/{path}"
        return self.session.request(method, url, json=json, **options)

    def get(self, path, **options):
        return self("GET", path, **options)

    def post(self, path, json, **options):
        return self("POST", path, json, **options)

    def patch(self, path, json, **options):
        return self("PATCH", path, json, **options)

    def delete(self, path, **options):
        return self("DELETE", path, **options)

    def soql(self, text, **options):
        answer = self.get("query", params={"q": text}, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def in_version(self, version):
        other = Api(self.session, "", version)
        other.headers = self.headers
        return other


@pytest.fixture
def api(door, sign_in):
    return Api(door, sign_in()["access_token"])


@pytest.fixture
def samples():
    """The folder of recorded traffic, which lies beside the repository."""
    if not SAMPLES.is_dir():
        pytest.skip("the recorded samples (../shared/samples/salesforce) are not on this machine")
    return SAMPLES
