"""Getting a browser onto this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from automation.browser import Found, find_browser
from automation.errors import SiteStop

if TYPE_CHECKING:
    from collections.abc import Callable

DOWNLOAD_S = 300
PACKAGE_S = 600


def look_up(named: Path | None) -> Found:
    """The browser that a run would use."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - slow to import

    with sync_playwright() as playwright:
        return find_browser(named, Path(playwright.chromium.executable_path))


def install(tell: Callable[[str], None]) -> Found:
    """Playwright's own Chromium, else the system's package where that is allowed without a question."""
    tell("Trying Playwright's own Chromium …")
    if _ran([sys.executable, "-m", "playwright", "install", "chromium"], DOWNLOAD_S):
        return look_up(None)
    command = _package_command()
    if command is None:
        raise SiteStop(
            "Playwright's download did not work, and there is no package manager that may be used without a question. "
            "Install Chromium, Chrome or Edge yourself (Debian: sudo apt-get install chromium; "
            "macOS: brew install --cask chromium), then run again.",
            kind="no_browser",
        )
    tell(f"That did not work. Trying: {' '.join(command)}")
    if not _ran(command, PACKAGE_S):
        raise SiteStop(f"This did not work either: {' '.join(command)}. Run it by hand to see why.", kind="no_browser")
    return look_up(None)


def _package_command() -> list[str] | None:
    if shutil.which("apt-get") is None:
        return None
    install_it = ["apt-get", "install", "-y", "-qq", "chromium"]
    if os.geteuid() == 0:
        return install_it
    if shutil.which("sudo") and _ran(["sudo", "-n", "true"], 10):
        return ["sudo", "-n", *install_it]
    return None


def _ran(command: list[str], seconds: float) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 - fixed commands, no shell
            command, check=False, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
