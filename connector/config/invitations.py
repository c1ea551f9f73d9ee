"""Reads whom invitations never reach: the configuration's lists, and a file of addresses.

No message repeats an address.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import Discriminator, Field, Tag

from connector.config.rules.parts import form_of
from connector.config.terms.listed import OutOfReach, out_of_reach
from connector.config.terms.section import Section
from connector.config.terms.yaml_source import DocumentPath, YamlSource
from connector.core.terms.errors import Problem

_PLACE: DocumentPath = ("invitations", "suppress")
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*|#(?!\S*@).*")
"""A `#` before the `@` of its word belongs to the address."""
_FORM = "Write one e-mail address or one domain on a line; `#` begins a comment."


class SuppressionFile(Section):
    """A file of addresses and domains, one a line."""

    file: Annotated[str, Field(min_length=1)]


Suppression = Annotated[
    Annotated[tuple[OutOfReach, ...], Tag("[plain]")] | Annotated[SuppressionFile, Tag("[keys]")],
    Discriminator(form_of),
]
"""A list of addresses and domains, or the file that holds them."""


def read_suppressed(
    suppression: tuple[str, ...] | SuppressionFile, source: YamlSource
) -> tuple[frozenset[str], list[Problem]]:
    """Return every address and domain as it is compared, and what is wrong with the file.

    The file is looked for beside the configuration.
    """
    if not isinstance(suppression, SuppressionFile):
        return frozenset(suppression), []
    path = Path(source.file).parent / suppression.file
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError):  # ValueError: not UTF-8, or a path no file can have
        hint = "Check the path, and that the file is UTF-8 text; it is looked for beside this one."
        message = "The file of suppressed addresses cannot be read."
        return frozenset(), [source.problem((*_PLACE, "file"), message, hint)]
    return _entries(lines, str(path))


def _entries(lines: list[str], file: str) -> tuple[frozenset[str], list[Problem]]:
    found: set[str] = set()
    problems: list[Problem] = []
    for number, line in enumerate(lines, start=1):
        written = _COMMENT.sub("", line)
        if not written.strip():
            continue
        try:
            found.add(out_of_reach(written))
        except ValueError as error:
            column = len(line) - len(line.lstrip()) + 1
            problems.append(Problem(str(error), file, number, column, _FORM))
    return frozenset(found), problems
