"""Templates, automatic replies and response targets: what is refused, where, and what is read."""

from datetime import UTC, date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from connector.core.replies.automatic import AutoReply
from connector.core.replies.service_level import OpenHours, Opening, ResponseTarget, Weekday
from connector.core.replies.templates import ReplyTemplate

TARGET = "targets: [{within: 4 hours}]"

REFUSALS = [
    # templates
    ("templates: [{name: one, text: >'Hi {{consumer.firstname}}!'}]",
     "`consumer.firstname` is not a merge field of a reply.",
     "Did you mean `consumer.first_name`?"),
    ("templates: [{name: one, text: >'Hi {{consumer.email}}!'}]",
     "`consumer.email` is not a merge field of a reply.", "`consumer.name`"),
    ("templates: [{name: one, text: >'Hi {name}!'}]", "Braces hold a merge field", ""),
    ("templates: [{name: one, text: >'Hi {{consumer.name|}}!'}]",
     "Behind `|` stand the words for an empty field", ""),
    ("templates: [{name: one, text: >'{{consumer.name}}'}]",
     "A template holds words beside its merge fields.", ""),
    ("templates: [>{name: one}]", "`text` is missing in templates, entry 1.", ""),
    ("templates: [{name: one, text: Hi, stars: [>6]}]", "must be 5 or less", ""),
    ("templates: [{name: one, text: Hi, stars: >[]}]", "There must be one entry at least.", ""),
    ("templates: [{name: one, text: Hi, languages: [>English]}]",
     "A language is written like `en`", ""),
    ("templates: [{name: one, text: Hi, business_unit: >shopp}]",
     "`shopp` is not a business unit of this file.", "Did you mean `shop`?"),
    ("templates: [{name: one, text: Hi}, {name: >one, text: Ho}]",
     "Another entry of `templates` has the same `name`.", "Each needs its own."),
    ("templates: [{name: one, text: >'For {{order.number}}'}]",
     "A reply with `order.number` is blocked by `replies.lint.order_number`.",
     "set that key to `warn` or `ignore`"),
    ("templates: [{name: one, text: >'For {{order.number}}'}]\n  lint: {order_number: block}",
     "is blocked by `replies.lint.order_number`", ""),
    # automatic replies
    ("auto_reply: {enabled: >true, stars: 5}",
     "Automatic replies need templates to take their text from.", "set `enabled: false`"),
    (">auto_reply: {enabled: false}", "`stars` is missing in auto_reply.", ""),
    ("auto_reply: {stars: 5, per_day: >0}", "`per_day` must be 1 or more.", ""),
    ("auto_reply: {stars: 5, per_day: >501}", "`per_day` must be 500 or less.", ""),
    ("auto_reply: {stars: 5, after: >soon}", "`soon` is not a length of time.", ""),
    ("auto_reply: {stars: 5, business_unit: >shopp}",
     "`shopp` is not a business unit of this file.", ""),
    # response targets
    (">service_level: {zone: UTC}", "`targets` is missing in service_level.", ""),
    ("service_level: {targets: >[]}", "There must be one entry at least.", ""),
    ("service_level: {targets: [>{stars: 1}]}", "`within` is missing in targets", ""),
    ("service_level: {targets: [{within: >0}]}", "This must be longer than 0.", ""),
    ("service_level: {targets: [{within: >91 days}]}", "A target is 90 days at most.", ""),
    ("service_level: {targets: [{within: 4 hours, stars: >0}]}", "must be 1 or more", ""),
    ("service_level: {targets: [{within: 4 hours, business_unit: >shopp}]}",
     "`shopp` is not a business unit of this file.", ""),
    (f"service_level: {{zone: >Europe/Berln, {TARGET}}}",
     "This machine does not know the time zone.", "Did you mean `Europe/Berlin`?"),
    (f"service_level: {{open: >9-17, {TARGET}}}",
     "Open hours are written like `09:00-17:00`.", ""),
    (f"service_level: {{open: >'17:00-09:00', {TARGET}}}",
     "Open hours end later on the same day", ""),
    (f"service_level: {{days: [>monday], {TARGET}}}", "is not a value of", "`mon`"),
    (f"service_level: {{days: >[], {TARGET}}}", "There must be one entry at least.", ""),
    (f"service_level: {{holidays: [>25.12.2026], {TARGET}}}", "written like `2026-11-01`", ""),
    ("service_level: {open: '09:00-17:00', targets: [{within: >1 day}]}",
     "Only open time counts, and `open` makes a day shorter than 24 hours.",
     "Write the target in hours"),
    ("service_level: {targets: [{within: >1 week, open: '09:00-17:00'}]}",
     "Only open time counts", ""),
]  # fmt: skip
"""Each line with a `>` in front of what is pointed at, what is said, and the hint."""


