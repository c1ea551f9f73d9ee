"""The XML of one metadata file: is it well-formed, and what stands between its root's tags.

The text inside is kept as it was written, line by line; what it means is not looked at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.parsers import expat

_START_TAG = re.compile(rb"<[^\s/>]+(?:\s+[^\s=>]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*\s*(/?)>")
_PREFIX = re.compile(rb"\s(xmlns:[^\s=]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))")


class BadXml(Exception):
    """A file that is no XML, or more than metadata may be: what is wrong, and where."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


@dataclass(frozen=True)
class SourceXml:
    """The inside of a root element: its lines, and the number of the first one in the file.

    `prefixes` are the root's declarations of namespaces that have a prefix.
    """

    lines: tuple[str, ...]
    first_line: int
    prefixes: tuple[str, ...] = ()


def read_xml(content: bytes) -> SourceXml:
    """Return the inside of the root element. Raises `BadXml` for anything but UTF-8 XML."""
    text = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    begin, end = _root(text)
    tag = _START_TAG.match(text, begin)
    if tag is None:  # pragma: no cover -- expat has just found one here
        raise BadXml("The root element cannot be read.", 1, 1)
    inside = "" if tag[1] else text[tag.end() : end].decode()
    prefixes = tuple(each.decode() for each in _PREFIX.findall(tag[0]))
    return SourceXml(tuple(inside.split("\n")), text.count(b"\n", 0, tag.end()) + 1, prefixes)


def _root(text: bytes) -> tuple[int, int]:
    """Return where the root's start tag begins and where its end tag does."""
    parser = expat.ParserCreate("UTF-8")
    depth, found = 0, [0, 0]

    def start(_name: str, _attributes: dict[str, str]) -> None:
        nonlocal depth
        if depth == 0:
            found[0] = parser.CurrentByteIndex
        depth += 1

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1
        found[1] = parser.CurrentByteIndex

    def no_doctype(*_: object) -> None:
        line, column = parser.CurrentLineNumber, parser.CurrentColumnNumber + 1
        raise BadXml("Metadata has no document type.", line, column)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = no_doctype
    try:
        parser.Parse(text, True)  # noqa: FBT003 -- expat's word for "this is all"
    except expat.ExpatError as error:
        said = expat.ErrorString(error.code)
        message = f"This is no well-formed XML: {said}."
        raise BadXml(message, error.lineno, error.offset + 1) from error
    return found[0], found[1]
