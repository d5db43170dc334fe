"""How soon `readdress --help` is there, beside a Python that only imports Typer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bench.measured import Row, Target, alternating, seconds, transposed

if TYPE_CHECKING:
    from collections.abc import Iterator

PAIRS = 20
OURS = [str(Path(sys.executable).with_name("readdress")), "--help"]
THEIRS = [sys.executable, "-c", "import typer"]


def taken(command: list[str]) -> float:
    return seconds(lambda: subprocess.run(command, check=True, capture_output=True))


def rows() -> Iterator[Row]:
    """One row."""
    for command in (OURS, THEIRS):
        taken(command)  # the first one compiles
    pairs = [alternating(n, lambda: taken(OURS), lambda: taken(THEIRS)) for n in range(PAIRS)]
    yield Row("`readdress --help`", '`python -c "import typer"`', *transposed(pairs), target=Target(3))
