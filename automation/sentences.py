"""A letter's lines cut into sentences, and cells into cells. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from automation.characters import folded
from automation.phrases import GLUED

if TYPE_CHECKING:
    from automation.visible import Line

_END = re.compile(rf"[.!?;](?=\s|$)|[!?;](?=[{GLUED}])|[\u3002\u061b\u061f]|\t")


@dataclass(frozen=True)
class Sentence:
    """A sentence, or a cell of a table; its text is folded."""

    line: int
    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True)
class Text:
    """Lines, and their sentences."""

    lines: tuple[Line, ...] = ()

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """The text cut at its lines, its sentence ends and its cells."""
        return tuple(sentence for number, line in enumerate(self.lines) for sentence in _sentences(number, line.text))


def _sentences(number: int, line: str) -> list[Sentence]:
    text, start, found = folded(line), 0, []
    for end in [*(match.end() for match in _END.finditer(text)), len(text)]:
        if text[start:end].strip():
            found.append(Sentence(number, start, text[start:end]))
            start = end
    return found
