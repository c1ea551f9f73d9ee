"""Reads the list of invitations that Trustpilot's portal exports as a CSV file.

The portal's columns are Customer email, Status, Created, Sent, Type and Reference number; a
spreadsheet may have saved the file since, so spelling, order, delimiter, encoding and dates vary.
No bytes make it fail: a line that says nothing usable is named by its number, never by its words.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from connector.core.terms.objects import InvitationStatus

_ALIASES: Mapping[str, tuple[str, ...]] = {
    "email": ("customeremail", "email", "emailaddress", "recipientemail", "consumeremail"),
    "status": ("status", "deliverystatus", "invitationstatus"),
    "created": ("created", "createdat", "createddate", "datecreated"),
    "sent": ("sent", "sentat", "sentdate", "datesent"),
    "reference": ("referencenumber", "reference", "referenceid", "ref"),
}
_NEEDED = ("email", "status", "reference")
_HEADINGS = {"email": "Customer email", "status": "Status", "reference": "Reference number"}

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_LONGEST_FIELD = 1000
_DATES = (
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%d %b %Y %H:%M",
    "%d %b %Y",
    "%b %d, %Y %H:%M",
    "%b %d, %Y",
)
_DAY_FIRST = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y")
_MONTH_FIRST = ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y")

# Words of the portal, and those that the platform has for the same (reference, invitations).
_UNDER_WAY = ("queued", "sending", "on its way", "notsent", "deliveryinprogress", "deferred")
_NOT_DELIVERED = (
    "not delivered",
    "undelivered",
    "cancel",
    "dropped",
    "bounce",
    "spam",
    "spf",
    "userblocked",
    "unsubscribe",
    "failed",
    "domainemailorderid",
)


@dataclass(frozen=True)
class ExportedInvitation:
    """One line of the export; `words` are the portal's own for the status."""

    line: int
    email: str
    reference: str
    status: InvitationStatus
    words: str
    created_at: datetime | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True)
class LineFault:
    """A line that is left out, by its number in the file, and why; it never holds its words."""

    line: int
    message: str


@dataclass(frozen=True)
class PortalExport:
    """What a file says: its invitations, its faulty lines, the headings that it lacks."""

    invitations: tuple[ExportedInvitation, ...] = ()
    faults: tuple[LineFault, ...] = ()
    lacking: tuple[str, ...] = ()


def read_export(content: bytes) -> PortalExport:
    """Read a file, whatever is in it; with `lacking` it is no export at all."""
    lines = [each for each in _lines(_text(content)) if each[1].strip(" \t\r\n;,\x00\ufeff")]
    if lines and re.fullmatch(r"sep=.", lines[0][1].strip(), re.IGNORECASE):
        lines = lines[1:]  # Excel's way of saying which delimiter follows
    if not lines:
        return PortalExport(lacking=tuple(_HEADINGS.values()))
    delimiter, columns = _header(lines[0][1])
    lacking = tuple(_HEADINGS[each] for each in _NEEDED if each not in columns)
    if lacking:
        return PortalExport(lacking=lacking)
    split = [(number, _split(line, delimiter)) for number, line in lines[1:]]
    formats = _formats([fields for _, fields in split], columns)
    read = [_read(number, fields, columns, formats) for number, fields in split]
    return PortalExport(
        tuple(each for each in read if isinstance(each, ExportedInvitation)),
        tuple(each for each in read if isinstance(each, LineFault)),
    )


def _text(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Each line with its number; no field of an export holds a line break."""
    return enumerate(_LINE.findall(text), start=1)


def _split(line: str, delimiter: str) -> list[str]:
    """The fields of one line, blanks around them cut; nothing where it is no CSV."""
    try:
        fields = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return []
    return [field.strip() for field in fields]


def _header(line: str) -> tuple[str, dict[str, int]]:
    """The delimiter under which the first line names most columns, and where these stand."""
    tried = {delimiter: _columns(_split(line, delimiter)) for delimiter in ",;\t"}
    return max(tried.items(), key=lambda each: len(each[1]))


def _columns(headings: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, heading in enumerate(headings):
        plain = re.sub(r"[^a-z]", "", heading.casefold())
        for word, aliases in _ALIASES.items():
            if plain in aliases:
                found.setdefault(word, place)
    return found


def _read(
    number: int, fields: Sequence[str], columns: Mapping[str, int], formats: Sequence[str]
) -> ExportedInvitation | LineFault:
    last = max(columns[each] for each in _NEEDED)
    if len(fields) <= last:
        return LineFault(number, "It has fewer columns than the header, or an open quotation mark.")
    if any(len(field) > _LONGEST_FIELD or "\x00" in field for field in fields):
        return LineFault(number, "A field is too long or no text.")
    email, reference = fields[columns["email"]], fields[columns["reference"]]
    words = " ".join(fields[columns["status"]].split())
    if "@" not in email.strip("@") or re.search(r"\s", email):
        return LineFault(number, "Customer email holds no e-mail address.")
    status = _status(words)
    if status is None:
        return LineFault(number, "The status is empty." if not words else "The status is unknown.")
    return ExportedInvitation(
        number,
        email,
        reference,
        status,
        words[:200],
        _date(_field(fields, columns, "created"), formats),
        _date(_field(fields, columns, "sent"), formats),
    )


def _status(words: str) -> InvitationStatus | None:
    """Our status for the portal's words; "Delivered - Unsubscribed" was delivered."""
    plain = words.casefold()
    if plain.startswith(_NOT_DELIVERED):
        return InvitationStatus.NOT_DELIVERED
    if plain.startswith("delivered"):
        return InvitationStatus.DELIVERED
    if plain.startswith("reviewed"):
        return InvitationStatus.REVIEWED
    if plain.replace(" ", "").startswith(tuple(each.replace(" ", "") for each in _UNDER_WAY)):
        return InvitationStatus.ACCEPTED
    return None


def _field(fields: Sequence[str], columns: Mapping[str, int], word: str) -> str:
    place = columns.get(word, len(fields))
    return fields[place] if place < len(fields) else ""


def _formats(lines: Sequence[Sequence[str]], columns: Mapping[str, int]) -> tuple[str, ...]:
    """The formats that dates may have here; 02/03/2026 is read only if other lines tell how."""
    dates = [_field(fields, columns, word) for fields in lines for word in ("created", "sent")]
    parts = [found for date in dates if (found := re.match(r"(\d\d?)/(\d\d?)/\d{4}", date))]
    first = any(int(each[1]) > 12 for each in parts)  # noqa: PLR2004 - there are twelve months
    second = any(int(each[2]) > 12 for each in parts)  # noqa: PLR2004 - there are twelve months
    if first == second:
        return _DATES
    return (*_DATES, *(_DAY_FIRST if first else _MONTH_FIRST))


def _date(text: str, formats: Sequence[str]) -> datetime | None:
    """The moment that a text names, in UTC where it says no zone; None where it names none."""
    moment = _iso(text)
    for form in () if moment else formats:
        try:
            moment = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is set below
            break
        except ValueError:
            continue
    if moment is None or not 1970 < moment.year < 2100:  # noqa: PLR2004 - what an org keeps
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(microsecond=0)


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.removesuffix(" UTC").replace(" +", "+"))
    except ValueError:
        return None
