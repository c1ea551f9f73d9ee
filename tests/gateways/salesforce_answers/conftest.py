"""A transport that plays answers back in the org's place, for shapes that no emulator gives."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field

import pytest
import requests
from pydantic import SecretStr
from requests.adapters import BaseAdapter

from connector.core.terms.records import Select
from connector.gateways.http.client import HttpSettings, VendorHttp
from connector.gateways.salesforce.org import SalesforceAccess, SalesforceOrg

URL = "https://acme.my.salesforce.example"
TOKEN = {
    "access_token": "00D000000000062!token",
    "instance_url": URL,
    "id": "https://login.salesforce.com/id/00D000000000062EAA/005000000000001AAA",
    "token_type": "Bearer",
}
VERSIONS = [{"version": v, "url": "", "label": ""} for v in ("31.0", "64.0", "66.0", "68.0")]
KEY = "External_Id__c"
CALLS = {
    "read": lambda org: org.read([Select("Contact", ("Id",))]),
    "insert": lambda org: org.insert("Thing__c", [{"Name": "x"}]),
    "upsert": lambda org: org.upsert("Thing__c", KEY, [{KEY: "k"}]),
    "update": lambda org: org.update("Thing__c", [{"Id": "a00000000000001AAA"}]),
}


@dataclass(frozen=True)
class Reply:
    body: object = None
    status: int = 200
    limit: str = ""


@dataclass
class Playback(BaseAdapter):
    """Answers sign-ins itself and everything else from a list; remembers what was sent."""

    replies: deque = field(default_factory=deque)
    sent: list = field(default_factory=list)
    token: Reply = Reply(TOKEN)
    versions: Reply = Reply(VERSIONS)

    reply = Reply

    def will(self, *replies):
        self.replies.extend(replies)

    def send(self, request, **_options):
        self.sent.append(request)
        return response(request, self.answer(request))

    def answer(self, request):
        if request.path_url.endswith("/oauth2/token"):
            return self.token
        if request.path_url == "/services/data":
            return self.versions
        return self.in_the_org(request)

    def in_the_org(self, _request):
        return self.replies.popleft()

    def close(self):
        pass

    @property
    def calls(self):
        return [one for one in self.sent if one.path_url.startswith("/services/data/v")]

    @property
    def sign_ins(self):
        return sum(one.path_url.endswith("/token") for one in self.sent)

    def bodies(self):
        return [json.loads(one.body) for one in self.calls]

    def good(self, call):
        """Return the success that one call of `do` expects."""
        return self.composite(self.page()) if call == "read" else self.created("a00000000000001AAA")

    @staticmethod
    def page(*rows, **more):
        return {
            "totalSize": len(rows),
            "done": True,
            "records": [dict(row) for row in rows],
            **more,
        }

    @staticmethod
    def composite(*bodies):
        """Return a composite answer; each body is a page, or (status, errorCode, message)."""
        parts = []
        for i, body in enumerate(bodies):
            status, content = 200, body
            if isinstance(body, tuple):
                status, content = body[0], [{"errorCode": body[1], "message": body[2]}]
            parts.append({"referenceId": f"part{i}", "httpStatusCode": status, "body": content})
        return Reply({"compositeResponse": parts})

    @staticmethod
    def created(*ids):
        return Reply([{"id": one, "success": True, "errors": []} for one in ids])


def response(request, reply):
    answer = requests.Response()
    answer.status_code = reply.status
    text = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
    answer._content = text.encode()  # noqa: SLF001 -- requests offers no constructor
    answer.headers["Date"] = "Mon, 04 May 2026 12:00:00 GMT"
    if reply.limit:
        answer.headers["Sforce-Limit-Info"] = reply.limit
    answer.request = request
    answer.url = request.url
    return answer


@pytest.fixture
def vendor():
    return Playback()


@pytest.fixture
def access():
    return SalesforceAccess(URL, "client", SecretStr("hush"))


@pytest.fixture
def org(vendor, clock, access):
    http = VendorHttp("Salesforce", clock=clock, adapter=vendor, settings=HttpSettings(attempts=2))
    return SalesforceOrg(http, access)


@pytest.fixture
def do(org):
    """Make one call of a kind: read, insert, upsert or update."""
    return lambda call: CALLS[call](org)
