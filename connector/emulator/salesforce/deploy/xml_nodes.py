"""One XML file of a deployed package as nodes that know their line and column.

Only form is judged here: the namespace of the Metadata API, and that it is XML at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

NAMESPACE = "http://soap.sforce.com/2006/04/metadata"


class BadFile(Exception):
    """A file of the package that cannot be read: what is wrong, and where."""

    def __init__(self, problem: str, line: int, column: int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.line = line
        self.column = column


@dataclass
class Node:
    """One element: its name, its own text, its children, and where its tag begins."""

    tag: str
    line: int
    column: int
    own_text: str = ""
    children: list["Node"] = field(default_factory=list)

    def each(self, path: str) -> Iterator["Node"]:
        """Yields the elements at a path of names below this one."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if child.tag == name:
                yield from child.each(rest) if rest else (child,)

    def first(self, path: str) -> "Node | None":
        """Returns the first element at a path, or None."""
        return next(self.each(path), None)

    def text(self, path: str, default: str = "") -> str:
        """Returns the text of the first element at a path."""
        found = self.first(path)
        return default if found is None else found.own_text.strip()

    def flag(self, path: str) -> bool:
        """Tells whether the element at a path says true."""
        return self.text(path) == "true"

    def number(self, path: str) -> int:
        """Returns the number at a path, 0 where there is none."""
        text = self.text(path)
        return int(text) if text.isascii() and text.isdigit() else 0


def parse(content: bytes) -> Node:
    """Returns the root of a file. Raises BadFile."""
    parser = expat.ParserCreate(namespace_separator=" ")
    top = Node("", 0, 0)
    open_nodes = [top]

    def start(name: str, _attributes: dict[str, str]) -> None:
        namespace, _, tag = name.rpartition(" ")
        at = parser.CurrentLineNumber, parser.CurrentColumnNumber + 1
        if namespace != NAMESPACE:
            raise BadFile(f"Element {tag} is not in the namespace {NAMESPACE}", *at)
        node = Node(tag, *at)
        open_nodes[-1].children.append(node)
        open_nodes.append(node)

    def characters(text: str) -> None:
        open_nodes[-1].own_text += text

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _name: open_nodes.pop()
    parser.CharacterDataHandler = characters
    try:
        parser.Parse(content, True)  # noqa: FBT003 - expat's word for "this is all"
    except expat.ExpatError as error:
        said = f"Error parsing file: {expat.ErrorString(error.code)}"
        raise BadFile(said, error.lineno, error.offset + 1) from error
    return top.children[0]
