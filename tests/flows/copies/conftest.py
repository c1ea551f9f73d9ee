"""An org that holds more than our package: an object of its own, and fields it added to ours."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from connector.emulator.app import Emulator
from connector.emulator.clock import EmulatorClock

ROOT = Path(__file__).resolve().parents[3]
XMLNS = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
COPY = """\
object: Feedback__c
external_id: Review_Id__c
of: {of}
fields:
  Review_Id__c: {{from: id, type: Text(64)}}
  Headline__c: {{from: title, type: Text(20)}}
  Feedback__c: {{from: text, type: LongTextArea(1000)}}
  Rating__c: {{from: stars, transform: stars_to_picklist, type: Picklist}}
  Day__c: {{from: created_at, transform: local_date Pacific/Auckland, type: Date}}
  Mail__c: {{from: invited_email, type: Email}}
  Verified__c: {{from: is_verified, type: Checkbox}}
lookups:
  Customer__c: account
  Shop__c: business_unit
"""
CASES = """\
object: Case
external_id: Review_Id__c
fields:
  Review_Id__c: {from: id, type: Text(64)}
  Subject: {from: title, type: Text(255)}
  Origin: {constant: Web, type: Picklist}
"""
FIELDS = {
    "Feedback__c": {
        "Review_Id__c": "<type>Text</type><length>64</length><externalId>true</externalId>"
        "<unique>true</unique><caseSensitive>true</caseSensitive>",
        "Headline__c": "<type>Text</type><length>20</length>",
        "Feedback__c": "<type>LongTextArea</type><length>1000</length>",
        "Rating__c": "<type>Picklist</type>",
        "Day__c": "<type>Date</type>",
        "Mail__c": "<type>Email</type>",
        "Verified__c": "<type>Checkbox</type><defaultValue>false</defaultValue>",
        "Customer__c": "<type>Lookup</type><referenceTo>Account</referenceTo>",
        "Shop__c": "<type>Lookup</type><referenceTo>Trustpilot_Business_Unit__c</referenceTo>",
    },
    "Case": {
        "Review_Id__c": "<type>Text</type><length>64</length><externalId>true</externalId>"
        "<unique>true</unique><caseSensitive>true</caseSensitive>",
    },
    "Trustpilot_Review__c": {
        "Region__c": "<type>Text</type><length>10</length>",
        "Payer__c": "<type>Lookup</type><referenceTo>Account</referenceTo>",
    },
}


@pytest.fixture(scope="session")
def metadata(tmp_path_factory):
    """The package, and what an admin made in the same org."""
    folder = tmp_path_factory.mktemp("org") / "salesforce"
    shutil.copytree(ROOT / "salesforce", folder)
    objects = folder / "main" / "default" / "objects"
    for name, fields in FIELDS.items():
        (objects / name / "fields").mkdir(parents=True, exist_ok=True)
        for field, inner in fields.items():
            text = f"<CustomField {XMLNS}><fullName>{field}</fullName>{inner}</CustomField>"
            (objects / name / "fields" / f"{field}.field-meta.xml").write_text(text)
    text = f"<CustomObject {XMLNS}><label>Feedback</label></CustomObject>"
    (objects / "Feedback__c" / "Feedback__c.object-meta.xml").write_text(text)
    return folder


@pytest.fixture
def bare(metadata, bare):
    """Both vendors with nothing in them; the org has the admin's object and fields."""
    return Emulator(metadata, clock=EmulatorClock(frozen_at=bare.clock.now()))


@pytest.fixture(scope="session")
def documents(tmp_path_factory):
    """A folder with copy documents, and a service mapping with fields of the admin's own."""
    folder = tmp_path_factory.mktemp("documents")
    for of in ("service", "product", "both"):
        (folder / f"{of}.yaml").write_text(COPY.format(of=of), encoding="utf-8")
    (folder / "cases.yaml").write_text(CASES, encoding="utf-8")
    shipped = (ROOT / "mappings" / "service_review.yaml").read_text(encoding="utf-8")
    own = "  Region__c: {from: location_name, type: Text(10)}\nlookups: {Payer__c: account}\n"
    (folder / "own_fields.yaml").write_text(shipped + own, encoding="utf-8")
    return folder


