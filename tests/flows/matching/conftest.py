"""An org with customers, orders and invitations, and `matched(...)` to connect reviews with it."""

from dataclasses import replace
from itertools import count

import pytest

from connector.core.matching.evidence import evidence_of
from connector.core.terms.objects import MatchMethod
from connector.core.terms.reviews import Review, ReviewType
from connector.core.terms.units import Unit
from connector.emulator.doors import InProcessDoor
from connector.emulator.world import seed
from connector.flows.matching import match_reviews
from connector.flows.run.context import Opening, RunContext
from connector.wiring import Transports, connect, run_policy

NOTHING_REMEMBERED = Opening({}, {}, {}, (), (), {})


def connected(run, reviews):
    return match_reviews(run, [evidence_of(each) for each in reviews])[0]


@pytest.fixture
def world(bare):
    """Customers of every kind, their orders and cases; no reviews yet."""
    return seed(bare, service_reviews=0, product_reviews=0, people=30)


@pytest.fixture
def org(emulator):
    """The emulated org, as its administrator and its people see it."""
    return emulator.org


@pytest.fixture
def unit(org, world):
    """The business unit with its record."""
    row = {"Name": "Shop", "External_Id__c": world.business_unit_id}
    record_id = org.insert("Trustpilot_Business_Unit__c", row)
    return Unit("shop", world.business_unit_id, "shop.example.com", record_id)


@pytest.fixture
def context(emulator, settings, reporter, clock, unit):
    """Make the surroundings of a run of its own: `context(dry_run=False)`, freshly signed in."""

    def make(*, dry_run=False):
        door = InProcessDoor(emulator)
        both = connect(settings, reporter, Transports(door, door, clock))
        return RunContext(
            run_id="run",
            now=both.org.now(),
            dry_run=dry_run,
            org=both.org,
            trustpilot=both.trustpilot,
            reporter=reporter,
            policy=run_policy(settings),
            opening=NOTHING_REMEMBERED,
            units=(unit,),
            new_iv=lambda: bytes(16),
        )

    return make


@pytest.fixture
def review(emulator, unit):
    """Make a review: `review("00000060", email="anna@example.com", sku=None)`."""
    numbers = count(1)
    plain = Review("", ReviewType.SERVICE, unit.id, emulator.clock.now())

    def make(reference=None, email=None, sku=None):
        return replace(
            plain,
            id=f"review-{next(numbers)}",
            reference_number=reference,
            invited_email=email,
            product_sku=sku,
        )

    return make


@pytest.fixture
def matched(context):
    """Connect one review: its method and those lookups that are set, without their `__c`."""

    def connect_one(review):
        (fields,) = connected(context(), [review]).values()
        lookups = {
            name.removesuffix("__c"): value
            for name, value in fields.items()
            if value is not None and not name.startswith("Match_")
        }
        return MatchMethod(fields["Match_Method__c"]).value, lookups

    return connect_one


@pytest.fixture
def customer(org):
    """Make an account with a contact: `customer("anna@example.com")` -> (account, contact)."""

    def make(email):
        account = org.insert("Account", {"Name": "Customer"})
        person = {"LastName": "Customer", "Email": email, "AccountId": account}
        return account, org.insert("Contact", person)

    return make


@pytest.fixture
def order(org):
    """Make an order: `order(account, bill_to)` -> (its id, its number)."""

    def make(account, bill_to=None):
        values = {"AccountId": account, "BillToContactId": bill_to}
        values |= {"Status": "Draft", "EffectiveDate": "2026-03-01"}
        made = org.insert("Order", values)
        return made, org.retrieve("Order", made, ["OrderNumber"])["OrderNumber"]

    return make


@pytest.fixture
def invitation(org, unit):
    """Make an invitation of the business unit: `invitation("1042", contact, Status__c=...)`."""
    numbers = count(1)

    def make(reference, contact, **fields):
        row = {"Claim_Key__c": f"claim-{next(numbers)}", "Business_Unit__c": unit.record_id}
        row |= {"Reference_Number__c": reference, "Contact__c": contact, "Status__c": "Accepted"}
        return org.insert("Trustpilot_Invitation__c", {**row, **fields})

    return make


@pytest.fixture
def told(org):
    """Status and review of an invitation."""

    def look(invitation_id):
        row = org.retrieve("Trustpilot_Invitation__c", invitation_id, ["Status__c", "Review__c"])
        return row["Status__c"], row["Review__c"]

    return look


@pytest.fixture
def calls(emulator):
    """The calls to the org's data since the fixture was asked for: `calls()` are their paths."""
    emulator.calls.clear()
    return lambda: [
        call.path.rsplit("/", 1)[-1] for call in emulator.calls.all("salesforce") if call.counted
    ]
