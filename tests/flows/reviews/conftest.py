"""A business with reviews to read, and a look at what the org made of them."""

from datetime import timedelta

import pytest

from connector.emulator.world import seed

ISSUES = (
    "SELECT Key__c, Code__c, Message__c, Next_Step__c, Record__c, Status__c, Attempts__c, "
    "Flow__c, Business_Unit_Id__c, First_Seen__c, Last_Seen__c FROM Trustpilot_Issue__c"
)
MARKS = "SELECT Key__c, Mark__c FROM Trustpilot_Checkpoint__c WHERE Mark__c != null"


@pytest.fixture
def world(bare):
    """A business with reviews of two months, in ten languages; 30 days of them are wanted."""
    return seed(bare, service_reviews=60, product_reviews=20, people=10)


@pytest.fixture
def write(emulator, world):
    """Let a consumer write: `write(text="Fine", ago=timedelta(hours=1))`; returns the id."""

    def one(kind="service", ago=timedelta(), **fields):
        state = emulator.trustpilot
        add = state.add_product_review if kind == "product" else state.add_service_review
        at = emulator.clock.now() - ago
        return add(world.business_unit_id, createdAt=at, **fields)["id"]

    return one


@pytest.fixture
def stored(soql):
    """One review's record: `stored(review_id)`."""

    def find(review_id):
        (row,) = soql(
            "SELECT Stars__c, Title__c, Text__c, Reply_Status__c, Reply__c, Live_Reply__c, "
            "Published_Reply__c, Business_Unit__c, Review_Created__c, Content_Hash__c "
            "FROM Trustpilot_Review__c WHERE External_Id__c = '{}'",
            review_id,
        )
        return row

    return find


@pytest.fixture
def marks(soql):
    """The marks of the org: `marks()["service_reviews"]` -> text of the time, by stream."""
    return lambda: {row["Key__c"].partition(":")[0]: row["Mark__c"] for row in soql(MARKS)}


@pytest.fixture
def issues(soql):
    """Every issue of the org."""
    return lambda: soql(ISSUES)
