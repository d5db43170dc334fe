"""The whole of path A with its evidence, beside a script written for this one site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.measured import Row, Target, alternating, transposed
from bench.walks import GENERATIONS, RIVAL, launched, taken
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

PAIRS = 12
"""Of both generations together."""


def rows() -> Iterator[Row]:
    """All pairs together, then each generation's."""
    with sync_playwright() as playwright:
        browser = launched(playwright)
        for generation in GENERATIONS:
            _pair(browser, 0, generation)  # the first ones fill caches
        pairs = [_pair(browser, n // 2, GENERATIONS[n % 2]) for n in range(PAIRS)]
        browser.close()
    yield Row("path A, both generations of pages", RIVAL, *transposed(pairs), target=Target(1.25))
    for n, generation in enumerate(GENERATIONS):
        yield Row(f"path A, {generation} pages", RIVAL, *transposed(pairs[n::2]))


def _pair(browser: Browser, number: int, generation: str) -> tuple[float, float]:
    ours, theirs = alternating(
        number, lambda: taken(browser, "ours", generation), lambda: taken(browser, "raw", generation)
    )
    print(f"  {generation}: {ours:.2f} s beside {theirs:.2f} s", flush=True)
    return ours, theirs
