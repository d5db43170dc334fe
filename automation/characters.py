"""Text as a person sees it: one way to write each digit, space and dash, and nothing that doesn't show."""

from __future__ import annotations

import re
import unicodedata

REVERSED = "\u202e"
"""Stands where an override turned the direction of writing: digits there can't be trusted."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_PIECES = re.compile(r".{1,1000}(?=\s|\Z)|.{1,1000}", re.DOTALL)
"""Unicode's normal form takes time with the square of a run of combining marks."""
_OVERRIDES = "\u202d\u202e"
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("\u2019\u02bc\u0060\u00b4\u05f3", "'"),
        "\u05f4": '"',
        **dict.fromkeys("\u0130\u0131", "i"),  # Turkish, with and without its dot
        **dict.fromkeys("\u0622\u0623\u0625\u0671", "\u0627"),  # alif
        **dict.fromkeys("\u0649\u06cc", "\u064a"),  # ya
        "\u0629": "\u0647",  # ta marbuta
        "\u06a9": "\u0643",  # kaf
    }
)
_DROPPED_MARKS = {
    *(*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), 0x20E3),
    *(*range(0x0591, 0x05BE), 0x05BF, 0x05C1, 0x05C2, 0x05C4, 0x05C5, 0x05C7),
    *(*range(0x064B, 0x0660), 0x0670, *range(0x06D6, 0x06DD), 0x0640),
}
"""Variation selectors and the keycap box, the vowel signs of Hebrew and Arabic, the Arabic stretch of a line: they
change how a digit or word is drawn, not which it is."""


def cleaned(text: str) -> str:
    """The text in NFKC with ASCII digits, plain spaces and hyphens, and without invisible characters.

    Small raised or circled digits become spaces: a footnote mark must not grow onto a code. Control
    characters become U+FFFD so that nothing joins over them. A direction override is kept as REVERSED.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and not _CONTROL.search(text):
        return text
    return "".join(unicodedata.normalize("NFKC", piece) for piece in _PIECES.findall(text.translate(_TABLE)))


def folded(text: str) -> str:
    """The text in lower case, of the same length, letters of one sound alike: for the search of words."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return lower if lower.isascii() and "`" not in lower else lower.translate(_ALIKE)


class _Table(dict[int, str]):
    """What becomes of each character, found out once per character."""

    def __missing__(self, point: int) -> str:
        self[point] = _replacement(point)
        return self[point]


def _replacement(point: int) -> str:
    character = chr(point)
    category = unicodedata.category(character)
    if character in "\n\t":
        return character
    if character in _OVERRIDES:
        return REVERSED
    if category == "Cf" or point in _DROPPED_MARKS:
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return _by_category(character, category)


def _by_category(character: str, category: str) -> str:
    by_category = {"Cc": "\ufffd", "Cs": "\ufffd", "No": " ", "Pd": "-", "Zs": " ", "Zl": "\n", "Zp": "\n"}
    if category in by_category:
        return by_category[category]
    if character == "\u2212":
        return "-"
    if character == "\uff0c":
        return ", "  # it ends a clause, and groups no digits: "code 123456, 10 minutes"
    hides_digits = any(c.isdigit() for c in unicodedata.normalize("NFKC", character))
    return " " if hides_digits else character


_TABLE = _Table()
