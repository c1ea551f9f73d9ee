"""A Salesforce package as values: in source format, and in the format that an org takes.

It also tells where in the source a file and line of the sent package come from, because an org
speaks of what it was sent. Making one from the other is for `core.org.source_package`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

METADATA_NAMESPACE = "http://soap.sforce.com/2006/04/metadata"

# Salesforce 8: stands at the root of the zip file.
MANIFEST = "package.xml"


@dataclass(frozen=True)
class SourceFiles:
    """A package in source format: contents by path, and where those paths begin.

    `root` is shown in front of a path. `api_version` is like "66.0".
    """

    root: str
    api_version: str
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class Place:
    """A file of the source, and a line of it; 0 where nobody knows the line."""

    file: str
    line: int = 0


@dataclass(frozen=True)
class PackageFile:
    """One file of the sent package.

    `lines` tells for each line where it comes from; without them the file is `source` unchanged.
    """

    path: str
    content: bytes
    source: str
    lines: tuple[Place, ...] = ()

    def place(self, line: int) -> Place:
        """Where a line comes from; the file alone where there is no such line."""
        if not self.lines:
            return Place(self.source, line)
        return self.lines[line - 1] if 0 < line <= len(self.lines) else Place(self.source)


@dataclass(frozen=True)
class MetadataPackage:
    """What is sent: files with the manifest among them, and where each member is written.

    `members` holds the place of each component, by its type and its full name.
    """

    root: str
    files: tuple[PackageFile, ...]
    members: Mapping[tuple[str, str], Place]

    def names(self, type_name: str) -> tuple[str, ...]:
        """The full names of the components of one type, sorted."""
        return tuple(sorted(name for kind, name in self.members if kind == type_name))

    def place(self, file_name: str, line: int, component: tuple[str, str]) -> Place:
        """Where in the source an org's complaint belongs; nowhere where it is about no file of it.

        The org puts a folder of its own in front of file names, and names no line where a
        component as a whole is wrong.
        """
        found = self._file(file_name)
        if line > 0 and found is not None and found.source:
            return self._shown(found.place(line))
        if component in self.members:
            return self._shown(self.members[component])
        return self._shown(found.place(line)) if found and found.source else Place("")

    def _file(self, name: str) -> PackageFile | None:
        parts = name.split("/")
        endings = {"/".join(parts[start:]) for start in range(len(parts))}
        return next((each for each in self.files if each.path in endings), None)

    def _shown(self, place: Place) -> Place:
        return Place(f"{self.root}/{place.file}", place.line)
