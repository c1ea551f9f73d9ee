"""Where the spelling of the deploy resource ends: its answers as values of ours.

Whatever an answer lacks or spells in another type is left out, so that a deployment that ended
is never mistaken for one that nobody can read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connector.core.org.deployment import (
    FINAL,
    ComponentProblem,
    DeployState,
    DeployStatus,
    ProblemLevel,
)
from connector.gateways.http.redaction import redacted

_LONGEST = 500


def read_id(answer: Any) -> str:
    """Return the id of a deployment that the org has begun, empty where it tells none."""
    told = answer.get("id") if isinstance(answer, Mapping) else None
    return told if isinstance(told, str) and told.isalnum() else ""


def read_state(deployment: str, answer: Any) -> DeployState | None:
    """Return what the org says of a deployment, or None where it says nothing of it.

    A status that is not known means that it goes on, unless the org says that it is done
    (Salesforce 3.7: uncertain which words there are).
    """
    result = answer.get("deployResult") if isinstance(answer, Mapping) else None
    status = result.get("status") if isinstance(result, Mapping) else None
    if not isinstance(result, Mapping) or not isinstance(status, str):
        return None
    done = status in FINAL or result.get("done") is True
    if done and status not in FINAL and result.get("success") is True:
        status = DeployStatus.SUCCEEDED
    details = _mapping(result.get("details"))
    return DeployState(
        id=deployment,
        status=status,
        done=done,
        components=_number(result.get("numberComponentsTotal")),
        deployed=_number(result.get("numberComponentsDeployed")),
        failed=_number(result.get("numberComponentErrors")),
        tests=_number(result.get("numberTestsTotal")),
        tests_failed=_number(result.get("numberTestErrors")),
        message=_sentence(result.get("errorMessage")),
        problems=(*_of_components(details), *_of_tests(_mapping(details.get("runTestResult")))),
    )


def _of_components(details: Mapping[str, Any]) -> Iterator[ComponentProblem]:
    for each in _mappings(details.get("componentFailures")):
        yield _problem(each)
    for each in _mappings(details.get("componentSuccesses")):
        if each.get("problem"):
            yield _problem(each)


def _problem(each: Mapping[str, Any]) -> ComponentProblem:
    mild = str(each.get("problemType") or "").lower() in {"warning", "info"}
    return ComponentProblem(
        type=_text(each.get("componentType")),
        name=_text(each.get("fullName")),
        message=_sentence(each.get("problem")) or "The org does not say what is wrong.",
        level=ProblemLevel.WARNING if mild else ProblemLevel.ERROR,
        file=_text(each.get("fileName")),
        line=_number(each.get("lineNumber")),
        column=_number(each.get("columnNumber")),
    )


def _of_tests(tests: Mapping[str, Any]) -> Iterator[ComponentProblem]:
    for each in _mappings(tests.get("failures")):
        name = ".".join(filter(None, (_text(each.get("name")), _text(each.get("methodName")))))
        yield ComponentProblem("ApexTest", name, _sentence(each.get("message")))
    for each in _mappings(tests.get("codeCoverageWarnings")):
        yield ComponentProblem(
            "ApexTest",
            _text(each.get("name")),
            _sentence(each.get("message")),
            ProblemLevel.WARNING,
        )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: object) -> list[Mapping[str, Any]]:
    """Read a list of objects; some serialisers write a list of one without its brackets."""
    items = value if isinstance(value, list) else [value]
    return [each for each in items if isinstance(each, Mapping)]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _sentence(value: object) -> str:
    return redacted(value, _LONGEST) if isinstance(value, str) else ""


def _number(value: object) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
