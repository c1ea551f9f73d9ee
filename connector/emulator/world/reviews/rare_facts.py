"""What few reviews have: questions to the reviewer, moves, fuller reports, attachments.

Drawn from streams of their own, so that they change nothing else of a world. Pure; times are aware
datetimes and never later than `now`.
"""

from datetime import datetime, timedelta
from typing import Any

from connector.emulator.world.catalogue import SHOP
from connector.emulator.world.languages import language
from connector.emulator.world.reviews.writing import Company, between
from connector.emulator.world.streams import Stream, happens, object_id, recurs, stream

_UNHAPPY = 3
"""Reviewers with so many stars or fewer can be asked who they are (reference 5.6)."""


class RareServiceFacts:
    """Adds to service reviews, in their order of creation."""

    def __init__(self, seed: int, company: Company, now: datetime) -> None:
        self._chance = stream(seed, "rare facts of service reviews")
        self._company = company
        self._now = now

    def of(self, index: int, review: dict[str, Any]) -> dict[str, Any]:
        """Return further fields of one review."""
        found: dict[str, Any] = {}
        if review.get("location"):
            found["countsTowardsLocationTrustScore"] = True
        if report := review.get("reportData"):
            found["reportData"] = {**report, **_fuller_report(index)}
            found["countsTowardsTrustScore"] = False
        if recurs(index, 47, at=11):
            found["businessUnitHistory"] = [_earlier_unit(self._chance, review["createdAt"])]
        if review["stars"] <= _UNHAPPY and "referralEmail" not in review:
            found["findReviewer"] = {"isEligible": True, "requests": self._requests(review)}
        return found

    def _requests(self, review: dict[str, Any]) -> list[dict[str, Any]]:
        if not happens(self._chance, 0.4):
            return []
        asked = between(self._chance, review["createdAt"], self._now)
        status = self._chance.choice(("Pending", "declined", "Complete", "complete"))
        answered = status.lower() == "complete"
        return [
            {
                "id": object_id(self._chance),
                "created": asked,
                "status": status,
                "businessUserMessage": self._chance.choice((None, "Which order was it?")),
                "consumerResponse": self._response(review, asked) if answered else None,
            }
        ]

    def _response(self, review: dict[str, Any], asked: datetime) -> dict[str, Any]:
        spoken = language(review["language"] or "en")
        first, spelled = self._chance.choice(spoken.first_names)
        number = self._chance.randint(100, 999)
        return {
            "referenceId": self._chance.choice((None, f"# {number}")),
            "name": first,
            "email": f"{spelled}.{number}@example.net",
            "phoneNumber": self._chance.choice((None, f"+44 1632 960{number}")),
            "address": self._chance.choice((None, "1 Sample Street\n1000 Sampleton")),
            "message": None,
            "submittedAt": between(self._chance, asked, self._now),
        }


class RareProductFacts:
    """Adds to product reviews, in their order of creation."""

    def __init__(self, seed: int) -> None:
        self._chance = stream(seed, "rare facts of product reviews")

    def of(self, index: int, review: dict[str, Any]) -> dict[str, Any]:
        """Return further fields of one review; attachments in several shapes (reference 6.1)."""
        found: dict[str, Any] = {}
        if recurs(index, 8, at=3):
            picture = f"{SHOP}/pictures/{object_id(self._chance)}.jpg"
            shapes: tuple[Any, ...] = (
                picture,
                {"id": object_id(self._chance), "url": picture},
                {"files": [{"size": "large", "href": picture}]},
            )
            found["attachments"] = [self._chance.choice(shapes)]
        if recurs(index, 5, at=2):
            found["product"] = {**review["product"], "mpn": f"MPN-{self._chance.randint(1, 999)}"}
        return found


def _fuller_report(index: int) -> dict[str, Any]:
    if not recurs(index, 2, at=0):
        return {}
    return {
        "publicComment": "This review holds personal information.",
        "reasons": ["sensitiveInformation", "consumerIsCompetitor"],
    }


def _earlier_unit(chance: Stream, at: datetime) -> dict[str, Any]:
    return {
        "businessUnitId": object_id(chance),
        "identifyingName": "old-shop.example.com",
        "displayName": "Example Camping Shop",
        "changeDate": at + timedelta(seconds=90),
    }
