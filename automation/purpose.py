"""What a letter says its code is for, and how long it is valid. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from automation.candidates import sentences
from automation.characters import cleaned
from automation.visible import Line
from automation.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from automation.message import Letter

LONGEST_VALIDITY_S = 48 * 3600.0


def other_purpose(letter: Letter, value: str, purpose: str) -> str | None:
    """The letter's own words for a purpose other than `change` or `sign-in`; None where it states none."""
    words = vocabulary()
    stated = {"change": words.change, "sign-in": words.sign_in}
    fits = False
    others: list[str] = []
    for sentence in _telling(letter, value):
        if found := words.elsewhere.search(sentence):
            return found.group()
        fits = fits or bool(stated[purpose].search(sentence))
        others += [
            found.group() for name, each in stated.items() if name != purpose and (found := each.search(sentence))
        ]
    return others[0] if others and not fits else None


def _telling(letter: Letter, value: str) -> Iterator[str]:
    """The sentences that say what the code is for: the subject, those before the code, those that name it."""
    for sentence in sentences([Line(cleaned(letter.subject))]):
        yield sentence.text
    words = vocabulary()
    lines = letter.lines
    first = next((n for n, line in enumerate(lines) if value in re.sub(r"[\s-]", "", line.text)), len(lines))
    for sentence in sentences(lines):
        names_it = words.code.search(sentence.text) and not words.aside.search(sentence.text)
        if names_it or (sentence.line <= first and not words.aside.search(sentence.text)):
            yield sentence.text


def validity_s(letter: Letter) -> float | None:
    """How long the code is valid after the letter was written; None where it doesn't say."""
    words = vocabulary()
    for sentence in sentences(letter.lines):
        for found in re.finditer(r"(?<![\d.,])(\d{1,3})[\s-]?(?=\w)", sentence.text):
            for unit, seconds in ((words.minute, 60.0), (words.hour, 3600.0)):
                if unit.match(sentence.text, found.end()) and float(found[1]) * seconds <= LONGEST_VALIDITY_S:
                    return float(found[1]) * seconds
    return None
