"""Makes the package that an org takes from one in source format.

Objects and their parts become one file, keeping every line, so that a complaint of the org about
a line leads back to the source. Values are not judged here: the org does that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from connector.core.org.metadata_package import (
    MANIFEST,
    METADATA_NAMESPACE,
    MetadataPackage,
    PackageFile,
    Place,
    SourceFiles,
)
from connector.core.org.metadata_types import TYPE_OF_FOLDER, MetadataType, PartType, Shape
from connector.core.org.metadata_xml import BadXml, SourceXml, read_xml
from connector.core.terms.errors import ConfigurationError, Problem

_META = "-meta.xml"
_NOT_SENT = frozenset({"__tests__", "__mocks__", "jsconfig.json", "tsconfig.json", "README.md"})
"""What developers keep beside components; an org takes `__tests__` for parts of a component
(Salesforce 8)."""


def is_sent(path: str) -> bool:
    """Say whether a file below the package's folders belongs to what an org gets."""
    return not any(step in _NOT_SENT or step.startswith(".") for step in path.split("/"))


def to_metadata_package(source: SourceFiles) -> MetadataPackage:
    """Return everything that an org is sent, the manifest first.

    Raises `ConfigurationError` with every file that has no place in a package or is no XML.
    """
    making = _Making(source)
    for path in sorted(filter(is_sent, source.files)):
        making.sort_in(path)
    if making.problems:
        raise ConfigurationError(
            making.problems, next_step="Correct it, then type: connector deploy --check"
        )
    making.compose()
    manifest = PackageFile(MANIFEST, _manifest(making.members, source.api_version), "")
    files = sorted(making.files, key=lambda each: each.path)
    return MetadataPackage(source.root, (manifest, *files), making.members)


@dataclass
class _Composed:
    """A component that is made of parts, while they are gathered."""

    type: MetadataType
    name: str
    own: str = ""
    parts: list[tuple[PartType, str]] = field(default_factory=list)


class _Making:
    """One conversion: files are sorted in one by one, then what has parts is composed."""

    def __init__(self, source: SourceFiles) -> None:
        self._source = source
        self._xml: dict[str, SourceXml] = {}
        self._composed: dict[tuple[str, str], _Composed] = {}
        self._taken: set[str] = set()
        self.files: list[PackageFile] = []
        self.members: dict[tuple[str, str], Place] = {}
        self.problems: list[Problem] = []

    def sort_in(self, path: str) -> None:
        steps = path.split("/")
        at = next((n for n, step in enumerate(steps[:-1]) if step in TYPE_OF_FOLDER), None)
        if at is None:
            self._refuse(path, "No folder of this path is one of a known type of metadata.")
            return
        kind, inside = TYPE_OF_FOLDER[steps[at]], steps[at + 1 :]
        if path.endswith(".xml") and not self._read(path):
            return
        sort_in = {
            Shape.FILE: self._file,
            Shape.FOLDERS: self._in_folders,
            Shape.PARTS: self._part,
            Shape.BUNDLE: self._of_bundle,
            Shape.CONTENT: self._content,
        }[kind.shape]
        if not sort_in(kind, path, inside):
            self._refuse(path, f"This is no file of the type {kind.name}, as its folder says.")

    def compose(self) -> None:
        for each in self._composed.values():
            lines = list(_composed_lines(each, self._xml))
            text = "\n".join(line for line, _ in lines) + "\n"
            places = tuple(place for _, place in lines)
            path = f"{each.type.folder}/{each.name}.{each.type.suffix}"
            self.files.append(PackageFile(path, text.encode(), places[0].file, places))

    def _file(self, kind: MetadataType, path: str, inside: list[str]) -> bool:
        name = _named(inside[-1], kind.suffix)
        return len(inside) == 1 and bool(name) and self._add(kind, name, path)

    def _in_folders(self, kind: MetadataType, path: str, inside: list[str]) -> bool:
        above = "".join(f"{step}/" for step in inside[:-1])
        if folder := _named(inside[-1], kind.folder_suffix):
            self.members[kind.name, above + folder] = Place(path)
            return self._take(path, f"{kind.folder}/{above}{folder}{_META}")
        name = _named(inside[-1], kind.suffix)
        return bool(above and name) and self._add(kind, above + name, path)

    def _part(self, kind: MetadataType, path: str, inside: list[str]) -> bool:
        if len(inside) == 1:
            return False
        name = inside[0]
        whole = self._composed.setdefault((kind.name, name), _Composed(kind, name))
        if _named(inside[-1], kind.suffix) == name:
            whole.own = path
            self.members[kind.name, name] = Place(path)
            return True
        for part in kind.parts:
            if own := _named(inside[-1], part.suffix):
                whole.parts.append((part, path))
                if part.name:
                    self.members[part.name, f"{name}.{own}"] = Place(path)
                return True
        return False

    def _of_bundle(self, kind: MetadataType, path: str, inside: list[str]) -> bool:
        if len(inside) == 1:
            return False
        described = inside[-1] == f"{inside[0]}.{kind.suffix}{_META}"
        if described or (kind.name, inside[0]) not in self.members:
            self.members[kind.name, inside[0]] = Place(path)
        return self._take(path, f"{kind.folder}/{'/'.join(inside)}")

    def _content(self, kind: MetadataType, path: str, inside: list[str]) -> bool:
        if len(inside) > 1:
            return False
        if _named(inside[0], kind.suffix):
            return self._take(path, f"{kind.folder}/{inside[0]}")
        return self._add(kind, inside[0].partition(".")[0], path)

    def _add(self, kind: MetadataType, name: str, path: str) -> bool:
        self.members[kind.name, name] = Place(path)
        return self._take(path, f"{kind.folder}/{name}.{kind.suffix}")

    def _take(self, path: str, to: str) -> bool:
        if to in self._taken:
            self._refuse(path, f"Another file of the package is sent as {to} already.")
        self._taken.add(to)
        self.files.append(PackageFile(to, self._source.files[path], path))
        return True

    def _read(self, path: str) -> bool:
        try:
            self._xml[path] = read_xml(self._source.files[path])
        except BadXml as bad:
            self._refuse(path, bad.message, bad.line, bad.column)
        return path in self._xml

    def _refuse(self, path: str, message: str, line: int = 0, column: int = 0) -> None:
        hint = "" if line else "Move it into the folder of its type, or out of the package."
        file = f"{self._source.root}/{path}"
        self.problems.append(Problem(message, file, line, column, hint))


