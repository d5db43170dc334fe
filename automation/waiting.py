"""Slow work in a thread while the page stays alive: a page whose tool is blocked gets no answers."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

T = TypeVar("T")
SHORTEST_MS, LONGEST_MS = 20.0, 50.0
"""Between two looks at a page."""
QUICK_MS, PATIENT_MS = 4.0, 250.0
"""Between two looks at a thread: work that is done costs nothing to notice, and a letter may take minutes."""


def pace_ms(waited_s: float) -> float:
    """How long to rest between two looks: a fifth of the wait so far, so that short waits end at once."""
    return min(max(SHORTEST_MS, waited_s * 200), LONGEST_MS)


def patient_pace_ms(waited_s: float) -> float:
    """How long to rest while a thread works: a tenth of the wait up to 50 ms, from 5 s on a hundredth up to 250 ms."""
    return max(QUICK_MS, min(waited_s * 100, LONGEST_MS), min(waited_s * 10, PATIENT_MS))


class Worker:
    """One thread of its own for one slow thing: a mailbox's connection, or the person at the terminal."""

    def __init__(self, name: str) -> None:
        self.stop = threading.Event()
        """Set when nobody wants the answer any more; whoever works in the thread looks at it."""
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    def begin(self, work: Callable[[], T]) -> Future[T]:
        """Begin the work in the thread."""
        return self._thread.submit(work)

    def call(self, work: Callable[[], T], pump: Callable[[float], object]) -> T:
        """Do the work in the thread and wait for it; see `finish`."""
        return self.finish(self.begin(work), pump)

    def finish(self, future: Future[T], pump: Callable[[float], object]) -> T:
        """Wait for work that was begun, calling `pump` here with so many milliseconds, over and over.

        What `pump` raises (a cancelled run, a closed page) tells the work to stop and goes on.
        """
        began = time.monotonic()
        try:
            while not future.done():
                pump(patient_pace_ms(time.monotonic() - began))
        except BaseException:
            self.stop.set()
            raise
        return future.result()

    def close(self, last: Callable[[], None] | None = None) -> None:
        """Stop what is under way, do the last thing (a log-out), end the thread."""
        self.stop.set()
        if last is not None:
            self._thread.submit(last)
        self._thread.shutdown(wait=True)
