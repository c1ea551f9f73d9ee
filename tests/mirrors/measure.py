"""Which modules of the core their own tests cover: `python tests/mirrors/measure.py`.

The mirror of `connector/core/rules/delays.py` is `tests/unit/rules/test_delays.py`. A module is
covered if its mirror alone reaches every line and every branch; what other tests reach does not
count. A module of mere declarations has nothing to reach beyond its import, and needs no mirror.

One run of `tests/unit` in one process answers that for all of them: each line is kept with the
test file, or the import, that ran it. `waiting.toml` names the modules that are not covered yet;
it can only become shorter, and this program fails where it does not say the truth.

It ends with 0, with 1 for a problem, and with 2 where the tests themselves do not pass.
With names of modules (`rules/delays`) it only says what their mirrors miss.
"""

from __future__ import annotations

import importlib.abc
import io
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from importlib.machinery import PathFinder
from pathlib import Path

import coverage
import pytest

from verdict import problems

ROOT = Path(__file__).resolve().parents[2]
CORE, UNIT = ROOT / "connector" / "core", ROOT / "tests" / "unit"
WAITING = Path(__file__).with_name("waiting.toml")
ALL = 100.0
"""What coverage calls all lines and branches."""


class ByImport(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Files under a module's own name what its import runs, whoever imports it first."""

    def __init__(self, traced: coverage.Coverage) -> None:
        self.traced, self.stack = traced, [""]

    def find_spec(self, name, path=None, target=None):
        if not name.startswith("connector.core."):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec and spec.loader:
            spec.loader_state, spec.loader = spec.loader, self
        return spec

    def exec_module(self, module) -> None:
        self.stack.append(module.__name__)
        self.traced.switch_context(self.stack[-1])
        try:
            module.__spec__.loader_state.exec_module(module)
        finally:
            self.stack.pop()
            self.traced.switch_context(self.stack[-1])


class ByTestFile:
    """Files under a test file's name what its collection and its tests run."""

    def __init__(self, traced: coverage.Coverage) -> None:
        self.traced = traced

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector):
        if isinstance(collector, pytest.Module):
            self.traced.switch_context(_within(collector.path, UNIT))
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        self.traced.switch_context(_within(item.path, UNIT))
        return (yield)


def _within(path: Path, folder: Path) -> str:
    return path.relative_to(folder).with_suffix("").as_posix()


def modules() -> Iterator[str]:
    """Yield every module of the core that holds more than its docstring: `rules/delays`."""
    for path in sorted(CORE.rglob("*.py")):
        if path.name != "__init__.py":
            yield _within(path, CORE)


def contexts(module: str) -> list[str]:
    """Name what counts for a module, as patterns: its own import and its mirror."""
    folder, _, name = module.rpartition("/")
    mirror = f"{folder}/test_{name}".lstrip("/")
    imported = f"connector.core.{module}".replace("/", ".")
    return [f"^{re.escape(each)}$" for each in (imported, mirror)]


def unit_tests(traced: coverage.Coverage) -> int:
    """Run the unit tests while their lines are being counted; give pytest's exit code."""
    finder = ByImport(traced)
    sys.meta_path.insert(0, finder)
    with traced.collect():
        for module in modules():
            import_module(f"connector.core.{module}".replace("/", "."))
        options = ["-q", "-x", "-n", "0", "--hypothesis-profile", "measured"]
        code = pytest.main([*options, str(UNIT)], plugins=[ByTestFile(traced)])
    sys.meta_path.remove(finder)
    return int(code)


def missed(traced: coverage.Coverage, module: str) -> str:
    """Say which lines and branches of a module its mirror misses; "" means none."""
    said, file = io.StringIO(), str(CORE / f"{module}.py")
    share = traced.report([file], contexts=contexts(module), show_missing=True, file=said)
    found = re.search(r"^\S+\.py .*%\s+(.+)$", said.getvalue(), re.MULTILINE)
    return "" if share == ALL else found[1] if found else "everything"


def main(asked: list[str]) -> int:
    """Measure, print what is wrong or what was asked for, and give the exit code."""
    traced = coverage.Coverage(data_file=None, branch=True, source=[str(CORE)], config_file=False)
    if unit_tests(traced):
        return 2
    gaps = {module: missed(traced, module) for module in modules()}
    if asked:
        said = [
            f"{module}: {gaps.get(module, 'no such module') or 'all covered'}" for module in asked
        ]
    else:
        said = problems(gaps, tomllib.loads(WAITING.read_text(encoding="utf-8")))
    sys.stdout.writelines(f"{line}\n" for line in said)
    return int(bool(said) and not asked)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
