"""Turns what pydantic found into problems that an admin can find and correct.

A sentence says what is wrong, a hint what to do, and the place is line and column of the YAML.
Values are repeated only where a fixed vocabulary is expected: anything else could be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Literal, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from connector.config.terms.yaml_source import DocumentPath, Step, YamlSource
from connector.core.terms.errors import Problem
from connector.core.terms.unknown_words import UnknownWord, did_you_mean, quoted

_SHAPES = {
    "model_type": ("must hold keys and values.", "Write lines like `key: value` below it."),
    "dict_type": ("must hold keys and values.", "Write it like `{Status: Activated}`."),
    "tuple_type": ("must be a list.", "Start each entry with `- `."),
    "string_type": ("must be text.", "Put it in quotes."),
    "string_unicode": ("must be text that can be written as UTF-8.", ""),
    "bool_type": ("must be `true` or `false`.", ""),
    "bool_parsing": ("must be `true` or `false`.", ""),
    "int_type": ("must be a whole number.", ""),
    "int_parsing": ("must be a whole number.", ""),
    "finite_number": ("must be a whole number.", ""),
    "int_from_float": ("must be a whole number.", ""),
    "string_too_short": ("must not be empty.", ""),
    "string_pattern_mismatch": ("must be the name of an environment variable.", ""),
}


def problems_of(
    error: ValidationError, source: YamlSource, model: type[BaseModel], at: DocumentPath = ()
) -> list[Problem]:
    """Return one problem for each thing wrong; `model` was read from the place `at`."""
    return [_problem(each, source, model, at) for each in error.errors(include_url=False)]


def _problem(
    each: ErrorDetails, source: YamlSource, model: type[BaseModel], at: DocumentPath
) -> Problem:
    path, of = _place(at, each["loc"])
    match each["type"]:
        case "extra_forbidden":
            known = _known_keys(model, each["loc"][:-1])
            message = f"{quoted(str(path[-1]))} is not a key that is known here."
            return source.problem(path, message, did_you_mean(str(path[-1]), known), of="key")
        case "missing":
            return _missing(path, source)
        case "enum":
            known = re.findall(r"'([^']*)'", each["ctx"]["expected"])
            written = str(each["input"])
            message = f"{quoted(written)} is not a value of `{_name(path)}`."
            return source.problem(path, message, did_you_mean(written, known))
        case "value_error":
            return _own_words(each["ctx"]["error"], path, source, of)
        case _:
            return source.problem(path, *_shape(each, source.reached(path)), of=of)


def _place(at: DocumentPath, loc: DocumentPath) -> tuple[DocumentPath, Literal["key", "value"]]:
    """Return the path in the document, and which side of the colon is meant.

    Pydantic and our unions add steps in brackets that no document has; `[key]` is a wrong key.
    """
    steps = tuple(each for each in loc if not str(each).startswith("["))
    return (*at, *steps), "key" if loc[-1:] == ("[key]",) else "value"


def _missing(path: DocumentPath, source: YamlSource) -> Problem:
    parent = source.at(path[:-1])
    if isinstance(parent, dict) and path[-1] in parent:
        return source.problem(path, f"`{path[-1]}` has no value.", "Write one.", of="key")
    message = f"`{path[-1]}` is missing"
    message += f" in {_name(path[:-1])}." if path[:-1] else "."
    return source.problem(path[:-1], message, "config.example.yaml shows it.", of="key")


def _own_words(
    error: Exception, path: DocumentPath, source: YamlSource, of: Literal["key", "value"]
) -> Problem:
    if not isinstance(error, UnknownWord):
        return source.problem(path, str(error), of=of)
    inside = source.at(path)
    if isinstance(inside, dict) and error.word in inside:
        return source.problem((*path, error.word), str(error), error.hint, of="key")
    place = _entry_with(error.word, inside, path)
    return source.problem(place, str(error), error.hint, of=of)


def _entry_with(word: str, inside: Any, path: DocumentPath) -> DocumentPath:
    """Return the path to the list entry that starts with the word, or the path itself."""
    entries = inside if isinstance(inside, list) else []
    found = (index for index, entry in enumerate(entries) if str(entry).split()[:1] == [word])
    return next(((*path, index) for index in found), path)


def _shape(each: ErrorDetails, path: DocumentPath) -> tuple[str, str]:
    facts = each.get("ctx", {})
    if each["type"] == "greater_than_equal":
        return f"`{_name(path)}` must be {facts['ge']} or more.", ""
    if each["type"] == "less_than_equal":
        return f"`{_name(path)}` must be {facts['le']} or less.", ""
    if each["type"] == "string_too_long":
        return f"`{_name(path)}` may have {facts['max_length']} characters at most.", ""
    said, hint = _SHAPES.get(each["type"], (f"cannot be used: {each['msg']}.", ""))
    return f"`{_name(path)}` {said}", hint


def _name(path: Iterable[Step]) -> str:
    """Return the last key of a path, with the number of the entry where it is a list's."""
    steps = list(path)
    key = next((step for step in reversed(steps) if isinstance(step, str)), "the file")
    if steps and isinstance(steps[-1], int):
        return f"{key}, entry {steps[-1] + 1}"
    return key


def _known_keys(model: type[BaseModel], loc: DocumentPath) -> list[str]:
    """Return the keys of the model that the path leads to, as they are written in YAML."""
    for step in loc:
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        if step in fields:
            model = _first_model(fields[str(step)].annotation) or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _first_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found: Callable[[Any], type[BaseModel] | None] = _first_model
    return next((model for each in get_args(annotation) if (model := found(each))), None)
