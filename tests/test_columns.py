"""Text broken at the terminal's width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from automation.columns import NARROWEST, WIDEST, broken, columns

if TYPE_CHECKING:
    import pytest


def test_lines_are_indented_and_no_word_is_broken() -> None:
    url = "https://example.org/" + "long/" * 10
    assert broken(f"Open {url} at once, please.", width=24, first="- ", further="  ") == [
        "- Open",
        f"  {url}",
        "  at once, please.",
    ]


def test_where_asked_long_words_are_broken_too() -> None:
    assert broken("x" * 30, width=24, whole=False) == ["x" * 24, "x" * 6]


def test_the_terminal_s_width_is_kept_within_what_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    widths = []
    for wide in ("3", "60", "400"):
        monkeypatch.setenv("COLUMNS", wide)
        widths.append(columns())
    assert widths == [NARROWEST, 60, WIDEST]


@given(st.lists(st.text(alphabet="abc-.", min_size=1, max_size=20), max_size=40), st.integers(NARROWEST, WIDEST))
def test_nothing_is_lost_and_no_line_is_too_long(words: list[str], width: int) -> None:
    lines = broken(" ".join(words), width=width, further="  ")
    assert " ".join(lines).split() == words
    assert all(len(line) <= width for line in lines)
