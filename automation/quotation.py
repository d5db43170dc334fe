"""The part of a letter that is its own: an older letter quoted below is left out. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.characters import cleaned, folded
from automation.sentences import Text
from automation.visible import Line
from automation.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable

    from automation.message import Letter

LONGEST_MARK = 60
"""Characters of a line like "----- Original message -----"."""
_ATTRIBUTION = re.compile(r"\d{1,2}[:.]\d\d.*<[^<>@\s]+@[^<>\s]+>.*:\s*$")
"""A line like "23.11.2026, 8:00, Shop <account@shop.example>:", in any language."""


@dataclass(frozen=True)
class Own:
    """What a letter itself says, part by part."""

    subject: Text
    html: Text
    plain: Text

    @property
    def shown(self) -> Text:
        """The text that shows: that of the HTML where there is any."""
        return self.html if self.html.lines else self.plain


def own(letter: Letter) -> Own:
    """The letter without older ones; boxes of one character each, one below the other, become one line."""
    subject = (Line(cleaned(letter.subject)),) if letter.subject else ()
    # Where all is quoted nothing is new: it doesn't fall back to the part that isn't shown.
    html = _own(letter.html_lines) or (Line(""),) * bool(letter.html_lines)
    return Own(Text(subject), Text(html), Text(_own(letter.plain_lines)))


def _own(lines: Iterable[Line]) -> tuple[Line, ...]:
    kept: list[Line] = []
    for line in lines:
        if _begins_an_older_letter(line.text):
            break
        if not line.quoted:
            kept.append(line)
    return tuple(_boxes_joined(kept))


def _begins_an_older_letter(text: str) -> bool:
    if text.endswith(":") and _ATTRIBUTION.search(text):
        return True
    if len(text) > LONGEST_MARK and not text.endswith(":"):
        return False
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
