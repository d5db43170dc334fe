"""The numbers of a letter ranked by how surely they are its code. Pure.

Alone in its element near a word for the code ranks before after the word and a delimiter, that before near
the word. A number that a word calls something else is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from automation.characters import folded
from automation.numbers import LONGEST_RUN, is_year, numbers
from automation.visible import Line
from automation.vocabulary import GLUED, vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from automation.numbers import Number

ALONE, BESIDE, SAME_SENTENCE, SENTENCE_BEFORE = 80, 70, 50, 30
"""Ranks; each of them asks for a word for the code, in the same sentence or shortly before."""
MARGIN = 15
"""So much must lie between the best number and the next, or there is no best."""
LOOK_BACK = 3
"""Sentences above a number alone in its element in which the word for it may stand."""
NEAR_WORD = 20
"""Characters between a word like "type" and the number that is meant."""
MAX_NUMBERS = 300

_SENTENCE_END = re.compile(rf"[.!?;](?=\s|$)|[!?;](?=[{GLUED}])|[\u3002\u061b\u061f]|\t")
_DELIMITERS = (":", "=", ">", "\u2192", "-")


@dataclass(frozen=True)
class Candidate:
    """A number and the rank it has as the letter's code."""

    value: str
    line: int
    rank: int
    """0 where something speaks against it."""
    why: str
    """What speaks for it, else what against."""


@dataclass(frozen=True)
class Label:
    """A word that names a number."""

    kind: Literal["code", "other"]
    start: int
    end: int
    phrase: str


