"""Find a Chromium and open it on a profile of its own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from automation.errors import SiteStop
from automation.files import private_folder, write_private

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "brave-browser")
MAC_APPS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
QUIET = (
    # A browser that is driven for one job calls nobody but the store.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-domain-reliability",
    "--disable-quic",
    "--no-first-run",
    "--no-pings",
)


FLAGS = ["webui-omnibox-popup@2", "webui-omnibox-aim-popup@2"]
"""Of chrome://flags, both switched off: an address bar that nobody types in needs no suggestions.

They are two pages of the browser's own, loaded with each window before the store's, which takes half a second of two
cores. The switches that Playwright sets can't be added to; flags are. A browser that has no such flags forgets them.
"""

ATTACH_TIMEOUT_MS = 15_000


@dataclass(frozen=True)
class Found:
    """A browser on this machine."""

    path: Path
    where: str
    """`READDRESS_BROWSER_PATH`, `Playwright's own` or `installed`."""

    def version(self) -> str:
        """What the browser says of its version; a site stop when it does not start."""
        try:
            told = subprocess.run(  # noqa: S603 - a browser found on this machine or named by its user
                [self.path, "--version"], capture_output=True, text=True, timeout=20, check=True
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise SiteStop(
                f"The browser {self.path} does not start ({type(error).__name__}). "
                "Set READDRESS_BROWSER_PATH to another, or run: readdress browser install",
                kind="browser",
            ) from None
        return told.stdout.partition(" built on ")[0].strip() or "unknown version"


def find_browser(named: Path | None, playwrights_own: Path | None = None) -> Found:
    """The browser to use: the one named, Playwright's own, an installed one; a site stop when there is none."""
    if named is not None:
        if not os.access(named, os.X_OK) or named.is_dir():
            raise SiteStop(f"READDRESS_BROWSER_PATH: {named} is no program that can be started.", kind="browser")
        return Found(named, "READDRESS_BROWSER_PATH")
    if playwrights_own is not None and playwrights_own.exists():
        return Found(playwrights_own, "Playwright's own")
    for candidate in [shutil.which(name) for name in NAMES] + list(MAC_APPS):
        if candidate and Path(candidate).exists():
            return Found(Path(candidate), "installed")
    raise SiteStop(
        "No browser was found on this machine. Run: readdress browser install "
        "(or set READDRESS_BROWSER_PATH to a Chromium, Chrome or Edge).",
        kind="no_browser",
    )


def launch_arguments() -> list[str]:
    """What a Chromium is told at its start."""
    return [*QUIET, *sandbox_arguments()]


def sandbox_arguments() -> list[str]:
    """What a Chromium is told of its sandbox, which can't be set up for root, as in most containers."""
    return ["--no-sandbox"] if sys.platform == "linux" and os.geteuid() == 0 else []


def ready_profile(profile: Path) -> Path:
    """A private profile in which the browser can't keep its tabs: with them it would keep the codes they have sent.

    A file stands where the folder would be made. A profile that has the folder (somebody's own) is left as it is, and
    so are the flags of one that has been used.
    """
    tabs, flags = private_folder(private_folder(profile) / "Default") / "Sessions", profile / "Local State"
    if not tabs.exists():
        write_private(tabs, b"")
    if not flags.exists():
        write_private(flags, json.dumps({"browser": {"enabled_labs_experiments": FLAGS}}).encode())
    return profile


def holder_of(profile: Path) -> int | None:
    """The process that has this profile open; None where none has, as far as its lock tells."""
    try:
        host, _, pid = str((profile / "SingletonLock").readlink()).rpartition("-")
        os.kill(int(pid), 0)
    except (OSError, ValueError):
        return None
    return int(pid) if host == socket.gethostname() else None


def in_use(pid: int) -> SiteStop:
    """The stop for a profile that is open already: two browsers can't share it."""
    return SiteStop(
        f"A browser is open on the kept profile already (process {pid}). Close it (on macOS: quit it), then run again.",
        kind="profile_in_use",
    )


@contextmanager
def open_browser(playwright: Playwright, found: Found, profile: Path, *, headed: bool) -> Iterator[BrowserContext]:
    """A browser on a private profile, closed at the end; a site stop when it can't be started."""
    from playwright.sync_api import Error as PlaywrightError  # noqa: PLC0415 - slow to import

    try:
        context = playwright.chromium.launch_persistent_context(
            ready_profile(profile),
            executable_path=found.path,
            headless=not headed,
            no_viewport=headed,  # a person sees all of a page that is as large as its window
            args=launch_arguments(),
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
            accept_downloads=False,
            service_workers="block",
        )
    except PlaywrightError as error:
        if holder := holder_of(profile):
            raise in_use(holder) from None
        reason = next((line.strip() for line in str(error).splitlines() if line.strip()), "no reason given")
        display = " A window needs a display: use --headless without one." if headed else ""
        raise SiteStop(f"The browser {found.path} did not start: {reason[:200]}.{display}", kind="browser") from None
    try:
        yield context
    finally:
        with suppress(PlaywrightError):  # gone already is all that was wanted
            context.close()


@contextmanager
def attached(playwright: Playwright, url: str) -> Iterator[BrowserContext]:
    """The browser that somebody has started with a debugging port, left open and as it was at the end.

    Raises a site stop when none answers there.
    """
    from playwright.sync_api import Error as PlaywrightError  # noqa: PLC0415 - slow to import
    from playwright.sync_api import TimeoutError as PlaywrightTimeout  # noqa: PLC0415 - as above

    try:
        browser = playwright.chromium.connect_over_cdp(url, no_defaults=True, is_local=True, timeout=ATTACH_TIMEOUT_MS)
    except PlaywrightTimeout:
        raise SiteStop(
            f"The browser at {url} does not let itself be attached to. A tab that asks something (an alert, a print "
            "dialog) holds it up: answer it, then run again.",
            kind="not_attached",
        ) from None
    except PlaywrightError:
        raise SiteStop(
            f"No browser answers at {url}. Start yours with --remote-debugging-port=9222 and a profile folder of its "
            "own (--user-data-dir=FOLDER), then run again.",
            kind="no_debugging_port",
        ) from None
    try:
        yield browser.contexts[0]
    finally:
        with suppress(PlaywrightError):  # it only lets go; who has closed the browser meanwhile has done so already
            browser.close()
