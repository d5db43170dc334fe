"""Limits for the calls to a page: those that Playwright itself does not limit, and those that are no longer wanted."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
    waiting, loop = greenlet.getcurrent(), asyncio.get_running_loop()
    error = PlaywrightTimeout(f"The page gave no answer within {seconds:g} s.")

    def leave() -> None:
        hushed(loop).left = True
        waiting.throw(error)

    timer = loop.call_later(seconds, leave)
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def heeding(check: Callable[[], None]) -> Iterator[None]:
    """Ask `check` again and again while the block's calls to Playwright wait; the stop that it raises ends the call."""
    waiting, loop = greenlet.getcurrent(), asyncio.get_running_loop()
    before = loop.get_exception_handler()
    hush = hushed(loop)
    timer: asyncio.TimerHandle

    def look() -> None:
        nonlocal timer
        timer = loop.call_later(HEED_S, look)
        try:
            check()
        except Stop as stop:
            timer.cancel()
            hush.left = True
            waiting.throw(stop)

    timer = loop.call_later(HEED_S, look)
    try:
        yield
    finally:
        timer.cancel()
    if not hush.left:
        loop.set_exception_handler(before)  # what ended with an error, or was left, may still have something to say


def hushed(loop: asyncio.AbstractEventLoop) -> Hush:
    """From now on the loop tells nobody what Playwright's calls say that nobody waits for: it may quote secrets."""
    handler = loop.get_exception_handler()
    if not isinstance(handler, Hush):
        handler = Hush(handler)
        loop.set_exception_handler(handler)
    return handler


@dataclass
class Hush:
    """Passes on everything but what comes from Playwright: the loop may be somebody else's."""

    before: Callable[[asyncio.AbstractEventLoop, dict[str, Any]], object] | None
    left: bool = False
    """Whether a call was left in the middle: it ends by itself, some time later."""

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if _is_playwrights(context):
            return
        if self.before is None:
            loop.default_exception_handler(context)
        else:
            self.before(loop, context)


def _is_playwrights(context: dict[str, Any]) -> bool:
    """Whether Playwright's own error, the end of its driver, or one of its tasks is told of."""
    error = context.get("exception")
    if "playwright" in type(error).__module__ or "from the driver" in str(error):
        return True
    task = context.get("task", context.get("future"))
    code = getattr(task.get_coro(), "cr_code", None) if isinstance(task, asyncio.Task) else None
    return code is not None and "playwright" in code.co_filename