@dataclass(frozen=True)
class Sentence:
    """A sentence, or a cell of a table; its text is folded."""

    line: int
    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def sentences(lines: Sequence[Line]) -> list[Sentence]:
    """The letter cut at its lines, its sentence ends and its cells."""
    found = []
    for number, line in enumerate(lines):
        text, start = folded(line.text), 0
        for end in [*(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]:
            if text[start:end].strip():
                found.append(Sentence(number, start, text[start:end]))
                start = end
    return found


def candidates(lines: Sequence[Line], *, above: str, letters: bool, year_too: bool) -> list[Candidate]:
    """Every number of the lines with its rank. `above` is what was read before them: the letter's subject.

    `year_too`: a code may look like a year.
    """
    reader = _Reader(lines, above)
    found: list[Candidate] = []
    for index, line in enumerate(lines):
        for number in numbers(line.text, letters=letters):
            found.append(reader.ranked(index, number, year_too=year_too))
            if len(found) == MAX_NUMBERS:
                return found
    return found


class _Reader:
    """Looks around in one text."""

    def __init__(self, lines: Sequence[Line], above: str) -> None:
        self._lines = lines
        self._above = above
        self._labels: dict[int, tuple[Label, ...]] = {}

    @cached_property
    def _sentences(self) -> list[Sentence]:
        before = [Sentence(-1, each.start, each.text) for each in sentences([Line(self._above)])]
        return before + sentences(self._lines)

    def ranked(self, line: int, number: Number, *, year_too: bool) -> Candidate:
        """The number with its rank and the reason for it."""
        if number.against and len(number.value) > LONGEST_RUN:
            return Candidate(number.value, line, 0, number.against)
        rank, why = self._rank(self._place(line, number.start), number, alone=self._is_alone(line, number))
        if number.against:
            # What the letter itself calls it says more than how it looks.
            return Candidate(number.value, line, 0, why if "“" in why and not rank else number.against)
        if not number.value.isdigit() and rank < BESIDE:
            rank, why = 0, "letters and digits far from a word for the code"
        if is_year(number.value) and not (year_too and rank >= BESIDE):
            rank, why = 0, "a year"
        return Candidate(number.value, line, rank, why)

    def _place(self, line: int, position: int) -> int:
        return next(
            index for index, sentence in enumerate(self._sentences) if sentence.line == line and position < sentence.end
        )

    def _is_alone(self, line: int, number: Number) -> bool:
        text = self._lines[line].text
        before = text[: number.start].rpartition("\t")[2]
        after = text[number.end :].partition("\t")[0]
        return not any(c.isalnum() for c in before + after)

    def _rank(self, place: int, number: Number, *, alone: bool) -> tuple[int, str]:
        label, between = self._label_before(place, number)
        if label is None:
            label, between = self._label_after(place, number)
        if label is None:
            return self._rank_by_what_is_above(place, number, alone=alone)
        if label.kind == "other":
            return 0, f"named “{label.phrase}”"
        if alone:
            return ALONE, f"alone beside “{label.phrase}”"
        if _are_joined(between):
            return BESIDE, f"right beside “{label.phrase}”"
        if self._is_to_be_entered(place, number) or _ends_in_a_delimiter(between):
            return SAME_SENTENCE, f"in one sentence with “{label.phrase}”"
        return 0, f"only in one sentence with “{label.phrase}”"

    def _rank_by_what_is_above(self, place: int, number: Number, *, alone: bool) -> tuple[int, str]:
        far = LOOK_BACK if alone and not is_year(number.value) else 1
        for back in range(1, far + 1):
            label = self._last_label(place - back)
            if label is None or (label.kind == "other" and back > 1):
                continue
            if label.kind == "other":
                return 0, f"named “{label.phrase}” just before"
            if alone:
                return ALONE, "alone in its element"
            if self._is_to_be_entered(place, number):
                return SENTENCE_BEFORE, f"to be entered, after “{label.phrase}”"
        if alone and any(label.kind == "code" for label in self._labels_of(place + 1)):
            return ALONE, "alone in its element"
        return 0, "far from a word for the code"

    def _is_to_be_entered(self, place: int, number: Number) -> bool:
        """Whether a word like "type" stands shortly before the number, or right after it."""
        sentence = self._sentences[place]
        start, end = number.start - sentence.start, number.end - sentence.start
        return any(
            start - NEAR_WORD <= found.end() <= start or end <= found.start() <= end + 1
            for found in vocabulary().enter.finditer(sentence.text)
        )

    def _label_before(self, place: int, number: Number) -> tuple[Label | None, str]:
        """The nearest word before the number in its sentence, and the text between them."""
        sentence = self._sentences[place]
        start = number.start - sentence.start
        for label in reversed(self._labels_of(place)):
            between = sentence.text[label.end : start]
            named_another = label.kind == "other" and re.search(r"\d", between)
            if label.end <= start and not named_another:
                return label, between
        return None, ""

    def _label_after(self, place: int, number: Number) -> tuple[Label | None, str]:
        sentence = self._sentences[place]
        end = number.end - sentence.start
        for label in self._labels_of(place):
            between = sentence.text[end : label.start]
            if label.start >= end and not re.search(r"\d", between):
                return label, between
        return None, ""

    def _last_label(self, place: int) -> Label | None:
        """The last word of another sentence, unless a number there has taken it already."""
        labels = self._labels_of(place)
        if not labels:
            return None
        rest = self._sentences[place].text[labels[-1].end :]
        return None if labels[-1].kind == "other" and re.search(r"\d", rest) else labels[-1]

    def _labels_of(self, place: int) -> tuple[Label, ...]:
        if not 0 <= place < len(self._sentences):
            return ()
        if place not in self._labels:
            self._labels[place] = labels_in(self._sentences[place].text)
        return self._labels[place]


def labels_in(text: str) -> tuple[Label, ...]:
    """The words of a folded text that name a number, in order; one inside a longer one doesn't count."""
    words = vocabulary()
    other = [Label("other", *found.span(), found.group()) for found in words.other_number.finditer(text)]
    code = [Label("code", *found.span(), found.group()) for found in words.code.finditer(text)]
    free = [one for one in code if not any(each.start <= one.start and one.end <= each.end for each in other)]
    return tuple(sorted(other + free, key=lambda label: label.end))


def _are_joined(between: str) -> bool:
    """Whether the word and the number belong together: nothing but signs between them, or "is" first."""
    joined = vocabulary().is_.match(between.lstrip())
    return bool(joined) or not any(c.isalnum() for c in between)


def _ends_in_a_delimiter(between: str) -> bool:
    words = between.rstrip("“«„'\"([* ")
    joins = [found.end() for found in vocabulary().is_.finditer(words)]
    return words.endswith(_DELIMITERS) or len(words) in joins
