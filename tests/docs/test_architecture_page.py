"""docs/architecture.md names every module and object; the decisions are numbered and short."""

import re

import pytest

from connector.config.org.schema import read_schema

PAGE = "docs/architecture.md"
RINGS = ("core", "flows", "gateways", "config")
DECISIONS = ("Context", "Decision", "Consequences", "Considered")
LONGEST_DECISION = 60


def modules(folder):
    return sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")


def names(table):
    return sorted(name for row in table.rows for name in re.findall(r"`(\w+)/?`", row[0]))


@pytest.mark.parametrize("ring", RINGS)
def test_every_module_of_a_ring_is_in_its_table_and_the_other_way_round(ring, page, root):
    table = page(PAGE).under(f"connector/{ring}/")
    assert names(table) == modules(root / "connector" / ring)


def test_every_part_of_the_emulator_is_in_its_table_and_the_other_way_round(page, root):
    folder = root / "connector" / "emulator"
    inner = [path.name for path in folder.iterdir() if (path / "__init__.py").is_file()]
    table = page(PAGE).under("connector/emulator/")
    assert names(table) == sorted([*modules(folder), *inner])


def test_every_part_of_the_program_is_in_the_table_of_parts(page, root):
    folder = root / "connector"
    inner = [f"{path.name}/" for path in folder.iterdir() if (path / "__init__.py").is_file()]
    files = [path.name for path in folder.glob("*.py") if not path.name.startswith("__")]
    assert sorted(page(PAGE).table("part of `connector/`").column()) == sorted([*inner, *files])


def test_every_folder_of_tests_is_named_and_exists(page, root):
    (row,) = [row for row in page(PAGE).table("folder").rows if row[0] == "`tests/`"]
    folders = {path.relative_to(root).parts[1] for path in root.glob("tests/*/**/*.py")}
    assert set(re.findall(r"`(\w+)`", row[1])) == folders


def test_every_object_of_the_package_is_in_the_table_of_state(page, root):
    documented = page(PAGE).table("object").column()
    assert sorted(documented) == sorted(read_schema(root / "salesforce").objects)


def test_decisions_are_numbered_without_a_gap_and_listed(page, root):
    files = sorted(path.name for path in root.glob("docs/adr/*.md"))
    assert [int(name[:4]) for name in files] == list(range(1, len(files) + 1))
    rows = page(PAGE).table("number").rows
    assert [re.search(r"\(adr/(.*)\)", row[0])[1] for row in rows] == files


def test_every_decision_has_the_four_parts_in_order_and_stays_short(root, page):
    for path in root.glob("docs/adr/*.md"):
        decision = page(path.relative_to(root).as_posix())
        title, *parts = decision.headings
        assert title.startswith(f"{path.name[:4]}. ")
        assert tuple(parts) == DECISIONS
        assert len(decision.text.splitlines()) < LONGEST_DECISION


def test_the_title_of_a_decision_is_the_one_that_is_listed(page, root):
    listed = {row[0][1:5]: row[1] for row in page(PAGE).table("number").rows}
    for path in root.glob("docs/adr/*.md"):
        title = page(path.relative_to(root).as_posix()).headings[0]
        assert title == f"{path.name[:4]}. {listed[path.name[:4]]}"
