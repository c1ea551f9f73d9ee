"""The shape of a service review in Trustpilot's JSON, and what our words for its parts are.

What a review stands on (its id and time, stars, title and text, its consumer, the live reply) must
fit: a guess there would overwrite a customer's words, hide a colleague's reply or keep somebody
who is to be erased. Everything else that does not fit is taken for missing.
Shape: https://developers.trustpilot.com/service-reviews-api.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

from pydantic import AliasChoices, Field

from connector.core.terms.reviews import Review, ReviewType
from connector.gateways.trustpilot.values import Count, Maybe, Moment, Readable, Text, Wire

_PUBLIC_PAGE = "https://www.trustpilot.com/reviews/"
_STATUSES = {word.casefold(): word for word in ("Pending", "Accepted", "Declined", "Complete")}
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


class _Consumer(Wire):
    id: Text | None = None
    # Trustpilot 9: webhooks say `name` where the API says `displayName`.
    name: Maybe[Text] = Field(None, validation_alias=AliasChoices("displayName", "name"))
    display_location: Maybe[Text] = None
    number_of_reviews: Maybe[Count] = None


class _Unit(Wire):
    id: Maybe[Text] = None


class _Location(Wire):
    id: Maybe[Text] = None
    name: Maybe[Text] = None
    external_id: Maybe[Text] = None


class _Invitation(Wire):
    # Trustpilot 5.4: an invitation has no id and no status here.
    business_unit_id: Maybe[Text] = None


class _CompanyReply(Wire):
    text: Text | None = None
    created_at: Maybe[Moment] = None
    updated_at: Maybe[Moment] = None
    author_business_user_id: Maybe[Text] = None
    author_business_user_name: Maybe[Text] = None

    def told_in(self, review: Review) -> Review:
        return replace(
            review,
            reply_text=self.text,
            reply_created_at=self.created_at,
            reply_updated_at=self.updated_at,
            reply_author=self.author_business_user_name,
            reply_author_id=self.author_business_user_id,
        )


class _ReportData(Wire):
    source: Maybe[Text] = None
    public_comment: Maybe[Text] = None
    created_at: Maybe[Moment] = None
    reason: Maybe[Text] = None
    reasons: Readable[Text] = ()
    review_visibility: Maybe[Text] = None

    def told_in(self, review: Review) -> Review:
        return replace(
            review,
            report_source=self.source,
            report_comment=self.public_comment,
            report_created_at=self.created_at,
            report_reason=self.reason or ", ".join(self.reasons) or None,
            report_reasons=self.reasons,
            report_visibility=self.review_visibility,
        )


class _ConsumerResponse(Wire):
    reference_id: Maybe[Text] = None
    name: Maybe[Text] = None
    email: Maybe[Text] = None
    phone_number: Maybe[Text] = None
    address: Maybe[Text] = None
    message: Maybe[Text] = None
    submitted_at: Maybe[Moment] = None

    def told_in(self, review: Review) -> Review:
        return replace(
            review,
            consumer_response_reference_number=self.reference_id,
            consumer_response_name=self.name,
            consumer_response_email=self.email,
            consumer_response_phone=self.phone_number,
            consumer_response_address=self.address,
            consumer_response_message=self.message,
            consumer_response_at=self.submitted_at,
        )


class _Request(Wire):
    id: Maybe[Text] = None
    created: Maybe[Moment] = None
    status: Maybe[Text] = None
    business_user_message: Maybe[Text] = None
    consumer_response: Maybe[_ConsumerResponse] = None

    def told_in(self, review: Review) -> Review:
        return replace(
            review,
            find_reviewer_id=self.id,
            find_reviewer_created_at=self.created,
            # Trustpilot 5.4: uncertain: the capitals of these words.
            find_reviewer_status=_STATUSES.get((self.status or "").casefold(), self.status),
            find_reviewer_message=self.business_user_message,
        )


class _FindReviewer(Wire):
    is_eligible: Maybe[bool] = None
    requests: Readable[_Request] = ()

    def told_in(self, review: Review) -> Review:
        """Tell the latest request, and the latest response: a later request may have none yet."""
        told = replace(review, find_reviewer_eligible=self.is_eligible)
        in_order = sorted(self.requests, key=lambda request: request.created or _BEFORE_ALL)
        for request in in_order[-1:]:
            told = request.told_in(told)
        answers = [each.consumer_response for each in in_order if each.consumer_response]
        for answer in answers[-1:]:
            told = answer.told_in(told)
        return told


class _EarlierUnit(Wire):
    business_unit_id: Maybe[Text] = None
    identifying_name: Maybe[Text] = None
    display_name: Maybe[Text] = None
    change_date: Maybe[Moment] = None

    def line(self) -> str:
        """Return `2026-01-31 Example Shop (example.com)`, or as much of it as there is."""
        domain = self.identifying_name and f"({self.identifying_name})"
        name = " ".join(each for each in (self.display_name, domain) if each)
        day = self.change_date and self.change_date.date().isoformat()
        return " ".join(each for each in (day, name or self.business_unit_id) if each)


class _Tag(Wire):
    value: Maybe[Text] = None


class ServiceReview(Wire):
    """One service review as Trustpilot spells it."""

    id: Text = Field(min_length=1)
    created_at: Moment
    stars: Count | None = None
    title: Text | None = None
    text: Text | None = None
    language: Maybe[Text] = None
    # Trustpilot 5.4: null until the review is edited.
    updated_at: Maybe[Moment] = None
    experienced_at: Maybe[Moment] = None
    consumer: _Consumer | None = None
    business_unit: Maybe[_Unit] = None
    location: Maybe[_Location] = None
    company_reply: _CompanyReply | None = None
    is_verified: Maybe[bool] = None
    # Trustpilot 5.4: open sets, this and the two words below, so no list of them is kept.
    review_verification_level: Maybe[Text] = None
    source: Maybe[Text] = None
    number_of_likes: Maybe[Count] = None
    status: Maybe[Text] = None
    report_data: Maybe[_ReportData] = None
    # Trustpilot 5.4: may hold null.
    compliance_labels: Readable[Text] = ()
    counts_towards_trust_score: Maybe[bool] = None
    counts_towards_location_trust_score: Maybe[bool] = None
    invitation: Maybe[_Invitation] = None
    business_unit_history: Readable[_EarlierUnit] = ()
    # Trustpilot 5.4: null where nobody invited.
    referral_email: Maybe[Text] = None
    # Trustpilot 5.4: consumers can type it themselves.
    reference_id: Maybe[Text] = None
    tags: Readable[_Tag] = ()
    find_reviewer: Maybe[_FindReviewer] = None

    def as_review(self, unit_id: str) -> Review:
        """Return it in our words; `unit_id` is used where it does not name its business unit."""
        told = self._with_standing(self._as_written(unit_id))
        for part in (self.company_reply, self.report_data, self.find_reviewer):
            told = part.told_in(told) if part else told
        return told

    def _as_written(self, unit_id: str) -> Review:
        consumer = self.consumer or _Consumer()
        return Review(
            id=self.id,
            type=ReviewType.SERVICE,
            business_unit_id=(self.business_unit or _Unit()).id or unit_id,
            created_at=self.created_at,
            public_url=_PUBLIC_PAGE + quote(self.id, safe=""),
            stars=self.stars,
            title=self.title,
            text=self.text,
            language=self.language,
            updated_at=self.updated_at,
            experienced_at=self.experienced_at,
            consumer_id=consumer.id,
            consumer_name=consumer.name,
            consumer_location=consumer.display_location,
            consumer_review_count=consumer.number_of_reviews,
            invited_email=self.referral_email,
            invitation_business_unit_id=(self.invitation or _Invitation()).business_unit_id,
            reference_number=self.reference_id,
        )

    def _with_standing(self, review: Review) -> Review:
        location = self.location or _Location()
        moves = (each.line() for each in self.business_unit_history)
        return replace(
            review,
            source=self.source,
            status=self.status,
            is_verified=self.is_verified,
            verification_level=self.review_verification_level,
            like_count=self.number_of_likes,
            tags=tuple(tag.value for tag in self.tags if tag.value),
            compliance_labels=self.compliance_labels,
            counts_towards_trust_score=self.counts_towards_trust_score,
            counts_towards_location_trust_score=self.counts_towards_location_trust_score,
            business_unit_history="\n".join(filter(None, moves)) or None,
            location_id=location.id,
            location_external_id=location.external_id,
            location_name=location.name,
        )
