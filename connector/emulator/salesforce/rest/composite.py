"""composite and composite/batch: several calls in one, each with its own status. Reference 4.3.

The outer answer is always 200; sub-requests run in the order of the list.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.emulator.salesforce.rest import errors
from connector.emulator.salesforce.rest.state import State
from connector.emulator.salesforce.rest.wire import Answer, Ask, located
from connector.emulator.salesforce.rows.errors import ApiError

MOST_SUBREQUESTS = 25
MOST_QUERIES_AND_COLLECTIONS = 5
FIRST_BAD = 400
_REFERENCE = re.compile(r"@\{(\w+)((?:\.\w+|\[\d+\])[^}]*)\}")
_STEP = re.compile(r"\.?(\w+)|\[(\d+)\]")
_REFERENCE_ID = re.compile(r"\w+", re.ASCII)
_HALTED = "PROCESSING_HALTED"
_OTHERS_FAILED = (
    "The transaction was rolled back since another operation in the same transaction failed."
)


class _Undo(Exception):
    """Leaves the transaction of an all-or-none call."""


@dataclass(frozen=True)
class SubRequest:
    """One call inside a composite call, with the name by which others refer to its answer."""

    reference_id: str
    method: str
    url: str
    body: Any
    headers: Mapping[str, str]


def composite(state: State, ask: Ask) -> Answer:
    """Answers POST composite.

    Raises:
        ApiError: 400 for more than 25 sub-requests, more than 5 queries and collections among
            them, or a missing, repeated or misspelt referenceId.
    """
    body = ask.json_object()
    subs = [_sub_request(entry) for entry in _entries(body, "compositeRequest")]
    _check_names(subs)
    _check_kinds(subs)
    answers: dict[str, Answer] = {}
    try:
        if body.get("allOrNone"):
            _run_together(state, ask, subs, answers)
        else:
            _run_all(state, ask, subs, answers)
    except _Undo:
        answers = {name: _undone(answer) for name, answer in answers.items()}
    entries = [_entry(sub.reference_id, answers[sub.reference_id]) for sub in subs]
    return Answer(200, {"compositeResponse": entries})


def batch(state: State, ask: Ask) -> Answer:
    """Answers POST composite/batch; after a failure haltOnError gives the rest a 412."""
    body = ask.json_object()
    results: list[dict[str, Any]] = []
    halted = False
    for entry in _entries(body, "batchRequests"):
        answer = _BATCH_HALTED if halted else _one_of_batch(state, ask, entry)
        halted = halted or (bool(body.get("haltOnError")) and answer.status >= FIRST_BAD)
        results.append({"statusCode": answer.status, "result": answer.body})
    bad = any(result["statusCode"] >= FIRST_BAD for result in results)
    return Answer(200, {"hasErrors": bad, "results": results})


_BATCH_HALTED = Answer(
    412,
    [{"errorCode": "BATCH_PROCESSING_HALTED", "message": "Batch processing halted per request"}],
)


def _one_of_batch(state: State, ask: Ask, entry: dict[str, Any]) -> Answer:
    url = f"/services/data/{entry.get('url', '').lstrip('/')}"
    sub = SubRequest("", entry.get("method", ""), url, entry.get("richInput"), {})
    return state.dispatch(_ask(ask, sub))


def _entries(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    entries = body.get(name)
    if not isinstance(entries, list) or not entries:
        raise ApiError(400, "INVALID_INPUT", f"The {name} list is missing or empty")
    if len(entries) > MOST_SUBREQUESTS:
        text = f"Limit exceeded: at most {MOST_SUBREQUESTS} subrequests are allowed"
        raise ApiError(400, "LIMIT_EXCEEDED", text)
    return entries


def _sub_request(entry: dict[str, Any]) -> SubRequest:
    return SubRequest(
        reference_id=str(entry.get("referenceId", "")),
        method=str(entry.get("method", "")),
        url=str(entry.get("url", "")),
        body=entry.get("body"),
        headers={name.lower(): str(v) for name, v in entry.get("httpHeaders", {}).items()},
    )


def _check_names(subs: list[SubRequest]) -> None:
    names = [sub.reference_id for sub in subs]
    if not all(_REFERENCE_ID.fullmatch(name) for name in names):
        text = "Provided referenceId must have letters, digits and underscores only"
        raise ApiError(400, "INVALID_INPUT", text)
    if len(set(names)) < len(names):
        raise ApiError(400, "INVALID_INPUT", "Provided referenceId is not unique")


def _check_kinds(subs: list[SubRequest]) -> None:
    kinds = [located(sub.url)[1][:2] for sub in subs]
    narrow = sum(
        kind[:1] in {("query",), ("queryAll",)} or kind == ("composite", "sobjects")
        for kind in kinds
    )
    if narrow > MOST_QUERIES_AND_COLLECTIONS:
        text = f"Cannot have more than {MOST_QUERIES_AND_COLLECTIONS} query or collection requests"
        raise ApiError(400, "LIMIT_EXCEEDED", text)


def _run_together(
    state: State, ask: Ask, subs: list[SubRequest], answers: dict[str, Answer]
) -> None:
    with state.org.all_or_none():
        _run_all(state, ask, subs, answers)
        if any(_failed(answer) for answer in answers.values()):
            raise _Undo


def _run_all(state: State, ask: Ask, subs: list[SubRequest], answers: dict[str, Answer]) -> None:
    for sub in subs:
        try:
            resolved = SubRequest(
                sub.reference_id,
                sub.method,
                str(_resolved(sub.url, answers)),
                _resolved(sub.body, answers),
                sub.headers,
            )
            answers[sub.reference_id] = state.dispatch(_ask(ask, resolved))
        except KeyError as missing:
            text = f"Invalid reference specified. No value for {missing.args[0]} found"
            answers[sub.reference_id] = errors.of_request(ApiError(400, _HALTED, text))


def _failed(answer: Answer) -> bool:
    rows = answer.body if isinstance(answer.body, list) else []
    refused = any(isinstance(row, dict) and row.get("success") is False for row in rows)
    return answer.status >= FIRST_BAD or refused


def _undone(answer: Answer) -> Answer:
    if _failed(answer):
        return answer
    return errors.of_request(ApiError(400, _HALTED, _OTHERS_FAILED))


def _ask(outer: Ask, sub: SubRequest) -> Ask:
    version, segments, query = located(sub.url)
    return Ask(
        method=sub.method.upper(),
        version=version,
        segments=segments,
        query=query,
        headers={**outer.headers, **sub.headers},
        body=b"" if sub.body is None else json.dumps(sub.body).encode(),
        door=outer.door,
    )


def _resolved(value: Any, answers: Mapping[str, Answer]) -> Any:
    """Returns the value with every `@{name.path}` replaced; KeyError where nothing is there.

    A text that is one reference and nothing else becomes the referenced value itself.
    """
    if isinstance(value, dict):
        return {key: _resolved(inner, answers) for key, inner in value.items()}
    if isinstance(value, list):
        return [_resolved(inner, answers) for inner in value]
    if not isinstance(value, str):
        return value
    whole = _REFERENCE.fullmatch(value)
    if whole:
        return _looked_up(whole, answers)
    return _REFERENCE.sub(lambda found: str(_looked_up(found, answers)), value)


def _looked_up(found: re.Match[str], answers: Mapping[str, Answer]) -> Any:
    name, path = found[1], found[2]
    answer = answers.get(name)
    value: Any = answer.body if answer and answer.status < FIRST_BAD else None
    try:
        for key, index in _STEP.findall(path):
            value = value[int(index)] if index else value[key]
    except (KeyError, IndexError, TypeError) as error:
        raise KeyError(f"{name}{path}") from error
    return value


def _entry(reference_id: str, answer: Answer) -> dict[str, Any]:
    return {
        "body": answer.body,
        "httpHeaders": dict(answer.headers),
        "httpStatusCode": answer.status,
        "referenceId": reference_id,
    }
