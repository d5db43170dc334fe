"""Text as a person sees it: one way to write each digit, space and dash, and nothing that doesn't show."""

from __future__ import annotations

import unicodedata

REVERSED = "\u202e"
"""Stands where an override turned the direction of writing: digits there can't be trusted."""

_OVERRIDES = "\u202d\u202e"
_APOSTROPHES = dict.fromkeys(map(ord, "\u2019\u02bc\u0060\u00b4"), "'")
_DROPPED_MARKS = {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), 0x20E3}
"""Variation selectors and the keycap box: they change how a digit is drawn, not which it is."""


def cleaned(text: str) -> str:
    """The text in NFKC with ASCII digits, plain spaces and hyphens, and without invisible characters.

    Small raised or circled digits become spaces: a footnote mark must not grow onto a code. Control
    characters become U+FFFD so that nothing joins over them. A direction override is kept as REVERSED.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFKC", text.translate(_TABLE))


def folded(text: str) -> str:
    """The text in lower case, of the same length, with straight apostrophes: for the search of words."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return lower.translate(_APOSTROPHES)


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
    hides_digits = any(c.isdigit() for c in unicodedata.normalize("NFKC", character))
    return " " if hides_digits else character


_TABLE = _Table()
