"""What the org knows of a review's customer, whatever it hides."""

from connector.core.replies.customer import FACT_FIELDS, known_of
from connector.core.replies.lint import Known

ROW = {
    "Consumer_Email__c": "anna@example.com",
    "Consumer_Response_Phone__c": "+44 20 7946 0000",
    "Reference_Number__c": "1042",
    "Consumer_Name__c": "Anna L.",
    "Contact__r": {"Email": "a.larkin@example.org", "LastName": "Larkin", "MobilePhone": None},
    "Order__r": {"OrderNumber": "00000100"},
}


def test_every_fact_of_the_customer_is_known_with_its_kind():
    assert known_of(ROW, iter(["shop.example.com"])) == Known(
        emails=("anna@example.com", "a.larkin@example.org"),
        phones=("+44 20 7946 0000",),
        numbers=("1042", "00000100"),
        surname="Larkin",
        shown="Anna L.",
        hosts=("shop.example.com",),
    )


def test_what_is_empty_or_hidden_is_not_known():
    assert known_of({"Contact__r": None}, ()) == Known(
        emails=(), phones=(), numbers=(), surname="", shown="", hosts=()
    )


def test_every_field_that_is_read_counts():
    rows = [_row(path) for path in FACT_FIELDS]
    assert all(known_of(row, ()) != known_of({}, ()) for row in rows)


def _row(path):
    parent, _, name = path.rpartition(".")
    return {parent: {name: "fact"}} if parent else {name: "fact"}
