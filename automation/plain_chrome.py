"""The installed browser without automation, on the same profile: for sites that refuse automated sign-ins."""

from __future__ import annotations

import subprocess
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from automation.browser import sandbox_arguments
from automation.errors import SiteStop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from automation.browser import Found

SAME_COOKIES = ("--password-store=basic", "--use-mock-keychain")
"""As Playwright starts it: else the automated browser could not read the cookies that this one keeps."""
END_S = 10.0
LOOK_S = 0.2
SOON_S = 3.0
"""One that ends so soon with an error never opened a window."""


def command(found: Found, profile: Path, url: str) -> list[str]:
    """What the browser is started with: nothing that a driver could attach to."""
    quiet = ("--no-first-run", "--no-default-browser-check", "--hide-crash-restore-bubble")
    return [str(found.path), f"--user-data-dir={profile}", *SAME_COOKIES, *quiet, *sandbox_arguments(), url]


def wait_until_closed(arguments: list[str], heed: Callable[[], None], seconds: float) -> bool:
    """Start the browser and wait for the person to close it; False when that took too long, and it was closed here."""
    began = time.monotonic()
    with _started(arguments) as running:
        while running.poll() is None:
            heed()
            if time.monotonic() - began > seconds:
                return False
            time.sleep(LOOK_S)
    if running.returncode and time.monotonic() - began < SOON_S:
        raise SiteStop(
            f"The browser {arguments[0]} did not start (it ended with {running.returncode}). "
            "Start it by hand to see why.",
            kind="browser",
        )
    return True


@contextmanager
def _started(arguments: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """The browser in a session of its own, so that Ctrl-C is for us; ended with the block."""
    try:
        running = subprocess.Popen(  # noqa: S603 - a browser found on this machine or named by its user
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise SiteStop(f"The browser {arguments[0]} does not start: {error.strerror}.", kind="browser") from None
    with running:
        try:
            yield running
        finally:
            _end(running)


def _end(running: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        running.terminate()
    try:
        running.wait(END_S)
    except subprocess.TimeoutExpired:
        running.kill()
