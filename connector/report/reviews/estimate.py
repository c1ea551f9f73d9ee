"""An import's estimate as sentences for a person."""

from __future__ import annotations

from connector.core.reviews.estimate import ImportEstimate


def estimate_text(estimate: ImportEstimate) -> str:
    """The range of calls, and where its two ends come from."""
    trustpilot, salesforce = (_range(*ends) for ends in (estimate.trustpilot, estimate.salesforce))
    if not estimate.at_most_known:
        trustpilot, salesforce = (
            f"at least {ends[0]}" for ends in (estimate.trustpilot, estimate.salesforce)
        )
    return (
        f"Import from {estimate.start:%Y-%m-%d %H:%M} UTC. Estimated calls for the reviews: "
        f"{trustpilot} to Trustpilot, {salesforce} to Salesforce.\n"
        "At least: for the reviews that Salesforce holds from this time. At most: for all service "
        "reviews that Trustpilot counts in all; it counts no product reviews, so new ones add to "
        "it.\n"
        "Stopping does no harm: typed again, it reads anew and writes only what is missing."
    )


def _range(fewest: int, most: int) -> str:
    return str(fewest) if fewest == most else f"{fewest} to {most}"
