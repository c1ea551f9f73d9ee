"""A business with a few reviews that say much about their authors, and looks at what is left."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from connector.core.privacy.plan import KEPT
from connector.emulator.app import Emulator

PERSONAL = {
    "title": "The title of Wanda",
    "text": "Wanda wrote this from Lisbon",
    "language": "pt",
    "referralEmail": "wanda@customer.example",
    "referenceId": "order-wanda",
    "tags": [{"group": "generic", "value": "tag-wanda"}],
    "companyReply": {"text": "Dear Wanda", "createdAt": "2026-03-01T00:00:00"},
    "reportData": {"publicComment": "Names Wanda", "reasons": ["about-wanda"]},
    "findReviewer": {
        "isEligible": True,
        "requests": [
            {
                "id": "find-wanda",
                "created": "2026-03-01T00:00:00",
                "status": "Complete",
                "businessUserMessage": "Are you Wanda?",
                "consumerResponse": {
                    "referenceId": "answer-wanda",
                    "name": "Wanda",
                    "email": "wanda@private.example",
                    "phoneNumber": "+351 wanda",
                    "address": "1 Wanda Street, Lisbon",
                    "message": "I am Wanda",
                    "submittedAt": "2026-03-01T00:00:00",
                },
            }
        ],
    },
}
CONSUMER = {
    "id": "0123456789abcdef01234567",
    "displayName": "Wanda Tester",
    "displayLocation": "Lisbon",
    "numberOfReviews": 7,
}


@pytest.fixture
def write(emulator, world):
    """Let Wanda, or somebody else, write: `write()`, `write("product")`, `write(consumer=None)`."""

    def one(kind="service", consumer=CONSUMER, ago=timedelta(), **fields):
        state = emulator.trustpilot
        at = emulator.clock.now() - ago
        if kind == "product":
            told = {"content": PERSONAL["text"], "referenceId": PERSONAL["referenceId"]}
            told |= {"attachments": ["https://www.example.com/wanda.jpg"], **fields}
            product = {"id": "p-1", "name": "Lamp of Wanda", "sku": "W-1"}
            review = state.add_product_review(
                world.business_unit_id,
                createdAt=at,
                consumer={**consumer, "email": "wanda@customer.example"} if consumer else None,
                product=product,
                **told,
            )
        else:
            review = state.add_service_review(
                world.business_unit_id, createdAt=at, consumer=consumer, **{**PERSONAL, **fields}
            )
        return review["id"]

    return one


@dataclass(frozen=True)
class Look:
    """What a test sees of the org after a run."""

    emulator: Emulator
    fields: tuple[str, ...]
    written: frozenset[str]

    def record(self, review_id):
        """Every field of one review's record; None where there is none."""
        rows = self.emulator.org.query(
            f"SELECT {', '.join(self.fields)} FROM Trustpilot_Review__c "  # noqa: S608
            f"WHERE External_Id__c = '{review_id}'"
        )
        return {name: rows[0][name] for name in self.fields} if rows else None

    def left_over(self, review_id):
        """The fields of a record that hold what should be gone: [] is right."""
        gone = self.written - KEPT - {"Name"}
        found = self.record(review_id)
        return [name for name in found if name in gone and found[name] not in (None, False)]

    def marks(self):
        """The marks of the org: stream to the text of the time."""
        query = "SELECT Key__c, Mark__c FROM Trustpilot_Checkpoint__c WHERE Mark__c != null"
        rows = self.emulator.org.query(query)
        return {row["Key__c"].partition(":")[0]: row["Mark__c"] for row in rows}

    def issues(self):
        """Every open issue of the org."""
        query = "SELECT Code__c, Record__c FROM Trustpilot_Issue__c WHERE Status__c = 'Open'"
        return self.emulator.org.query(query)


@pytest.fixture
def look(emulator, settings):
    """Looks at the org: `look.record(id)`, `look.left_over(id)`, `look.marks()`."""
    described = emulator.org.describe("Trustpilot_Review__c")["fields"]
    written = frozenset(settings.schema.objects["Trustpilot_Review__c"].fields)
    return Look(emulator, tuple(each["name"] for each in described), written)


@pytest.fixture
def deleting(configured):
    """Settings with `reviews.on_delete: delete`."""
    return configured(lambda text: text.replace("reviews:\n", "reviews:\n  on_delete: delete\n", 1))


@pytest.fixture(params=["anonymise", "delete"])
def erasing(request, passes_on, emulator, settings, deleting):
    """Each way to erase in turn, and a `one_run` that does so."""
    chosen = deleting if request.param == "delete" else settings
    return request.param, passes_on(emulator, chosen)


@pytest.fixture
def survives(dying_door, killed):
    """Let the n-th call of an erasure be its last: `survives(one_run, 3, after=True)`."""

    def run(one_run, at, *, after):
        try:
            one_run(["erasure"], door=dying_door(at, after=after))
        except killed:
            return False
        return True

    return run
