"""A file that is absent, empty or no YAML is a problem with a place, never a traceback."""

import pytest

from connector.config import load_settings
from connector.config.terms.yaml_source import read_yaml
from connector.core.terms.errors import ConfigurationError


def refusal_of(path):
    with pytest.raises(ConfigurationError) as refusal:
        read_yaml(path)
    (problem,) = refusal.value.problems
    assert problem.file == str(path)
    return problem


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("", (0, 0), "The file is empty."),
        ("# only a comment\n", (0, 0), "The file is empty."),
        ("- a\n- b\n", (1, 1), "must hold keys and values"),
        ("just text", (1, 1), "must hold keys and values"),
        ("a: 1\nb:\n  c: 1\n  c: 2\n", (4, 3), "`c` stands here twice."),
        ("a:\n\tb: 1\n", (2, 1), "A tab or a reserved character"),
        ("a: b: c\n", (1, 5), "second colon"),
        ("a: 'b\n", (2, 1), "never closed"),
        ("a: [1\nb: 2\n", (2, 2), "not valid YAML"),
        ("a: *b\n", (1, 4), "anchor that is not defined"),
        ("a: 1\n---\nb: 2\n", (2, 1), "second document"),
        ("a: 1\nb: \x00\n", (2, 0), "control character"),
    ],
)
def test_a_text_that_is_no_document_is_refused(tmp_path, text, place, message):
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")

    problem = refusal_of(path)

    assert (problem.line, problem.column) == place
    assert message in problem.message


def test_deep_nesting_is_refused_and_not_followed(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("a: " + "[" * 400, encoding="utf-8")

    assert "not valid YAML" in refusal_of(path).message


def test_a_file_that_is_not_there_is_named(tmp_path):
    problem = refusal_of(tmp_path / "absent.yaml")

    assert problem.message == "There is no such file."
    assert "config.example.yaml" in problem.hint


def test_a_folder_is_not_a_file(tmp_path):
    assert "cannot be read" in refusal_of(tmp_path).message


def test_a_path_that_no_file_can_have_is_refused(tmp_path):
    assert "cannot be read" in refusal_of(tmp_path / "a\0b").message


def test_a_file_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_bytes("name: Jörg".encode("latin-1"))

    assert refusal_of(path).hint == "Save it as UTF-8."


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_bytes(b"\xef\xbb\xbfname: a\n")

    assert read_yaml(path).data == {"name": "a"}


def test_values_are_plain_and_days_stay_text(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("on: 2026-11-01\nn: 0x10\nf: 66.0\nyes: no\nt: true\n", encoding="utf-8")

    data = read_yaml(path).data

    assert data == {"on": "2026-11-01", "n": 16, "f": 66.0, "yes": "no", "t": True}
    assert [type(value) for value in data.values()] == [str, int, float, str, bool]


def test_a_value_brought_in_by_a_merge_is_found_at_the_mapping(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("base: &b {x: 1}\nunit:\n  <<: *b\n  y: 2\n", encoding="utf-8")
    source = read_yaml(path)

    assert source.data["unit"] == {"x": 1, "y": 2}
    assert source.place(("unit", "x")) == (2, 1)
    assert source.place(("unit", "y")) == (4, 6)


def test_loading_reports_an_unreadable_file_in_the_same_way(tmp_path):
    with pytest.raises(ConfigurationError, match="no such file"):
        load_settings(tmp_path / "absent.yaml", {}, require_secrets=False)
