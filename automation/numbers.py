"""Every number that shows in a line, each with what already speaks against its being a code. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.characters import REVERSED, folded
from automation.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORTEST, LONGEST = 4, 8
LONGEST_WITH_LETTERS = 10
SINGLES = re.compile(r"\W*(\w(?:\t\w){3,9})\W*")
"""Boxes side by side, one character each."""

_RUN = re.compile(r"\d+(?:[ -]\d+)*")
_WITH_LETTERS = re.compile(
    rf"(?<![\w-])(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{{{SHORTEST},{LONGEST_WITH_LETTERS}}}(?![\w-])",
    re.IGNORECASE,
)
_CURRENCY = r"(?:[$€£¥₽₴₺₹₩₪฿₫₱]|(?:usd|eur|gbp|rub|pln|zł|brl|cny|rmb|chf|kr|us\$|r\$)(?!\w))"
_ELSEWHERE = (
    ("in a link", re.compile(r"(?:https?://|www\.)[^\s<>\"]+|(?<![\w.-])[\w-]+(?:\.[\w-]+)+/\S*")),
    ("in an address", re.compile(r"(?<![^\s<>@])[^\s<>@]+@[^\s<>@]+")),
    (
        "a date",
        re.compile(
            r"(?<!\d)(?:(?:19|20)\d\d([-/.])(?:0?[1-9]|1[0-2])\1(?:[12]\d|3[01]|0?[1-9])"
            r"|(?:[12]\d|3[01]|0?[1-9])([-/.])(?:0?[1-9]|1[0-2])\2(?:(?:19|20)\d\d|\d\d)"
            r"|(?:0?[1-9]|1[0-2])/(?:[12]\d|3[01]|0?[1-9])/(?:(?:19|20)\d\d|\d\d)"
            r"|(?:19|20)\d\d\s?[年년])(?!\d)"
        ),
    ),
    (
        "a price",
        re.compile(rf"{_CURRENCY}\s?\d[\d.,]*(?: \d{{3}}(?!\d))*|(?<![\d.,])\d[\d.,]*\s?{_CURRENCY}"),
    ),
)
_YEARS = range(1900, 2100)
_BEFORE = {"+": "a telephone number", "#": "after a number sign", "=": "a parameter", "&": "a parameter"}


@dataclass(frozen=True)
class Number:
    """One number of a line; `start` and `end` tell where."""

    value: str
    start: int
    end: int
    against: str | None = None
    """Why it can't be a code; None where nothing speaks against it yet."""


def numbers(text: str, *, letters: bool) -> Iterator[Number]:
    """The numbers of a line which are long enough for a code; with `letters` mixed ones too."""
    boxes = SINGLES.fullmatch(text)
    if boxes:
        yield from _boxes(boxes, text, letters=letters)
        return
    taken = [(found.span(), reason) for reason, pattern in _ELSEWHERE for found in pattern.finditer(folded(text))]
    for run in _RUN.finditer(text):
        for start, end in _parts(run):
            digits = re.sub(r"\D", "", text[start:end])
            if len(digits) >= SHORTEST:
                inside = next((reason for span, reason in taken if span[0] < end and start < span[1]), None)
                yield _judged(Number(digits, start, end, inside), text)
    if letters:
        for found in _WITH_LETTERS.finditer(text):
            inside = next((reason for span, reason in taken if span[0] < found.end() and found.start() < span[1]), None)
            yield Number(found.group(), *found.span(), inside or _upside_down(text))


def _boxes(boxes: re.Match[str], text: str, *, letters: bool) -> Iterator[Number]:
    value = boxes[1].replace("\t", "")
    mixed = letters and value.isascii() and value.isalnum()
    if value.isdigit() or mixed:
        against = None if len(value) <= LONGEST else f"{len(value)} digits"
        yield Number(value, *boxes.span(1), against or _upside_down(text))


def _parts(run: re.Match[str]) -> list[tuple[int, int]]:
    """A run of digits is one number, but for words of digits that only happen to stand in a row."""
    groups = [found.span() for found in re.finditer(r"\d+", run.group())]
    sizes = {end - start for start, end in groups}
    total = sum(end - start for start, end in groups)
    together = len(groups) == 1 or "-" in run.group() or (len(sizes) == 1 and total <= LONGEST) or total > LONGEST * 2
    if together:
        return [run.span()]
    return [(run.start() + start, run.start() + end) for start, end in groups]


def _judged(number: Number, text: str) -> Number:
    start = number.start
    if re.search(r"(?<![\w-])[A-Za-z]-\Z", text[max(0, start - 3) : start]):
        start -= 2  # "G-123456" is typed as 123456
    against = number.against or _shape(number, text) or _neighbours(text, start, number.end)
    return Number(number.value, start, number.end, against or _words_around(text, start, number.end))


def _shape(number: Number, text: str) -> str | None:
    groups = re.findall(r"\d+", text[number.start : number.end])
    if len(groups) > 1 and all(is_year(each) for each in groups):
        return "years"
    if len(number.value) > LONGEST:
        return f"a number of {len(number.value)} digits"
    if len(groups) > 1 and len({len(group) for group in groups}) > 1:
        return "not one number"
    return _upside_down(text)


def _upside_down(text: str) -> str | None:
    return "in turned writing" if REVERSED in text else None


def _neighbours(text: str, start: int, end: int) -> str | None:
    """What the characters right before and after give away."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if _is_cased(before[-1:]) or _is_cased(after[:1]):
        return "part of a word"
    if before[-1:] in _BEFORE:
        return _BEFORE[before[-1:]]
    if re.search(r"[\d\w][.,:/\\'-]\Z", before) or re.match(r"[.,:/\\'-][\d\w]", after):
        return "part of something longer"
    if before.endswith("/") or after.startswith("/"):
        return "part of a path"
    if before[-1:] in "*•·" and before[-1:] and not (after[:1] == "*" and before != "**"):
        return "the end of a masked number"
    return "a percentage" if re.match(r"\s?[%‰]", after) else None


def _words_around(text: str, start: int, end: int) -> str | None:
    """What the words right before and after give away."""
    words = vocabulary()
    before, after = folded(text[max(0, start - 60) : start]), folded(text[end : end + 30])
    if words.unit.match(re.sub(r"\A[\s-]*", "", after)) and not re.match(r"\s*[.,:;]", after):
        return "counts something"
    for reason, pattern in (
        ("the last digits of something", words.ending),
        ("another number", words.just_before),
    ):
        last = next((found for found in reversed(list(pattern.finditer(before)))), None)
        if last and not before[last.end() :].strip(" :.#*•-(№°"):
            return f"{reason} (“{last.group()}”)"
    return None


def is_year(value: str) -> bool:
    """Whether the number may well be a year."""
    return len(value) == len("2026") and int(value) in _YEARS


def _is_cased(character: str) -> bool:
    """A letter of a script that writes words apart: there a number inside a word is no number of its own."""
    return character == "_" or character.lower() != character.upper()


def masked(value: str) -> str:
    """Enough of a number to know it again: "1…6", "8123…5678"."""
    shown = 4 if len(value) > LONGEST + SHORTEST else 1
    return f"{value[:shown]}…{value[-shown:]}"
