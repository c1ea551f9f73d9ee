"""Which conditions look at how happy a customer is."""

import pytest

from connector.core.rules.fair_play import looks_at_sentiment
from connector.core.rules.grammar import FieldCondition


@pytest.mark.parametrize(
    "field",
    [
        "CSAT__c",
        "Csat_Score__c",
        "NPS__c",
        "NPSScore__c",
        "npsscore__c",
        "Account.LastNps__c",
        "Customer_Satisfaction__c",
        "IsDissatisfied__c",
        "Account.Rating",
        "Stars__c",
        "Star_Rating__c",
        "Sentiment__c",
        "IsHappy__c",
        "UnhappyCustomer__c",
        "IsEscalated",
        "Escalation_Level__c",
        "Complaints__c",
        "Has_Complained__c",
        "Promoter__c",
        "Detractor__c",
        "CES__c",
        "Score__r.Name",  # a parent that is about it
    ],
)
def test_a_field_that_speaks_of_a_mood_is_recognised(field):
    assert looks_at_sentiment(FieldCondition(field, ("x",)))


@pytest.mark.parametrize("value", ["Complaint", "Very Happy", "5 stars", "escalated", "Detractor"])
@pytest.mark.parametrize("negated", [True, False])
def test_a_value_that_speaks_of_a_mood_is_recognised(value, negated):
    assert looks_at_sentiment(FieldCondition("Type", ("Web", value), negated=negated))


@pytest.mark.parametrize(
    "field",
    [
        "Type",
        "Start_Date__c",  # no star
        "Promotion_Code__c",  # no promoter
        "Operating_Hours__c",  # no rating
        "Migrating__c",
        "Underscored__c",  # no score
        "Account.Industry",
        "Inspected__c",
        "Success__c",  # no CES
        "Order_Start__c",
        "Snps__c",
    ],
)
def test_letters_inside_other_words_do_not_count(field):
    assert not looks_at_sentiment(FieldCondition(field, ("Web", "true", "")))
