"""A person at a window: the browser is started through a script that opens a debugging port, for the test alone."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Error as PlaywrightError

from automation.browser import find_browser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Frame, Page, Playwright

    from automation.stand_in import StandIn

LONG_S = 60.0


def watched_browser(playwright: Playwright, folder: Path) -> Path:
    """A program that is the browser, with a port through which the test plays the person."""
    named = os.environ.get("READDRESS_BROWSER_PATH")
    found = find_browser(Path(named) if named else None, Path(playwright.chromium.executable_path))
    script = folder / "browser"
    script.write_text(f'#!/bin/sh\nexec "{found.path}" --remote-debugging-port=0 "$@"\n')
    script.chmod(0o700)
    return script


def port_of(home: Path, seconds: float = LONG_S) -> int:
    """The port of the browser that has just been started on a profile below this folder."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for file in home.rglob("DevToolsActivePort"):
            first = (file.read_text() + "\n").splitlines()[0]
            if first:
                return int(first)
        time.sleep(0.05)
    raise AssertionError("no browser was started")


@contextmanager
def at_window(playwright: Playwright, home: Path) -> Iterator[BrowserContext]:
    """The tabs of that browser; it is left open."""
    browser = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port_of(home)}", no_defaults=True)
    try:
        yield browser.contexts[0]
    finally:
        _let_go(browser)


def _let_go(browser: Browser) -> None:
    try:
        browser.close()
    except PlaywrightError:
        return  # closed by whoever opened it


def frame_with(context: BrowserContext, css: str) -> Frame:
    """The frame in which something shows, waited for."""
    end = time.monotonic() + LONG_S
    while time.monotonic() < end:
        for page in context.pages:
            for frame in page.frames:
                if shows(frame, css):
                    return frame
        time.sleep(0.05)
    raise AssertionError(f"nowhere to be seen: {css}")


def shows(frame: Frame, css: str) -> bool:
    try:
        return frame.locator(css).first.is_visible()
    except PlaywrightError:  # it is just leaving
        return False


def sign_in_as_person(context: BrowserContext, store: StandIn) -> Page:
    """Type name and password as a person does, in whichever form shows; the page."""
    form = frame_with(context, ".nfm-login-id input, #fm-login-id")
    form.locator(".nfm-login-id input, #fm-login-id").fill(store.user)
    if form.locator(".nfm-login-continue").count():
        form.page.keyboard.press("Tab")
        form.locator(".nfm-login-continue").click()
    form.locator("#fm-login-password").fill(store.password)
    form.locator("#fm-login-submit, .nfm-login-submit").click()
    return form.page
