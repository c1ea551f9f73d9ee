"""Automatic replies: only when switched on, never over a person's head, never too many."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.emulator.doors import InProcessDoor
from connector.emulator.faults import custom_row_error

REVIEW = "Trustpilot_Review__c"
AUTOMATIC = """\
replies:
  templates: [{name: any, text: "Thanks, {{consumer.first_name|you}}!"}]
  auto_reply: {enabled: true, stars: [5], after: 2 hours, per_day: 2}
"""
FIELDS = (
    "SELECT Reply__c, Reply_Status__c, Automatic_Reply__c, Auto_Reply_At__c, Auto_Reply_Key__c "
    "FROM Trustpilot_Review__c WHERE External_Id__c = '{}'"
)


class BeforeTheUpdate(InProcessDoor):
    """Lets somebody do something right before the first update of records."""

    def __init__(self, emulator, does):
        super().__init__(emulator)
        self.does = does

    def send(self, request, *args, **options):
        is_update = request.method == "PATCH" and request.url.endswith("/composite/sobjects")
        if is_update and self.does:
            does, self.does = self.does, None
            does()
        return super().send(request, *args, **options)


class AfterTheFirstRead(InProcessDoor):
    """Lets somebody do something once the run has been opened."""

    def __init__(self, emulator, does):
        super().__init__(emulator)
        self.does = does

    def send(self, request, *args, **options):
        answer = super().send(request, *args, **options)
        if request.url.endswith("/composite") and self.does:
            does, self.does = self.does, None
            does()
        return answer


@pytest.fixture
def settings(configured):
    """Five stars are answered automatically after two hours, two a day."""
    return configured(lambda text: text + AUTOMATIC)


@pytest.fixture
def write(desk):
    """Let customers write reviews and import them; returns their ids."""

    def some(number=1, stars=5, **fields):
        unit = desk.world.business_unit_id
        made = []
        for _ in range(number):
            usual = {"consumer": {"displayName": "Wanda Smith"}, "text": "Fine.", "stars": stars}
            made.append(desk.trustpilot.add_service_review(unit, **{**usual, **fields})["id"])
            desk.emulator.clock.advance(timedelta(seconds=1))
        desk.import_reviews()
        return made

    return some


@pytest.fixture
def state(soql):
    def of(review_id):
        (row,) = soql(FIELDS, review_id)
        return row

    return of


@pytest.fixture
def change(desk):
    """Change a record as an agent would."""
    return lambda review_id, **values: desk.emulator.org.update(
        REVIEW, desk.row(review_id)["Id"], values
    )


@pytest.fixture
def automatic(soql):
    """The ids of the reviews that were queued automatically."""
    query = "SELECT External_Id__c FROM Trustpilot_Review__c WHERE Automatic_Reply__c = true"
    return lambda: [row["External_Id__c"] for row in soql(query)]


def later(desk, **length):
    desk.emulator.clock.advance(timedelta(**length))


def test_a_review_is_answered_after_the_delay_and_says_that_nobody_did(write, state, desk):
    (review,) = write()
    later(desk, hours=1, minutes=59)
    desk.run()
    assert state(review)["Reply_Status__c"] is None
    later(desk, minutes=1)
    assert desk.run().count("replies_automatic") == 1
    assert state(review)["Reply_Status__c"] == "Queued"
    desk.run()
    row = state(review)
    assert desk.live(review) == row["Reply__c"] == "Thanks, Wanda!"
    assert (row["Reply_Status__c"], row["Automatic_Reply__c"]) == ("Published", True)
    assert row["Auto_Reply_At__c"] is None
    unit = desk.world.business_unit_id
    assert row["Auto_Reply_Key__c"] == f"{unit}:2026-03-02:1"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("enabled: true", "enabled: false"),
        ("enabled: true, ", ""),
        ("  auto_reply: {enabled: true, stars: [5], after: 2 hours, per_day: 2}\n", ""),
    ],
)
def test_nothing_is_answered_where_it_is_not_switched_on(old, new, configured, desk):
    settings = configured(lambda text: text + AUTOMATIC.replace(old, new))
    review = desk.trustpilot.add_service_review(desk.world.business_unit_id, stars=5, text="Hi")
    for _ in range(3):
        desk.one_run(settings=settings)
        later(desk, hours=2)
    assert desk.live(review["id"]) == ""
    assert desk.row(review["id"])["Reply_Status__c"] is None


@pytest.mark.parametrize("fields", [{"stars": 4}, {"createdAt": "2026-02-26T09:00:00Z"}])
def test_other_stars_and_old_reviews_are_left_to_people(fields, write, state, desk, automatic):
    (review,) = write(**fields)
    assert state(review)["Auto_Reply_At__c"] is None
    later(desk, hours=5)
    desk.run()
    assert automatic() == []


def test_switching_it_off_leaves_to_people_what_was_planned(write, state, desk, configured):
    (review,) = write()
    later(desk, hours=3)
    off = configured(lambda text: text + AUTOMATIC.replace("enabled: true", "enabled: false"))
    desk.run(settings=off)
    assert state(review)["Auto_Reply_At__c"] is None
    desk.run()
    assert state(review)["Reply_Status__c"] is None


@pytest.mark.parametrize(
    "values",
    [
        {"Reply__c": "Mine, unfinished"},
        {"Reply__c": "Mine.", "Reply_Status__c": "Draft"},
        {"Reply_Status__c": "Draft"},
        {"Auto_Reply_At__c": None},
        {"Missing_Since__c": "2026-03-02T09:00:00Z"},
    ],
)
def test_what_a_person_has_begun_or_declined_is_left_to_people(values, write, state, desk, change):
    (review,) = write()
    change(review, **values)
    later(desk, hours=3)
    desk.run()
    row = state(review)
    assert row["Automatic_Reply__c"] is False
    assert row["Auto_Reply_At__c"] is None
    assert row["Reply__c"] == values.get("Reply__c")


def test_what_an_agent_writes_while_the_run_works_is_not_overwritten(write, state, desk, change):
    (review,) = write()
    later(desk, hours=3)
    door = AfterTheFirstRead(desk.emulator, lambda: change(review, Reply__c="Mine."))
    desk.run(door=door)
    assert door.does is None
    assert (state(review)["Reply__c"], state(review)["Automatic_Reply__c"]) == ("Mine.", False)


def test_a_colleagues_answer_at_trustpilot_is_not_overwritten(write, desk):
    (review,) = write()
    later(desk, hours=3)
    desk.run()  # queued; nobody has looked at Trustpilot yet
    desk.trustpilot.portal_reply(review, "Theirs.", "A colleague")
    desk.run()
    assert desk.live(review) == "Theirs."
    assert desk.row(review)["Reply_Status__c"] == "Conflict"


def test_an_edit_to_other_stars_withdraws_the_automatic_reply(write, state, desk, automatic):
    (review,) = write()
    desk.trustpilot.edit_review(review, stars=1, text="Not fine at all.")
    later(desk, days=1)
    desk.import_reviews()
    assert state(review)["Auto_Reply_At__c"] is None
    desk.run()
    assert automatic() == []


def test_no_more_than_the_cap_are_answered_in_a_day_oldest_first(write, desk, automatic, state):
    ids = write(5)
    later(desk, hours=3)
    report = desk.run()
    assert (report.count("replies_automatic"), report.count("replies_postponed")) == (2, 3)
    assert sorted(automatic()) == sorted(ids[:2])
    assert desk.run().count("replies_automatic") == 0
    assert state(ids[4])["Auto_Reply_At__c"] == "2026-03-03T00:00:00.000+0000"
    later(desk, hours=12)  # past midnight
    desk.run()
    assert len(automatic()) == 4


def test_a_later_reply_of_the_day_takes_the_next_place_at_once(write, desk, state):
    keys = []
    for _ in range(2):
        (review,) = write()
        later(desk, hours=3)
        desk.run()
        keys.append(state(review)["Auto_Reply_Key__c"].rpartition(":")[2])
    assert keys == ["1", "2"]


def test_a_used_up_day_costs_no_call_in_the_runs_that_follow(write, desk):
    write(5)
    later(desk, hours=3)
    desk.run()
    desk.run()
    idle = desk.run()
    assert idle.calls["replies_out"].get("Salesforce", 0) == 0


def test_a_place_that_another_connector_takes_meanwhile_is_not_given_twice(
    write, desk, automatic, change
):
    ids = write(3)
    later(desk, hours=3)
    key = f"{desk.world.business_unit_id}:2026-03-02:1"
    last = {"Auto_Reply_Key__c": key, "Automatic_Reply__c": True, "Reply_Status__c": "Draft"}
    desk.run(door=BeforeTheUpdate(desk.emulator, lambda: change(ids[2], **last)))
    assert desk.issues() == []
    desk.run()
    assert len(automatic()) == 2
    assert ids[2] in automatic()


def test_two_connectors_at_once_answer_each_review_once_and_keep_the_cap(write, desk, automatic):
    ids = write(3)
    later(desk, hours=3)
    desk.run(door=BeforeTheUpdate(desk.emulator, desk.run))
    assert sorted(automatic()) == sorted(ids[:2])
    for _ in range(2):
        desk.run()
    assert [desk.live(review) for review in ids] == ["Thanks, Wanda!", "Thanks, Wanda!", ""]
    assert desk.emulator.calls.counts("trustpilot", "POST", "*/reply") == 2


def test_a_paused_business_unit_waits(write, state, desk, soql):
    (review,) = write()
    later(desk, hours=3)
    (unit,) = soql("SELECT Id FROM Trustpilot_Business_Unit__c")
    desk.emulator.org.update("Trustpilot_Business_Unit__c", unit["Id"], {"Pause_Replies__c": True})
    desk.run()
    assert state(review)["Reply_Status__c"] is None
    assert state(review)["Auto_Reply_At__c"]


def test_a_dry_run_says_what_would_be_queued_and_writes_nothing(write, state, desk):
    (review,) = write()
    later(desk, hours=3)
    report = desk.run(dry_run=True)
    told = [(a.what, a.record) for flow in report.flows for a in flow.actions]
    assert told == [("queue automatic reply", review)]
    assert state(review)["Reply_Status__c"] is None


def test_what_the_org_refuses_is_an_issue_that_closes_and_keeps_no_other_back(
    write, automatic, desk
):
    ids = write(2)
    later(desk, hours=3)
    desk.emulator.faults.add(custom_row_error(REVIEW, "SOME_RULE", "no"))
    desk.run()
    assert desk.issues() == ["auto_reply_refused"]
    assert len(automatic()) == 1
    desk.run()
    assert desk.issues() == []
    assert sorted(automatic()) == sorted(ids)


def test_a_refusal_is_over_when_a_person_keeps_the_review(write, desk, change):
    (review,) = write()
    later(desk, hours=3)
    desk.emulator.faults.add(custom_row_error(REVIEW, "SOME_RULE", "no"))
    desk.run()
    change(review, Auto_Reply_At__c=None)
    desk.run()
    assert desk.issues() == []


@pytest.mark.parametrize("after", [False, True])
def test_runs_that_are_killed_at_any_call_answer_once_and_keep_the_cap(
    after, write, desk, automatic, run_on
):
    ids = write(3)
    later(desk, hours=3)
    run_on(after)
    for _ in range(2):
        desk.run()
    assert sorted(automatic()) == sorted(ids[:2])
    assert [desk.live(review) for review in ids] == ["Thanks, Wanda!", "Thanks, Wanda!", ""]
    assert desk.emulator.calls.counts("trustpilot", "POST", "*/reply") == 2


def test_an_erased_review_is_not_answered(write, state, desk):
    (review,) = write()
    later(desk, hours=3)
    desk.trustpilot.delete_review(review)
    desk.one_run()
    row = state(review)
    assert [row[name] for name in ("Reply__c", "Reply_Status__c", "Auto_Reply_At__c")] == [None] * 3
