"""The paper of the project as data: pages, their tables, and what stands in code spans."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Table:
    """One table: the heading above it without back quotes, its header cells, its rows."""

    heading: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, number=0):
        """The cells of a column without back quotes."""
        return [row[number].replace("`", "") for row in self.rows]


@dataclass(frozen=True)
class Page:
    """One Markdown file: `name` is its path from the root of the repository."""

    name: str
    text: str

    @property
    def prose(self):
        """The text without its code blocks."""
        return _FENCE.sub("", self.text)

    @property
    def code(self):
        """What a reader may type: every code block and every code span, one piece each."""
        return [*_FENCE.findall(self.text), *_SPAN.findall(self.prose)]

    @property
    def headings(self):
        """The headings without their signs."""
        return [line.lstrip("# ") for line in self.prose.splitlines() if line.startswith("#")]

    @property
    def tables(self):
        """All tables in their order."""
        found, heading, lines = [], "", []
        for line in [*self.prose.splitlines(), ""]:
            if line.startswith("|"):
                lines.append(tuple(cell.strip() for cell in line.strip("|").split("|")))
                continue
            if lines:
                found.append(Table(heading, lines[0], tuple(lines[2:])))
                lines = []
            if line.startswith("#"):
                heading = line.lstrip("# ").replace("`", "")
        return found

    def table(self, first_cell):
        """The one table whose header begins with this cell."""
        (found,) = [each for each in self.tables if each.header[0] == first_cell]
        return found

    def under(self, heading):
        """The first table below a heading."""
        return next(each for each in self.tables if each.heading == heading)


def _page(path):
    return Page(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))


def _pages():
    files = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("salesforce/*.md")]
    return [_page(path) for path in sorted(files)]


@pytest.fixture(scope="session")
def root():
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def pages():
    """Every page of the paper."""
    return _pages()


@pytest.fixture(scope="session")
def page():
    """A function from a path to its page."""
    return lambda name: _page(ROOT / name)


def pytest_generate_tests(metafunc):
    """A test that asks for `each_page` runs once for every page."""
    if "each_page" in metafunc.fixturenames:
        pages = _pages()
        metafunc.parametrize("each_page", pages, ids=[page.name for page in pages])
