"""Text broken at the terminal's width, between words."""

from __future__ import annotations

import shutil
import textwrap

NARROWEST, WIDEST = 24, 100
"""Columns that text is broken at, however narrow or wide the terminal is."""


def columns() -> int:
    """How wide a line may be; 80 where there is no terminal."""
    return max(NARROWEST, min(shutil.get_terminal_size().columns, WIDEST))


def broken(text: str, *, width: int | None = None, first: str = "", further: str = "", whole: bool = True) -> list[str]:
    """The lines of one paragraph; `width` None: the terminal's.

    `first` and `further` are put before the first line and the others. `whole`: a word that is longer than a line,
    such as a path or a URL, is not broken, so that it can be copied.
    """
    return textwrap.wrap(
        text,
        columns() if width is None else width,
        initial_indent=first,
        subsequent_indent=further,
        break_long_words=not whole,
        break_on_hyphens=False,
    )
