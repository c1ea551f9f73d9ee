"""The tree keeps the rules that docs/architecture.md states in words."""

import ast
import re
from collections import defaultdict

import pytest

PAGE = "docs/architecture.md"
RINGS = ("core", "flows", "config", "report", "cli")
NAMED_AFTER_ANOTHER_THING = {"doctor_org": "the half of the doctor that asks the org itself"}
ONE_SUBJECT_ONLY: dict[str, str] = {}
"""Modules of the terms that one subject speaks so far, and why they stand there all the same."""


def folders(root):
    found = [path.parent for path in (root / "connector").rglob("__init__.py")]
    assert found
    return found


def modules(folder):
    return [path for path in folder.glob("*.py") if not path.stem.startswith("__")]


def in_rooms(root, ring):
    """The modules of a ring that stand in rooms, each with its room as a path."""
    top = root / "connector" / ring
    found = [path for path in top.rglob("*.py") if not path.stem.startswith("__")]
    return [(path, path.parent.relative_to(top).as_posix()) for path in found]


def imported(path):
    for each in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(each, ast.ImportFrom) and each.module:
            yield each.module
            yield from (f"{each.module}.{alias.name}" for alias in each.names)


def dotted(path, root):
    return ".".join(path.relative_to(root).with_suffix("").parts)


def singular(word):
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")


def test_no_folder_holds_more_modules_than_the_page_allows(page, root):
    most = int(re.search(r"No folder holds more than (\d+) modules", page(PAGE).text)[1])
    assert {str(each) for each in folders(root) if len(modules(each)) > most} == set()


def test_a_subject_with_one_module_in_a_ring_is_a_file(root):
    rooms = [each for each in folders(root) if each.parent.name in RINGS]
    assert rooms
    assert [str(each) for each in rooms if len(list(each.rglob("[!_]*.py"))) == 1] == []


def test_no_module_repeats_the_name_of_its_folder(root):
    repeating = {
        path.stem
        for folder in folders(root)
        for path in modules(folder)
        if singular(folder.name) in map(singular, path.stem.split("_"))
    }
    assert repeating == set(NAMED_AFTER_ANOTHER_THING)


@pytest.mark.parametrize("ring", ["core", "flows", "config"])
def test_a_name_that_stands_in_two_rooms_of_a_ring_is_explained(ring, page, root):
    places = defaultdict(set)
    for path, room in in_rooms(root, ring):
        places[path.stem].add(room)
    subjects = set(page(PAGE).table("subject").column())
    twice = {name for name, rooms in places.items() if len(rooms) > 1}
    assert twice - subjects <= set(page(PAGE).table("name").column())


def test_every_name_that_is_explained_stands_in_the_program(page, root):
    found = {path.stem for folder in folders(root) for path in modules(folder)}
    assert set(page(PAGE).table("name").column()) <= found


def test_a_module_of_the_flows_asks_its_namesake_in_the_core(root):
    pairs = [
        (path, other)
        for path, room in in_rooms(root, "flows")
        if (other := root / "connector" / "core" / room / path.name).is_file()
    ]
    assert pairs
    assert [
        str(path) for path, other in pairs if dotted(other, root) not in set(imported(path))
    ] == []


def test_every_flow_has_the_function_that_the_engine_calls(root):
    engine = ast.parse((root / "connector/flows/engine.py").read_text(encoding="utf-8"))
    called = {
        each.value.id
        for each in ast.walk(engine)
        if isinstance(each, ast.Attribute)
        and each.attr == "run"
        and isinstance(each.value, ast.Name)
    }
    names = {
        alias.asname or alias.name: f"{each.module}.{alias.name}"
        for each in ast.walk(engine)
        if isinstance(each, ast.ImportFrom)
        for alias in each.names
    }
    flows = [path for path, _ in in_rooms(root, "flows") if path.stem == "flow"]
    assert flows
    assert {dotted(path, root) for path in flows} <= {names[name] for name in called}


def test_at_least_two_subjects_speak_in_every_module_of_the_terms(page, root):
    subjects = set(page(PAGE).table("subject").column()) - {"terms"}
    speakers = defaultdict(set)
    for ring in RINGS:
        for path, room in in_rooms(root, ring):
            names = {room.split("/")[0], path.stem} & subjects
            for module in imported(path):
                speakers[module] |= names
    terms = {path.stem for path in modules(root / "connector" / "core" / "terms")}
    lonely = {name for name in terms if len(speakers[f"connector.core.terms.{name}"]) < 2}
    assert lonely == set(ONE_SUBJECT_ONLY)


def test_the_terms_know_no_subject(root):
    known = {
        module
        for path in modules(root / "connector" / "core" / "terms")
        for module in imported(path)
        if module.startswith("connector.")
    }
    assert {each for each in known if not each.startswith("connector.core.terms.")} == set()
