"""The words by which a letter shows its code: one file a language in `words/`, all read together."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from functools import cache
from itertools import pairwise
from pathlib import Path

from automation.characters import folded

WORDS = Path(__file__).with_name("words")


@dataclass(frozen=True)
class Vocabulary:
    """One pattern per kind of word; each matches whole words in a folded text."""

    code: re.Pattern[str]
    """The code itself: "verification code"."""
    other_number: re.Pattern[str]
    """Numbers that are no codes: "tracking code"."""
    just_before: re.Pattern[str]
    """Words which, right before a number, say that it is none."""
    is_: re.Pattern[str]
    """What joins the word and the code: "is"."""
    enter: re.Pattern[str]
    """What the reader is to do with the code: "type"."""
    unit: re.Pattern[str]
    """What a number counts: "minutes"."""
    ending: re.Pattern[str]
    """What stands before the last digits of something longer."""
    minute: re.Pattern[str]
    hour: re.Pattern[str]
    change: re.Pattern[str]
    """The code is for changing the address."""
    sign_in: re.Pattern[str]
    """The code is for signing in."""
    elsewhere: re.Pattern[str]
    """The code is for something this tool never does."""
    aside: re.Pattern[str]
    """A sentence that warns or advises, and states no purpose."""
    quoted: re.Pattern[str]
    """A line below which an older letter stands."""


@cache
def vocabulary() -> Vocabulary:
    """The words of all languages."""
    languages = [tomllib.loads(path.read_text("utf-8")) for path in sorted(WORDS.glob("*.toml"))]

    def together(name: str) -> re.Pattern[str]:
        return pattern([phrase for language in languages for phrase in language[name.rstrip("_")]])

    return Vocabulary(**{field.name: together(field.name) for field in fields(Vocabulary)})


def pattern(phrases: list[str]) -> re.Pattern[str]:
    """A pattern for any of the phrases as whole words, the longest first."""
    ordered = sorted({folded(phrase) for phrase in phrases}, key=len, reverse=True)
    words = [_phrase(phrase) for phrase in ordered if phrase[0].isalnum() or phrase[0] == "*"]
    signs = [_phrase(phrase) for phrase in ordered if not (phrase[0].isalnum() or phrase[0] == "*")]
    by_letter: dict[str, list[str]] = {}
    for word in words:
        by_letter.setdefault(word[0], []).append(word)
    # Grouped by their first letter: most places of a text are then dismissed at once.
    groups = [f"(?={re.escape(letter)})(?:{'|'.join(each)})" for letter, each in by_letter.items() if letter != "\\"]
    groups += by_letter.get("\\", [])
    return re.compile("|".join([rf"(?<!\w)(?:{'|'.join(groups)})", *signs]))


def _phrase(phrase: str) -> str:
    parts = ["" if part == "*" else re.escape(part).replace(r"\*", r"\w*") for part in phrase.split(" ")]
    gap = r"(?:[^\w.!?]+[\w'-]+){0,4}?[^\w.!?]+"
    text = parts[0]
    for before, part in pairwise(parts):
        if part:
            text += (gap if before == "" else r"\s+") + part
    return text + (r"(?!\w)" if phrase[-1].isalnum() or phrase[-1] == "*" else "")
