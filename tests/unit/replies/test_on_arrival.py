"""What the row of a review that comes in says about its answer."""

from datetime import UTC, datetime, timedelta

from connector.core.replies.automatic import AutoReply
from connector.core.replies.on_arrival import Incoming, answer_fields
from connector.core.replies.policy import ReplyPolicy
from connector.core.replies.service_level import ResponseTarget
from connector.core.replies.templates import ReplyTemplate, UnitNames
from connector.core.terms.reviews import NO_REPLY, Reply, Review, ReviewType

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
POLICY = AutoReply(stars=(5,), business_units=("shop",), delay=timedelta(hours=2), per_day=3)


def review(**fields):
    usual = {"stars": 5, "consumer_name": "Wanda Smith"}
    return Review(
        id="r1",
        type=ReviewType.SERVICE,
        business_unit_id="u1",
        created_at=NOW - timedelta(hours=1),
        **{**usual, **fields},
    )


TEMPLATES = (ReplyTemplate("one", "Thanks, {{consumer.first_name}}!", stars=(4, 5)),)
UNIT = UnitNames("shop", "Example Outdoor Shop")


def fields_of(policy, *, is_new=True, live=NO_REPLY, **fields):
    return answer_fields(policy, Incoming(review(**fields), UNIT, is_new, live), NOW)


def test_nothing_is_said_where_nothing_is_configured():
    assert fields_of(ReplyPolicy()) == {}


def test_a_new_review_gets_its_suggestion_and_the_time_of_its_automatic_reply():
    policy = ReplyPolicy(templates=TEMPLATES, automatic=POLICY)
    assert fields_of(policy) == {
        "Suggested_Reply__c": "Thanks, Wanda!",
        "Auto_Reply_At__c": NOW + timedelta(hours=1),
    }
    assert fields_of(policy, stars=4) == {
        "Suggested_Reply__c": "Thanks, Wanda!",
        "Auto_Reply_At__c": None,
    }


def test_no_automatic_reply_is_planned_without_a_suggestion():
    policy = ReplyPolicy(templates=TEMPLATES, automatic=POLICY)
    nothing = {"Suggested_Reply__c": None, "Auto_Reply_At__c": None}
    assert fields_of(policy, consumer_name=None) == nothing


def test_an_edited_review_is_suggested_for_anew_and_keeps_its_due_time():
    policy = ReplyPolicy(templates=TEMPLATES, targets=(ResponseTarget(timedelta(hours=4)),))
    assert fields_of(policy, is_new=False, stars=1) == {"Suggested_Reply__c": None}


def test_an_answered_review_is_only_judged():
    policy = ReplyPolicy(
        templates=TEMPLATES, automatic=POLICY, targets=(ResponseTarget(timedelta(hours=4)),)
    )
    fields = fields_of(policy, live=Reply("Hi", NOW))
    assert fields == {
        "Response_Due_At__c": NOW + timedelta(hours=3),
        "Response_Check_At__c": None,
        "Response_Breached__c": False,
    }
