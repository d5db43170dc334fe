"""What a FETCH brought, whatever the server mixes into it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.fetched import Fetched, fetched, internal_date, message_id, sender

WHEN = datetime(2026, 11, 23, 8, tzinfo=UTC)
DATE = b'INTERNALDATE "23-Nov-2026 09:00:00 +0100"'


def test_letters_are_told_apart_whatever_the_order_of_their_attributes() -> None:
    data = [
        (b"1 (UID 7 " + DATE + b" BODY[]<0> {5}", b"first"),
        b")",
        b"9 (FLAGS (\\Seen))",
        (b"2 (BODY[]<0> {6}", b"second"),
        b" " + DATE + b" UID 8)",
        b"3 (UID 9 " + DATE + b")",
        None,
    ]

    assert fetched(data) == [Fetched(7, WHEN, b"first"), Fetched(8, WHEN, b"second"), Fetched(9, WHEN, None)]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("23-Nov-2026 08:00:00 +0000", WHEN),
        (" 3-nov-2026 20:00:00 -1200", datetime(2026, 11, 4, 8, tzinfo=UTC)),
        ("31-Feb-2026 08:00:00 +0000", None),
        ("23-Foo-2026 08:00:00 +0000", None),
        ("23-Nov-2026 08:00:00 +9900", None),
        ("01-Jan-0001 00:00:00 +1200", None),
        ("", None),
    ],
)
def test_the_servers_date_is_read_in_utc(text: str, moment: datetime | None) -> None:
    assert internal_date(text) == moment


@given(st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29)), st.integers(-23 * 60, 23 * 60))  # noqa: DTZ001 - zone follows
def test_every_date_that_a_server_can_write_is_read(moment: datetime, minutes: int) -> None:
    offset = timedelta(minutes=minutes)
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    zone = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
    text = f"{moment.day:02}-{months[moment.month - 1]}-{moment.year:04} {moment:%H:%M:%S} {zone}"

    assert internal_date(text) == (moment - offset).replace(microsecond=0, tzinfo=UTC)


def test_message_id_and_sender_are_read_from_the_first_lines() -> None:
    raw = b"From: Shop <a@shop.example>\r\nMessage-ID:\r\n <1@x>\r\n\r\n"

    assert (message_id(raw), sender(raw)) == ("<1@x>", "a@shop.example")
    assert (message_id(b""), sender(None)) == (None, None)
    assert sender(raw + b"x" + raw) == "a@shop.example"
    assert sender(b"From: a@b.example\r\nFrom: c@d.example\r\n\r\n") is None


PIECES = st.one_of(st.binary(max_size=40), st.tuples(st.binary(max_size=40), st.binary(max_size=40)), st.none())


@given(st.lists(PIECES, max_size=10))
def test_no_answer_of_a_server_upsets_the_reading(data: list[object]) -> None:
    for item in fetched(data):
        message_id(item.raw)
        sender(item.raw)
