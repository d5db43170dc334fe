"""A letter's raw bytes become a Letter: its sender, its recipients and the text that shows.

Pure, and made for hostile bytes: everything is capped before it is parsed, and whatever can't be read
safely is Unusable with its reason.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from email import errors
from email.parser import BytesParser
from email.policy import compat32
from typing import TYPE_CHECKING

from automation.headers import Malformed, date, decoded, mailboxes, the_one_mailbox, unfolded, words_decoded
from automation.style import TooComplex
from automation.visible import plain_lines, visible_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from email.message import Message

    from automation.visible import Line

MAX_LETTER = 1024 * 1024
MAX_HEADERS = 64 * 1024
MAX_TEXT = 256 * 1024
MAX_PARTS = 50
MAX_DEPTH = 10
MAX_BOUNDARY_LINES = 400
MAX_CONTAINERS = 20
MAX_LINES = 30_000
MAX_CONTENT_FIELD = 4_000

_ONCE = ("from", "to", "subject", "date", "message-id", "content-type", "content-transfer-encoding")
_BROKEN = (
    errors.MissingHeaderBodySeparatorDefect,
    errors.FirstHeaderLineIsContinuationDefect,
    errors.MisplacedEnvelopeHeaderDefect,
)
"""Where programs disagree about which lines are headers."""
_CONTENT_FIELD = re.compile(rb"\ncontent-[a-z-]+[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*")
_OWN_PICTURE = re.compile(r"<img\b[^>]{0,500}?\bsrc\s{0,9}=\s{0,9}[\"']?(?:cid|data):", re.IGNORECASE)
_LONE_CR = re.compile(rb"\r(?!\n|\Z)")
"""The end of a line for some programs, for others not: what is a header then?"""
_CONTAINER = re.compile(rb"\ncontent-type[ \t]*:\s*(?:multipart|message)/")


class Unusable(Exception):  # noqa: N818 - a letter is unusable, which is no error of ours
    """A letter that can't be read safely; the text says why."""


@dataclass(frozen=True)
class Letter:
    """What a letter says to the person who opens it."""

    sender: str
    """The one address of From, ASCII in lower case."""
    sender_name: str
    recipients: tuple[str, ...]
    """To and Cc; where these name nobody, the addresses it was delivered to."""
    subject: str
    date: datetime | None
    """As the sender's clock has it; None where the letter doesn't say."""
    message_id: str | None
    html_lines: tuple[Line, ...]
    """The visible text of its HTML."""
    plain_lines: tuple[Line, ...]
    one_time_code: str | None = None
    """The field of that name, which binds a code to a site."""
    has_picture: bool = False
    """It brings a picture along, which may show what its text doesn't say."""
    results: str | None = None
    """The topmost Authentication-Results field; those further down may be anybody's."""
    raw: bytes = field(default=b"", repr=False)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The text that shows: that of the HTML where there is any."""
        return self.html_lines or self.plain_lines


def read_letter(raw: bytes) -> Letter:
    """The letter in these bytes; Unusable where it can't be read safely, whatever the reason."""
    _check_size(raw)
    try:
        message = BytesParser(policy=compat32).parsebytes(raw)
        return replace(_letter(message), raw=raw)
    except Unusable:
        raise
    except (Malformed, TooComplex) as odd:
        raise Unusable(str(odd)) from None
    except Exception as odd:  # noqa: BLE001 - a hostile letter must not end the wait, however it breaks the parser
        raise Unusable(f"can't be parsed ({type(odd).__name__})") from None


