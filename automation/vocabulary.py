"""The words by which a letter shows its code: one file a language in `words/`, all read together."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automation.characters import cleaned, folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

WORDS = Path(__file__).with_name("words")

GLUED = "\u0e00-\u0eff\u3005-\ud7af"
"""Characters, for a class of a pattern, of scripts that write words together, or with what follows them: Thai, Chinese,
Japanese, Korean. In two ranges, which is quick; they take some signs and rare letters along."""
_KATAKANA = "\u30a1-\u30ff"
_KATAKANA_OR_IDEOGRAPHS = "\u30a1-\u30ff\u3400-\u9fff"
_HANGUL = "\uac00-\ud7af"
_NO_BREAK = r"[^\s.,!?:;()\u3001\u3002\u300c\u300d]"
_GAP = r"(?:[^\w.!?]+[\w'-]+){0,4}?[^\w.!?]+"
"""Between two words: none, or up to four others."""


@dataclass(frozen=True)
class Vocabulary:
    """One pattern per kind of word; each matches whole words in a cleaned and folded text."""

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
        key = name.rstrip("_")
        return pattern([(_optional(language), phrase) for language in languages for phrase in language[key]])

    return Vocabulary(**{field.name: together(field.name) for field in fields(Vocabulary)})


def _optional(language: Mapping[str, Any]) -> str:
    """A pattern for what the language may write together with the first word of a phrase."""
    attached = sorted(language.get("attached", ()), key=len, reverse=True)
    return f"(?:{'|'.join(attached)})?" if attached else ""


def pattern(phrases: Iterable[tuple[str, str]]) -> re.Pattern[str]:
    """A pattern for any of the phrases, each with the pattern of what may be attached; the longest first."""
    ordered = {(optional, folded(cleaned(phrase))) for optional, phrase in phrases}
    by_borders: dict[tuple[str, str], dict[str, list[str]]] = {}
    for optional, phrase in sorted(ordered, key=lambda each: (-len(each[1]), each)):
        borders = _border_before(phrase) + optional, _border_after(phrase)
        by_borders.setdefault(borders, {}).setdefault(phrase[0], []).append(_phrase(phrase))
    return re.compile("|".join(before + _any_of(words) + after for (before, after), words in by_borders.items()))


def _any_of(by_first: Mapping[str, Sequence[str]]) -> str:
    """Grouped by their first character: most places of a text are then dismissed at once."""
    groups = [_group(first, words) for first, words in by_first.items()]
    return f"(?:{'|'.join(groups)})"


def _group(first: str, words: Sequence[str]) -> str:
    return "|".join(words) if first == "*" else f"(?={re.escape(first)})(?:{'|'.join(words)})"


def _border_before(phrase: str) -> str:
    """What must not stand before the phrase, or it is part of a longer word."""
    if re.fullmatch(f"[{_KATAKANA}]+", phrase):
        return f"(?<![{_KATAKANA_OR_IDEOGRAPHS}])"
    if re.match(f"[{_HANGUL}]", phrase):
        return f"(?<![{_HANGUL}])"
    if re.match(f"[{GLUED}]", phrase) or not (phrase[0].isalnum() or phrase[0] == "*"):
        return ""
    return rf"(?<![^\W{GLUED}])"


def _border_after(phrase: str) -> str:
    if re.fullmatch(f"[{_KATAKANA}]+", phrase):
        return f"(?![{_KATAKANA}])"
    whole = (phrase[-1].isalnum() or phrase[-1] == "*") and not re.match(f"[{GLUED}]", phrase[-1])
    return rf"(?![^\W{GLUED}])" if whole else ""


def _phrase(phrase: str) -> str:
    """Its pattern: `*` is the rest of a word; alone, up to four words; in words written together, what lies between."""
    together = re.search(f"[{GLUED}]", phrase) and not re.search(f"[{_HANGUL}]", phrase)
    rest = f"{_NO_BREAK}{{0,20}}?" if together else r"\w*"
    parts = ["" if part == "*" else re.escape(part).replace(r"\*", rest) for part in phrase.split(" ")]
    text = parts[0]
    for before, part in pairwise(parts):
        if part:
            text += (_GAP if before == "" else r"\s+") + part
    return text
