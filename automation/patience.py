"""A limit for the calls to a page that Playwright itself does not limit."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

import greenlet
from playwright.sync_api import TimeoutError as PlaywrightTimeout

if TYPE_CHECKING:
    from collections.abc import Iterator


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
