"""`readdress login`: the person signs in, the profile keeps it, and the next runs need no password."""

from __future__ import annotations

import json
import socket
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from sample_person import at_window, frame_with, port_of, sign_in_as_person, watched_browser
from sample_runs import address, ended, some
from sample_terminal import Terminal

from automation.browser import launch_arguments
from automation.kept_session import note_sign_in
from automation.ledger import account_key, lock
from automation.onlooker import promise
from automation.standing import standing_of

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
    [profile] = (home.command.home / ".local/state/readdress/profiles").iterdir()
    assert profile.stat().st_mode & 0o777 == 0o700
    assert (profile / "readdress.json").stat().st_mode & 0o777 == 0o600


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


@pytest.mark.full
def test_a_login_of_somebody_who_is_signed_in_ends_at_once_and_makes_the_session_no_younger(
    home: Home, make_store: Callable[..., StandIn]
) -> None:
    environment = home.environment(make_store(switches={"require_sign_in": False}))
    profile = home.command.home / "profile"
    note_sign_in(profile, "person")
    note = json.loads((profile / "readdress.json").read_text())
    (profile / "readdress.json").write_text(json.dumps({**note, "signed_in": "2026-11-20T08:00:00+00:00"}))
    done = home.command("login", "--json", **environment, READDRESS_PROFILE_DIR=str(profile))
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["signed_in"] == "2026-11-20T08:00:00+00:00"


@pytest.mark.full
def test_a_window_that_is_closed_before_anybody_signed_in_is_told(
    home: Home, make_store: Callable[..., StandIn]
) -> None:
    store = make_store()
    with home.command.start("login", "--json", **home.environment(store)) as login:
        with home.window() as window:
            frame_with(window, ".nfm-login-id input").page.close()
        out, err = login.communicate(timeout=ANSWER_S)
    result = json.loads(out)
    assert ended(result) == ("needs_person", 3, "signed_out"), out + err
    assert login.returncode == 3
    assert "The window was closed" in result["reason"]["text"]


@pytest.mark.full
@pytest.mark.parametrize("arguments", [["login"], ["login", "--plain-chrome"], ["change", "--yes"]])
def test_a_browser_that_is_still_open_on_the_profile_has_to_be_closed_first(
    arguments: list[str], home: Home, make_store: Callable[..., StandIn]
) -> None:
    environment = home.environment(make_store())
    profile = home.command.home / "profile"
    own = [environment["READDRESS_BROWSER_PATH"], f"--user-data-dir={profile}", *launch_arguments(), "about:blank"]
    with subprocess.Popen(own, env={"DISPLAY": home.screen, "HOME": str(profile)}, stderr=subprocess.DEVNULL) as left:
        port_of(profile)
        result = home.command.json(*arguments, **environment, READDRESS_PROFILE_DIR=str(profile))
        left.terminate()
    assert ended(result) == ("site", 8, "profile_in_use"), result["reason"]
    assert f"process {left.pid}" in result["reason"]["text"]


@pytest.mark.full
@pytest.mark.parametrize("plain", [[], ["--plain-chrome"]])
def test_nobody_who_signs_in_is_not_waited_for_longer_than_told(
    plain: list[str], home: Home, make_store: Callable[..., StandIn]
) -> None:
    result = home.command.json("login", "--timeout", "2", *plain, **home.environment(make_store()))
    assert ended(result) == ("needs_person", 3, "signed_out")
    assert "within 2 s" in result["reason"]["text"]


@pytest.mark.full
@pytest.mark.parametrize("plain", [[], ["--plain-chrome"]])
def test_ctrl_c_ends_a_login_and_its_browser(plain: list[str], home: Home, make_store: Callable[..., StandIn]) -> None:
    with Terminal(home.command, "login", *plain, **home.environment(make_store())) as terminal:
        terminal.until("sign in at")
        with home.window() as window:
            frame_with(window, ".nfm-login-id input")
            terminal.press_ctrl_c()
            assert terminal.end() == 130, terminal.text
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port_of(home.command.home)), 2)
    assert "Cancelled" in terminal.text
    assert "Traceback" not in terminal.text


def test_a_login_without_a_display_says_so(command: Command) -> None:
    result = command.json("login", READDRESS_STORE_USER="anna.rossi@example.org")
    assert ended(result) == ("settings", 2, "no_display")
    assert "ssh -X" in result["reason"]["text"]


def test_a_login_waits_for_no_other_run_of_the_account(command: Command) -> None:
    user = "anna.rossi@example.org"
    key = account_key("https://www.aliexpress.com", user)
    with lock(command.home / ".local/state/readdress/locks", key):
        result = command.json("login", READDRESS_STORE_USER=user, DISPLAY=":99")
    assert ended(result) == ("busy", 9, "locked")


def test_a_login_wants_the_accounts_name_and_no_password(command: Command) -> None:
    result = command.json("login", DISPLAY=":99", READDRESS_STORE_PASSWORD_COMMAND="false")
    assert ended(result) == ("settings", 2, "settings")
    assert result["reason"]["text"].startswith("READDRESS_STORE_USER: missing")
    assert "PASSWORD" not in result["reason"]["text"]


@pytest.mark.parametrize(
    ("shows", "standing"),
    [
        ({"profile_settings", "account_menu"}, "signed in"),
        ({"account_email"}, "signed in"),
        ({"sign_in_name", "account_menu"}, "signed out"),
        ({"signed_out"}, "signed out"),
        ({"account_menu"}, "could not tell"),
        (set(), "could not tell"),
        ({"profile_settings", "signed_out"}, "could not tell"),
        ({"profile_settings", "captcha"}, "could not tell"),
    ],
)
def test_signed_in_signed_out_and_could_not_tell_are_three_answers(shows: set[str], standing: str) -> None:
    assert standing_of(shows) == standing


@pytest.mark.parametrize(
    ("tabs", "elsewhere", "worth"),
    [
        ([{"profile_settings"}], False, "now"),
        ([{"sign_in_name"}, {"account_email"}], False, "now"),  # an old tab still shows the form
        ([{"sign_in_name"}], False, "no"),
        ([{"sign_in_name"}, set()], False, "no"),
        ([{"captcha"}], False, "no"),
        ([{"profile_settings", "captcha"}], False, "no"),
        ([set()], False, "if it stays so"),
        ([set()], True, "no"),
        ([{"profile_settings"}], True, "no"),
    ],
)
def test_nobody_who_is_still_typing_is_disturbed_by_a_look(tabs: list[set[str]], elsewhere: bool, worth: str) -> None:
    assert promise(tabs, elsewhere=elsewhere) == worth
