"""An error inside the connector ends in a code of its own and tells nothing about customers."""

import pytest

from connector.cli.options import DEFECT, INTERRUPTED, speaking_errors


def test_a_defect_names_its_place_and_hides_its_words(capsys):
    with pytest.raises(SystemExit) as end, speaking_errors():
        raise LookupError("ada@example.com wrote a review")
    said = capsys.readouterr().err
    assert end.value.code == DEFECT
    assert "LookupError" in said
    assert "test_defects.py" in said
    assert "ada@example.com" not in said.replace('raise LookupError("ada@example.com wrote', "")


def test_ctrl_c_ends_with_the_code_that_shells_expect(capsys):
    with pytest.raises(SystemExit) as end, speaking_errors():
        raise KeyboardInterrupt
    assert end.value.code == INTERRUPTED
    assert "Nothing is lost" in capsys.readouterr().err
