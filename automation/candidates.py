"""The numbers of a letter ranked by how surely they are its code. Pure.

Alone in its element near a word for the code ranks before after the word and a delimiter, that before near
the word. A number that a word calls something else is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from automation.labels import (
    begins_joined,
    ends_in_a_delimiter,
    is_to_be_entered,
    joins,
    labels_in,
    names_nothing,
    without,
)
from automation.numbers import LONGEST_RUN, is_year, numbers
from automation.sentences import Sentence, Text
from automation.visible import Line
from automation.vocabulary import vocabulary

if TYPE_CHECKING:
    from automation.labels import Label
    from automation.numbers import Number

ALONE, BESIDE, SAME_SENTENCE, SENTENCE_BEFORE = 80, 70, 50, 30
"""Ranks; each of them asks for a word for the code, in the same sentence or shortly before."""
RIVAL = -80
"""Alone in its element after a word that may mean the code: never taken, and beside it no other number is."""
MARGIN = 15
"""So much must lie between the best number and the next, or there is no best."""
LOOK_BACK = 3
"""Sentences above a number alone in its element in which the word for it may stand."""
MAX_NUMBERS = 300


@dataclass(frozen=True)
class Candidate:
    """A number and the rank it has as the letter's code."""

    value: str
    line: int
    rank: int
    """0 where something speaks against it, below where it may be the code all the same."""
    why: str
    """What speaks for it, else what against."""


@dataclass(frozen=True)
class Around:
    """What is known besides the text itself."""

    above: str = ""
    """What was read before it: the letter's subject."""
    brand: re.Pattern[str] | None = None
    """The sender's name."""
    letters: bool = False
    """A code may hold letters."""
    year_too: bool = False
    """A code may look like a year."""


def candidates(text: Text, around: Around) -> list[Candidate]:
    """Every number of the text with its rank."""
    reader = _Reader(text, around)
    found: list[Candidate] = []
    for index, line in enumerate(text.lines):
        for number in numbers(line.text, letters=around.letters):
            found.append(reader.ranked(index, number))
            if len(found) == MAX_NUMBERS:
                return found
    return found


