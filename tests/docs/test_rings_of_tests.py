"""Tests keep to their ring: those of the core need nothing but the core, and nobody mocks."""

import ast

import pytest


def imported(path):
    for each in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(each, ast.Import):
            yield from (alias.name for alias in each.names)
        elif isinstance(each, ast.ImportFrom):
            yield from (f"{each.module}.{alias.name}" for alias in each.names)


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
