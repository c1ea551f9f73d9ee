"""Which history rows and stamps prove that a record entered a stage, and which do not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.rules.entries import (
    OBSERVED,
    Entry,
    changes_select,
    has_left,
    history_entries,
    latest_per_record,
    opportunity_entries,
    records_select,
    stamped_entries,
    with_exact_stages,
)
from connector.core.rules.grammar import Channel, IfLeft, Rule, TriggerObject
from connector.core.terms.records import Condition

SINCE = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
WON = ("Closed Won",)


def at(minutes):
    return SINCE + timedelta(minutes=minutes)


def written(moment):
    """A time as the org writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def opportunity_row(number, stage, minutes, opportunity="006A"):
    return {
        "Id": f"008{number:03d}",
        "OpportunityId": opportunity,
        "StageName": stage,
        "CreatedDate": written(at(minutes)),
    }


def status_row(old, new, minutes, parent="OrderId"):
    return {
        "Id": "8FA",
        parent: "801A",
        "OldValue": old,
        "NewValue": new,
        "CreatedDate": written(at(minutes)),
    }


def moments(entries):
    return [entry.entered_at for entry in entries]


@pytest.mark.parametrize(
    ("stages", "entered"),
    [
        (["Prospecting", "Closed Won"], [1]),  # the plain case
        (["Closed Won"], [0]),  # created in the stage
        (["Prospecting", "Closed Won", "Closed Won"], [1]),  # then its amount was changed
        (["Closed Won", "Closed Won", "Closed Won"], [0]),  # amount and date changes only
        (["Closed Won", "Prospecting", "Closed Won"], [0, 2]),  # left and came back
        (["Prospecting", "Negotiation/Review"], []),  # another stage
        (["Prospecting", None, "Closed Won"], [2]),  # a row without a stage
    ],
)
def test_only_a_change_of_stage_is_an_entry(stages, entered):
    rows = [opportunity_row(n, stage, n) for n, stage in enumerate(stages)]
    assert moments(opportunity_entries(rows, WON, SINCE)) == [at(n) for n in entered]


def test_an_amount_changed_in_the_window_does_not_repeat_an_entry_from_before_it():
    rows = [opportunity_row(1, "Closed Won", -90), opportunity_row(2, "Closed Won", 5)]
    assert opportunity_entries(rows, WON, SINCE) == []


@pytest.mark.parametrize(("minutes", "counts"), [(-1, False), (0, True), (1, True)])
def test_an_entry_counts_from_the_first_moment_of_the_window(minutes, counts):
    rows = [opportunity_row(1, "Prospecting", -500), opportunity_row(2, "Closed Won", minutes)]
    assert bool(opportunity_entries(rows, WON, SINCE)) is counts


def test_an_entry_tells_where_from_where_to_and_how_it_is_known():
    rows = [opportunity_row(1, "Prospecting", -9), opportunity_row(2, "Closed Won", 3)]
    assert opportunity_entries(rows, WON, SINCE) == [
        Entry(
            TriggerObject.OPPORTUNITY,
            "006A",
            "Prospecting",
            "Closed Won",
            at(3),
            "OpportunityHistory",
        )
    ]


def test_rows_of_different_opportunities_are_not_compared_with_each_other():
    rows = [opportunity_row(1, "Closed Won", 1), opportunity_row(2, "Closed Won", 2, "006B")]
    assert [entry.record_id for entry in opportunity_entries(rows, WON, SINCE)] == ["006A", "006B"]


def test_two_changes_in_one_second_are_ordered_by_id():
    rows = [opportunity_row(2, "Closed Won", 1), opportunity_row(1, "Prospecting", 1)]
    (entry,) = opportunity_entries(rows, WON, SINCE)
    assert entry.old_stage == "Prospecting"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["006A", "006B"]), st.sampled_from(["Open", "Closed Won", "Lost"])
        ),
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_the_rows_does_not_matter_and_no_edit_adds_an_entry(changes, random):
    rows = [opportunity_row(n, stage, n, record) for n, (record, stage) in enumerate(changes)]
    edited = [row | {"Id": row["Id"] + "b"} for row in rows]  # an edit right after each row
    entries = opportunity_entries(rows, WON, SINCE)
    mixed = rows + edited
    random.shuffle(mixed)
    assert opportunity_entries(mixed, WON, SINCE) == entries
    for record in ("006A", "006B"):
        stages = [stage for who, stage in changes if who == record]
        changed = sum(
            stage == "Closed Won" != before
            for before, stage in zip(["", *stages], stages, strict=False)
        )
        assert sum(entry.record_id == record for entry in entries) == changed


