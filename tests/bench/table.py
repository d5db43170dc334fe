"""The table of what was measured, for the terminal and for the README."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.measured import Row

HEAD = ("what", "ours", "beside", "theirs", "ratio (quartiles)", "pairs", "target")
README = Path(__file__).parents[2] / "README.md"
MARKS = re.compile(r"(?<=<!-- bench -->\n).*?(?=<!-- /bench -->)", re.DOTALL)


def as_markdown(rows: Sequence[Row], load: float) -> str:
    """The rows below each other, and when and where they were measured; `load` is the machine's, before."""
    lines = [HEAD, tuple("---" for _ in HEAD), *(row.cells() for row in rows)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    where = f"{os.cpu_count()} cores that had a load of {load:.0f} from elsewhere"
    return f"{table}\n\nMeasured on {today} on {where}; medians, and of the ratios the quartiles.\n"


def as_text(rows: Sequence[Row]) -> str:
    """The same in columns."""
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def write(rows: Sequence[Row], load: float, readme: Path = README) -> None:
    """Put the table between the README's marks."""
    text, found = MARKS.subn(lambda _: as_markdown(rows, load), readme.read_text("utf-8"))
    if found != 1:
        raise ValueError(f"{readme} has no place for the table: <!-- bench --> … <!-- /bench -->")
    readme.write_text(text, "utf-8")
