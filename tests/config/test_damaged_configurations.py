"""Whatever happens to a line of the example, an admin reads a problem and never a traceback."""

import re
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.config import load_settings, locations
from connector.core.terms.errors import ConfigurationError

LINES = locations.example_config().read_text(encoding="utf-8").splitlines()
KEYED = [number for number, line in enumerate(LINES) if re.match(r"\s*(- )?\w+:", line)]
VALUES = [
    "", "~", "[]", "{}", "[{}]", "{1: 2, null: 3}", "1", "1.5", "-3", "true", ".nan",
    ".inf", "2026-99-99T00:00:00", "!!python/object:os.system x", "!foo {a: 1}", "!!set {a, b}",
    "? x", "!!binary aGVsbG8=", r'"\ud83d"', "&a [1]", "*a", "|", "- y", "9" * 40, "a@example.com",
]  # fmt: skip


def load_damaged(lines):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "config.yaml")
        path.write_text("\n".join(lines), encoding="utf-8")
        try:
            load_settings(path, {}, require_secrets=False)
        except ConfigurationError as error:
            return error.problems
    return ()


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(KEYED), st.sampled_from(VALUES))
def test_any_value_in_any_place_is_taken_or_refused_with_its_line(number, value):
    damaged = list(LINES)
    damaged[number] = damaged[number].split(":", 1)[0] + ": " + value

    for problem in load_damaged(damaged):
        assert problem.line > 0
        assert "a@example.com" not in str(problem)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from(range(len(LINES))), max_size=5))
def test_any_lines_may_be_lost(numbers):
    kept = [line for number, line in enumerate(LINES) if number not in numbers]

    assert all(str(problem) for problem in load_damaged(kept))
