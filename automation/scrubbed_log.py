"""What is kept of a bug: where it happened, never what was in it."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from automation.files import write_private

if TYPE_CHECKING:
    from pathlib import Path


def keep_log(path: Path, bug: BaseException) -> Path:
    """Write the places an exception came through; its text may quote what was typed, so it is left out."""
    lines = []
    for error in _chain(bug):
        lines.append(type(error).__name__)
        frames = traceback.extract_tb(error.__traceback__)
        lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
    write_private(path, ("\n".join(lines) + "\n").encode())
    return path


def _chain(error: BaseException | None) -> list[BaseException]:
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain
