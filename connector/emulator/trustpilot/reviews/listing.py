"""The private service-review list: every documented parameter, the paging cap, next-page links.

Reference 5.1 and 5.3. Unknown parameters are ignored, also `perpage`; wrong values are a 400.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from connector.emulator.switches import Switches
from connector.emulator.trustpilot.errors import bad_request
from connector.emulator.trustpilot.reviews.service import Bounds, Review, stars_of
from connector.emulator.trustpilot.times import read_filter_time
from connector.emulator.trustpilot.wire import Ask

HIGHEST_PAGE = 2_147_483_647
HIGHEST_PER_PAGE = 100
DEFAULT_PER_PAGE = 20

Test = Callable[[Review], bool]

_ORDERS: dict[str, tuple[Callable[[Review], Any], bool]] = {
    "createdat.asc": (lambda review: review["createdAt"], False),
    "createdat.desc": (lambda review: review["createdAt"], True),
    "stars.asc": (stars_of, False),
    "stars.desc": (stars_of, True),
}


def page_of(ask: Ask, cap: int) -> tuple[int, int]:
    """Return (page, perPage); 400 for wrong numbers and for a page beyond the cap of records."""
    page = ask.number("page", 1, HIGHEST_PAGE)
    per_page = ask.number("perPage", DEFAULT_PER_PAGE, HIGHEST_PER_PAGE)
    if page * per_page > cap:
        raise bad_request("Pagination limit exceeded.")
    return page, per_page


def cut(rows: list[Any], page: int, per_page: int) -> list[Any]:
    """Return the rows of one page, none beyond the end."""
    return rows[(page - 1) * per_page : page * per_page]


def next_page_links(ask: Ask, rows: int, switches: Switches) -> list[dict[str, str]]:
    """Return the `next-page` link where there are more rows and the switch wants links."""
    page, per_page = page_of(ask, switches.pagination_cap)
    if not switches.next_page_links or page * per_page >= rows:
        return []
    query = [pair for pair in ask.query if pair[0] != "page"] + [("page", str(page + 1))]
    href = urlunsplit(urlsplit(ask.url)._replace(query=urlencode(query)))
    return [{"href": href, "method": "GET", "rel": "next-page"}]


def bounds_of(ask: Ask, switches: Switches) -> Bounds:
    """Return the stretch of creation times that the caller asks for."""
    return Bounds(
        _time(ask, "startDateTime", switches),
        _time(ask, "endDateTime", switches),
        with_start=switches.start_inclusive,
        with_end=switches.end_inclusive,
    )


def matching(reviews: list[Review], ask: Ask) -> list[Review]:
    """Return the reviews that pass every filter of the call, in the order it asks for."""
    tests = [test for make in _FILTERS for test in make(ask)]
    if tests:
        reviews = [review for review in reviews if all(test(review) for test in tests)]
    return _ordered(reviews, [name.lower() for name in ask.every("orderBy")])


def _ordered(reviews: list[Review], orders: list[str]) -> list[Review]:
    """Return reviews, which come oldest first, in the order asked for; newest first by default."""
    if orders == ["createdat.asc"]:
        return reviews
    for name in reversed(orders or ["createdat.desc"]):
        if name not in _ORDERS:
            raise bad_request("orderBy is not one of the documented values.")
        key, descending = _ORDERS[name]
        reviews = sorted(reviews, key=key, reverse=descending)
    return reviews


def _time(ask: Ask, name: str, switches: Switches) -> datetime | None:
    text = ask.last(name)
    try:
        return read_filter_time(text, switches) if text else None
    except ValueError:
        raise bad_request(f"{name} is not a date and time.") from None


def _stars(ask: Ask) -> list[Test]:
    wanted = ask.every("stars")
    if not all(text in {"1", "2", "3", "4", "5"} for text in wanted):
        raise bad_request("stars must be numbers between 1 and 5.")
    numbers = {int(text) for text in wanted}
    return [lambda review: stars_of(review) in numbers] if numbers else []


def _words(ask: Ask) -> list[Test]:
    """Return tests for the parameters that name one exact value."""
    readers: dict[str, Callable[[Review], Any]] = {
        "language": lambda review: review.get("language", "en"),
        "internalLocationId": lambda review: (review.get("location") or {}).get("externalId"),
        "username": lambda review: review["consumer"].get("displayName"),
        "referenceId": lambda review: review.get("referenceId"),
        "source": lambda review: review.get("source", "trustpilot"),
    }
    return [_equal(read, ask.last(name)) for name, read in readers.items() if ask.last(name)]


def _equal(read: Callable[[Review], Any], wanted: object) -> Test:
    return lambda review: read(review) == wanted


def _referral_email(ask: Ask) -> list[Test]:
    wanted = ask.last("referralEmail").lower()
    return [lambda review: (review.get("referralEmail") or "").lower() == wanted] if wanted else []


def _flags(ask: Ask) -> list[Test]:
    fields = (("responded", "companyReply"), ("reported", "reportData"))
    return [_equal(_has(field), _flag(ask, name)) for name, field in fields if ask.last(name)]


def _has(field: str) -> Test:
    return lambda review: bool(review.get(field))


def _flag(ask: Ask, name: str) -> bool:
    text = ask.last(name, "false").lower()
    if text not in {"true", "false"}:
        raise bad_request(f"{name} must be true or false.")
    return text == "true"


def _tags(ask: Ask) -> list[Test]:
    group, value = ask.last("tagGroup").lower(), ask.last("tagValue")
    if not group and not value:
        return []
    fold = str.lower if _flag(ask, "ignoreTagValueCase") else str

    def tagged(review: Review) -> bool:
        return any(
            (not group or tag["group"].lower() == group)
            and (not value or fold(tag["value"]) == fold(value))
            for tag in review.get("tags", [])
        )

    return [tagged]


def _find_reviewer(ask: Ask) -> list[Test]:
    wanted = ask.last("findReviewer")
    if not wanted:
        return []
    if wanted not in {"contacted", "notContacted"}:
        raise bad_request("findReviewer must be contacted or notContacted.")
    contacted = wanted == "contacted"
    return [lambda r: bool((r.get("findReviewer") or {}).get("requests")) == contacted]


_FILTERS = (_stars, _words, _referral_email, _flags, _tags, _find_reviewer)
