"""A YAML file as plain values that still know their line and column.

Nothing here knows what the keys mean. Messages never repeat a value of the file: it could be
a secret somebody typed in the wrong place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.reader import ReaderError

from connector.core.terms.errors import ConfigurationError, Problem

Step = str | int
DocumentPath = tuple[Step, ...]
"""The keys and list positions that lead to a place in a document."""

_COLON = "There is a second colon on this line, or the line is indented too far."
_YAML_WORDS = {
    "cannot start any token": (
        "A tab or a reserved character starts a value here.",
        "Indent with blanks, and put text that starts with a special character in quotes.",
    ),
    "mapping values are not allowed": (_COLON, "Put text that holds a colon in quotes."),
    "another document": ("A second document starts here.", "Keep one document per file."),
    "undefined alias": (
        "A `*` refers to an anchor that is not defined.",
        "Put text that starts with `*` in quotes.",
    ),
    "unexpected end of stream": ("A quote is opened here and never closed.", "Close it."),
}
"""Parts of the YAML library's sentences, and what an admin reads instead."""


@dataclass(frozen=True)
class YamlSource:
    """One document: `data` holds plain dicts, lists and scalars; days and times stay text."""

    file: str
    data: dict[str, Any]
    _tree: CommentedMap

    def place(
        self, path: DocumentPath, *, of: Literal["key", "value"] = "value"
    ) -> tuple[int, int]:
        """Return line and column (from 1) of a key or value, or of the nearest one above it."""
        node: Any = self._tree
        place = (0, 0)
        for position, step in enumerate(path):
            key = _key_as_written(node, step)
            if key is None:
                break
            part = of if position == len(path) - 1 else "value"
            place = _place_within(node, key, part) or place
            node = node[key]
        return place[0] + 1, place[1] + 1

    def written_at(self, path: DocumentPath, *, of: Literal["key", "value"] = "value") -> str:
        """Return the place of a key or value with its file: `config.yaml:12:5`."""
        line, column = self.place(path, of=of)
        return f"{self.file}:{line}:{column}"

    def problem(
        self,
        path: DocumentPath,
        message: str,
        hint: str = "",
        *,
        of: Literal["key", "value"] = "value",
    ) -> Problem:
        """Return a problem that points at a key or value of this document."""
        line, column = self.place(path, of=of)
        return Problem(message, self.file, line, column, hint)

    def reached(self, path: DocumentPath) -> DocumentPath:
        """Return as much of a path as the document has."""
        node: Any = self.data
        for position, step in enumerate(path):
            if not _holds(node, step):
                return path[:position]
            node = node[step]
        return path

    def at(self, path: DocumentPath) -> Any:
        """Return the value at a path, None where there is nothing."""
        node: Any = self.data
        for step in path:
            if not _holds(node, step):
                return None
            node = node[step]
        return node


def read_yaml(path: Path) -> YamlSource:
    """Return the document in a file. Raises `ConfigurationError` that names place and remedy."""
    file = str(path)
    text = _read_text(path)
    tree = _parse(text, file)
    if tree is None:
        hint = "Start from a copy of config.example.yaml or of a shipped mapping."
        raise ConfigurationError([Problem("The file is empty.", file, hint=hint)])
    if not isinstance(tree, CommentedMap):
        message = "The file must hold keys and values."
        raise ConfigurationError([Problem(message, file, 1, 1, "Write lines like `key: value`.")])
    return YamlSource(file, _plain(tree), tree)


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        hint = "Check the path, or start from a copy of config.example.yaml."
        problem = Problem("There is no such file.", str(path), hint=hint)
    except UnicodeDecodeError:
        problem = Problem("The file is not UTF-8 text.", str(path), hint="Save it as UTF-8.")
    except (OSError, ValueError) as error:  # ValueError: a path that no file can have
        reason = error.strerror if isinstance(error, OSError) else "the path is not valid"
        problem = Problem(f"The file cannot be read: {reason}.", str(path))
    raise ConfigurationError([problem])


def _parse(text: str, file: str) -> Any:
    yaml = YAML(typ="rt")
    yaml.Constructor = _PlainTimes
    try:
        return yaml.load(text)
    except DuplicateKeyError as error:
        problem = _marked(error, file, _twice(error), "Keep one of the two.")
    except MarkedYAMLError as error:
        problem = _marked(error, file, *_explained(str(error.problem)))
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        message = "The file holds a control character that YAML does not allow."
        problem = Problem(message, file, line, hint="Remove it.")
    except (YAMLError, ValueError, RecursionError):
        problem = Problem("This is not valid YAML.", file)
    raise ConfigurationError([problem])


def _marked(error: MarkedYAMLError, file: str, message: str, hint: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    return Problem(message, file, mark.line + 1, mark.column + 1, hint)


def _twice(error: DuplicateKeyError) -> str:
    # The library's own sentence goes on to quote both values.
    found = re.match(r'found duplicate key "([\w.-]{1,80})"', str(error.problem))
    return f"`{found[1]}` stands here twice." if found else "A key stands here twice."


def _explained(problem: str) -> tuple[str, str]:
    unexplained = "This is not valid YAML.", "Check the indentation and the brackets near here."
    return next((said for part, said in _YAML_WORDS.items() if part in problem), unexplained)


def _plain(node: Any) -> Any:
    """Return a node without the library's types, every key as text."""
    if isinstance(node, CommentedMap):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, CommentedSeq):
        return [_plain(value) for value in node]
    return _scalar(node)


def _scalar(value: Any) -> Any:
    # The library's subclasses remember how a value was written; a bool is no subclass of it.
    for kind in (str, float, int):
        if isinstance(value, kind) and not isinstance(value, bool):
            return kind(value)
    return value


def _holds(node: Any, step: Step) -> bool:
    if isinstance(node, dict):
        return step in node
    return isinstance(node, list) and isinstance(step, int) and step < len(node)


def _key_as_written(node: Any, step: Step) -> Any:
    """Return the key that YAML made of a step: 7 for "7"; None where there is nothing."""
    if isinstance(node, CommentedMap):
        return next((key for key in node if str(key) == step), None)
    return step if _holds(node, step) else None


def _place_within(node: CommentedMap | CommentedSeq, key: Any, part: str) -> tuple[int, int] | None:
    """Line and column from 0; None for a key that a YAML merge brought in."""
    if isinstance(node, CommentedSeq):
        return _pair(node.lc.item(key))
    if key not in (node.lc.data or {}):
        return None
    name, value = _pair(node.lc.key(key)), _pair(node.lc.value(key))
    # An empty value has no place of its own, and a nested block is found by its key.
    on_same_line = name[0] == value[0] and node[key] is not None
    return value if part == "value" and on_same_line else name


def _pair(place: Any) -> tuple[int, int]:
    return int(place[0]), int(place[1])


class _PlainTimes(RoundTripConstructor):
    """Leaves days and times as text, so that a wrong one is refused with its place."""


def _as_text(_constructor: _PlainTimes, node: ScalarNode) -> str:
    return str(node.value)


_PlainTimes.add_constructor("tag:yaml.org,2002:timestamp", _as_text)
