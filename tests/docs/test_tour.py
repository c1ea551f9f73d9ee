"""docs/tour.md names files and functions that are there, in an order in which they are called.

A step counts as called from a step above it when the module of that step imports its module and
says the function's name, or when both are in one module. A port's method is called by who says
its name; a gateway comes right after the port's method that it fulfils.
"""

import ast
from itertools import pairwise

import pytest

PAGE = "docs/tour.md"
PORTS = "connector/flows/ports.py"
WIRING = "connector/wiring.py"
JOURNEYS = ("One review in", "One invitation out", "One reply out")
START = "connector/cli/run/once.py"


def steps_of(page, heading):
    tables = [each for each in page(PAGE).tables if each.heading == heading]
    return [tuple(cell.strip("`") for cell in row) for each in tables for row in each.rows]


@pytest.fixture(scope="module")
def read(root):
    """A function from a path to its parsed module."""
    known = {}

    def parsed(path):
        if path not in known:
            known[path] = ast.parse((root / path).read_text(encoding="utf-8"))
        return known[path]

    return parsed


def functions(tree):
    """The functions of a module, and the methods of its classes as `Class.method`."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    yield from (each.name for each in tree.body if isinstance(each, kinds))
    for holder in tree.body:
        if isinstance(holder, ast.ClassDef):
            yield from (f"{holder.name}.{e.name}" for e in holder.body if isinstance(e, kinds))


def imports(tree):
    """The modules that a module imports, and the names that it imports, with their modules."""
    for each in ast.walk(tree):
        if isinstance(each, ast.ImportFrom):
            yield each.module
            yield from (f"{each.module}.{alias.name}" for alias in each.names)


def says(tree, name):
    """Whether a module uses a name: bare, behind a dot, or imported under another one."""
    return any(
        (isinstance(each, ast.Name) and each.id == name)
        or (isinstance(each, ast.Attribute) and each.attr == name)
        or (isinstance(each, ast.alias) and each.name == name)
        for each in ast.walk(tree)
    )


def dotted(path):
    return path.removesuffix(".py").replace("/", ".")


def reaches(read, caller, path, call):
    """Whether a module calls this function of another one, as far as its text tells."""
    name = call.rpartition(".")[2]
    if path == PORTS:
        return says(read(caller), name)
    is_near = caller == path or dotted(path) in set(imports(read(caller)))
    return is_near and says(read(caller), name)


def fulfils(read, before, path, call):
    """Whether this is the gateway behind the port's method that was called right before."""
    port, method = before
    is_joined = path.startswith("connector/gateways/") and dotted(path) in imports(read(WIRING))
    return port == PORTS and is_joined and method.rpartition(".")[2] == call.rpartition(".")[2]


def strays(read, steps):
    """The steps that no step before them leads to."""
    found, above = [], [steps[0]]
    for step in steps[1:]:
        callers = {path for path, _ in above}
        is_called = any(reaches(read, caller, *step) for caller in callers)
        if not (is_called or fulfils(read, above[-1], *step)):
            found.append(step)
        above.append(step)
    return found


def test_the_tour_follows_its_three_journeys(page):
    headings = list(dict.fromkeys(each.heading for each in page(PAGE).tables))
    assert headings == list(JOURNEYS)


@pytest.mark.parametrize("journey", JOURNEYS)
def test_the_steps_of_a_journey_are_numbered_and_each_says_why(journey, page):
    steps = steps_of(page, journey)
    assert [step[0] for step in steps] == [str(number + 1) for number in range(len(steps))]
    assert all(len(step) == 4 and step[3] for step in steps)


@pytest.mark.parametrize("journey", JOURNEYS)
def test_every_function_of_the_tour_stands_in_its_file(journey, page, read):
    steps = [(path, call) for _, path, call, _ in steps_of(page, journey)]
    assert [step for step in steps if step[1] not in set(functions(read(step[0])))] == []


@pytest.mark.parametrize("journey", JOURNEYS)
def test_every_step_of_the_tour_is_called_by_one_before_it(journey, page, read):
    first = [(path, call) for _, path, call, _ in steps_of(page, JOURNEYS[0])]
    own = [(path, call) for _, path, call, _ in steps_of(page, journey)]
    opening = next(at for at, step in enumerate(first) if step[0].endswith("run/opening.py"))
    steps = own if journey == JOURNEYS[0] else [*first[: opening + 1], *own]
    assert steps[0][0] == START
    assert strays(read, steps) == []


def test_a_step_out_of_order_is_noticed(page, read):
    steps = [(path, call) for _, path, call, _ in steps_of(page, JOURNEYS[0])]
    early = next(step for step in steps if step[0].endswith("reviews/writes.py"))
    others = [step for step in steps if step != early]
    assert early in strays(read, [others[0], early, *others[1:]])


def test_every_gateway_of_the_tour_comes_right_after_a_port_or_another_gateway(page):
    for journey in JOURNEYS:
        steps = [path for _, path, *_ in steps_of(page, journey)]
        for before, path in pairwise(steps):
            if path.startswith("connector/gateways/"):
                assert before == PORTS or before.startswith("connector/gateways/")


def test_the_tour_goes_through_every_ring_of_a_run(page):
    rooms = {path.split("/")[1] for name in JOURNEYS for _, path, *_ in steps_of(page, name)}
    assert rooms >= {"cli", "wiring.py", "flows", "core", "gateways", "report"}
