"""Every number that shows in a line, each with what already speaks against its being a code. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.characters import REVERSED, folded
from automation.phrases import GLUED
from automation.shape import LONGEST, SHORTEST
from automation.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from automation.phrases import Phrases

LONGEST_WITH_LETTERS = 10
LONGEST_RUN = 40
"""Digits, spaces and dashes; what is longer is no number that a person reads."""
SINGLES = re.compile(r"\W*(\w(?:\t\w){3,9}|\w(?: \w){3,9})\W*")
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
    if not any(map(str.isdigit, text)):
        return
    boxes = SINGLES.fullmatch(text)
    if boxes:
        yield from _boxes(boxes, text, letters=letters)
        return
    long = (run for run in _RUN.finditer(text) if len(run.group()) >= SHORTEST)
    runs = [(run, digits) for run in long if len(digits := re.sub(r"\D", "", run.group())) >= SHORTEST]
    mixed = list(_WITH_LETTERS.finditer(text)) if letters else []
    if not runs and not mixed:
        return
    low = folded(text)
    taken = [(found.span(), reason) for reason, pattern in _ELSEWHERE for found in pattern.finditer(low)]
    for run, digits in runs:
        yield _judged(Number(digits, *run.span(), _inside(run, taken)), text)
    for each in mixed:
        # A code may end as a price does ("C4A7KR"): what lies within it says nothing about it.
        around = [(span, reason) for span, reason in taken if not each.start() < span[0] < span[1] <= each.end()]
        yield Number(each.group(), *each.span(), _inside(each, around) or _upside_down(text))


def _inside(number: re.Match[str], taken: list[tuple[tuple[int, int], str]]) -> str | None:
    start, end = number.span()
    return next((reason for span, reason in taken if span[0] < end and start < span[1]), None)


def _boxes(boxes: re.Match[str], text: str, *, letters: bool) -> Iterator[Number]:
    value = re.sub(r"[\t ]", "", boxes[1])
    mixed = letters and value.isascii() and value.isalnum()
    if value.isdigit() or mixed:
        against = None if len(value) <= LONGEST else f"{len(value)} digits"
        yield Number(value, *boxes.span(1), against or _upside_down(text))


def _judged(number: Number, text: str) -> Number:
    start = number.start
    if re.search(rf"(?<![^\W{GLUED}])(?<!-)[A-Za-z]-\Z", text[max(0, start - 3) : start]):
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


_BESIDE = (
    ("part of a word", re.compile(r"[^\W\d]\Z"), re.compile(r"[^\W\d]")),
    ("a telephone number", re.compile(r"\+\Z|\(\d{1,5}\)\s?\Z"), None),
    ("after a number sign", re.compile(r"#\Z"), None),
    ("a copyright year", re.compile(r"(?:\u00a9|\u2117|\([CcPp]\))\s?\Z"), None),
    ("a parameter", re.compile(r"[=&]\Z"), re.compile(r"[=&]")),
    ("part of something longer", re.compile(r"\d[.,:']\Z|\w-\Z"), re.compile(r"[.,:']\d|-\w")),
    ("part of a path", re.compile(r"[/\\]\Z"), re.compile(r"[/\\]")),
    ("struck out or decorated", None, re.compile(r"[\u0300-\u036f\u0488\u0489\u20d0-\u20ff]")),
    ("a percentage", None, re.compile(r"\s?[%\u2030]")),
)
"""What stands right before or after a number that is no code."""


def _neighbours(text: str, start: int, end: int) -> str | None:
    before, after = text[max(0, start - 8) : start], text[end : end + 2]
    for reason, ahead, behind in _BESIDE:
        # Scripts that don't write words apart (no capitals) may stand right beside a number.
        letter_of_such = reason == "part of a word" and not (_is_cased(before[-1:]) or _is_cased(after[:1]))
        if not letter_of_such and ((ahead and ahead.search(before)) or (behind and behind.match(after))):
            return reason
    starred = before[-1:] in {"*", "\u2022", "\u00b7"}
    emphasised = after[:1] == "*" and not before.endswith("**")
    return "the end of a masked number" if starred and not emphasised else None


def _words_around(text: str, start: int, end: int) -> str | None:
    """What the words right before and after give away."""
    words = vocabulary()
    before, after = folded(text[max(0, start - 60) : start]), folded(text[end : end + 30])
    next_word = re.sub(r"\A[\s-]*", "", after)
    if words.unit.match(next_word) and not re.match(r"\s*[.,:;]", after):
        return "counts something"
    if found := words.ending.match(next_word):
        return f"the last digits of something (“{found.group()}”)"
    for reason, phrases in (("the last digits of something", words.ending), ("another number", words.just_before)):
        last = _last(phrases, before)
        if last and not _named_as_code(before, last.end()):
            return f"{reason} (“{last.group()}”)"
    return None


def _last(phrases: Phrases, before: str) -> re.Match[str] | None:
    """The phrase right before a number, if there is one."""
    found = (each for each in phrases.finditer(before) if not before[each.end() :].strip(" :.#*•-(№°"))
    return max(found, key=lambda each: each.end() - each.start(), default=None)


def _named_as_code(before: str, end: int) -> bool:
    """Whether that word ends a longer one for the code: "verification number"."""
    return any(found.end() == end for found in vocabulary().code.finditer(before))


def is_year(value: str) -> bool:
    """Whether the number may well be a year."""
    return len(value) == len("2026") and value.isdecimal() and int(value) in _YEARS


def _is_cased(character: str) -> bool:
    """A letter of a script that writes words apart: there a number inside a word is no number of its own."""
    return character == "_" or character.lower() != character.upper()


def masked(value: str) -> str:
    """Enough of a number to know it again: "1…6", "8123…5678"."""
    shown = 4 if len(value) > LONGEST + SHORTEST else 1
    return f"{value[:shown]}…{value[-shown:]}"