@pytest.fixture
def copying(configured, documents):
    """Settings with copies: `copying("both", "cases", on_delete="delete")`."""

    def make(*names, on_delete="anonymise", own_fields=False):
        paths = ", ".join(str(documents / f"{name}.yaml") for name in names)
        lines = f"reviews:\n  copies: [{paths}]\n  on_delete: {on_delete}\n"

        def change(text):
            changed = text.replace("reviews:\n", lines, 1)
            own = str(documents / "own_fields.yaml")
            return changed.replace("mappings/service_review.yaml", own) if own_fields else changed

        return configured(change)

    return make


@pytest.fixture
def settings(copying):
    """Both types of reviews are copied."""
    return copying("both")


@pytest.fixture
def write(emulator, world):
    """Let Wanda write: `write()`, `write("product")`; returns the id."""

    def one(kind="service", **fields):
        state, at = emulator.trustpilot, emulator.clock.now()
        consumer = {"id": "0123456789abcdef01234567", "displayName": "Wanda"}
        if kind == "product":
            told = {"content": "Wanda's lamp", "stars": 5, **fields}
            add = state.add_product_review
        else:
            told = {"title": "Wanda", "text": "By Wanda", "stars": 2, **fields}
            add = state.add_service_review
        return add(world.business_unit_id, createdAt=at, consumer=consumer, **told)["id"]

    return one


@dataclass(frozen=True)
class Look:
    """What a test sees of the org, and its hand in it."""

    emulator: Emulator

    def copies(self):
        """Every copy by the id of its review."""
        rows = self.emulator.org.query(
            "SELECT Id, Review_Id__c, Headline__c, Feedback__c, Rating__c, Day__c, Mail__c, "
            "Verified__c, Customer__c, Shop__c FROM Feedback__c"
        )
        return {row["Review_Id__c"]: row for row in rows}

    def left_over(self, review_id):
        """The fields of a copy that hold something beside its key."""
        known = {"Id", "Review_Id__c", "attributes"}
        return [
            name for name, value in self.copies()[review_id].items() if value and name not in known
        ]

    def stored(self, review_id):
        """One review's own record, None where there is none."""
        rows = self.emulator.org.query(
            "SELECT Id, External_Id__c, Title__c, Content_Hash__c, Deleted__c, Account__c, "
            "Match_Method__c, Region__c, Payer__c FROM Trustpilot_Review__c"
        )
        return next((row for row in rows if row["External_Id__c"] == review_id), None)

    def change(self, review_id, **fields):
        """Change a review's own record as somebody in the org would."""
        self.emulator.org.update("Trustpilot_Review__c", self.stored(review_id)["Id"], fields)

    def issues(self):
        """The issues that are open: code, record and sentence."""
        rows = self.emulator.org.query(
            "SELECT Code__c, Record__c, Message__c FROM Trustpilot_Issue__c "
            "WHERE Status__c = 'Open'"
        )
        return [(row["Code__c"], row["Record__c"], row["Message__c"]) for row in rows]

    def paths(self):
        """The objects with reviews or copies that were written, call by call."""
        written = [
            call.path.partition("/composite/sobjects")[2].strip("/").partition("/")[0]
            for call in self.emulator.calls.all()
            if call.vendor == "salesforce" and call.method == "PATCH"
        ]
        return [name for name in written if name in ("Feedback__c", "Trustpilot_Review__c", "Case")]

    def account(self, email):
        """Make an account with a contact who has the address; return the account's id."""
        found = self.emulator.org.insert("Account", {"Name": "Wanda's"})
        contact = {"LastName": "Wanda", "Email": email, "AccountId": found}
        self.emulator.org.insert("Contact", contact)
        return found


@pytest.fixture
def look(emulator):
    """Looks at the org: `look.copies()`, `look.stored(id)`, `look.issues()`."""
    return Look(emulator)


@pytest.fixture
def survives(one_run, dying_door, killed):
    """Let the n-th call of a flow be its last: `survives("erasure", 3, after=True)`."""

    def run(flow, at, *, after, **options):
        try:
            one_run([flow], door=dying_door(at, after=after), **options)
        except killed:
            return False
        return True

    return run
