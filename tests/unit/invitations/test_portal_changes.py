"""What Trustpilot's export changes in the org's list, and that it changes it once."""

import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.invitations.portal_changes import EVIDENCE, PortalPlace, plan_delivery
from connector.core.invitations.portal_export import ExportedInvitation
from connector.core.terms.addresses import address_key
from connector.core.terms.objects import InvitationStatus

PLACE = PortalPlace("00D000000000001AAA", "unit-1", "a0B1")
SENT = datetime(2026, 3, 2, tzinfo=UTC)
ANNA, BEN = "anna@example.com", "ben@example.com"


def line(status="Delivered", email=ANNA, reference="R1", number=2, words=None):
    wanted = InvitationStatus(status)
    return ExportedInvitation(number, email, reference, wanted, words or status, SENT, SENT)


def row(status="Accepted", email=ANNA, reference="R1", **fields):
    return {
        "Id": "a01",
        "Claim_Key__c": "k",
        "Status__c": status,
        "Reference_Number__c": reference,
        "Recipient_Email__c": email,
        **fields,
    }


def plan(lines, rows):
    return plan_delivery(lines, rows, PLACE)


def applied(rows, made):
    """The rows as the org holds them after a plan."""
    held = {each["Id"]: dict(each) for each in rows}
    for change in made.updates:
        held[change["Id"]].update(change)
    keys = {each["Claim_Key__c"] for each in held.values()}
    for added in made.additions:
        assert added["Claim_Key__c"] not in keys
        held[added["Claim_Key__c"]] = {"Id": added["Claim_Key__c"], **added}
    return list(held.values())


# before, the export's status, after (None: nothing changes)
RISES = [
    ("Accepted", "Delivered", "Delivered"),
    ("Accepted", "Not Delivered", "Not Delivered"),
    ("Accepted", "Accepted", None),
    ("Unknown", "Accepted", "Accepted"),
    ("Unknown", "Delivered", "Delivered"),
    ("Failed", "Delivered", "Delivered"),
    ("Not Delivered", "Delivered", "Delivered"),
    ("Not Delivered", "Accepted", None),
    ("Delivered", "Not Delivered", None),
    ("Delivered", "Delivered", None),
    ("Reviewed", "Delivered", None),
    ("Reviewed", "Not Delivered", None),
    ("Delivered", "Reviewed", "Reviewed"),
    ("Sending", "Delivered", None),
]


@pytest.mark.parametrize("exported", ["anna@bücher.example", "Anna@xn--bcher-kva.example."])
@pytest.mark.parametrize("held", ["anna@bücher.example", "anna@xn--bcher-kva.example", None])
def test_an_address_is_the_same_however_it_is_written(exported, held):
    """The key of a row without recipient may have been made of either spelling."""
    key = hashlib.sha256("anna@bücher.example".encode()).hexdigest()
    others = row(email="ben@example.com", Id="a02")
    made = plan([line(email=exported)], [row(email=held, Cooldown_Key__c=key), others])
    assert [each["Id"] for each in made.updates] == ["a01"]


def test_what_an_older_file_added_is_found_again():
    email = "Anna@Bücher.example"
    parts = (PLACE.organization_id, PLACE.unit_id, "portal", "r1")
    person = hashlib.sha256(email.lower().encode()).hexdigest()
    before = hashlib.sha256("|".join((*parts, person)).encode()).hexdigest()
    assert PLACE.key(line(email=email)) == before


@pytest.mark.parametrize(("before", "said", "after"), RISES)
def test_a_status_only_rises(before, said, after):
    made = plan([line(said)], [row(before)])
    assert [each["Status__c"] for each in made.updates] == ([after] if after else [])
    assert made.additions == []


@pytest.mark.parametrize("status", ["Requested", "Scheduled", "On Hold", "Cancelled", "Skipped"])
def test_an_invitation_that_never_went_to_trustpilot_is_not_the_one_in_the_export(status):
    made = plan([line()], [row(status)])
    assert made.updates == []
    assert len(made.additions) == 1


