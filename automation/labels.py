"""The words around a number that say what it is. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from automation.characters import folded
from automation.phrases import GLUED
from automation.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable

NEAR_WORD = 20
"""Characters between a word like "type" and the number that is meant."""
LONGEST_JOINT = 30
"""Characters between a number and the word after it that names it: "123456 is your … code"."""
_DELIMITERS = (":", "=", ">", "\u2192", "-")
_OPENING = "“«„'\"([* "
_WORD = re.compile(rf"[^\W\d_{GLUED}]+|[{GLUED}]{{2}}")
FULL_SENTENCE = 3
"""Words; what has fewer may be the name of the number that comes next."""

Kind = Literal["code", "other", "unclear"]
_RANK: dict[Kind, int] = {"other": 0, "code": 1, "unclear": 2}


@dataclass(frozen=True)
class Label:
    """A word that names a number: the code, another one, or it is not clear which."""

    kind: Kind
    start: int
    end: int
    phrase: str


def labels_in(text: str) -> tuple[Label, ...]:
    """The words of a folded text that name a number, in order; of two at one place the longer counts."""
    words = vocabulary()
    code = _joined(_labels("code", words.code.finditer(text)), text)
    found = [
        *_labels("other", words.other_number.finditer(text)),
        *code,
        *_labels("unclear", words.bare.finditer(text)),
    ]
    kept: list[Label] = []
    for label in sorted(found, key=lambda each: (each.start - each.end, _RANK[each.kind])):
        if all(label.end <= each.start or each.end <= label.start for each in kept):
            kept.append(label)
    return tuple(sorted(kept, key=lambda each: each.end))


def _joined(labels: Iterable[Label], text: str) -> list[Label]:
    """Labels of one kind, those that overlap as one: "your one-time" and "one-time code"."""
    joined: list[Label] = []
    for label in sorted(labels, key=lambda each: each.start):
        if joined and label.start < joined[-1].end:
            last = joined.pop()
            end = max(last.end, label.end)
            label = Label(label.kind, last.start, end, text[last.start : end])  # noqa: PLW2901 - both in one
        joined.append(label)
    return joined


def _labels(kind: Kind, found: Iterable[re.Match[str]]) -> list[Label]:
    stripped = ((match.group().lstrip(), match.end()) for match in found)
    return [Label(kind, end - len(phrase), end, phrase) for phrase, end in stripped]


def brand(sender: str, sender_name: str) -> re.Pattern[str] | None:
    """The sender's own name: it stands anywhere, even within "your … code"."""
    domain = sender.rpartition("@")[2].rpartition(".")[0]
    names = {word for word in re.findall(r"\w+", folded(f"{sender_name} {domain}")) if len(word) > 2}  # noqa: PLR2004 - "AG"
    either = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    return re.compile(rf"\b(?:{either})\b(?:'s\b|-(?=\w))?") if names else None


def without(name: re.Pattern[str] | None, text: str) -> str:
    """The text with spaces where the name stands."""
    return name.sub(lambda found: " " * len(found.group()), text) if name else text


def joins(between: str) -> bool:
    """Whether a word and the number after it belong together: nothing but signs between them, or "is"."""
    rest = between
    while any(c.isalnum() for c in rest):
        rest = re.sub(r"\A[\W_]+", "", rest)
        found = vocabulary().is_.match(rest)
        if not found or not found.group():
            return False
        rest = rest[found.end() :]
    return True


def ends_in_a_delimiter(between: str) -> bool:
    """Whether what stands before a number points at it: a colon, or "is"."""
    words = between.rstrip(_OPENING)
    return words.endswith(_DELIMITERS) or any(found.end() == len(words) for found in vocabulary().is_.finditer(words))


def begins_joined(between: str, *, first: bool) -> bool:
    """Whether a number and the word after it belong together; `first`: nothing stands before the number."""
    words = between.lstrip("”»“'\")]* ")
    if not any(c.isalnum() for c in words):
        return True
    if len(words) > LONGEST_JOINT:
        return False
    return bool(vocabulary().is_.match(words)) or (first and words.startswith(_DELIMITERS))


def is_to_be_entered(text: str, start: int, end: int) -> bool:
    """Whether a word like "type" stands shortly before the number from start to end, or right after it."""
    return any(
        start - NEAR_WORD <= found.end() <= start or end <= found.start() <= end + 1
        for found in vocabulary().enter.finditer(text)
    )


def names_nothing(text: str) -> bool:
    """Whether this stands between a word for the code and the code without naming another number.

    A greeting, a whole sentence, how long the code is valid, what to do with it; but no "Branch:".
    """
    words = vocabulary()
    if words.enter.search(text) or (words.valid.search(text) and words.minute.search(text)):
        return True
    if re.search(r"\d", text):
        return False
    count, last = len(_WORD.findall(text)), text.rstrip()[-1:]
    return last in {",", "!", "\u3001", "\uff0c"} or (count >= FULL_SENTENCE and last in {".", "\u3002", ":", "?"})
