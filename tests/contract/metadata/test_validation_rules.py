"""Validation rules keep people from writing what is the connector's, and never stop it.

The formulas are evaluated here by a small reader, which knows what the rules of the package use
and fails at everything else. A picklist is its text, an empty field is None.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from lark import Lark
from lxml import etree

from connector.core.invitations.desk import Change, DeskAction, decide
from connector.core.terms.objects import InvitationStatus

PACKAGE = Path(__file__).parents[3] / "salesforce" / "main" / "default"
OF = "{http://soap.sforce.com/2006/04/metadata}"
INVITATION = "Trustpilot_Invitation__c"
REVIEW = "Trustpilot_Review__c"
UNIT = "Trustpilot_Business_Unit__c"
ATTEMPT = "Trustpilot_Send_Attempt__c"
CONNECTOR = frozenset({"Trustpilot_Run_Connector"})
AGENT = frozenset()
SUPER_USER = frozenset({"Trustpilot_Resolve_Invitations"})
ASKED_ANEW = {("Cancelled", "Scheduled"), ("Cancelled", "Requested")}
"""What has no command: asking after all, as the answer to `cancel` says."""
STATUSES = [status.value for status in InvitationStatus]
_GRAMMAR = r"""
?start: comparison
?comparison: value | value "=" value -> equal | value "<" value -> less
?value: call | STRING -> string | NUMBER -> number | NAME -> name
call: FUNCTION "(" [comparison ("," comparison)*] ")"
FUNCTION.2: /[A-Z]+(?=\s*\()/
NAME: /\$?[A-Za-z]\w*(\.\w+)*/
STRING: /"[^"]*"/
NUMBER: /\d+/
%ignore /\s+/
"""
_parsed = cache(Lark(_GRAMMAR, parser="lalr").parse)


@dataclass(frozen=True)
class Save:
    """A record that is saved: as it was (None for a new one), as it is to be, and who saves it."""

    before: dict | None
    after: dict
    rights: frozenset = frozenset()

    def refused_by(self, formula):
        """True when the rule with this formula keeps the record from being saved."""
        return self._value(_parsed(formula))

    def _value(self, node):
        kind, parts = node.data, node.children
        if kind == "call":
            name, *arguments = parts
            return getattr(self, f"_{name.lower()}")(*arguments)
        if kind == "string":
            return str(parts[0][1:-1])
        if kind == "number":
            return int(parts[0])
        if kind == "name":
            return self._named(str(parts[0]))
        one, other = map(self._value, parts)
        return one == other if kind == "equal" else one < other

    def _named(self, name):
        if name.startswith("$Permission."):
            return name.removeprefix("$Permission.") in self.rights
        return self.after.get(name)

    def _and(self, *parts):
        return all(self._value(part) for part in parts)

    def _or(self, *parts):
        return any(self._value(part) for part in parts)

    def _not(self, part):
        return not self._value(part)

    def _if(self, condition, yes, no):
        return self._value(yes if self._value(condition) else no)

    def _case(self, wanted, *rest):
        *pairs, otherwise = rest
        value = self._value(wanted)
        for match, result in zip(pairs[::2], pairs[1::2], strict=True):
            if self._value(match) == value:
                return self._value(result)
        return self._value(otherwise)

    def _isnew(self, *_):
        return self.before is None

    def _ischanged(self, name):
        field_name = str(name.children[0])
        return self.before is not None and self.before.get(field_name) != self.after.get(field_name)

    def _priorvalue(self, name):
        return (self.before or self.after).get(str(name.children[0]))

    def _ispickval(self, part, wanted):
        return (self._value(part) or "") == self._value(wanted)

    def _isblank(self, part):
        return self._value(part) in (None, "")

    def _text(self, part):
        return self._value(part) or ""


@cache
def rules():
    """(Object, rule) -> the formula."""
    return {
        (path.parts[-3], path.name.partition(".")[0]): etree.parse(path).findtext(
            f"{OF}errorConditionFormula"
        )
        for path in sorted(PACKAGE.glob("objects/*/validationRules/*"))
    }


def stopped(object_name, save):
    """The rules of an object that refuse to save a record."""
    return [
        name
        for (of, name), formula in rules().items()
        if of == object_name and save.refused_by(formula)
    ]


def change(before, after, rights, **others):
    return Save({"Status__c": before, **others}, {"Status__c": after, **others}, rights)


def may_set(before, after, rights, key="key"):
    return not stopped(INVITATION, change(before, after, rights, Claim_Key__c=key))


@pytest.mark.parametrize("after", STATUSES)
@pytest.mark.parametrize("before", STATUSES)
def test_people_may_set_what_the_commands_may(before, after):
    row = {"Id": "a0", "Claim_Key__c": "key", "Channel__c": "Email", "Status__c": before}
    changes = [decide(row, action) for action in DeskAction]
    wanted = {each.status.value for each in changes if isinstance(each, Change)}
    by_hand = {new for old, new in ASKED_ANEW if old == before}
    again = {"Requested"} if before == "On Hold" else set()  # a request that was held
    queued = {"Scheduled"} if before == "Requested" else set()  # taken up like a request
    allowed = wanted | by_hand | again | queued | {before}

    assert may_set(before, after, SUPER_USER) == (after in allowed)


@pytest.mark.parametrize("after", STATUSES)
def test_only_a_super_user_resolves_what_is_unknown(after):
    assert not may_set("Unknown", after, AGENT) or after == "Unknown"


@pytest.mark.parametrize(
    ("status", "fine"),
    [(status, status in {"Requested", "Scheduled", "On Hold"}) for status in STATUSES]
    + [(None, True)],
)
def test_people_begin_an_invitation_by_asking_for_it(status, fine):
    # without a status nothing happens, and Scheduled without a key is taken up like a request
    assert (stopped(INVITATION, Save(None, {"Status__c": status}, SUPER_USER)) == []) == fine


def test_a_request_that_failed_before_it_was_taken_up_is_asked_for_again():
    assert may_set("Failed", "Requested", AGENT, key=None)
    assert not may_set("Failed", "Requested", AGENT, key="key")


@pytest.mark.parametrize("after", [*STATUSES, None])
@pytest.mark.parametrize("before", [*STATUSES, None])
def test_the_connector_may_set_every_status(before, after):
    assert may_set(before, after, CONNECTOR)


@pytest.mark.parametrize(
    "changed",
    ["Claim_Key__c", "Attempts__c", "Business_Unit__c", "Reference_Number__c", "Channel__c"],
)
def test_what_was_claimed_stays_claimed(changed):
    before = {"Status__c": "Scheduled", "Claim_Key__c": "key", "Attempts__c": 1}
    after = {**before, changed: "another"}

    assert stopped(INVITATION, Save(before, after, SUPER_USER)) == ["Claim_Is_Kept"]
    assert stopped(INVITATION, Save(before, after, CONNECTOR)) == []


def test_a_request_can_be_corrected_until_it_is_taken_up():
    before = {"Status__c": "Failed", "Claim_Key__c": None, "Business_Unit__c": None}
    after = {**before, "Business_Unit__c": "a05", "Reference_Number__c": "1001"}

    assert stopped(INVITATION, Save(before, after, AGENT)) == []


@pytest.mark.parametrize("mine", [{"Claim_Key__c": "mine"}, {"Attempts__c": 0}])
def test_nobody_claims_by_hand(mine):
    assert stopped(INVITATION, Save(None, {"Status__c": "Requested", **mine}, SUPER_USER)) == [
        "Claim_Is_Kept"
    ]


def test_an_invitation_can_be_edited_while_its_status_stays():
    before = {"Status__c": "Accepted", "Claim_Key__c": "key", "Tags__c": None}

    assert stopped(INVITATION, Save(before, {**before, "Tags__c": "vip"}, AGENT)) == []


@pytest.mark.parametrize("before", [None, {"Outcome__c": "Unknown"}])
def test_the_right_to_send_is_written_by_the_connector_only(before):
    after = {"Outcome__c": "Accepted"}

    assert stopped(ATTEMPT, Save(before, after, SUPER_USER)) == [
        "Rights_Are_Taken_By_The_Connector"
    ]
    assert stopped(ATTEMPT, Save(before, after, CONNECTOR)) == []


def test_nothing_is_written_about_a_review_that_was_erased():
    erased, there = {"Deleted__c": True}, {"Deleted__c": False}

    assert stopped(REVIEW, Save(erased, erased, AGENT)) == ["Deleted_Reviews_Stay_Empty"]
    assert stopped(REVIEW, Save(there, there, AGENT)) == []
    assert stopped(REVIEW, Save(there, erased, CONNECTOR)) == []
    assert stopped(REVIEW, Save(erased, erased, CONNECTOR)) == []


@pytest.mark.parametrize(("days", "fine"), [(None, True), (30, True), (1, True), (0, False)])
def test_an_import_covers_a_day_at_least(days, fine):
    unit = {"Name": "Example", "Import_Days__c": days}

    assert (stopped(UNIT, Save(unit, unit, SUPER_USER)) == []) == fine


def test_the_name_of_a_business_unit_is_changed_at_trustpilot():
    before, after = {"Name": "Example"}, {"Name": "Other"}

    assert stopped(UNIT, Save(before, after, SUPER_USER)) == ["Name_Comes_From_Trustpilot"]
    assert stopped(UNIT, Save(before, after, CONNECTOR)) == []
    assert stopped(UNIT, Save(before, {**before, "Pause_Replies__c": True}, SUPER_USER)) == []


def test_rules_name_fields_values_and_rights_that_exist(fields):
    rights = {path.name.partition(".")[0] for path in PACKAGE.glob("customPermissions/*")}
    assert rules()
    for (object_name, name), formula in rules().items():
        known = fields[object_name]
        assert set(re.findall(r"\w+__c", formula)) <= set(known), name
        assert set(re.findall(r"\$Permission\.(\w+)", formula)) <= rights, name
        values = {
            value["fullName"][0]
            for field in known.values()
            for listed in field.get("valueSet", [])
            for value in listed["valueSetDefinition"][0]["value"]
        }
        assert set(re.findall(r'"([^"]*)"', formula)) <= values | {""}, name
        # Salesforce knows no former value of a long text
        for field in re.findall(r"(?:ISCHANGED|PRIORVALUE)\((\w+__c)\)", formula):
            assert known[field]["type"] != "LongTextArea", name


def test_every_rule_says_at_its_field_what_to_do(fields):
    for path in sorted(PACKAGE.glob("objects/*/validationRules/*")):
        rule = etree.parse(path).getroot()
        field = rule.findtext(f"{OF}errorDisplayField")
        message = rule.findtext(f"{OF}errorMessage")
        assert field in {None, "Name", *fields[path.parts[-3]]}, path.name
        assert message.endswith("."), path.name
        assert len(message) <= 255, path.name
        assert rule.findtext(f"{OF}active") == "true", path.name


def test_only_the_connector_passes_every_rule_and_only_super_users_may_resolve(permission_sets):
    held = {
        name: {right["name"][0] for right in content.get("customPermissions", [])}
        for name, content in permission_sets.items()
    }
    assert held["Trustpilot_Connector"] == CONNECTOR
    assert held["Trustpilot_App_User"] == AGENT
    assert held["Trustpilot_App_Super_User"] == SUPER_USER
    assert not [name for name in held if name != "Trustpilot_Connector" and held[name] & CONNECTOR]
