"""Tests stand where what they test stands, keep to their ring, and nobody mocks."""

import ast
import re

import pytest

FULL = 16
"""So many modules a folder may hold: docs/architecture.md says the same of the program."""


def folders(root):
    """Every folder below `tests` with its modules, without their `test_`."""
    for folder in (root / "tests").rglob("*/"):
        names = {path.stem for path in folder.glob("*.py")} - {"conftest"}
        yield folder, {name.removeprefix("test_") for name in names}


def words(name):
    """The words of a name, all in the singular."""
    return {re.sub(r"(?<!s)s$", "", re.sub("ies$", "y", word)) for word in name.split("_")}


def imported(path):
    for each in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(each, ast.Import):
            yield from (alias.name for alias in each.names)
        elif isinstance(each, ast.ImportFrom):
            yield from (f"{each.module}.{alias.name}" for alias in each.names)


# -- where tests stand --------------------------------------------------------------------------


def test_no_folder_of_tests_holds_more_modules_than_one_finds(root):
    found = {str(folder): len(names) for folder, names in folders(root)}
    assert any(found.values())
    assert {folder for folder, count in found.items() if count > FULL} == set()


@pytest.mark.parametrize(
    ("folder", "name", "repeats"),
    [
        ("copies", "erasing_copies", True),
        ("replies", "life_of_a_reply", True),
        ("salesforce_answers", "salesforce_rows", True),
        ("rules", "fair_play", False),
        ("access", "accounts", False),
        ("run", "running", False),
    ],
)
def test_a_word_is_repeated_in_the_singular_and_in_the_plural(folder, name, repeats):
    assert bool(words(folder) & words(name)) is repeats


def test_no_test_repeats_the_name_of_its_folder(root):
    assert [
        f"{folder}/{name}"
        for folder, names in folders(root)
        for name in names
        if words(folder.name) & words(name)
    ] == []


@pytest.mark.parametrize("ring", ["unit", "flows", "cli"])
def test_tests_of_a_ring_stand_in_folders_of_subjects(ring, root):
    core, tests = root / "connector" / "core", root / "tests" / ring
    subjects = {path.parent.relative_to(core).parts[0] for path in core.glob("*/**/*.py")}
    found = {path.relative_to(tests).parts[0] for path in tests.glob("*/**/*.py")}
    assert found
    assert found - subjects == set()


def test_every_unit_test_is_the_mirror_of_a_module_of_the_core(root):
    core, tests = root / "connector" / "core", root / "tests" / "unit"
    found = [path.relative_to(tests) for path in tests.rglob("test_*.py")]
    mirrored = [core / path.with_name(path.name.removeprefix("test_")) for path in found]
    assert found
    assert [str(path) for path in mirrored if not path.is_file()] == []


# -- what modules keep to -----------------------------------------------------------------------


def test_unit_tests_import_nothing_of_ours_but_the_core(root):
    files = list((root / "tests" / "unit").rglob("*.py"))
    ours = {name for path in files for name in imported(path) if name.startswith("connector")}
    assert files
    assert {name for name in ours if not name.startswith("connector.core.")} == set()


def test_no_test_imports_a_mock(root):
    files = list((root / "tests").rglob("*.py"))
    used = {name for path in files for name in imported(path)}
    assert {name for name in used if "mock" in name} == set()


@pytest.mark.parametrize("folder", ["core", "flows", "gateways", "config", "report", "cli"])
def test_every_module_of_ours_says_what_it_is_for(folder, root):
    files = list((root / "connector" / folder).rglob("*.py"))
    silent = [
        path.name for path in files if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert files
    assert silent == []
