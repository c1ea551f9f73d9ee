"""What is known of several batches of reviews, brought together."""

from connector.flows.matching import Matches

FIRST = Matches({"a": {"Contact__c": "1"}}, {"invitation": "a"})
LATER = Matches({"a": {"Contact__c": "2"}, "b": {"Contact__c": "3"}}, {"invitation": "b"})


def test_of_two_reviews_led_by_one_invitation_the_first_stays():
    assert FIRST.joined(LATER).led == {"invitation": "a"}


def test_what_is_found_later_replaces_what_was_found_before():
    assert FIRST.joined(LATER) == {"a": {"Contact__c": "2"}, "b": {"Contact__c": "3"}}


def test_joining_leaves_both_as_they_were():
    FIRST.joined(LATER)
    assert FIRST == {"a": {"Contact__c": "1"}}
    assert LATER.led == {"invitation": "b"}


def test_what_is_said_of_other_reviews_is_left_out():
    only = LATER.only({"a"})
    assert (dict(only), only.led) == ({"a": {"Contact__c": "2"}}, {})
