"""The words by which a letter shows its code: one file a language in `words/`, all read together."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from automation.phrases import Phrases

if TYPE_CHECKING:
    from collections.abc import Mapping

WORDS = Path(__file__).with_name("words")
_PREPARING = Lock()


@dataclass(frozen=True)
class Vocabulary:
    """One kind of word each."""

    code: Phrases
    """The code itself: "verification code"."""
    bare: Phrases
    """What may be the name of any number: "code"."""
    other_number: Phrases
    """Numbers that are no codes: "tracking code"."""
    just_before: Phrases
    """Words which, right before a number, say that it is none."""
    is_: Phrases
    """What joins the word and the code: "is"."""
    enter: Phrases
    """What the reader is to do with the code: "type"."""
    unit: Phrases
    """What a number counts: "minutes"."""
    ending: Phrases
    """What stands before the last digits of something longer."""
    valid: Phrases
    """What stands beside how long the code is valid."""
    minute: Phrases
    hour: Phrases
    change: Phrases
    """The code is for changing the address."""
    sign_in: Phrases
    """The code is for signing in."""
    elsewhere: Phrases
    """The code is for something this tool never does."""
    if_not: Phrases
    """What to do if it was not the reader who asked for the code."""
    never: Phrases
    """What nobody should do with the code."""
    spent: Phrases
    """In one sentence with a number: it is no code any more, or one for a purchase or a parcel."""
    quoted: Phrases
    """A line below which an older letter stands."""


@cache
def vocabulary() -> Vocabulary:
    """The words of all languages."""
    languages = [tomllib.loads(path.read_text("utf-8")) for path in sorted(WORDS.glob("*.toml"))]

    def together(name: str) -> Phrases:
        key = name.rstrip("_")
        return Phrases((_optional(language), phrase) for language in languages for phrase in language[key])

    return Vocabulary(**{field.name: together(field.name) for field in fields(Vocabulary)})


def prepare() -> None:
    """Read the words and make their patterns, which takes a fifth of a second: once, whichever thread comes first."""
    with _PREPARING:
        for field in fields(Vocabulary):
            getattr(vocabulary(), field.name).prepare()


def _optional(language: Mapping[str, Any]) -> str:
    """A pattern for what the language may write together with the first word of a phrase."""
    attached = sorted(language.get("attached", ()), key=len, reverse=True)
    return f"(?:{'|'.join(attached)})?" if attached else ""
