"""The README shows what the demo really prints, and the changelog and the version agree."""

import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import version

SECTIONS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
SHAPES = (
    (re.compile(r"\?p=\S+"), "?p=<sealed>"),
    (re.compile(r"\b[0-9A-Za-z]*\d[0-9A-Za-z]*\b"), "9"),
    (re.compile(r"(?<= for )[A-Z][\w' -]+(?=, due)"), "<name>"),
)


def shape(line):
    """A line without what differs from run to run: ports, times, ids, numbers and names."""
    for pattern, replacement in SHAPES:
        line = pattern.sub(replacement, line)
    return line.rstrip()


def shown_in(text):
    return re.search(r"<!-- demo -->\n```\n(.*?)```", text, re.DOTALL)[1].splitlines()


def test_the_demo_of_the_readme_has_the_lines_of_the_real_one(page):
    done = subprocess.run(
        [sys.executable, "-m", "connector", "demo"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    story = done.stdout.partition("\nAPI calls")[0]
    shown = [shape(line) for line in shown_in(page("README.md").text)]
    assert shown == [shape(line) for line in story.rstrip().splitlines()]


def test_the_readme_opens_with_what_it_does_and_then_the_two_commands(page):
    title, first, *_ = page("README.md").headings
    opening = page("README.md").text.split(f"## {first}")[0].splitlines()
    assert title.startswith("Connector")
    assert first == "Two commands"
    assert 3 <= len([line for line in opening[1:] if line]) <= 5


def test_the_changelog_keeps_its_order(page):
    text = page("CHANGELOG.md").text
    releases = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    assert releases[0].startswith("[Unreleased]")
    for release in releases:
        found = re.findall(r"^### (.*)$", release, re.MULTILINE)
        assert found == [section for section in SECTIONS if section in found]
        assert set(found) <= set(SECTIONS)


def test_a_change_is_one_line(page):
    lines = [line for line in page("CHANGELOG.md").text.splitlines() if line.startswith(" ")]
    assert lines == []


def test_no_release_in_the_changelog_is_newer_than_the_package(page):
    found = re.findall(r"^## \[(\d+)\.(\d+)\.(\d+)\]", page("CHANGELOG.md").text, re.MULTILINE)
    released = [tuple(map(int, each)) for each in found]
    assert released == sorted(released, reverse=True)
    assert all(each <= tuple(map(int, version("connector").split("."))) for each in released)


def test_the_installed_version_is_the_one_in_the_project_file(root):
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert version("connector") == project["version"]


def test_the_python_that_the_readme_asks_for_is_the_one_of_the_project_file(page, root):
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = project["requires-python"].removeprefix(">=")
    assert f"Python {needed} or newer" in page("README.md").text
