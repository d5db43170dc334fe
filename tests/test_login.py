"""`readdress login`: the person signs in, the profile keeps it, and the next runs need no password."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from sample_person import at_window, frame_with, sign_in_as_person, watched_browser
from sample_runs import address, some

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from playwright.sync_api import BrowserContext, Playwright
    from sample_runs import Command

    from automation.stand_in import StandIn


ANSWER_S = 60


@dataclass(frozen=True)
class Home:
    """The command on a screen, with a browser that the test can play the person in."""

    command: Command
    playwright: Playwright
    screen: str

    def environment(self, store: StandIn) -> dict[str, str]:
        """The store's settings but the password."""
        settings = {name: text for name, text in store.environment().items() if name != "READDRESS_STORE_PASSWORD"}
        program = watched_browser(self.playwright, self.command.home)
        return {**settings, "DISPLAY": self.screen, "READDRESS_BROWSER_PATH": str(program)}

    def window(self) -> AbstractContextManager[BrowserContext]:
        """The tabs of the browser that the command has opened."""
        return at_window(self.playwright, self.command.home)

    def change(self, store: StandIn) -> dict[str, Any]:
        """The result of a change without a password."""
        return self.command.json("change", "--yes", "--settle", "5", **self.environment(store))


@pytest.fixture
def home(command: Command, playwright: Playwright, display: str) -> Home:
    return Home(command, playwright, display)


@pytest.mark.parametrize("generation", some(["legacy", "center"], {"center"}))
def test_after_a_login_the_change_needs_no_password(
    generation: str, home: Home, make_store: Callable[..., StandIn]
) -> None:
    store = make_store(generation=generation)
    with home.command.start("login", "--timeout", "60", **home.environment(store)) as login, home.window() as window:
        sign_in_as_person(window, store)
        out, err = login.communicate(timeout=ANSWER_S)
    assert login.returncode == 0, out + err
    assert [sign_in["right"] for sign_in in store.truth()["sign_ins"]] == [True]

    result = home.change(store)

    assert result["outcome"] == "changed", result["reason"]
    assert address(store) == store.new
    assert len(store.truth()["sign_ins"]) == 1


@pytest.mark.parametrize("generation", some(["legacy", "center"], {"legacy"}))
def test_a_login_in_the_plain_browser_is_kept_for_the_automated_one(
    generation: str, home: Home, make_store: Callable[..., StandIn]
) -> None:
    store = make_store(generation=generation)
    with home.command.start("login", "--plain-chrome", "--json", **home.environment(store)) as login:
        with home.window() as window:
            sign_in_as_person(window, store)
            frame_with(window, ".account-menu")
            for page in window.pages:
                page.close()
        out, err = login.communicate(timeout=ANSWER_S)
    assert login.returncode == 0, out + err
    assert json.loads(out)["outcome"] == "signed_in"

    assert home.change(store)["outcome"] == "changed"
    assert len(store.truth()["sign_ins"]) == 1