def test_the_vendors_words_stand_in_the_reason():
    said = line("Delivered", words="Delivered - Unsubscribed")
    (changed,) = plan([said], [row()]).updates
    assert "Delivered - Unsubscribed" in changed["Reason__c"]
    assert changed["Sent_At__c"] == SENT
    (changed,) = plan([said], [row(Sent_At__c="earlier")]).updates
    assert "Sent_At__c" not in changed


def test_an_unknown_one_that_the_export_knows_closes_its_issue():
    made = plan([line("Delivered")], [row("Unknown")])
    assert "invitation_unknown:a01" in made.passed
    assert plan([line("Delivered")], [row("Accepted")]).passed == []


@pytest.mark.parametrize(
    ("held", "matches"),
    [
        (row(), True),
        (row(email="ANNA@example.com"), True),
        (row(email=None, Cooldown_Key__c=address_key(ANNA)), True),
        (row(reference="r1"), True),
        # the reference number alone is enough where it is the only one
        (row(email=BEN), True),
        (row(email=None), True),
        (row(reference="R2"), False),
        # another person's line of an earlier import
        (row(email=BEN, Evidence__c=EVIDENCE), False),
    ],
)
def test_reference_and_address_decide_and_the_reference_alone_where_it_is_the_only_one(
    held, matches
):
    made = plan([line()], [held])
    assert (len(made.updates), len(made.additions)) == ((1, 0) if matches else (0, 1))


def test_a_reference_number_that_two_people_have_in_the_file_is_not_enough_alone():
    made = plan([line(), line(email=BEN, number=3)], [row(email="old@example.com")])
    assert made.updates == []
    assert len(made.additions) == 2


def test_of_two_invitations_with_one_reference_number_the_address_decides():
    rows = [row(email=BEN), row(Id="a02", Claim_Key__c="l")]
    assert [each["Id"] for each in plan([line()], rows).updates] == ["a02"]
    assert plan([line(email="third@example.com")], rows).updates == []


def test_what_did_not_come_from_salesforce_is_added_with_its_source():
    (added,) = plan([line("Not Delivered", words="Not delivered")], []).additions
    assert added["Evidence__c"] == EVIDENCE
    assert "Rule__c" not in added
    assert added["Claim_Key__c"] == PLACE.key(line())
    assert (added["Status__c"], added["Reason_Code__c"]) == ("Not Delivered", "not_delivered")
    assert added["Business_Unit__c"] == "a0B1"


def test_the_best_of_several_lines_about_one_invitation_counts():
    lines = [line("Not Delivered"), line("Delivered", number=3), line("Accepted", number=4)]
    (changed,) = plan(lines, [row()]).updates
    assert changed["Status__c"] == "Delivered"
    (added,) = plan(lines, []).additions
    assert added["Status__c"] == "Delivered"


EXPORTED = st.builds(
    line,
    status=st.sampled_from(["Accepted", "Delivered", "Not Delivered", "Reviewed"]),
    email=st.sampled_from([ANNA, BEN, "Anna@Example.com"]),
    reference=st.sampled_from(["R1", "r1", "R2", ""]),
)
HELD = st.lists(
    st.builds(
        row,
        status=st.sampled_from([each.value for each in InvitationStatus]),
        email=st.sampled_from([ANNA, BEN, None]),
        reference=st.sampled_from(["R1", "R2", None]),
        Id=st.uuids().map(str),
    ).map(lambda each: {**each, "Claim_Key__c": each["Id"]}),
    max_size=4,
)


@given(st.lists(EXPORTED, max_size=6), HELD)
def test_the_same_file_twice_changes_nothing(lines, rows):
    held = applied(rows, plan(lines, rows))
    again = plan(lines, held)
    assert (again.updates, again.additions) == ([], [])


@given(st.lists(EXPORTED, max_size=6), HELD)
def test_nothing_that_a_review_proved_is_taken_back(lines, rows):
    proved = {each["Id"] for each in rows if each["Status__c"] == "Reviewed"}
    assert proved.isdisjoint(each["Id"] for each in plan(lines, rows).updates)