def _named(file: str, suffix: str) -> str:
    """Return the name of a metadata file of this suffix, empty for any other file."""
    ending = f".{suffix}{_META}"
    return file.removesuffix(ending) if file.endswith(ending) else ""


def _composed_lines(whole: _Composed, xml: Mapping[str, SourceXml]) -> Iterator[tuple[str, Place]]:
    """Yield each line of a composed file with its place: its own elements, then every part."""
    parts = sorted(whole.parts, key=lambda each: (whole.type.parts.index(each[0]), each[1]))
    top = Place(whole.own or parts[0][1])
    prefixes = xml[whole.own].prefixes if whole.own else ()
    yield '<?xml version="1.0" encoding="UTF-8"?>', top
    opened = " ".join((whole.type.name, f'xmlns="{METADATA_NAMESPACE}"', *prefixes))
    yield f"<{opened}>", top
    if whole.own:
        yield from _inside(whole.own, xml[whole.own])
    for part, path in parts:
        inside = xml[path]
        yield f"    <{' '.join((part.element, *inside.prefixes))}>", Place(path, inside.first_line)
        yield from _inside(path, inside)
        yield f"    </{part.element}>", Place(path)
    yield f"</{whole.type.name}>", top


def _inside(path: str, xml: SourceXml) -> Iterator[tuple[str, Place]]:
    """Yield the lines between the root's tags, without the rest of the lines of the tags."""
    last = len(xml.lines) - 1
    for number, line in enumerate(xml.lines):
        if line.strip() or 0 < number < last:
            yield line, Place(path, xml.first_line + number)


def _manifest(members: Iterable[tuple[str, str]], api_version: str) -> bytes:
    """Write `package.xml`: every member by its type, and the version that the files are in."""
    names = defaultdict[str, list[str]](list)
    for kind, name in sorted(members):
        names[kind].append(name)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<Package xmlns="{METADATA_NAMESPACE}">']
    for kind, of_kind in names.items():
        lines.append("    <types>")
        lines += [f"        <members>{escape(name)}</members>" for name in of_kind]
        lines += [f"        <name>{kind}</name>", "    </types>"]
    lines += [f"    <version>{escape(api_version)}</version>", "</Package>", ""]
    return "\n".join(lines).encode()
