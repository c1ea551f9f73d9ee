"""A small business, and a look at the marks and rows that runs leave in the org."""

from datetime import timedelta

import pytest

from connector.emulator.world import seed

RUNS = (
    "SELECT Run_Id__c, Started_At__c, Finished_At__c, Flows__c, Outcome__c, Exit_Code__c, "
    "Counts__c, Reviews_Written__c, Issues__c, Salesforce_Calls__c, Trustpilot_Calls__c, "
    "Complete_Through__c FROM Trustpilot_Run__c ORDER BY Started_At__c"
)


@pytest.fixture
def world(bare):
    """A small business with a few reviews of both kinds."""
    return seed(bare, service_reviews=12, product_reviews=6, people=3)


@pytest.fixture
def marks(soql):
    """The marks of the org by key."""
    query = "SELECT Key__c, Mark__c FROM Trustpilot_Checkpoint__c WHERE Mark__c != null"
    return lambda: {row["Key__c"]: row["Mark__c"] for row in soql(query)}


@pytest.fixture
def win(emulator, world):
    """Move the early opportunity to Closed Won, which a rule waits for."""
    won = {"StageName": "Closed Won"}
    return lambda: emulator.org.update("Opportunity", world.opportunity_id, won)


@pytest.fixture
def idle(emulator):
    """Do runs until the overlap holds no review any more, then forget the calls they cost."""

    def prepare(run):
        for _ in range(2):
            run()
            emulator.clock.advance(timedelta(hours=1))
        emulator.calls.clear()

    return prepare


@pytest.fixture
def runs(soql):
    """The rows that runs left, oldest first."""
    return lambda: soql(RUNS)
