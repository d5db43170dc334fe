"""The real things that tests run on: a Chromium, a store and mailboxes of their own for each test."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from sample_canaries import PASSWORD, SWITCHES
from sample_runs import Change, Command

from automation.browser import find_browser, launch_arguments
from automation.errors import SiteStop
from automation.stand_in import StandIn, stand_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from playwright.sync_api import BrowserContext

pytest_plugins = ["pytester"]
# Playwright's driver, which starts hundreds of times here, does so in two thirds of the time.
os.environ.setdefault("NODE_COMPILE_CACHE", str(Path(__file__).parents[1] / ".pytest_cache" / "node"))
settings.register_profile("readdress", deadline=None)  # a busy machine is no fault
settings.load_profile("readdress")


def lacking(tool: str) -> None:
    """A test without its tool is skipped with the reason; on CI that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{tool} is missing, and CI must have it")
    pytest.skip(f"{tool} is missing")


def windowless() -> str | None:
    """Chromium as a program that knows no windows, the usual one of Playwright's tests; None where there is none.

    It is Debian's. The command in PATH is a script that stays around it, which would be one process too many.
    """
    return shutil.which("chromium-headless-shell", path="/usr/lib/chromium")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six logins to a mailbox should not take a test twenty seconds."""
    monkeypatch.setattr("automation.session.BACK_OFF_S", (0.02,) * 3)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing will ever show, it need not be waited for so long."""
    monkeypatch.setattr("automation.walk.ARRIVE_S", 3.0)
    monkeypatch.setattr("automation.hands.FIND_S", 3.0)


@pytest.fixture(scope="session")
def base_url() -> None:
    """No test has one; pytest-playwright 0.10 defines it in a way that pytest 9 warns of."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], playwright: Any) -> dict[str, Any]:
    """pytest-playwright's own options, on a browser without windows as is its way, else on that of the tool."""
    named = os.environ.get("READDRESS_BROWSER_PATH") or windowless()
    try:
        found = find_browser(Path(named) if named else None, Path(playwright.chromium.executable_path))
    except SiteStop:
        lacking("a Chromium")
        raise
    return {**browser_type_launch_args, "executable_path": found.path, "args": launch_arguments()}


@pytest.fixture
def windowless_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that need no window, in a lighter browser; else in that of the tool."""
    if (path := windowless()) and "READDRESS_BROWSER_PATH" not in os.environ:
        monkeypatch.setenv("READDRESS_BROWSER_PATH", path)


@pytest.fixture(scope="session")
def account() -> Iterator[Callable[..., StandIn]]:
    """`account(generation, …)`: an account of its own on this worker's store of that kind, its switches as at first."""
    stores: dict[str, StandIn] = {}
    switches: dict[str, dict[str, Any]] = {}
    numbers = count(1)
    with ExitStack() as stack:

        def account(generation: str, password: str | None = None, **given: Any) -> StandIn:
            if generation not in stores:
                stores[generation] = stack.enter_context(stand_in(generation=generation))
                switches[generation] = stores[generation].switch()
            stores[generation].switch(**{**switches[generation], **given})
            n = next(numbers)
            return stores[generation].another(f"anna.{n}@example.org", f"bianchi.{n}@example.net", password=password)

        yield account


@pytest.fixture
def make_store(account: Callable[..., StandIn]) -> Iterator[Callable[..., StandIn]]:
    """`make_store(generation=…, switches=…)`: a fresh account; with other options on a store of its own.

    So too where no sign-in is required: visitors are then the store's first account.
    """
    with ExitStack() as stack:

        def make(*, generation: str = "center", switches: Mapping[str, Any] | None = None, **others: Any) -> StandIn:
            if others or not (switches or {}).get("require_sign_in", True):
                return stack.enter_context(stand_in(generation=generation, switches=switches, **others))
            return account(generation, **(switches or {}))

        yield make


@pytest.fixture
def fresh(account: Callable[..., StandIn]) -> Callable[[str], StandIn]:
    """`fresh(generation)`: an account whose password and codes are planted to be looked for."""
    return lambda generation: account(generation, PASSWORD, **SWITCHES)


@pytest.fixture
def change(context: BrowserContext, tmp_path: Path) -> Change:
    """`change(store, …)`: one run in this test's browser, with a state folder of its own."""
    return Change(context, tmp_path)


@pytest.fixture
def readdress() -> str:
    """The installed command."""
    beside = Path(os.sys.executable).with_name("readdress")  # type: ignore[attr-defined]
    found = str(beside) if beside.exists() else shutil.which("readdress")
    assert found, "the readdress command is not installed"
    return found


@pytest.fixture
def command(readdress: str, tmp_path: Path) -> Command:
    """`command("change", "--yes", …)`: the installed command in an environment of its own."""
    return Command(readdress, tmp_path)


@pytest.fixture
def display(tmp_path: Path) -> Iterator[str]:
    """A real screen nobody looks at."""
    if shutil.which("Xvfb") is None:
        lacking("Xvfb")
    read, write = os.pipe()
    with subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    ) as server:
        os.close(write)
        with os.fdopen(read) as told:
            number = told.readline().strip()
        yield f":{number}"
        server.terminate()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Count the kills of test_killed_anywhere.py, those of all workers."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    rows: dict[str, list[int]] = {}
    for row, right, killed in (value for each in reports for name, value in each.user_properties if name == "killed"):
        rows[row] = [sum(pair) for pair in zip(rows.get(row, [0, 0]), (right, killed), strict=True)]
    if rows:
        right, killed = (sum(counts) for counts in zip(*rows.values(), strict=True))
        told = ", ".join(f"{row} {counts[0]}" for row, counts in sorted(rows.items()))
        terminalreporter.write_line(
            f"killed at {killed} failpoints, and {right} times the next run ended right: {told}"
        )
