"""What a review says about who wrote it and what it is about, cleaned for comparing."""

import pytest

from connector.core.matching.evidence import evidence_of, make_evidence, opportunity_id, spellings
from connector.core.terms.instants import instant
from connector.core.terms.reviews import Review, ReviewType

ANNA, BEN = "anna@example.com", "ben@example.org"
OPPORTUNITY = "006Qk000000000wIAA"


def said(reference=None, email=None, sku=None):
    return make_evidence("r1", unit_id="unit", reference=reference, emails=[email], sku=sku)


def test_a_service_review_and_a_product_review_give_their_evidence():
    about = {"business_unit_id": "unit", "created_at": instant("2026-03-01T10:00:00Z")}
    service = Review("s", ReviewType.SERVICE, **about, invited_email="ANNA@example.com ")
    bought = Review("p", ReviewType.PRODUCT, **about, consumer_email=BEN, product_sku=" A b ")
    assert evidence_of(service).emails == {ANNA}
    assert (evidence_of(bought).emails, evidence_of(bought).sku) == ({BEN}, "A b")


@pytest.mark.parametrize(
    ("own", "answered", "reference"),
    [
        ("A-1", "B-2", "A-1"),  # a review's own number comes first
        (None, "B-2", "B-2"),
        (" # ", "B-2", "B-2"),  # a number without a digit or letter is none
        ("A-1", None, "A-1"),
        (None, None, ""),
    ],
)
def test_what_the_consumer_answered_is_evidence_too(own, answered, reference):
    review = Review(
        "r1",
        ReviewType.SERVICE,
        "unit-1",
        instant("2026-03-01T10:00:00Z"),
        invited_email=ANNA,
        reference_number=own,
        consumer_response_reference_number=answered,
        consumer_response_email=f" {BEN.upper()}",
    )
    said = evidence_of(review)
    assert (said.reference, said.emails) == (reference, {ANNA, BEN})


@pytest.mark.parametrize("text", [None, "", "  ", "#", " # # ", "\0", "x" * 256])
def test_a_reference_without_a_number_or_beyond_every_field_is_no_evidence(text):
    assert not said(text, "not an address").is_any


def test_a_number_is_looked_for_as_typed_and_without_blanks_and_signs():
    assert spellings("# 10 42") == ("# 10 42", "10 42", "1042")
    assert spellings("1042") == ("1042",)


@pytest.mark.parametrize(
    ("typed", "id_"),
    [
        (OPPORTUNITY, OPPORTUNITY[:15]),
        (f" #{OPPORTUNITY.upper()} ", OPPORTUNITY[:15]),  # the checksum says which are capitals
        (OPPORTUNITY[:15], OPPORTUNITY[:15]),
        ("801Qk000000000wIAA", ""),  # an order's id
        ("006", ""),
        ("006Qk000000000wI--", ""),
        ("006Qk000000000wI99", ""),  # no checksum
        ("00600000000000000", ""),
    ],
)
def test_only_an_id_of_an_opportunity_is_looked_for_among_them(typed, id_):
    assert opportunity_id(typed) == id_


@pytest.mark.parametrize(
    "evidence", [said("1042"), said(email=ANNA), said(sku="A")], ids=["number", "address", "SKU"]
)
def test_a_number_an_address_or_a_sku_is_something_to_look_for(evidence):
    assert evidence.is_any


def test_the_reference_number_may_be_an_opportunity():
    assert said(f"#{OPPORTUNITY}").opportunity_id == OPPORTUNITY[:15]
    assert said("1042").opportunity_id == ""