@pytest.mark.parametrize(
    ("old", "new", "minutes", "counts"),
    [
        ("Draft", "Activated", 1, True),
        ("Draft", "Activated", -1, False),  # before the window
        ("Activated", "Activated", 1, False),  # nothing changed
        ("Activated", "Draft", 1, False),  # it left
        (None, None, 1, False),  # the row that says "created"
    ],
)
def test_field_history_proves_an_entry_by_its_new_value(old, new, minutes, counts):
    rows = [status_row(old, new, minutes)]
    entries = history_entries(TriggerObject.ORDER, rows, ("Activated",), SINCE)
    assert [(e.record_id, e.evidence) for e in entries] == (
        [("801A", "OrderHistory")] if counts else []
    )


def test_case_history_names_the_case():
    rows = [status_row("Working", "Closed", 1, parent="CaseId")]
    (entry,) = history_entries(TriggerObject.CASE, rows, ("Closed",), SINCE)
    assert (entry.record_id, entry.old_stage, entry.evidence) == ("801A", "Working", "CaseHistory")


@pytest.mark.parametrize(
    ("status", "activated", "created", "evidence"),
    [
        ("Activated", 5, -500, "ActivatedDate"),  # activated in the window
        ("Activated", -5, -500, None),  # activated before it: only edited since
        ("Activated", None, 5, "CreatedDate"),  # created in the stage
        ("Activated", None, -5, None),  # nothing proves when
        ("Draft", 5, 5, None),  # not in the stage
    ],
)
def test_a_stamp_proves_an_entry_only_inside_the_window(status, activated, created, evidence):
    row = {"Id": "801A", "Status": status, "CreatedDate": written(at(created))}
    row["ActivatedDate"] = written(at(activated)) if activated is not None else None
    entries = stamped_entries(TriggerObject.ORDER, [row], ("Activated",), SINCE)
    assert [entry.evidence for entry in entries] == ([evidence] if evidence else [])


def test_a_stamp_that_the_org_hides_proves_nothing():
    row = {"Id": "500A", "Status": "Closed"}
    assert stamped_entries(TriggerObject.CASE, [row], ("Closed",), SINCE) == []


def entry(evidence, minutes, stage="Activated", record="801A"):
    return Entry(TriggerObject.ORDER, record, "", stage, at(minutes), evidence)


@pytest.mark.parametrize(
    ("first", "second", "wins"),
    [
        (("OrderHistory", 1), ("ActivatedDate", 9), "OrderHistory"),  # history outranks a stamp
        (("ActivatedDate", 9), ("OrderHistory", 1), "OrderHistory"),  # in either order
        (("OrderHistory", 1), ("OrderHistory", 9), "OrderHistory"),  # the latest of two
    ],
)
def test_one_entry_per_record_and_stage_is_kept(first, second, wins):
    (kept,) = latest_per_record([entry(*first), entry(*second)])
    assert kept.evidence == wins
    if first[0] == second[0]:
        assert kept.entered_at == at(9)


def test_two_stages_of_one_record_are_two_entries_oldest_first():
    kept = latest_per_record([entry("OrderHistory", 9, "Shipped"), entry("OrderHistory", 1)])
    assert [one.new_stage for one in kept] == ["Activated", "Shipped"]


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from(["Draft", "Activated", "Shipped"])),
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
def test_every_tracked_change_into_a_stage_is_one_entry_in_any_order(changes, random):
    now = dict.fromkeys(range(3), "Draft")
    rows, expected = [], []
    for minute, (record, status) in enumerate(changes):
        if now[record] != status:
            parent = {"OrderId": f"801{record}", "Id": f"8FA{minute:03d}"}
            rows.append(status_row(now[record], status, minute) | parent)
            if status != "Draft":
                expected.append((f"801{record}", now[record], status, at(minute)))
        now[record] = status
    random.shuffle(rows)
    entries = history_entries(TriggerObject.ORDER, rows, ("Activated", "Shipped"), SINCE)
    told = [(each.record_id, each.old_stage, each.new_stage, each.entered_at) for each in entries]
    assert sorted(told) == sorted(expected)
    latest = {(record, new): (moment, old) for record, old, new, moment in expected}
    kept = latest_per_record(entries)
    assert {
        (each.record_id, each.new_stage): (each.entered_at, each.old_stage) for each in kept
    } == latest


def field_row(old, new, minutes):
    return status_row(old, new, minutes, parent="OpportunityId") | {"OpportunityId": "006A"}


def exact(*rows):
    return history_entries(TriggerObject.OPPORTUNITY, rows, WON, SINCE)


