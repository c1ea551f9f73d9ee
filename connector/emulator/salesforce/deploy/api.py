"""The REST deploy resource: a zip goes up, a deployment is worked off, its result is asked for.

Reference 8. A deployment ends when it is sent; its status then shows that with the polls of the
client, so that one whose answer was lost has taken effect all the same.
"""

import json
import re
from typing import Any

from connector.emulator.salesforce.deploy.install import Deployment
from connector.emulator.salesforce.deploy.zip_files import Component
from connector.emulator.salesforce.rest.state import State
from connector.emulator.salesforce.rest.wire import Answer, Ask
from connector.emulator.salesforce.rows.errors import ApiError, not_found
from connector.emulator.salesforce.times import stamp

PREFIX = "0Af"
LONGEST_ZIP = 39 * 1024 * 1024
TEST_LEVELS = ("NoTestRun", "RunSpecifiedTests", "RunLocalTests", "RunAllTestsInOrg")
_BOUNDARY = re.compile(r'multipart/form-data;.*boundary="?([^";]+)"?', re.IGNORECASE)
_PART_NAME = re.compile(rb'name="?([^";\r\n]+)"?', re.IGNORECASE)


def create(state: State, ask: Ask) -> Answer:
    """Answers POST metadata/deployRequest with the id of a deployment that is pending.

    Raises:
        ApiError: 403 where the user may not change metadata, 400 for a malformed request or for
            a test level that the org does not allow, 415 where the body is no multipart.
    """
    if not state.org.settings.may_deploy:
        text = "use of the Metadata API requires a user with the ModifyAllData or ModifyMetadata"
        raise ApiError(403, "INSUFFICIENT_ACCESS", f"{text} permissions")
    options, archive = _request(ask)
    _check_options(state, options)
    deployment = Deployment(
        id=state.mint.next_id(PREFIX),
        options=options,
        created=stamp(state.now()),
        components=state.org.deploy(archive, check_only=bool(options.get("checkOnly"))),
    )
    state.deployments[deployment.id] = deployment
    body = {"id": deployment.id, "deployOptions": options}
    return Answer(201, body | {"deployResult": _result(state, deployment, "Pending")})


def read(state: State, ask: Ask, deployment_id: str) -> Answer:
    """Answers GET metadata/deployRequest/id; with includeDetails=true every component."""
    deployment = state.deployments.get(deployment_id)
    if deployment is None:
        raise not_found()
    deployment.polls += 1
    status = "InProgress"
    if deployment.polls >= state.settings.deploy_polls:
        status = "Failed" if deployment.failed else "Succeeded"
    result = _result(state, deployment, status)
    if ask.query.get("includeDetails") == "true":
        result["details"] = _details(deployment, told=status != "InProgress")
    return Answer(200, {"id": deployment.id, "deployResult": result})


def _check_options(state: State, options: dict[str, Any]) -> None:
    level = options.get("testLevel")
    if level is not None and level not in TEST_LEVELS:
        raise ApiError(400, "INVALID_OPERATION", f"Unknown testLevel: {level}")
    production = state.org.is_production
    if level == "NoTestRun" and production and not state.switches.no_test_run_in_production:
        text = "testLevel of NoTestRun cannot be used in production organizations"
        raise ApiError(400, "INVALID_OPERATION", text)
    if production and (options.get("rollbackOnError") is not True):
        raise ApiError(400, "INVALID_OPERATION", "rollbackOnError must be true in production")
    if production and options.get("allowMissingFiles"):
        raise ApiError(400, "INVALID_OPERATION", "allowMissingFiles must be false in production")


def _request(ask: Ask) -> tuple[dict[str, Any], bytes]:
    parts = _parts(ask)
    try:
        options = json.loads(parts[b"json"])["deployOptions"]
        archive = parts[b"file"]
    except (KeyError, TypeError, ValueError) as error:
        text = "The request needs the parts json, with deployOptions, and file"
        raise ApiError(400, "JSON_PARSER_ERROR", text) from error
    if not isinstance(options, dict):
        raise ApiError(400, "JSON_PARSER_ERROR", "deployOptions must be an object")
    if len(archive) > LONGEST_ZIP:
        raise ApiError(413, "LIMIT_EXCEEDED", "Maximum size of request reached")
    return options, archive


def _parts(ask: Ask) -> dict[bytes, bytes]:
    boundary = _BOUNDARY.match(ask.headers.get("content-type", ""))
    if not boundary:
        raise ApiError(415, "UNSUPPORTED_MEDIA_TYPE", "The body must be multipart/form-data")
    found = {}
    for part in (b"\r\n" + ask.body).split(b"\r\n--" + boundary[1].encode())[1:]:
        head, _, content = part.partition(b"\r\n\r\n")
        if name := _PART_NAME.search(head):
            found[name[1]] = content
    return found


def _result(state: State, deployment: Deployment, status: str) -> dict[str, Any]:
    done = status in {"Succeeded", "Failed"}
    total, failed = deployment.members, len(deployment.failed)
    result: dict[str, Any] = {
        "id": deployment.id,
        "status": status,
        "success": status == "Succeeded",
        "checkOnly": bool(deployment.options.get("checkOnly")),
        "ignoreWarnings": bool(deployment.options.get("ignoreWarnings")),
        "rollbackOnError": bool(deployment.options.get("rollbackOnError")),
        "createdDate": deployment.created,
        "numberComponentsTotal": 0 if status == "Pending" else total,
        "numberComponentsDeployed": max(0, total - failed) if done else _half(status, total),
        "numberComponentErrors": failed if done else 0,
        "numberTestsTotal": 0,
        "numberTestsCompleted": 0,
        "numberTestErrors": 0,
        "runTestsEnabled": False,
    }
    return result | ({"done": done} if state.switches.deploy_done_key else {})


def _half(status: str, total: int) -> int:
    return total // 2 if status == "InProgress" else 0


def _details(deployment: Deployment, *, told: bool) -> dict[str, Any]:
    """Returns what is known of each component, which is nothing before the end."""
    shown = deployment.components if told else []
    return {
        "componentFailures": [
            _message(each, failure.problem, failure.line, failure.column)
            for each in shown
            for failure in each.failures
        ],
        "componentSuccesses": [_message(each) for each in shown if not each.failures],
        "runTestResult": {"numFailures": 0, "numTestsRun": 0, "failures": []},
    }


def _message(
    component: Component,
    problem: str | None = None,
    line: int | None = None,
    column: int | None = None,
) -> dict[str, Any]:
    return {
        "changed": problem is None,
        "columnNumber": column,
        "componentType": component.type,
        "created": False,
        "deleted": False,
        "fileName": component.file,
        "fullName": component.name,
        "lineNumber": line,
        "problem": problem,
        "problemType": None if problem is None else "Error",
        "success": problem is None,
        "warning": False,
    }
