"""What a run must know is found by the names that the configuration uses."""

from dataclasses import replace

import pytest

from connector.core.mapping.rows import Mapping
from connector.core.policy import ReviewPolicy, RunPolicy, UnitPolicy
from connector.core.reviews.filter import EVERYTHING, ReviewFilter
from connector.core.terms.reviews import ReviewType
from connector.core.terms.schema import Schema
from connector.core.terms.units import LinkKeys

GOOD_ONES = ReviewFilter(stars=frozenset({5}))
SHOP = UnitPolicy("shop", link_keys=LinkKeys(b"secret one", b"secret two"))
POLICY = RunPolicy(
    organization_id="00D",
    units=(SHOP, UnitPolicy("outlet", filter=GOOD_ONES)),
    schema=Schema({}),
    reviews=ReviewPolicy(
        Mapping("Service__c", "Id__c", (ReviewType.SERVICE,), ()),
        Mapping("Product__c", "Id__c", (ReviewType.PRODUCT,), ()),
    ),
)


def test_each_business_unit_has_its_own_filter():
    assert POLICY.filter_of("outlet") is GOOD_ONES
    assert POLICY.filter_of("shop") is EVERYTHING


@pytest.mark.parametrize("review_type", ReviewType)
def test_each_type_of_reviews_has_its_own_mapping(review_type):
    assert POLICY.mapping(review_type).types == (review_type,)


def test_keys_never_show_in_a_repr():
    assert "secret" not in repr(POLICY)


def test_every_mapping_is_found_those_of_the_review_object_first():
    copy = Mapping("Copy__c", "Key__c", (ReviewType.SERVICE,), ())
    reviews = replace(POLICY.reviews, copies=(copy,))
    assert reviews.mappings == (reviews.service_mapping, reviews.product_mapping, copy)
    assert replace(POLICY, reviews=reviews).copies == (copy,)