def test_where_both_proofs_agree_the_field_history_says_which_stage_came_before():
    rows = [opportunity_row(2, "Open", -9), opportunity_row(1, "Closed Won", 1)]
    rows.append(opportunity_row(3, "Lost", 1))  # the ids do not tell the order of one second
    proved = opportunity_entries(rows, WON, SINCE)
    (entry,) = with_exact_stages(proved, exact(field_row("Lost", "Closed Won", 1)))
    assert (entry.old_stage, entry.evidence) == ("Lost", "OpportunityHistory")


def test_what_only_the_field_history_tells_is_an_entry_as_well():
    (entry,) = with_exact_stages([], exact(field_row("Open", "Closed Won", 1)))
    assert (entry.record_id, entry.evidence) == ("006A", "OpportunityFieldHistory")


def test_two_proofs_of_different_moments_are_two_entries():
    proved = opportunity_entries([opportunity_row(1, "Closed Won", 1)], WON, SINCE)
    both = with_exact_stages(proved, exact(field_row("Open", "Closed Won", 5)))
    assert moments(both) == [at(1), at(5)]


@pytest.mark.parametrize(
    ("stage", "stamp", "counts"),
    [("Closed Won", 5, True), ("Closed Won", -5, False), ("Open", 5, False)],
)
def test_the_last_change_of_stage_proves_an_entry_of_an_opportunity_that_is_in_it(
    stage, stamp, counts
):
    row = {"Id": "006A", "StageName": stage, "LastStageChangeDate": written(at(stamp))}
    entries = stamped_entries(TriggerObject.OPPORTUNITY, [row], WON, SINCE)
    assert [each.evidence for each in entries] == ["LastStageChangeDate"] * counts


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        ("CreatedDate", OBSERVED),
        (OBSERVED, "ActivatedDate"),
        ("ActivatedDate", "OrderHistory"),
    ],
)
def test_the_strongest_evidence_is_kept_whichever_is_later(weaker, stronger):
    (kept,) = latest_per_record([entry(stronger, 1), entry(weaker, 9)])
    assert kept.evidence == stronger


@pytest.mark.parametrize(
    ("stage", "left"),
    [
        ("Activated", False),
        ("Shipped", False),  # another stage of the same rule
        ("Draft", True),
        (None, True),
    ],
)
def test_a_record_has_left_when_it_is_in_no_stage_of_the_rule(stage, left):
    rule = Rule(
        name="a-rule",
        on=TriggerObject.ORDER,
        stage_field="Status",
        stages=("Activated", "Shipped"),
        to=(),
        after=timedelta(0),
        channel=Channel.EMAIL,
        business_unit="shop",
    )
    assert has_left("Activated", {"Id": "801A", "Status": stage}, rule) is left
    minds_nothing = replace(rule, if_left=IfLeft.SEND)
    assert not has_left("Activated", {"Id": "801A", "Status": stage}, minds_nothing)


SOME = Condition("Id", "in", ("1", "2"))


@pytest.mark.parametrize(
    ("trigger", "object_", "parent", "field"),
    [
        (TriggerObject.OPPORTUNITY, "OpportunityFieldHistory", "OpportunityId", "StageName"),
        (TriggerObject.ORDER, "OrderHistory", "OrderId", "Status"),
        (TriggerObject.CASE, "CaseHistory", "CaseId", "Status"),
    ],
)
def test_the_question_for_changes_is_about_the_stage_alone(trigger, object_, parent, field):
    asked = changes_select(trigger, SOME)
    assert asked.object == object_
    assert {"Id", parent, "OldValue", "NewValue", "CreatedDate"} == set(asked.fields)
    assert asked.where == (SOME, Condition("Field", "=", field))
    assert not {"OldValue", "NewValue"} & set(asked.compared)  # the org cannot filter on them
    assert asked.optional  # an org may keep no history


@pytest.mark.parametrize(
    ("trigger", "field", "stamp"),
    [
        (TriggerObject.OPPORTUNITY, "StageName", "LastStageChangeDate"),
        (TriggerObject.ORDER, "Status", "ActivatedDate"),
        (TriggerObject.CASE, "Status", "ClosedDate"),
    ],
)
def test_the_question_for_records_asks_for_stage_stamps_and_more(trigger, field, stamp):
    asked = records_select(trigger, SOME, "ContactId")
    assert asked.object == trigger.value
    assert set(asked.fields) == {"Id", field, "SystemModstamp", stamp, "CreatedDate", "ContactId"}
    assert asked.where == (SOME,)
    assert asked.optional
