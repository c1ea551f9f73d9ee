"""From a review as Trustpilot lists it to the row that the org is to hold, by the policy alone."""

from __future__ import annotations

from connector.core.copies.rows import review_hash
from connector.core.mapping.rows import map_review
from connector.core.policy import RunPolicy
from connector.core.reviews.comparison import MappedReview
from connector.core.terms.reviews import Review
from connector.core.terms.units import Unit


def mapped_review(policy: RunPolicy, unit: Unit, review: Review) -> MappedReview:
    """The review's row, the hash of all that is written of it, and whether it is wanted at all."""
    mapped = map_review(policy.mapping(review.type), policy.schema, review)
    return MappedReview(
        {**mapped.row, "Business_Unit__c": unit.record_id or None},
        review_hash(mapped.row, review, policy.copies, policy.schema),
        wanted=policy.filter_of(unit.name).lets_in(review),
        texts_cut=len(mapped.cut),
    )
