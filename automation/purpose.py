"""What a letter says its code is for, and how long it is valid. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from automation.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from automation.quotation import Own
    from automation.sentences import Text

LONGEST_VALIDITY_S = 48 * 3600.0
SOON_AFTER = 2
"""Sentences after the code which may still say what it is for; then come footers with links to everything."""
_QUESTIONS = ("?", "\u061f")
_DURATION = re.compile(r"(?<![\d.,])(\d{1,3})[\s-]?(?=\w)")


def other_purpose(own: Own, value: str, purpose: str) -> str | None:
    """The letter's own words for a purpose other than `change` or `sign-in`; None where it states none."""
    words = vocabulary()
    stated = {"change": words.change, "sign-in": words.sign_in}
    fits = False
    others: list[str] = []
    for sentence, later in _telling(own, value):
        if phrase := _elsewhere(sentence):
            return phrase
        fits = fits or bool(stated[purpose].search(sentence))
        if not later:
            rest = (each for name, each in stated.items() if name != purpose)
            others += [found.group() for each in rest if (found := each.search(sentence))]
    return others[0] if others and not fits else None


def _elsewhere(sentence: str) -> str | None:
    """The words for what this tool never does; "password" in "one-time password" is none."""
    words = vocabulary()
    codes = [found.span() for found in words.code.finditer(sentence)]
    for found in words.elsewhere.finditer(sentence):
        if not any(start <= found.start() and found.end() <= end for start, end in codes):
            return found.group()
    return None


def _telling(own: Own, value: str) -> Iterator[tuple[str, bool]]:
    """(text, whether it stands shortly after the code) of what may say what the code is for.

    The subject, all before the code, the next sentences after it, and each that names it.
    """
    for sentence in own.subject.sentences:
        yield sentence.text, False
    words = vocabulary()
    text = own.shown
    at = next((n for n, line in enumerate(text.lines) if value in re.sub(r"[\s-]", "", line.text)), len(text.lines))
    after, asked = 0, False
    for sentence in text.sentences:
        after += sentence.line > at
        names_it = bool(words.code.search(sentence.text))
        # "Wasn't you? Change your password."
        aside, asked = (
            asked,
            sentence.text.rstrip().endswith(("?", "\u061f")) and bool(words.if_not.search(sentence.text)),
        )
        if not aside and (after <= SOON_AFTER or names_it):
            yield _stating(sentence.text, warns=after > 0 or not names_it), after > 0 and not names_it


def _stating(sentence: str, *, warns: bool) -> str:
    """The sentence without what is said for the case that it was not the reader, or (`warns`) as a warning."""
    words = vocabulary()
    cuts = [*words.if_not.finditer(sentence), *(words.never.finditer(sentence) if warns else ())]
    if not cuts:
        return sentence
    head = sentence[: min(cut.start() for cut in cuts)]
    names_it = words.code.search(head) or words.bare.search(head) or words.enter.search(head)
    return head if names_it else ""


def validity_s(text: Text) -> float | None:
    """How long the code is valid after the letter was written; None where it doesn't say."""
    words = vocabulary()
    for sentence in text.sentences:
        durations = list(_DURATION.finditer(sentence.text))
        if not durations or not words.valid.search(sentence.text):
            continue
        for found in durations:
            for unit, seconds in ((words.minute, 60.0), (words.hour, 3600.0)):
                if unit.match(sentence.text, found.end()) and float(found[1]) * seconds <= LONGEST_VALIDITY_S:
                    return float(found[1]) * seconds
    return None
