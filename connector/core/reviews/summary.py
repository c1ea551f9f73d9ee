"""Decides what the business unit's record should say, and whether that is news to the org."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connector.core.terms.records import Row
from connector.core.terms.reviews import BusinessUnitProfile

SUMMARY_FIELDS = (
    "Name",
    "External_Id__c",
    "Domain__c",
    "Trust_Score__c",
    "Stars__c",
    "Reviews_Total__c",
    "One_Star_Reviews__c",
    "Two_Star_Reviews__c",
    "Three_Star_Reviews__c",
    "Four_Star_Reviews__c",
    "Five_Star_Reviews__c",
    "Country__c",
    "Status__c",
    "Website__c",
)
"""The fields of a business unit's record that mirror its public profile."""

_STAR_FIELDS = (
    "One_Star_Reviews__c",
    "Two_Star_Reviews__c",
    "Three_Star_Reviews__c",
    "Four_Star_Reviews__c",
    "Five_Star_Reviews__c",
)


def profile_row(profile: BusinessUnitProfile) -> dict[str, Any]:
    """The public profile as a row, keyed by Trustpilot's business unit id."""
    stars = {
        field: profile.reviews_by_stars.get(number)
        for number, field in enumerate(_STAR_FIELDS, start=1)
    }
    return {
        "External_Id__c": profile.id,
        "Name": (profile.name or profile.domain).strip()[:80].strip(),
        "Domain__c": profile.domain,
        "Trust_Score__c": profile.trust_score,
        "Stars__c": profile.stars,
        "Reviews_Total__c": profile.review_count,
        **stars,
        "Country__c": profile.country,
        # Trustpilot 4: uncertain: which words there are besides `active`.
        "Status__c": profile.status,
        "Website__c": profile.website_url,
    }


def plan_summary(
    wanted: Mapping[str, Any], stored: Row | None, now: datetime
) -> dict[str, Any] | None:
    """The row to write, or None when the org says all of it already."""
    if stored is not None and all(stored.get(field) == value for field, value in wanted.items()):
        return None
    return {**wanted, "Summary_Updated_At__c": now}
