"""Slow work in a thread while the page stays alive: a page whose tool is blocked gets no answers."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Worker:
    """One thread of its own for one slow thing: a mailbox's connection, or the person at the terminal."""

    def __init__(self, name: str) -> None:
        self.stop = threading.Event()
        """Set when nobody wants the answer any more; whoever works in the thread looks at it."""
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    def call(self, work: Callable[[], T], pump: Callable[[], None]) -> T:
        """Do the work in the thread, calling `pump` here over and over until it is done.

        What `pump` raises (a cancelled run, a closed page) tells the work to stop and goes on.
        """
        future = self._thread.submit(work)
        try:
            while not future.done():
                pump()
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
