"""The browser that a command works with, and whether it has a window."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from automation.browser import find_browser, open_browser
from automation.patience import hushed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext

    from automation.browser import Found
    from automation.person import Person
    from automation.settings import Settings
    from automation.store import Store


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
    if settings.headed is not None:
        return settings.headed
    return person.there and settings.has_display and not settings.is_near(urlsplit(store.start).hostname)
