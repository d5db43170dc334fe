"""Processes that walk when told to, each in a context of its own of one browser.

`python -m bench.workers ENDPOINT` is one of them: for each line on stdin that names walker and generation it makes
everything ready and says so, walks at the next line, and says by how many MB its own process has grown.
"""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, get_args

from bench.memory import growth_mb
from bench.walks import Walker, ready
from playwright.sync_api import sync_playwright

from automation.browser import find_browser, launch_arguments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

PATIENCE_S = 30


@dataclass(frozen=True)
class Shared:
    """A browser that several processes use."""

    endpoint: str
    pid: int


@contextmanager
def shared_browser() -> Iterator[Shared]:
    """A headless browser that listens on a port of its own choice."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [str(find_browser(None).path), *launch_arguments(), "--headless", "--remote-debugging-port=0"]
        with subprocess.Popen([*command, f"--user-data-dir={profile}"], stderr=subprocess.DEVNULL) as process:
            try:
                yield Shared(f"http://127.0.0.1:{_port(Path(profile))}", process.pid)
            finally:
                process.terminate()


def _port(profile: Path) -> str:
    until = time.monotonic() + PATIENCE_S
    told = profile / "DevToolsActivePort"
    while time.monotonic() < until:
        if told.exists() and (lines := told.read_text().splitlines()):
            return lines[0]
        time.sleep(0.05)
    raise TimeoutError("the browser opened no port")


class Worker:
    """One of the processes, from outside."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def prepare(self, walker: Walker, generation: str) -> None:
        """Tell it to make everything ready."""
        self._tell(f"{walker} {generation}")

    def go(self) -> None:
        """Tell it to walk."""
        self._tell("go")

    def answer(self) -> float:
        """What it says when it is done: 0 for ready, megabytes after a walk."""
        assert self._process.stdout is not None
        return float(self._process.stdout.readline())

    def _tell(self, order: str) -> None:
        assert self._process.stdin is not None
        print(order, file=self._process.stdin, flush=True)


@contextmanager
def worker(browser: Shared) -> Iterator[Worker]:
    """A worker that ends with the block."""
    command = [sys.executable, "-m", "bench.workers", browser.endpoint]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Worker(process)
        process.communicate()


def main(endpoint: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.connect_over_cdp(endpoint)
        for order in sys.stdin:
            walker, generation = order.split()
            _walk(browser, next(each for each in get_args(Walker) if each == walker), generation)


def _walk(browser: Browser, walker: Walker, generation: str) -> None:
    with ready(browser, walker, generation) as walk:
        print(0, flush=True)
        sys.stdin.readline()
        with growth_mb() as grown:
            walk()
        print(grown(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