def _check_size(raw: bytes) -> None:
    """Refuse what the parser would need minutes for; its time grows with the square of some of these."""
    # A lone CR ends a line too, for the parser.
    text = b"\n" + raw[: 2 * MAX_LETTER].lower().replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    headers = text.partition(b"\n\n")[0]
    counted = (
        (len(raw) / 1024, MAX_LETTER // 1024, "KiB"),
        ((len(headers) + headers.count(b"\n")) / 1024, MAX_HEADERS // 1024, "KiB of headers"),
        (text.count(b"\n"), MAX_LINES, "lines"),
        (text.count(b"\n--"), MAX_BOUNDARY_LINES, "lines that look like borders of parts"),
        (len(_CONTAINER.findall(text)), MAX_CONTAINERS, "letters or parts inside one another"),
        (max(map(len, _CONTENT_FIELD.findall(text)), default=0), MAX_CONTENT_FIELD, "bytes in a header of a part"),
    )
    for count, limit, what in counted:
        if count > limit:
            raise Unusable(f"has more than {limit} {what}")
    if _LONE_CR.search(raw[: 2 * MAX_HEADERS].partition(b"\n\r\n")[0].partition(b"\n\n")[0]):
        raise Unusable("has a broken header")


def _letter(message: Message) -> Letter:
    if any(isinstance(defect, _BROKEN) for defect in message.defects):
        raise Unusable("has a broken header")
    fields = _fields(message)
    name, sender = _sender(fields)
    html, plain = _texts(message)
    return Letter(
        sender=sender,
        sender_name=name,
        recipients=recipients_in(fields),
        subject=words_decoded(_first(fields, "subject") or ""),
        date=date(_first(fields, "date") or ""),
        message_id=unfolded(_first(fields, "message-id") or "")[:1000] or None,
        html_lines=visible_lines(html),
        plain_lines=plain_lines(plain),
        one_time_code=_first(fields, "one-time-code"),
        has_picture=_has_picture(message, html),
        results=_first(fields, "authentication-results"),
    )


def _fields(message: Message) -> list[tuple[str, str]]:
    fields = [(name.strip().lower(), str(value)) for name, value in message.raw_items()]
    counts = Counter(name for name, _ in fields)
    for name in _ONCE:
        if counts[name] > 1:
            raise Unusable(f"has {counts[name]} {name.title()} headers")
    return fields


def _first(fields: list[tuple[str, str]], name: str) -> str | None:
    return next((value for field, value in fields if field == name), None)


def _sender(fields: list[tuple[str, str]]) -> tuple[str, str]:
    value = _first(fields, "from")
    if value is None:
        raise Unusable("has no From header")
    try:
        return the_one_mailbox(value)
    except Malformed as odd:
        raise Unusable(f"has a From header that {odd}") from None


def recipients_in(fields: list[tuple[str, str]]) -> tuple[str, ...]:
    """To and Cc of these (lower-case name, value) fields; where they name nobody, whom it was delivered to."""
    for names in (("to", "cc"), ("delivered-to", "x-original-to", "envelope-to")):
        found = [address for name in names for address in _addresses(fields, name)]
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def _addresses(fields: list[tuple[str, str]], wanted: str) -> Iterator[str]:
    for name, value in fields:
        if name == wanted:
            try:
                yield from (address for _, address in mailboxes(value))
            except Malformed as odd:
                raise Unusable(f"has a {name.title()} header that {odd}") from None


def _texts(message: Message) -> tuple[str, str]:
    """(HTML, plain text) of the parts that show when the letter is opened."""
    html: list[str] = []
    plain: list[str] = []
    for part in _shown_parts(message):
        kind = part.get_content_type()
        if kind in {"text/html", "text/plain"}:
            (html if kind == "text/html" else plain).append(_text(part))
    texts = "\n".join(html), "\n".join(plain)
    if max(map(len, texts)) > MAX_TEXT:
        raise Unusable(f"has more than {MAX_TEXT // 1024} KiB of text")
    return texts


def _has_picture(message: Message, html: str) -> bool:
    own = ("cid:" in html or "data:" in html) and _OWN_PICTURE.search(html)
    return bool(own) or any(part.get_content_maintype() == "image" for part in _shown_parts(message))


def _shown_parts(message: Message) -> Iterator[Message]:
    """The parts in order, neither attachments nor what is inside an attached letter."""
    waiting = [(message, 0)]
    count = 0
    while waiting:
        part, depth = waiting.pop()
        count += 1
        if count > MAX_PARTS or depth > MAX_DEPTH:
            raise Unusable(f"has more than {MAX_PARTS} parts, or parts more than {MAX_DEPTH} deep")
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            waiting += [(each, depth + 1) for each in reversed(inner) if not isinstance(each, str)]
        elif part.get_content_disposition() != "attachment" and not isinstance(inner, list):
            yield part


def _text(part: Message) -> str:
    encoding = str(part.get("content-transfer-encoding", "")).strip().lower()
    if encoding not in {"", "7bit", "8bit", "binary", "quoted-printable", "base64"}:
        raise Unusable("has a part in an unknown encoding")
    payload = part.get_payload(decode=True)
    charset = part.get_param("charset")
    text = payload if isinstance(payload, bytes) else b""
    return decoded(text, charset if isinstance(charset, str) else None)
