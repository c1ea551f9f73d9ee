"""Service reviews as Trustpilot keeps them (reference 5.4): sparse dicts, oldest first.

Pure and lazy: half a million reviews are made one by one. Times are aware datetimes; a field that
is left out has Trustpilot's default. Nothing here knows the emulator.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from connector.emulator.world.languages import CODES, RIGHT_TO_LEFT, Language, language
from connector.emulator.world.reviews import chatter
from connector.emulator.world.reviews.rare_facts import RareServiceFacts
from connector.emulator.world.reviews.writing import Company, Guests, Invitee, Writing, between
from connector.emulator.world.streams import Stream, happens, object_id, recurs, stream

_SOURCES = ("InvitationApi", "InvitationApi", "InvitationLinkApi", "ManualInputInvitation")
_STARS = (5, 5, 5, 5, 5, 4, 4, 3, 2, 1, 1)
_LEVELS = (None, "not-verified", "verified")
_LABELS = (["incentivised"], [None], ["sensitiveInformation", None])


def service_reviews(
    seed: int, company: Company, writing: Writing, invitees: Sequence[Invitee]
) -> Iterator[dict[str, Any]]:
    """Yield reviews in order of creation, the ten languages in turn.

    About half are invited, if there are invitees. Nulls, long texts, edits, replies, reports and
    odd references return at fixed distances or with fixed shares.
    """
    chance = stream(seed, "service reviews")
    guests = Guests(chance, invitees)
    rare = RareServiceFacts(seed, company, writing.now)
    for index, at in enumerate(writing.moments(chance)):
        guest = guests.at(at) if guests and happens(chance, 0.55) else None
        spoken = language(guest.language if guest else CODES[index % len(CODES)])
        stars = chance.choice(_STARS)
        review: dict[str, Any] = {"id": object_id(chance), "createdAt": at, "stars": stars}
        review |= _words(chance, index, spoken, stars)
        review |= (
            _invited(chance, spoken, company, guest) if guest else _organic(chance, index, spoken)
        )
        review |= _rarities(chance, index, at)
        review |= _edit(chance, at, writing.now)
        review |= _reply(chance, review, company, writing.now)
        review |= rare.of(index, review)
        yield review


def _words(chance: Stream, index: int, spoken: Language, stars: int) -> dict[str, Any]:
    if recurs(index, 37, at=5):
        return {"title": None, "text": None, "language": None}
    long = recurs(index, 41, at=8)
    written = (chatter.long_text if long else chatter.text)(chance, spoken, stars)
    if recurs(index, 11, at=3):
        heading = None
    else:
        heading = (chatter.long_title if recurs(index, 97, at=20) else chatter.title)(
            chance, spoken, stars
        )
    return {"title": heading, "text": written, "language": spoken.code}


def _invited(chance: Stream, spoken: Language, company: Company, guest: Invitee) -> dict[str, Any]:
    return {
        "consumer": _consumer(chance, spoken, guest.name),
        "referralEmail": guest.email,
        "referenceId": guest.reference,
        "source": chance.choice(_SOURCES),
        "isVerified": True,
        "reviewVerificationLevel": "invited",
        "invitation": {"businessUnitId": company.unit_id},
        "experiencedAt": guest.since,
    }


def _organic(chance: Stream, index: int, spoken: Language) -> dict[str, Any]:
    first, _ = chance.choice(spoken.first_names)
    level = chance.choice(_LEVELS)
    found: dict[str, Any] = {
        "consumer": _consumer(chance, spoken, None if recurs(index, 23, at=9) else first),
        "isVerified": level == "verified",
        "reviewVerificationLevel": level,
    }
    if recurs(index, 9, at=4):
        # Consumers type references themselves (reference, trap 22).
        found["referenceId"] = f" #{chance.randint(100, 999)} / order "
    return found


def _consumer(chance: Stream, spoken: Language, name: str | None) -> dict[str, Any]:
    mark = "\u200f" if spoken.code in RIGHT_TO_LEFT else ""
    return {
        "id": object_id(chance),
        "displayName": name and f"{name}{mark}",
        "displayLocation": spoken.country if happens(chance, 0.8) else None,
        "numberOfReviews": 1 + int(chance.expovariate(0.5)),
    }


def _rarities(chance: Stream, index: int, at: datetime) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if happens(chance, 0.2):
        found["numberOfLikes"] = chance.randint(1, 12)
    if recurs(index, 6, at=1):
        found["tags"] = [{"group": "generic", "value": chance.choice(("delivery", "returns"))}]
    if recurs(index, 7, at=2):
        found["location"] = _location(chance)
    if recurs(index, 25, at=12):
        found["complianceLabels"] = chance.choice(_LABELS)
    if recurs(index, 61, at=30):
        found["reportData"] = _report(at)
    return found


def _location(chance: Stream) -> dict[str, Any]:
    number, name = chance.choice(((1, "Harbour Street"), (2, "Marktplatz"), (3, "Gl. Torv")))
    return {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "name": name,
        "urlFormattedName": name.replace(" ", "-").replace(".", ""),
        "externalId": f"STORE-{number}" if number != 3 else None,  # noqa: PLR2004 - the third shop
    }


def _report(at: datetime) -> dict[str, Any]:
    return {
        "source": "Trustpilot",
        "publicComment": None,
        "createdAt": at + timedelta(seconds=60),
        "reasons": ["sensitiveInformation"],
        "reason": "sensitive_information",
        "reviewVisibility": "hidden",
    }


def _edit(chance: Stream, at: datetime, now: datetime) -> dict[str, Any]:
    return {"updatedAt": between(chance, at, now)} if happens(chance, 0.1) else {}


def _reply(
    chance: Stream, review: dict[str, Any], company: Company, now: datetime
) -> dict[str, Any]:
    at: datetime = review["createdAt"]
    if review["text"] is None or now - at < timedelta(hours=12) or not happens(chance, 0.4):
        return {}
    spoken, name = language(review["language"]), review["consumer"]["displayName"]
    return {
        "companyReply": {
            "text": chatter.reply(chance, spoken, name or "…"),
            "authorBusinessUserId": company.user_id,
            "authorBusinessUserName": company.user_name,
            "createdAt": between(chance, at, min(now, at + timedelta(days=3))),
            "updatedAt": None,
        }
    }