class _Reader:
    """Looks around in one text."""

    def __init__(self, text: Text, around: Around) -> None:
        self._lines = text.lines
        self._text = text
        self._around = around
        self._labels: dict[int, tuple[Label, ...]] = {}

    @cached_property
    def _sentences(self) -> list[Sentence]:
        above = Text((Line(self._around.above),)).sentences
        return [*(Sentence(-1, each.start, each.text) for each in above), *self._text.sentences]

    def ranked(self, line: int, number: Number) -> Candidate:
        """The number with its rank and the reason for it."""
        if number.against and len(number.value) > LONGEST_RUN:
            return Candidate(number.value, line, 0, number.against)
        place, alone = self._place(line, number.start), self._is_alone(line, number)
        goes_on = alone and self._goes_on(place + 1)
        spent = self._spent(place - 1, place + 1) if goes_on else self._spent(place)
        rank, why = (0, f"in one sentence with “{spent}”") if spent else self._rank(place, number, alone=alone)
        if number.against:
            # What the letter itself calls it says more than how it looks.
            return Candidate(number.value, line, 0, why if "“" in why and not rank else number.against)
        if not number.value.isdigit() and rank < BESIDE:
            rank, why = 0, "letters and digits far from a word for the code"
        if is_year(number.value) and not (self._around.year_too and rank >= BESIDE):
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
        sentence = self._sentences[place]
        start, end = number.start - sentence.start, number.end - sentence.start
        label = self._label_before(place, start)
        joined = label and joins(sentence.text[label.end : start])
        points = label and ends_in_a_delimiter(sentence.text[label.end : start])
        if label is None:
            first = not any(c.isalnum() for c in sentence.text[:start])
            label = self._label_after(place, end)
            joined = label and begins_joined(sentence.text[end : label.start], first=first)
        if label is None:
            return self._rank_by_what_is_around(place, number, alone=alone)
        if label.kind != "code":
            return 0, _named(label)
        if alone:
            return ALONE, f"alone beside “{label.phrase}”"
        if joined:
            return BESIDE, f"right beside “{label.phrase}”"
        if points or is_to_be_entered(sentence.text, start, end):
            return SAME_SENTENCE, f"in one sentence with “{label.phrase}”"
        return 0, f"only in one sentence with “{label.phrase}”"

    def _rank_by_what_is_around(self, place: int, number: Number, *, alone: bool) -> tuple[int, str]:
        far = LOOK_BACK if alone and not is_year(number.value) else 1
        for back in range(1, far + 1):
            label = self._last_label(place - back)
            if label is None or label.kind == "unclear":
                text = self._sentences[place - back].text if place >= back else ""
                if names_nothing(text) and not (label and text.rstrip().endswith(":")):
                    continue
                if label is None:
                    break
            if label.kind != "code":
                return RIVAL * (alone and label.kind == "unclear"), f"{_named(label)}, just before"
            if spent := self._spent(place - back):
                return 0, f"after “{spent}”"
            if alone:
                return ALONE, "alone in its element"
            sentence = self._sentences[place]
            if is_to_be_entered(sentence.text, number.start - sentence.start, number.end - sentence.start):
                return SENTENCE_BEFORE, f"to be entered, after “{label.phrase}”"
        if alone and self._is_named_by(place + 1):
            return ALONE, "alone in its element"
        return 0, "far from a word for the code"

    def _spent(self, first: int, last: int | None = None) -> str | None:
        """The words in one or more sentences that say that a number is no code any more, or for a purchase."""
        text = " ".join(each.text for each in self._sentences[max(first, 0) : (last or first) + 1])
        found = vocabulary().spent.search(text)
        return found.group() if found else None

    def _goes_on(self, place: int) -> bool:
        """Whether this line goes on with the sentence of the line above: it begins with a small letter."""
        if place >= len(self._sentences):
            return False
        sentence = self._sentences[place]
        return self._lines[sentence.line].text[sentence.start :].lstrip()[:1].islower()

    def _is_named_by(self, place: int) -> bool:
        """Whether the sentence after a number says that it is the code."""
        first = next(iter(self._labels_of(place)), None)
        if first is None or first.kind != "code" or self._spent(place):
            return False
        text = self._sentences[place].text
        short = not any(c.isalnum() for c in text[first.end :])
        return short or begins_joined(text[: first.start], first=False) or bool(vocabulary().enter.search(text))

    def _label_before(self, place: int, start: int) -> Label | None:
        """The nearest word before the number in its sentence."""
        text = self._sentences[place].text
        for label in reversed(self._labels_of(place)):
            named_another = label.kind != "code" and re.search(r"\d", text[label.end : start])
            if label.end <= start and not named_another:
                return label
        return None

    def _label_after(self, place: int, end: int) -> Label | None:
        text = self._sentences[place].text
        for label in self._labels_of(place):
            if label.start >= end and not re.search(r"\d", text[end : label.start]):
                return label
        return None

    def _last_label(self, place: int) -> Label | None:
        """The last word of another sentence, unless a number there has taken it already."""
        for label in reversed(self._labels_of(place)):
            if label.kind == "code" or not re.search(r"\d", self._sentences[place].text[label.end :]):
                return label
        return None

    def _labels_of(self, place: int) -> tuple[Label, ...]:
        if not 0 <= place < len(self._sentences):
            return ()
        if place not in self._labels:
            self._labels[place] = labels_in(without(self._around.brand, self._sentences[place].text))
        return self._labels[place]


def _named(label: Label) -> str:
    return f"named “{label.phrase}”" if label.kind == "other" else f"beside “{label.phrase}”, which may mean another"
