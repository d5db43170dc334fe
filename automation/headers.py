"""A letter's header fields, read strictly: what two programs could read differently is not read at all."""

from __future__ import annotations

import binascii
import codecs
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_ADDRESSES = 200
MAX_VALUE = 4_000
"""Characters of a Subject or a name that are kept."""

CHARSETS = frozenset(
    (
        *("ascii", "utf-8", "koi8-r", "koi8-u", "gb2312", "gbk", "gb18030", "big5", "shift_jis", "euc_jp"),
        *("iso2022_jp", "euc_kr", "cp949", "tis-620", "cp874"),
        *(f"cp125{n}" for n in range(9)),
        *(f"iso8859-{n}" for n in range(1, 17)),
    )
)
"""Python's names of the charsets that letters may be in. UTF-7 is none: it hides ASCII in ASCII."""

_ENCODED_WORD = re.compile(r"=\?([\w.:+-]+)(?:\*[\w-]*)?\?([bBqQ])\?([^?\s]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?)")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:@\"\\]+@[^\s<>()\[\],;:@\"\\]+")


class Malformed(ValueError):  # noqa: N818 - the letter is malformed, nothing of ours failed
    """A field that can't be read safely."""


def decoded(raw: bytes, charset: str | None) -> str:
    """Bytes as text. A charset that is unknown or not allowed leaves only the ASCII readable."""
    return raw.decode(_codec(charset), "replace")


def _codec(charset: str | None) -> str:
    try:
        name = codecs.lookup(charset or "utf-8").name
    except (LookupError, ValueError):
        return "ascii"
    return name if name in CHARSETS else "ascii"


def unfolded(value: str) -> str:
    """A field's value on one line; raw UTF-8 bytes in it as the text they are."""
    value = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return " ".join(filter(None, map(str.strip, re.split(r"[\r\n]+", value))))


def words_decoded(value: str) -> str:
    """The value with its RFC 2047 words decoded; a word that is none stays as it stands."""
    value = _BETWEEN_WORDS.sub(r"\1", unfolded(value))
    pieces: list[str] = []
    end = 0
    pending: tuple[str, bytes] = ("", b"")
    for word in _ENCODED_WORD.finditer(value):
        charset, data = word[1], _word_bytes(word[2], word[3])
        if word.start() > end or charset != pending[0]:
            pieces += [decoded(pending[1], pending[0] or None), value[end : word.start()]]
            pending = (charset, b"")
        pending = (charset, pending[1] + data)  # a character may be split over two words
        end = word.end()
    pieces += [decoded(pending[1], pending[0] or None), value[end:]]
    return "".join(pieces)[:MAX_VALUE]


def _word_bytes(encoding: str, text: str) -> bytes:
    data = text.encode("ascii", "replace")
    if encoding in "bB":
        try:
            return binascii.a2b_base64(data + b"=" * (-len(data) % 4))
        except binascii.Error:
            return data
    return binascii.a2b_qp(data, header=True)


def the_one_mailbox(value: str) -> tuple[str, str]:
    """(name, address) of a From field; Malformed unless it holds exactly one address."""
    found = mailboxes(value, groups=False)
    if len(found) != 1:
        raise Malformed(f"names {len(found)} senders")
    name, address = found[0]
    if any(other.lower() != address.lower() for other in _ADDRESS.findall(name)):
        # An address in the name is a disguise, unless it is the same one.
        raise Malformed("shows another address as its name")
    return name, address


def mailboxes(value: str, *, groups: bool = True) -> tuple[tuple[str, str], ...]:
    """(name, address) of each mailbox in an address list, without comments and the names of groups."""
    found = []
    for item in _items(unfolded(value), groups=groups):
        if item.strip():
            found.append(_mailbox(item.strip()))
        if len(found) > MAX_ADDRESSES:
            raise Malformed("names too many addresses")
    return tuple(found)


def _mailbox(item: str) -> tuple[str, str]:
    phrase, angle, rest = item.partition("\0")
    if not angle:
        name, address = "", _unquoted(phrase)
    else:
        address, _, after = rest.partition("\1")
        name = _unquoted(phrase)
        if after.strip():
            raise Malformed("goes on after its address")
    address = address.strip()
    if not _ADDRESS.fullmatch(address):
        raise Malformed("holds something that is no address")
    return words_decoded(name).strip(), address.lower() if address.isascii() else address


def _unquoted(text: str) -> str:
    return text.replace("\2", "").strip()


def _items(value: str, *, groups: bool) -> list[str]:
    r"""The list cut at its commas: quoted strings between \2, comments gone, < and > as \0 and \1."""
    if any(sign in value for sign in "\0\1\2"):
        raise Malformed("holds a control character")
    items, item, place = [], "", 0
    while place < len(value):
        sign = value[place]
        if sign == '"':
            text, place = _quoted(value, place)
            item += f"\2{text}\2"
            continue
        if sign == "(":
            place = _after_comment(value, place)
            continue
        place += 1
        if sign in ",;":
            items.append(item)
            item = ""
        elif sign == ":" and groups and "\0" not in item:
            item = ""
        else:
            item += _bracket(sign, item)
    if item.count("\0") != item.count("\1"):
        raise Malformed("has an unclosed bracket")
    return [*items, item]


def _bracket(sign: str, item: str) -> str:
    if sign == "<" and "\0" not in item:
        return "\0"
    if sign == ">" and "\0" in item and "\1" not in item:
        return "\1"
    if sign in "<>":
        raise Malformed("has a stray bracket")
    return sign


def _quoted(value: str, place: int) -> tuple[str, int]:
    text, place = "", place + 1
    while place < len(value) and value[place] != '"':
        if value[place] == "\\":
            place += 1
        text += value[place : place + 1]
        place += 1
    if place >= len(value):
        raise Malformed("has an unclosed quotation")
    return text, place + 1


def _after_comment(value: str, place: int) -> int:
    depth = 0
    while place < len(value):
        depth += {"(": 1, ")": -1}.get(value[place], 0)
        place += 2 if value[place] == "\\" else 1
        if depth == 0:
            return place
    raise Malformed("has an unclosed comment")


def date(value: str) -> datetime | None:
    """The moment a Date or Received field names; None where it names none."""
    try:
        moment = parsedate_to_datetime(unfolded(value))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
