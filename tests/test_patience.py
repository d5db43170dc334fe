"""Calls to a page that are left in the middle, on a loop that is somebody else's."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from automation.errors import Cancelled
from automation.patience import at_most, heeding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

NEVER = "() => new Promise(() => {})"


@pytest.fixture
def heard(page: Page) -> Iterator[list[dict[str, Any]]]:
    """What the exception handler that the loop's owner has set is told."""
    loop, told = asyncio.get_running_loop(), list[dict[str, Any]]()
    before = loop.get_exception_handler()
    loop.set_exception_handler(lambda _loop, context: told.append(context))
    yield told
    loop.set_exception_handler(before)


def test_the_loops_own_exception_handler_is_left_alone(page: Page, heard: list[dict[str, Any]]) -> None:
    loop = asyncio.get_running_loop()
    mine = loop.get_exception_handler()
    with heeding(lambda: None), at_most(60):
        page.evaluate("1 + 1")
    assert loop.get_exception_handler() is mine


def test_a_call_that_was_left_in_the_middle_is_told_to_nobody_and_all_else_is(
    page: Page, heard: list[dict[str, Any]]
) -> None:
    def no_more() -> None:
        raise Cancelled("no more")

    with pytest.raises(PlaywrightTimeout), at_most(0.2):
        page.evaluate(NEVER)
    with pytest.raises(Cancelled), heeding(no_more):
        page.evaluate(NEVER)
    loop = asyncio.get_running_loop()
    loop.call_exception_handler({"message": "left", "exception": PlaywrightError("typed: secret")})
    loop.call_exception_handler({"message": "the owner's own"})
    assert [context["message"] for context in heard] == ["the owner's own"]
    page.close()  # now the two calls end, with an error each
    page.context.new_page().evaluate("1 + 1")
    assert [context["message"] for context in heard] == ["the owner's own"]
