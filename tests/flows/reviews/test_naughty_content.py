"""What strangers write, at its worst: it arrives, cut where it must be, or it is an issue."""

import pytest

from connector.core.mapping.transforms import width
from connector.emulator.world import seed

LONGEST_TITLE, LONGEST_TEXT = 255, 32_768
HALF = "\ud83d"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"

TEXTS = {
    "NUL bytes": ("a\x00b\x00", "ab"),
    "other control characters": ("a\x07\x1b[31mb\x7f\x85c", "a[31mbc"),
    "half an emoji at the end": (f"so good {HALF}", "so good \ufffd"),
    "half an emoji in the middle": (f"so {HALF} good", "so \ufffd good"),
    "a whole emoji of several parts": (FAMILY, FAMILY),
    "right to left": ("\u202eمتجر رائع\u202c", "\u202eمتجر رائع\u202c"),
    "combining marks": (
        "Z\u0351\u036b\u0343\u036a\u0302algo",
        "Z\u0351\u036b\u0343\u036a\u0302algo",
    ),
    "line breaks of three kinds": ("a\r\nb\rc\nd", "a\nb\nc\nd"),
    "non-characters": ("a\ufffe\uffffb", "ab"),
    "mark-up": ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    "a query": ("' OR Id != null --", "' OR Id != null --"),
    "a formula": ('=HYPERLINK("http://example.com")', '=HYPERLINK("http://example.com")'),
    "the null of a Bulk file": ("#N/A", "#N/A"),
    "the word null": ("null", "null"),
    "blanks only": (" \t\r\n ", None),
    "nothing": ("", None),
    "10,000 characters": ("x" * 10_000, "x" * 10_000),
}
"""What is written, and what is to stand in the org."""


def trouble(report):
    """What a run could not do: its failures and its issues."""
    return [*report.failures, *(issue for flow in report.flows for issue in flow.issues)]


@pytest.fixture
def world(bare):
    """A business unit without any review."""
    return seed(bare, service_reviews=0, product_reviews=0, people=1)


@pytest.fixture
def texts(soql):
    """The text of every stored review, by its id at Trustpilot."""
    query = "SELECT External_Id__c, Text__c FROM Trustpilot_Review__c"
    return lambda: {row["External_Id__c"]: row["Text__c"] for row in soql(query)}


@pytest.fixture
def nothing_left(one_run, emulator, writes):
    """Run again: nothing but the marks is written then."""

    def check():
        emulator.calls.clear()
        assert not one_run().did_something
        written = {call.path.rpartition("/sobjects/")[2] for call in writes("salesforce")}
        assert written == {"Trustpilot_Checkpoint__c/Key__c"}

    return check


@pytest.mark.parametrize("kind", ["service", "product"])
def test_every_text_arrives_and_a_second_run_writes_nothing(
    kind, one_run, write, texts, nothing_left
):
    words = "content" if kind == "product" else "text"
    ids = {write(kind, **{words: text}): kept for text, kept in TEXTS.values()}

    assert trouble(one_run()) == []
    assert texts() == ids
    nothing_left()


@pytest.mark.parametrize(
    "piece", ["x", "word ", "\U0001f600", f"{FAMILY} ", "\u0635\u0648\u062a ", "a\n", "\x00y"]
)
def test_what_is_too_long_is_cut_and_fits(piece, one_run, write, soql, nothing_left):
    endless = piece * (3 * LONGEST_TEXT // len(piece))
    write(title=endless, text=endless)
    write("product", content=endless, product={"id": "p", "name": endless, "brand": endless})

    assert trouble(one_run()) == []

    fields = ("Title__c", "Text__c", "Product_Name__c", "Product_Brand__c")
    rows = soql(f"SELECT {', '.join(fields)} FROM Trustpilot_Review__c")  # noqa: S608
    held = [(name, row[name]) for row in rows for name in fields if row[name]]
    assert sorted({name for name, _ in held}) == sorted(fields)
    for name, value in held:
        limit = LONGEST_TEXT if name == "Text__c" else LONGEST_TITLE
        assert limit // 2 < width(value) <= limit, name
        assert value.endswith("…")
    nothing_left()


def naughty_service(text):
    """A review in which every text is this one, and every optional part is there."""
    request = {"id": text, "created": text, "status": text, "businessUserMessage": text}
    names = ("referenceId", "name", "email", "phoneNumber", "address", "message", "submittedAt")
    return {
        "title": text,
        "text": text,
        "language": text,
        "consumer": {"id": "c1", "displayName": text, "displayLocation": text},
        "location": {"id": text, "name": text, "externalId": text},
        "companyReply": {"text": text, "authorBusinessUserName": text},
        "reviewVerificationLevel": text,
        "source": text,
        "status": text,
        "reportData": dict.fromkeys(("source", "publicComment", "reason"), text)
        | {"reasons": text},
        "complianceLabels": [text, None],
        "invitation": {"businessUnitId": text},
        "businessUnitHistory": [{"displayName": text, "changeDate": text}, text],
        "referralEmail": text,
        "referenceId": text,
        "tags": [{"group": text, "value": text}],
        "findReviewer": {
            "isEligible": text,
            "requests": [{**request, "consumerResponse": dict.fromkeys(names, text)}],
        },
    }


def naughty_product(text):
    """The same for a product review."""
    names = ("id", "productUrl", "name", "sku", "gtin", "mpn", "brand")
    return {
        "content": text,
        "product": {**dict.fromkeys(names, text), "productImages": [text, {"url": text}]},
        "consumer": {"id": "c2", "email": text, "name": text},
        "referenceId": text,
        "locale": text,
        "language": text,
        "state": text,
        "conversationId": None,
        "attributeRatings": [{"attributeName": text, "rating": text}, text],
        "attachments": [text, {"url": text}, [[text]], None],
    }


@pytest.mark.parametrize("text", [each for each, _ in TEXTS.values()], ids=list(TEXTS))
def test_a_review_that_is_naughty_in_every_field_arrives(text, one_run, write, texts, nothing_left):
    ids = {write(**naughty_service(text)), write("product", **naughty_product(text))}

    assert trouble(one_run()) == []
    assert set(texts()) == ids
    nothing_left()


@pytest.mark.parametrize(
    "part", ["findReviewer", "reportData", "location", "tags", "businessUnitHistory", "invitation"]
)
@pytest.mark.parametrize("nonsense", ["text", 7, True, [], {}, [None, [1], {"id": {}}], {"id": []}])
def test_nonsense_in_an_optional_part_costs_nothing_else(part, nonsense, one_run, write, texts):
    review = write(text="Fine", **{part: nonsense})

    assert trouble(one_run()) == []
    assert texts() == {review: "Fine"}


@pytest.mark.parametrize(
    ("kind", "nonsense"),
    [
        (
            "service",
            {"companyReply": {"text": ["secret words"]}},
        ),  # whose words are live is not known
        ("service", {"title": ["secret words"]}),
        ("product", {"content": {"html": "secret words"}}),
        ("product", {"conversationId": ["c"]}),  # a second conversation must not be opened
    ],
)
def test_nonsense_in_what_a_review_stands_on_is_an_issue_and_the_rest_arrives(
    kind, nonsense, one_run, write, issues
):
    good, bad = write(text="Fine"), write(kind, **nonsense)

    stored = [each.record for flow in one_run(["reviews_in"]).flows for each in flow.actions]
    assert stored == [good]
    (issue,) = issues()
    assert (issue["Record__c"], issue["Code__c"]) == (bad, f"{kind}_review_unreadable")
    assert "secret" not in repr(issue)
    one_run()
    assert [row["Attempts__c"] for row in issues()] == [2]
