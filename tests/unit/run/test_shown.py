"""What is shown of a record under which word, and when a wish counts as refused."""

from connector.core.run.shown import Told, facts

ROW = {"Id": "a01", "Status__c": "Scheduled", "Business_Unit__r": {"Name": "shop"}, "Name": None}


def test_the_values_of_a_row_stand_under_the_words_of_the_list_in_its_order():
    words = {"unit": "Business_Unit__r.Name", "status": "Status__c", "id": "Id"}
    told = facts(ROW, words)
    assert list(told.items()) == [("unit", "shop"), ("status", "Scheduled"), ("id", "a01")]


def test_an_empty_field_is_none_and_not_left_out():
    words = {"number": "Name", "due_at": "Due_At__c", "review": "Review__r.Name"}
    assert facts(ROW, words) == {"number": None, "due_at": None, "review": None}


def test_a_wish_is_refused_where_a_sentence_says_why():
    assert Told("a01", "Accepted", "Accepted", "It went out.", "Look at it.").refused
    assert not Told("a01", "Scheduled", "Cancelled").refused
    assert not Told("a01", "Cancelled", "Cancelled").refused  # it stood so already
