"""A package into the org by the REST deploy resource: sent once, then asked about until it ends.

The resource is section 8 of the reference; what it answers is read in `deploy_wire`.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from connector.core.org.deployment import DeployRequest, DeployState
from connector.core.org.metadata_package import MetadataPackage
from connector.core.terms.errors import AccessDenied, CallFacts, VendorError, VendorUnreachable
from connector.gateways.http.client import Repeat
from connector.gateways.salesforce.deploy_wire import read_id, read_state
from connector.gateways.salesforce.errors import VENDOR
from connector.gateways.salesforce.session import Request, SalesforceSession, unreadable

LONGEST_DEPLOYMENT = 3_600.0
"""Seconds after which nobody waits for a deployment any more; the org goes on with it."""

_FIRST_PAUSE, _GROWTH, _LONGEST_PAUSE = 1.0, 1.5, 10.0
_RESOURCE = "metadata/deployRequest"
_SAME_MOMENT = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip file can hold, so that one package is always the same bytes."""

_MAY_NOT = (
    "The user that the connector signs in as needs the permission 'Modify Metadata Through "
    "Metadata API Functions' to deploy, which Trustpilot_Connector does not give: see "
    "docs/org/package.md."
)
_LOST = (
    "Look in Setup > Deployment Status: there is no way to ask for a deployment whose id never "
    "came back. Where none is under way there, type again: connector deploy. A package that is "
    "deployed twice changes nothing the second time."
)


class Deployments:
    """Sends packages; one session, and no state but the org's."""

    def __init__(self, session: SalesforceSession) -> None:
        self._session = session

    def deploy(self, package: MetadataPackage, request: DeployRequest) -> Iterator[DeployState]:
        """Send the package once and yield each answer, the last one being done."""
        deployment = self._start(package, request)
        yield DeployState(deployment, "Pending")
        clock, pause = self._session.clock, _FIRST_PAUSE
        patience = clock.monotonic() + LONGEST_DEPLOYMENT
        while clock.monotonic() < patience:
            clock.sleep(pause)
            pause = min(pause * _GROWTH, _LONGEST_PAUSE)
            state = self._state(deployment)
            yield state
            if state.done:
                return
        raise VendorUnreachable(
            f"The deployment {deployment} has not ended within an hour.",
            CallFacts(VENDOR, "GET", f"{_RESOURCE}/{deployment}"),
            maybe_processed=True,
            next_step=_goes_on(deployment),
        )

    def _start(self, package: MetadataPackage, request: DeployRequest) -> str:
        sent = Request(
            "POST",
            _RESOURCE,
            {"deployOptions": _options(request)},
            Repeat.NEVER,
            effect=True,
            archive=zipped(package),
        )
        try:
            return self._begun(sent)
        except AccessDenied as denied:
            raise AccessDenied(VENDOR, denied.message, next_step=_MAY_NOT) from denied
        except VendorUnreachable as lost:
            if not lost.maybe_processed:
                raise
            raise VendorUnreachable(
                f"{lost.message} The org may have begun the deployment all the same.",
                lost.facts,
                maybe_processed=True,
                next_step=_LOST,
            ) from lost

    def _begun(self, sent: Request) -> str:
        deployment = read_id(self._session.ask(sent))
        if not deployment:
            raise unreadable(sent)
        return deployment

    def _state(self, deployment: str) -> DeployState:
        asked = _asking(deployment)
        try:
            state = read_state(deployment, self._session.ask(asked))
            if state is None:
                raise unreadable(asked)
        except VendorError as error:
            error.next_step = _goes_on(deployment)
            raise
        return state


def zipped(package: MetadataPackage) -> bytes:
    """Return the files of the package as a zip file; the same package gives the same bytes."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in package.files:
            archive.writestr(
                zipfile.ZipInfo(each.path, _SAME_MOMENT), each.content, zipfile.ZIP_DEFLATED
            )
    return held.getvalue()


def _options(request: DeployRequest) -> dict[str, Any]:
    """The options that a production org demands; warnings stay warnings, for a person to read."""
    options: dict[str, Any] = {
        "allowMissingFiles": False,
        "autoUpdatePackage": False,
        "checkOnly": request.check_only,
        "ignoreWarnings": True,
        "performRetrieve": False,
        "purgeOnDelete": False,
        "rollbackOnError": True,
        "singlePackage": True,
    }
    return options | ({"testLevel": "NoTestRun"} if request.without_tests else {})


def _asking(deployment: str) -> Request:
    return Request("GET", f"{_RESOURCE}/{deployment}?includeDetails=true")


def _goes_on(deployment: str) -> str:
    return f"The org goes on with it: see Setup > Deployment Status for {deployment}."
