"""How much memory processes take, from Linux' own books."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SAMPLE_S = 0.1
OWN = "RssAnon"
"""What a process does not share with others."""


@contextmanager
def growth_mb(pid: int | None = None) -> Iterator[Callable[[], float]]:
    """By how much a process and its children grow at their peak during the block; `None` is this process."""
    pid = pid or os.getpid()
    before = peak = tree_mb(pid)
    over = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not over.wait(SAMPLE_S):
            peak = max(peak, tree_mb(pid))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield lambda: max(peak - before, 0.1)
    finally:
        over.set()
        watching.join()


def tree_mb(pid: int) -> float:
    """A process and all below it, in MB."""
    below = children()
    total, left = 0.0, [pid]
    while left:
        each = left.pop()
        left += below[each]
        total += _mb(each)
    return total


def children() -> dict[int, list[int]]:
    """Which processes each process has started."""
    found = defaultdict(list)
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):  # it has ended meanwhile
                parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
                found[int(parent)].append(int(folder.name))
    return found


def _mb(pid: int) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(OWN):
                return int(line.split()[1]) / 1024
    return 0.0
