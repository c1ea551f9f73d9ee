"""Which template is meant by a name or an id."""

import pytest

from connector.core.invitations.sending.outgoing import Template
from connector.core.invitations.sending.templates import is_template_id, template_id

KNOWN = (
    Template("a" * 24, "Post delivery"),
    Template("b" * 24, "After the case"),
    Template("c" * 24, "after THE case "),
    Template("d" * 24, "e" * 24),  # a name that looks like an id
)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Post delivery", "a" * 24),
        (" post DELIVERY ", "a" * 24),
        ("b" * 24, "b" * 24),
        ("d" * 24, "d" * 24),
    ],
)
def test_a_template_is_found_by_its_id_or_its_name_in_any_capitals(written, found):
    assert template_id(written, KNOWN) == found


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Post", "has no template Post"),
        ("f" * 24, "has no template ffff"),
        ("e" * 24, "has no template eeee"),  # what looks like an id is one
        ("After the case", "has several templates named After the case"),
    ],
)
def test_what_is_missing_or_has_no_single_meaning_is_told(written, said):
    with pytest.raises(ValueError, match=said):
        template_id(written, KNOWN)


@pytest.mark.parametrize(
    ("written", "is_id"),
    [("0123456789abcdef01234567", True), ("0123456789ABCDEF01234567", False), ("a" * 25, False)],
)
def test_an_id_is_what_trustpilot_makes(written, is_id):
    assert is_template_id(written) is is_id
