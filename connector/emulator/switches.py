"""Variants of what the reference pages call uncertain, and settings of the emulated accounts.

Every default is the likeliest reading; tests run the other ones too.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass
class Switches:
    """Holds how both vendors behave where their documents are silent; change it at any time."""

    # Trustpilot: the form of answers
    times_with_z: bool = True
    times_with_fraction: bool = False
    next_page_links: bool = True
    reply_success_status: int = 201
    tags_success_status: int = 200
    invitation_success_status: int = 202
    invitation_links_status: int = 200
    product_link_names: Literal["id and url", "reviewLinkId and reviewUrl"] = "id and url"
    unknown_domain: Literal["404", "empty"] = "404"
    gone_status: Literal[404, 410] = 404
    deletions_id_key: Literal["reviewId", "id"] = "reviewId"
    oauth_error_shape: Literal["capitals", "rfc6749"] = "capitals"

    # Trustpilot: what it does
    start_inclusive: bool = True
    end_inclusive: bool = True
    zulu_in_requests: bool = True
    reply_touches_review: bool = False
    missing_reply_delete_status: int = 404
    second_same_tag: Literal["same", "new"] = "same"
    product_reviews_newest_first: bool = True
    second_conversation: Literal["same", "new"] = "same"
    business_user_required: bool = True
    reference_characters_enforced: bool = False
    invitation_grace_days: int = 0
    upsert_replaces_products: bool = False
    link_skus_must_be_known: bool = False
    old_refresh_token_survives: bool = False
    refresh_token_days: int = 90

    # Trustpilot: limits; None switches one off
    calls_per_five_minutes: int | None = 833
    calls_per_hour: int | None = 10_000
    token_requests_per_hour: int | None = None
    products_per_call: int | None = None
    too_many_products_status: Literal[400, 413] = 413
    pagination_cap: int = 100_000

    # Salesforce
    upsert_update_status: Literal[200, 204] = 200
    sforce_limit_info_header: bool = True
    deploy_done_key: bool = True
    no_test_run_in_production: bool = False
