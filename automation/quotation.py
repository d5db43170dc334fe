"""The part of a letter that is its own: an older letter quoted below is left out. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from automation.characters import folded
from automation.visible import Line
from automation.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable

    from automation.message import Letter

LONGEST_MARK = 60
"""Characters of a line like "----- Original message -----"."""


def without_quotation(letter: Letter) -> Letter:
    """The letter alone; boxes of one character each, one below the other, become one line."""
    return replace(letter, html_lines=_own(letter.html_lines), plain_lines=_own(letter.plain_lines))


def _own(lines: Iterable[Line]) -> tuple[Line, ...]:
    own: list[Line] = []
    for line in lines:
        if _begins_an_older_letter(line.text):
            break
        if not line.quoted:
            own.append(line)
    return tuple(_boxes_joined(own))


def _begins_an_older_letter(text: str) -> bool:
    mark = vocabulary().quoted.search(folded(text))
    if mark is None:
        return False
    if mark.group().endswith(":"):
        return mark.end() == len(text.rstrip())
    return len(text) <= LONGEST_MARK


def _boxes_joined(lines: list[Line]) -> list[Line]:
    joined: list[Line] = []
    boxes: list[str] = []
    for line in [*lines, Line("")]:
        if len(line.text) == 1 and line.text.isalnum():
            boxes.append(line.text)
            continue
        if boxes:
            joined.append(Line("\t".join(boxes)))
            boxes = []
        if line.text:
            joined.append(line)
    return joined