def meaning(row):
    """The row's line, which names it in the report."""
    return row[0]


def with_replies(sound, lines):
    return sound.replace("invitations:\n", f"replies:\n  {lines}\ninvitations:\n", 1)


@pytest.mark.parametrize("row", REFUSALS, ids=meaning)
def test_a_wrong_line_is_refused_once_and_at_its_place(problems_of, sound, row):
    marked, message, hint = row
    before, _, after = with_replies(sound, marked).partition(">")

    problems = problems_of(before + after)

    place = (before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1)
    assert [(each.line, each.column) for each in problems] == [place]
    assert message in problems[0].message
    assert hint in problems[0].hint


def replies(load, sound, lines):
    return load(with_replies(sound, lines)).replies


def test_nothing_is_suggested_answered_or_due_where_nothing_is_said(load, sound):
    policy = load(sound).replies
    assert (policy.templates, policy.automatic.stars, policy.targets) == ((), (), ())


def test_templates_are_read_in_their_order(load, sound):
    lines = (
        "templates: [{name: one, text: 'Hi {{consumer.name|you}}!', stars: 5, languages: en,"
        " business_unit: shop}, {name: two, text: Thanks!}]"
    )
    assert replies(load, sound, lines).templates == (
        ReplyTemplate("one", "Hi {{consumer.name|you}}!", (5,), ("en",), ("shop",)),
        ReplyTemplate("two", "Thanks!"),
    )


@pytest.mark.parametrize("severity", ["warn", "ignore"])
def test_an_order_number_may_be_public_where_the_check_lets_it_pass(load, sound, severity):
    lines = (
        f"lint: {{order_number: {severity}}}\n"
        "  templates: [{name: one, text: 'For {{order.number}}'}]"
    )
    assert len(replies(load, sound, lines).templates) == 1


@pytest.mark.parametrize(
    ("line", "stars"),
    [
        ("auto_reply: {stars: [4, 5]}", ()),  # off unless it says that it is on
        ("auto_reply: {enabled: false, stars: [4, 5]}", ()),
        ("auto_reply: {enabled: true, stars: [4, 5]}", (4, 5)),
    ],
)
def test_automatic_replies_are_off_until_they_are_switched_on(load, sound, line, stars):
    lines = f"templates: [{{name: one, text: Thanks!}}]\n  {line}"
    assert replies(load, sound, lines).automatic == AutoReply(
        stars, (), timedelta(days=1), per_day=20
    )


def test_a_target_takes_the_hours_of_the_section_unless_it_has_its_own(load, sound):
    lines = """service_level:
    zone: Europe/Berlin
    open: 09:00-17:00
    days: [mon, tue]
    holidays: [2026-12-25]
    targets:
      - {within: 4 hours, stars: 1, business_unit: shop}
      - {within: 2 days, zone: UTC, open: 00:00-24:00, days: sun, holidays: []}"""
    monday, sunday = Weekday.MONDAY, Weekday.SUNDAY
    office = OpenHours(
        ZoneInfo("Europe/Berlin"),
        Opening(time(9), time(17)),
        frozenset({monday, Weekday.TUESDAY}),
        frozenset({date(2026, 12, 25)}),
    )
    always = OpenHours(ZoneInfo("UTC"), Opening(), frozenset({sunday}), frozenset())
    assert replies(load, sound, lines).targets == (
        ResponseTarget(timedelta(hours=4), (1,), ("shop",), office),
        ResponseTarget(timedelta(days=2), (), (), always),
    )


def test_days_are_whole_days_where_the_business_never_closes(load, sound):
    (target,) = replies(load, sound, "service_level: {targets: [{within: 2 days}]}").targets
    assert target.within == timedelta(days=2)
    assert (target.hours.opening, target.hours.days) == (Opening(), frozenset(Weekday))
    assert target.hours.zone.utcoffset(None) in (None, UTC.utcoffset(None))
