"""docs/architecture.md draws the rooms that the code has; the decisions are numbered and short."""

import re
import tomllib

import pytest

from connector.config.org.schema import read_schema

PAGE = "docs/architecture.md"
CONTRACT = "Subjects know each other downwards only, in every ring by the same picture"
DECISIONS = ("Context", "Decision", "Consequences", "Considered")
LONGEST_DECISION = 60


def modules(folder):
    return sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")


def rooms(folder):
    return sorted(path.name for path in folder.iterdir() if (path / "__init__.py").is_file())


@pytest.fixture(scope="module")
def contract(root):
    """The contract about subjects in pyproject.toml."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    (found,) = [
        each for each in project["tool"]["importlinter"]["contracts"] if each["name"] == CONTRACT
    ]
    return found


@pytest.fixture(scope="module")
def rings(contract):
    """The rings that are divided into subjects."""
    return [each.removeprefix("connector.") for each in contract["containers"]]


@pytest.fixture(scope="module")
def picture(page):
    """The lines of the picture of who may know whom, from the top."""
    section = page(PAGE).text.split("### Which subject may know which\n")[1]
    return re.search(r"```\n(.*?)```", section, re.DOTALL)[1].splitlines()


@pytest.fixture(scope="module")
def subjects(page):
    """The subjects of the table."""
    return page(PAGE).table("subject").column()


def test_the_subjects_of_the_page_are_those_found_in_the_rings(subjects, rings, root):
    found = {room for ring in rings for room in rooms(root / "connector" / ring)}
    assert sorted(subjects) == sorted(found)


def test_the_core_has_every_subject_and_nothing_beside_them_but_the_policy(subjects, root):
    core = root / "connector" / "core"
    assert rooms(core) == sorted(subjects)
    assert modules(core) == ["policy"]


def test_a_room_inside_a_subject_is_named_with_its_subject(page, subjects, rings, root):
    said = {row[0].strip("`"): row[1] for row in page(PAGE).table("subject").rows}
    for ring in rings:
        for subject in set(subjects) & set(rooms(root / "connector" / ring)):
            for room in rooms(root / "connector" / ring / subject):
                assert f"room `{room}`" in said[subject]


def test_the_rooms_of_the_other_rings_are_those_of_the_page(page, rings, root):
    listed = page(PAGE).table("ring")
    documented = {row[0].strip("`/"): sorted(re.findall(r"`(\w+)`", row[1])) for row in listed.rows}
    others = set(rooms(root / "connector")) - set(rings)
    assert documented == {ring: rooms(root / "connector" / ring) for ring in others}


def test_every_module_of_the_terms_is_listed_and_no_other(page, root):
    listed = page(PAGE).table("module of `core/terms`").column()
    assert sorted(listed) == modules(root / "connector" / "core" / "terms")


def test_the_picture_is_the_contract_line_by_line(picture, contract):
    drawn = [sorted(line.split()) for line in picture]
    layers = [sorted(re.findall(r"\w+", layer)) for layer in contract["layers"]]
    assert drawn == layers


def test_the_subjects_stand_on_the_left_of_the_picture(picture, subjects):
    left = [word for line in picture for word in line[:32].split()]
    assert sorted(left) == sorted(subjects)


def test_what_shares_a_line_of_the_picture_may_not_know_each_other(contract):
    assert [layer for layer in contract["layers"] if ":" in layer] == []
    assert contract["exhaustive"] is True


def test_every_part_of_the_program_is_in_the_table_of_parts(page, root):
    folder = root / "connector"
    inner = [f"{name}/" for name in rooms(folder)]
    files = [path.name for path in folder.glob("*.py") if not path.name.startswith("__")]
    assert sorted(page(PAGE).table("part of `connector/`").column()) == sorted([*inner, *files])


def test_every_folder_of_tests_is_named_and_exists(page, root):
    (row,) = [row for row in page(PAGE).table("folder").rows if row[0] == "`tests/`"]
    folders = {path.relative_to(root).parts[1] for path in root.glob("tests/*/**/*.py")}
    assert set(re.findall(r"`(\w+)`", row[1])) == folders


def test_the_folders_of_unit_tests_and_of_flow_tests_are_subjects(subjects, root):
    for ring in ("unit", "flows"):
        top = root / "tests" / ring
        folders = {path.relative_to(top).parts[0] for path in top.glob("*/**/*.py")}
        assert folders
        assert folders <= set(subjects)


def test_a_page_of_a_subject_has_its_name_and_the_others_stand_at_the_top(subjects, root):
    folders = {path.parent.name for path in root.glob("docs/*/*.md")}
    pages = {path.stem for path in root.glob("docs/*.md")}
    without = {"architecture", "tour", "commands", "configuration", "emulator", "exit-codes"}
    assert folders - {"adr"} <= set(subjects)
    assert pages - set(subjects) == {*without, "glossary"}
    assert folders & pages == set()


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
