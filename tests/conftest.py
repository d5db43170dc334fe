"""The real things that tests run on: a Chromium, a store and mailboxes of their own for each test."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from automation.attempt import Around, attempt
from automation.browser import find_browser, launch_arguments
from automation.errors import SiteStop
from automation.person import Person
from automation.settings import Options, load
from automation.stand_in import StandIn, stand_in
from automation.store import load_store
from automation.task import Signals
from flows.change_email import flow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import BrowserContext

STORES = Path(__file__).parents[1] / "flows" / "stores"


def lacking(tool: str) -> None:
    """A test without its tool is skipped with the reason; on CI that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{tool} is missing, and CI must have it")
    pytest.skip(f"{tool} is missing")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], playwright: Any) -> dict[str, Any]:
    """pytest-playwright's own options, on the browser that the tool would find."""
    named = os.environ.get("READDRESS_BROWSER_PATH")
    try:
        found = find_browser(Path(named) if named else None, Path(playwright.chromium.executable_path))
    except SiteStop:
        lacking("a Chromium")
        raise
    return {**browser_type_launch_args, "executable_path": found.path, "args": launch_arguments()}


@pytest.fixture
def make_store() -> Iterator[Callable[..., StandIn]]:
    """Start stand-ins (store and mail) that end with the test."""
    from contextlib import ExitStack  # noqa: PLC0415 - only here

    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(stand_in(**options))


@dataclass(frozen=True)
class Change:
    """Runs the change on a stand-in, in the test's own browser context."""

    context: BrowserContext
    folder: Path

    def __call__(self, store: StandIn, **options: Any) -> dict[str, Any]:
        """The result of one run; options as on the command line."""
        wanted: Options = {"yes": True, "settle": 3, "code_timeout": 20, "runs_dir": self.folder / "runs"}
        wanted.update(options)  # type: ignore[typeddict-item]
        environment = {**store.environment(), **options.pop("environment", {})}
        settings = load(wanted, environment, Path(os.devnull), self.folder)
        described = load_store(STORES, settings.store).at(store.url, (), frozenset())
        return attempt(settings, described, flow, Around(self.folder / "state", Signals(), Person()), self.context)


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
