"""What the names in case rules stand for in an org, and what it does not know of them."""

import pytest

from connector.core.cases.places import Places, places, places_selects
from connector.core.cases.rules import CaseOwner, CaseRule, OwnerKind

QUEUE = CaseOwner(OwnerKind.QUEUE, "Front")
RULE = CaseRule(name="unhappy", stars=(1, 2), owner=QUEUE, record_type="Review")
KNOWN = Places({QUEUE: "00G1"}, {"Review": "0121"})


def test_names_are_found_whatever_their_case_and_by_their_kind():
    user = CaseOwner(OwnerKind.USER, "Jo@shop.example")
    rules = [RULE, CaseRule(name="b", owner=user)]

    found = places(
        rules,
        [{"Id": "00G1", "DeveloperName": "FRONT"}],
        [{"Id": "0051", "Username": "jo@shop.example"}],
        [{"Id": "0121", "DeveloperName": "review"}],
    )

    assert found == Places({QUEUE: "00G1", user: "0051"}, {"Review": "0121"})
    assert [found.unknown(rule) for rule in rules] == ["", ""]


def test_what_the_org_does_not_answer_stays_unknown():
    found = places([RULE, CaseRule(name="plain")], [], [], [])

    assert found == Places()
    assert found.unknown(RULE)


@pytest.mark.parametrize(
    ("rule", "known", "said"),
    [
        (RULE, Places(), "its queue Front"),
        (RULE, Places({QUEUE: "00G1"}), "its record type Review"),
        (CaseRule(name="u", owner=CaseOwner(OwnerKind.USER, "jo@x.example")), KNOWN, "its user"),
        (CaseRule(name="assigned"), Places(), ""),
    ],
)
def test_what_is_unknown_is_said_without_an_address(rule, known, said):
    assert known.unknown(rule) == said


def test_only_what_the_rules_name_is_asked_for():
    asked = {select.object: select.where[-1].value for select in places_selects([RULE])}

    assert asked == {"Group": ("Front",), "User": (), "RecordType": ("Review",)}
