"""The browser that a command works with, and whether it has a window."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from automation.browser import attached, find_browser, open_browser
from automation.errors import Cancelled, SettingsStop
from automation.patience import hushed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext

    from automation.browser import Found
    from automation.person import Person
    from automation.settings import Settings
    from automation.store import Store
    from automation.task import Signals


def allow_attaching(settings: Settings, person: Person, signals: Signals) -> None:
    """Ask before the run attaches to the browser that the person uses; `--yes` has answered already."""
    if settings.browser_url is None or settings.yes:
        return
    if not person.there:
        raise SettingsStop(
            "--browser-url attaches to a browser that somebody uses, and nobody can be asked: this is no terminal. "
            "Say --yes as well.",
            kind="no_terminal",
        )
    answer = person.ask_now(
        f"Attach to the browser at {settings.browser_url}? The run opens a tab of its own there and looks at no other; "
        "the browser stays open. [y/N]",
        signals,
    )
    if answer is None or answer.casefold() not in {"y", "yes"}:
        raise Cancelled("You said no: nothing was attached to.")


@contextmanager
def working_browser(settings: Settings, state: Path, key: str, *, headed: bool) -> Iterator[tuple[BrowserContext, str]]:
    """The browser for a run, and in words where it was found: launched on the kept profile, or the person's own."""
    if settings.browser_url is None:
        with opened(settings, state, key, headed=headed) as (context, found):
            yield context, found.where
        return
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - slow to import

    with sync_playwright() as playwright:
        hushed(asyncio.get_running_loop())
        with attached(playwright, settings.browser_url) as context:
            yield context, "your own"


@contextmanager
def opened(settings: Settings, state: Path, key: str, *, headed: bool) -> Iterator[tuple[BrowserContext, Found]]:
    """The browser on the profile kept for this store and account."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - slow to import

    with sync_playwright() as playwright:
        hushed(asyncio.get_running_loop())  # for good: it is ours, and a driver that dies has its say at the very end
        found = find_browser(settings.browser_path, Path(playwright.chromium.executable_path))
        with open_browser(playwright, found, profile_of(settings, state, key), headed=headed) as context:
            yield context, found


def profile_of(settings: Settings, state: Path, key: str) -> Path:
    """Where the browser's session for this store and account is kept."""
    return settings.profile_dir or state / "profiles" / key


def is_headed(settings: Settings, store: Store, person: Person) -> bool:
    """A window when asked for; by itself only at a terminal with a display, on a store off this machine."""
    if settings.browser_url is not None:
        return True
    if settings.headed is not None:
        return settings.headed
    return person.there and settings.has_display and not settings.is_near(urlsplit(store.start).hostname)
