"""Named moments at which a test may end the process, to see that the next run ends right.

In ordinary use nobody listens and nothing happens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

listener: Callable[[str, int, bytes], None] | None = None
"""Told (name, file descriptor, line) of each moment; the last two are -1 and empty where nothing is written."""


def reached(name: str, descriptor: int = -1, line: bytes = b"") -> None:
    """Pass one of the named moments."""
    if listener is not None:
        listener(name, descriptor, line)
