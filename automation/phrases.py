"""Phrases of many languages as patterns that find them in a text, as whole words. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from automation.characters import cleaned, folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

GLUED = "\u0e00-\u0eff\u3005-\ud7af"
"""Characters, for a class of a pattern, of scripts that write words together, or with what follows them: Thai, Chinese,
Japanese, Korean. In two ranges, which is quick; they take some signs and rare letters along."""

_SCRIPTS = {
    "Latin": re.compile("[\u0080-\u024f\u1e00-\u1eff]"),
    "Cyrillic": re.compile("[\u0400-\u052f]"),
    "Hebrew": re.compile("[\u0590-\u05ff]"),
    "Arabic": re.compile("[\u0600-\u06ff]"),
    "Thai": re.compile("[\u0e00-\u0eff]"),
    "Eastern": re.compile("[\u3005-\ud7af]"),
}
"""How a script is known; a text without any of these needs only the phrases in ASCII."""
_HANGUL = re.compile("[\uac00-\ud7af]")
_WRITTEN_TOGETHER = re.compile(f"[{GLUED}]")

_NO_WORD_BEFORE = r"(?:^|(?<=[^\w\s'-]))\s*"
_NO_WORD_AFTER = r"(?=\s*(?:$|[^\w\s'-]|(?:[a-z]-)?\d))"
_BORDER_BEFORE, _BORDER_AFTER = rf"(?<![^\W{GLUED}])", rf"(?![^\W{GLUED}])"
_FOUR_WORDS = r"(?:[^\w.!?]+[\w'-]+(?:[.,]\d+)*){0,4}?[^\w.!?]+"
_SHORT_GAP = r"[^\s.,!?:;()\u3001\u3002\u300c\u300d]{0,20}?"


class Phrases:
    """Phrases to be found in cleaned and folded texts; those in other scripts than a text's cost it no time.

    `*` is the rest of a word; alone, up to four words; in words written together, up to twenty characters.
    `|` at either end says that no word stands there.
    """

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        """Take phrases, each with the pattern of what may be attached before it."""
        self._by_script: dict[str, list[tuple[str, str]]] = {}
        self._of_script: dict[str, re.Pattern[str]] = {}
        self._patterns: dict[tuple[str, ...], tuple[re.Pattern[str], ...]] = {}
        """By the scripts of a text; made when the first text in them comes."""
        for optional, phrase in phrases:
            read = folded(cleaned(phrase))
            for script in _scripts(read)[-1:]:
                self._by_script.setdefault(script, []).append((optional, read))

    def prepare(self) -> None:
        """Make the pattern that every text needs; those of other scripts are made when the first text comes."""
        self._fitting("")

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Each phrase in the text, script by script."""
        for pattern in self._fitting(text):
            yield from pattern.finditer(text)

    def search(self, text: str) -> re.Match[str] | None:
        """A phrase somewhere in the text."""
        for pattern in self._fitting(text):
            if found := pattern.search(text):
                return found
        return None

    def match(self, text: str, start: int = 0) -> re.Match[str] | None:
        """A phrase right at the start."""
        found = (pattern.match(text, start) for pattern in self._fitting(text))
        return max(filter(None, found), key=lambda match: match.end(), default=None)

    def _fitting(self, text: str) -> tuple[re.Pattern[str], ...]:
        scripts = _scripts(text)
        if scripts not in self._patterns:
            self._patterns[scripts] = tuple(self._pattern(script) for script in scripts if script in self._by_script)
        return self._patterns[scripts]

    def _pattern(self, script: str) -> re.Pattern[str]:
        if script not in self._of_script:
            self._of_script[script] = _pattern(self._by_script[script])
        return self._of_script[script]


@lru_cache(maxsize=256)
def _scripts(text: str) -> tuple[str, ...]:
    """ASCII and what else the text is written in; the same sentence is asked about again and again."""
    if text.isascii():
        return ("ASCII",)
    return ("ASCII", *(script for script, known_by in _SCRIPTS.items() if known_by.search(text)))


class _Tree(dict[str, "_Tree"]):
    """The pieces that phrases begin with, each with those that follow: at most places one look dismisses them all."""

    def add(self, pieces: Iterable[str]) -> None:
        at = self
        for piece in pieces:
            at = at.setdefault(piece, _Tree())
        at[""] = _Tree()

    def pattern(self) -> str:
        """A pattern for any of the phrases, the longest first."""
        branches = [piece + after.pattern() for piece, after in sorted(self.items(), reverse=True)]
        return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})" if branches else ""


def _pattern(phrases: Iterable[tuple[str, str]]) -> re.Pattern[str]:
    by_borders: dict[tuple[str, str], _Tree] = {}
    for optional, phrase in phrases:
        before, after, words = _bordered(phrase)
        by_borders.setdefault((before + optional, after), _Tree()).add(_pieces(words))
    return re.compile("|".join(before + tree.pattern() + after for (before, after), tree in by_borders.items()))


def _bordered(phrase: str) -> tuple[str, str, str]:
    """(pattern before, pattern after, words) of a phrase: it is no part of a longer word."""
    words = phrase.removeprefix("| ").removesuffix(" |")
    before = _BORDER_BEFORE if _is_apart(words[0]) else ""
    after = _BORDER_AFTER if _is_apart(words[-1]) else ""
    if phrase.startswith("| "):
        before = _NO_WORD_BEFORE
    if phrase.endswith(" |"):
        after = _NO_WORD_AFTER
    return before, after, words


def _is_apart(character: str) -> bool:
    return character == "*" or (character.isalnum() and not _WRITTEN_TOGETHER.match(character))


def _pieces(words: str) -> Iterator[str]:
    """The patterns that a phrase is put together from."""
    together = _WRITTEN_TOGETHER.search(words) and not _HANGUL.search(words)
    gaps = {" * ": _FOUR_WORDS, " ": r"\s+", "*": _SHORT_GAP if together else r"\w*"}
    for piece in re.split(r"( \* | |\*)", words):
        yield from [gaps[piece]] if piece in gaps else map(re.escape, piece)
