"""The two who walk path A on a stand-in: the tool with all its evidence, and the raw script."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

from bench import raw
from bench.measured import seconds
from sample_runs import Change

from automation.browser import find_browser, launch_arguments
from automation.stand_in import stand_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Playwright

    from automation.stand_in import StandIn

Walker = Literal["ours", "raw"]
GENERATIONS = ("center", "legacy")
RIVAL = "a raw Playwright and imaplib script"


def launched(playwright: Playwright, *arguments: str) -> Browser:
    """The browser that the tool would find."""
    found = find_browser(None, Path(playwright.chromium.executable_path))
    return playwright.chromium.launch(executable_path=found.path, args=[*launch_arguments(), *arguments])


def taken(browser: Browser, walker: Walker, generation: str) -> float:
    """Seconds for one change of address, in a context of its own, on a store of its own."""
    with ready(browser, walker, generation) as walk:
        return seconds(walk)


@contextmanager
def ready(browser: Browser, walker: Walker, generation: str) -> Iterator[Callable[[], None]]:
    """The walk, for which everything is there; at the end the store is asked whether it was done."""
    with stand_in(generation=generation) as store, TemporaryDirectory() as folder:
        context = browser.new_context()
        yield lambda: _walk(context, store, walker, generation, Path(folder))
        context.close()
        addresses = [account["email"] for account in store.truth()["accounts"].values()]
        assert addresses == [store.new], f"{walker} did not change the address"


def _walk(context: BrowserContext, store: StandIn, walker: Walker, generation: str, folder: Path) -> None:
    if walker == "raw":
        raw.change(context, raw.account_of(store), generation)
        return
    result = Change(context, folder)(store)
    assert result["outcome"] == "changed", result["reason"]
