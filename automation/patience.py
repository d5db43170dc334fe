"""Limits for the calls to a page: those that Playwright itself does not limit, and those that are no longer wanted."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

import greenlet
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from automation.errors import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HEED_S = 0.2
"""Between two questions whether a call is still wanted."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Give the block's calls to Playwright that long; then they end with Playwright's own `TimeoutError`.

    A page whose script begins to spin while it is asked something never answers, and `timeout=` of `evaluate` only
    limits the search for the element. While a call waits, Playwright's own loop runs: it raises the error here, which
    is how Playwright itself ends a call that a signal interrupts.
    """
    waiting = greenlet.getcurrent()
    error = PlaywrightTimeout(f"The page gave no answer within {seconds:g} s.")
    timer = asyncio.get_running_loop().call_later(seconds, waiting.throw, error)
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def heeding(check: Callable[[], None]) -> Iterator[None]:
    """Ask `check` again and again while the block's calls to Playwright wait; the stop that it raises ends the call."""
    waiting, loop = greenlet.getcurrent(), asyncio.get_running_loop()
    # A call that was left in the middle ends by itself later on, and what it says then may quote what was typed.
    loop.set_exception_handler(lambda _loop, _context: None)
    timer: asyncio.TimerHandle

    def look() -> None:
        nonlocal timer
        timer = loop.call_later(HEED_S, look)
        try:
            check()
        except Stop as stop:
            timer.cancel()
            waiting.throw(stop)

    timer = loop.call_later(HEED_S, look)
    try:
        yield
    finally:
        timer.cancel()
