"""What a code must look like: what a page's field for it takes.   (pure)"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SHORTEST, LONGEST = 4, 8
"""A code's characters."""
LENGTHS = range(SHORTEST, LONGEST + 1)
SAID = re.compile(rf"(?<!\d)([{SHORTEST}-{LONGEST}])(?!\d)")
"""A length among words, as in “6 digits”."""
FORM = re.compile(r"(?P<set>\\[dw]|\[[^]^][^]]*\])(?:[*+]|\{(?P<length>\d)\}|\{\d,\d?\})?")
"""A `pattern` as fields for codes have it: one set of characters, so and so many times. Any other says nothing."""
LETTERS = re.compile(r"\\w|[a-z]-[a-z]", re.IGNORECASE)
"""A set that takes letters."""


@dataclass(frozen=True)
class Shape:
    """What the page asks for."""

    length: int | None = None
    """Characters; None: 4 to 8."""
    letters: bool = False
    """The page takes letters too."""

    def takes(self, value: str) -> bool:
        """Whether a code of this form can be typed there."""
        fitting = len(value) in LENGTHS if self.length is None else len(value) == self.length
        return fitting and (self.letters or value.isdigit())

    def __str__(self) -> str:
        what = "characters" if self.letters else "digits"
        return f"{self.length} {what}" if self.length else f"{SHORTEST} to {LONGEST} {what}"


def shape_of(fields: Sequence[Mapping[str, Any]]) -> Shape:
    """What one field or a row of boxes takes, by what they say of themselves (`Item.shape`).

    A field that says nothing of letters takes digits, as most do; boxes take both.
    """
    first, boxes = fields[0], len(fields) > 1
    form = FORM.fullmatch(first["pattern"])
    letters = bool(LETTERS.search(form["set"])) if form else boxes
    numeric = first["inputmode"] in {"numeric", "tel", "decimal"} or first["type"] in {"tel", "number"}
    return Shape(length=len(fields) if boxes else _length(first, form), letters=letters and not numeric)


def _length(field: Mapping[str, Any], form: re.Match[str] | None) -> int | None:
    """How many characters a field takes: by its `maxlength`, its `pattern`, or its “6 digits”; None: it doesn't say."""
    if field["maxlength"] in LENGTHS:
        return int(field["maxlength"])
    if form and form["length"] and int(form["length"]) in LENGTHS:
        return int(form["length"])
    said = SAID.search(field["placeholder"])
    return int(said[1]) if said else None
