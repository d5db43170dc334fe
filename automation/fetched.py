"""What a FETCH brought, out of imaplib's heap of pieces. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.parser import BytesHeaderParser
from email.policy import compat32
from typing import TYPE_CHECKING

from automation.headers import Malformed, the_one_mailbox, unfolded
from automation.message import MAX_HEADERS, Unusable, recipients_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MESSAGE = re.compile(rb"\d+ \(")
_UID = re.compile(rb"\bUID (\d{1,10})\b")
_RECEIVED = re.compile(rb'\bINTERNALDATE "([^"]{1,40})"')
_MOMENT = re.compile(r"\s*(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class Fetched:
    """One letter, or its first lines, as the server gave it."""

    uid: int
    received: datetime | None
    """INTERNALDATE: when the mailbox got it, by the server's clock."""
    raw: bytes | None
    """None where the server said OK and sent nothing."""


def fetched(data: Sequence[object]) -> list[Fetched]:
    """The letters in imaplib's data; what belongs to no letter (flags another client set) is passed over."""
    found = []
    for pieces in _by_message(data):
        text = b" ".join(piece[0] if isinstance(piece, tuple) else piece for piece in pieces)
        literals = [piece[1] for piece in pieces if isinstance(piece, tuple)]
        if uid := _UID.search(text):
            received = _RECEIVED.search(text)
            moment = internal_date(received[1].decode("ascii", "replace")) if received else None
            found.append(Fetched(int(uid[1]), moment, literals[0] if literals else None))
    return found


def _by_message(data: Sequence[object]) -> Iterator[list[bytes | tuple[bytes, bytes]]]:
    pieces: list[bytes | tuple[bytes, bytes]] = []
    for piece in data:
        if not isinstance(piece, (bytes, tuple)):
            continue
        if pieces and _MESSAGE.match(piece[0] if isinstance(piece, tuple) else piece):
            yield pieces
            pieces = []
        pieces.append(piece)
    if pieces:
        yield pieces


def internal_date(text: str) -> datetime | None:
    """`17-Jul-1996 02:44:25 -0700`, whatever this machine's language; None where it is no date."""
    found = _MOMENT.fullmatch(text)
    if found is None or found[2].lower() not in _MONTHS:
        return None
    day, month, year, hour, minute, second, sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
    try:
        moment = datetime(
            *(int(year), _MONTHS.index(month.lower()) + 1, int(day), int(hour), int(minute), int(second)),
            tzinfo=timezone(offset),
        )
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def message_id(raw: bytes | None) -> str | None:
    """The Message-ID in a letter's first lines."""
    value = _one(_fields(raw), "message-id")
    return (unfolded(value)[:1000] or None) if value else None


def sender(raw: bytes | None) -> str | None:
    """The one address in From, in a letter's first lines; None where there isn't exactly one."""
    value = _one(_fields(raw), "from")
    try:
        return the_one_mailbox(value)[1] if value else None
    except Malformed:
        return None


def recipients(raw: bytes | None) -> tuple[str, ...] | None:
    """Whom the letter is to, by its first lines; None where they can't be read."""
    try:
        return recipients_in(_fields(raw))
    except Unusable:
        return None


def results(raw: bytes | None) -> str | None:
    """The topmost Authentication-Results in a letter's first lines; None where there is none."""
    return next((value for name, value in _fields(raw) if name == "authentication-results"), None)


def _fields(raw: bytes | None) -> list[tuple[str, str]]:
    header = BytesHeaderParser(policy=compat32).parsebytes((raw or b"")[:MAX_HEADERS])
    return [(name.strip().lower(), str(value)) for name, value in header.raw_items()]


def _one(fields: list[tuple[str, str]], name: str) -> str | None:
    values = [value for field, value in fields if field == name]
    return values[0] if len(values) == 1 else None
