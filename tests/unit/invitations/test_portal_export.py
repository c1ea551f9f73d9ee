"""The portal's export in every shape that a spreadsheet may have given it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.invitations.portal_export import read_export
from connector.core.terms.objects import InvitationStatus

HEADER = "Customer email,Status,Created,Sent,Type,Reference number"
LINE = "anna@example.com,Delivered,2026-03-01 10:00:00,2026-03-02 09:30:00,Email,00000104"
SENT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def read(*lines, end="\n", encoding="utf-8"):
    return read_export(end.join(lines).encode(encoding))


def only(export):
    assert export.faults == ()
    (invitation,) = export.invitations
    return invitation


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(f"{HEADER}\n{LINE}", id="as exported"),
        pytest.param(f"{HEADER}\r\n{LINE}\r\n\r\n", id="line ends of Windows"),
        pytest.param(f"\ufeff{HEADER}\n{LINE}", id="with a byte order mark"),
        pytest.param(f"sep=;\n{HEADER}\n{LINE}".replace(",", ";"), id="semicolons, told so"),
        pytest.param(f"{HEADER}\n{LINE}".replace(",", "\t"), id="tabs"),
        pytest.param(f"{HEADER.upper()}\n{LINE}", id="shouted headings"),
        pytest.param(f"{HEADER.replace(' ', '_')}\n{LINE}", id="underscores in headings"),
        pytest.param(
            f"{HEADER}\n{LINE}".replace(",", '","').replace("\n", '"\n"').join('""'),
            id="quotation marks everywhere",
        ),
        pytest.param(
            "Reference number,Sent,Extra,Status,Customer email\n"
            "00000104,2026-03-02T09:30:00Z,x,DELIVERED,anna@example.com",
            id="another order, a column more, no Created",
        ),
    ],
)
def test_the_shape_of_a_file_does_not_matter(content):
    found = only(read_export(content.encode()))
    assert (found.email, found.reference) == ("anna@example.com", "00000104")
    assert found.status is InvitationStatus.DELIVERED
    assert found.sent_at == SENT


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_of_a_file_does_not_matter(encoding):
    assert only(read(HEADER, LINE.replace("104", "104é"), encoding=encoding)).reference[-1] == "é"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("Queued", "Accepted"),
        ("Sending - On its way", "Accepted"),
        ("sending -  on its way", "Accepted"),
        ("Delivered", "Delivered"),
        ("Delivered - Unsubscribed", "Delivered"),
        ("Not delivered", "Not Delivered"),
        ("Not delivered - Bounced", "Not Delivered"),
        ("Bounce", "Not Delivered"),
        ("DroppedSpamContent", "Not Delivered"),
        ("CancelledRecipientInGracePeriod", "Not Delivered"),
        ("DomainEmailOrderIDCombinationHasAlreadyBeenInvited", "Not Delivered"),
        ("NotSent", "Accepted"),
        ("DeliveryInProgress", "Accepted"),
        ("Reviewed", "Reviewed"),
    ],
)
def test_the_portals_words_have_a_status(words, status):
    found = only(read(HEADER, LINE.replace("Delivered", words)))
    assert found.status.value == status
    assert found.words == " ".join(words.split())


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-02", datetime(2026, 3, 2, tzinfo=UTC)),
        ("2026-03-02 09:30", SENT),
        ("2026-03-02T09:30:00.123Z", SENT),
        ("2026-03-02 10:30:00 +01:00", SENT),
        ("2026-03-02 09:30:00 UTC", SENT),
        ("02.03.2026 09:30", SENT),
        ("2 Mar 2026 09:30", SENT),
        ("13/03/2026", datetime(2026, 3, 13, tzinfo=UTC)),
        ("03/13/2026", datetime(2026, 3, 13, tzinfo=UTC)),
        ("02/03/2026", None),  # second of March or third of February: nobody knows
        ("0001-01-01", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_date_is_read_where_it_has_one_meaning(text, moment):
    assert only(read(HEADER, LINE.replace("2026-03-02 09:30:00", text))).sent_at == moment


def test_one_line_that_tells_the_order_of_days_and_months_tells_it_for_all():
    first = LINE.replace("2026-03-02 09:30:00", "02/03/2026")
    export = read(HEADER, first, LINE.replace("2026-03-02 09:30:00", "31/03/2026"))
    assert export.invitations[0].sent_at == datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param("anna@example.com,Delivered", id="columns are missing"),
        pytest.param(LINE.replace("anna@example.com", ""), id="no address"),
        pytest.param(LINE.replace("anna@example.com", "anna"), id="no address, but a word"),
        pytest.param(LINE.replace("Delivered", ""), id="no status"),
        pytest.param(LINE.replace("Delivered", "Anna was here"), id="an unknown status"),
        pytest.param('"' + LINE, id="a quotation mark that never closes"),
        pytest.param(LINE + "x" * 2000, id="endless"),
    ],
)
def test_a_bad_line_is_named_by_number_and_stops_no_other(bad):
    export = read(HEADER, LINE, bad, LINE.replace("104", "105"))
    assert [each.reference for each in export.invitations] == ["00000104", "00000105"]
    (fault,) = export.faults
    assert fault.line == 3
    assert "anna" not in fault.message.lower()


@pytest.mark.parametrize(
    ("content", "lacking"),
    [
        (b"", 3),
        (b"\n\n ; ;\n", 3),
        (b"Status,Sent\nDelivered,today", 2),
        (b"<html><body>Sign in</body></html>", 3),
        (b"\x00\x01\x02\xff", 3),
    ],
)
def test_what_is_no_export_lacks_columns(content, lacking):
    assert len(read_export(content).lacking) == lacking


@given(st.binary(max_size=400))
def test_no_bytes_make_it_fail(content):
    read_export(content)


@given(st.binary(max_size=400))
def test_no_bytes_below_a_header_make_it_fail_and_every_line_is_told_of_once(content):
    export = read_export(HEADER.encode() + b"\n" + content)
    numbers = [each.line for each in (*export.invitations, *export.faults)]
    assert len(numbers) == len(set(numbers))
    assert min(numbers, default=2) >= 2


@given(st.lists(st.text(alphabet=',;"\t\n\r@ aD\x00', max_size=30), max_size=8))
def test_no_marks_of_csv_hide_the_line_that_follows(lines):
    export = read_export("\n".join([HEADER, *lines, "", LINE]).encode())
    assert export.invitations[-1].reference == "00000104"


def test_a_line_that_is_no_csv_is_a_fault_and_the_others_are_read():
    endless = "x" * 200_000  # longer than a field of a CSV file may be
    export = read(HEADER, LINE, endless)
    assert len(export.invitations) == 1
    assert len(export.faults) == 1
