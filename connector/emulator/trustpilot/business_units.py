"""Business units: who they are, what their account holds, and their public numbers.

Numbers are computed from the live reviews plus a historic base that has no review records.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

STAR_NAMES = {1: "oneStar", 2: "twoStars", 3: "threeStars", 4: "fourStars", 5: "fiveStars"}
DEFAULT_SENDER = "noreply.invitations@trustpilotmail.com"


@dataclass(frozen=True)
class LinkKeys:
    """The two keys of a domain's business-generated links, base64 of 32 bytes each."""

    encryption: str
    authentication: str


@dataclass(frozen=True)
class Template:
    """An invitation template; `type` is an open word."""

    id: str
    name: str
    is_default: bool
    locale: str
    type: str

    def json(self) -> dict[str, Any]:
        """Return the vendor's JSON."""
        return {
            "id": self.id,
            "name": self.name,
            "isDefaultTemplate": self.is_default,
            "locale": self.locale,
            "type": self.type,
        }


@dataclass
class BusinessUnit:
    """One business unit of the account, with its catalogue, templates, senders and link keys."""

    id: str
    domain: str
    display_name: str
    country: str
    link_keys: LinkKeys
    historic: Mapping[int, int]
    templates: dict[str, Template] = field(default_factory=dict)
    skus: set[str] = field(default_factory=set)
    senders: set[str] = field(default_factory=lambda: {DEFAULT_SENDER})

    def known_as(self, name: str) -> bool:
        """Tell whether `find` takes a name for this unit: the exact domain, with or without www."""
        return name.lower() in (self.domain, f"www.{self.domain}")

    def json(self, live: Counter[int]) -> dict[str, Any]:
        """Return the public profile with the numbers of live and historic reviews."""
        stars = {star: live[star] + self.historic.get(star, 0) for star in STAR_NAMES}
        total = sum(stars.values())
        average = sum(star * number for star, number in stars.items()) / total if total else 0.0
        return {
            "links": [],
            "id": self.id,
            "displayName": self.display_name,
            "name": {
                "identifying": self.domain,
                "referring": [self.domain, f"www.{self.domain}"],
            },
            "websiteUrl": f"https://www.{self.domain}",
            "country": self.country,
            "numberOfReviews": {
                "total": total,
                "usedForTrustScoreCalculation": total,
                **{STAR_NAMES[star]: number for star, number in stars.items()},
            },
            "status": "active",
            "score": {"trustScore": round(average, 1), "stars": round(average * 2) / 2},
        }
