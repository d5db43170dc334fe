"""Settings that can't be used: everything wrong is told at once, and no secret with it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_settings import CANARY, ENOUGH, NOWHERE, changed, only_problem, settings

from automation.errors import SettingsStop
from automation.settings import SETTINGS, load

if TYPE_CHECKING:
    from pathlib import Path

# --- what is refused ---


@pytest.mark.parametrize("number", [0.0, -1.0, float("inf"), float("nan"), 1e9])
def test_a_wait_without_end_is_refused(number: float) -> None:
    assert only_problem(ENOUGH, timeout=number).startswith("--timeout: must be a number of seconds")


def test_an_option_that_is_wrong_is_named_as_the_option() -> None:
    assert only_problem(ENOUGH, to="nobody").startswith("--to: ")
    assert only_problem(ENOUGH, imap_ca="/no/such/file") == "--imap-ca: there is no such file"


@pytest.mark.parametrize("name", ["OLD_EMAIL", "NEW_EMAIL"])
@pytest.mark.parametrize("text", ["anna", "anna@", "@b.example", "a b@c.example", "a@b@c.example", "a***a@b.de"])
def test_what_is_no_address_is_refused(name: str, text: str) -> None:
    assert only_problem(changed(**{name: text})).startswith(f"READDRESS_{name}: ")


@pytest.mark.parametrize("new", ["anna@old.example", "ANNA@old.example", "Anna@OLD.example"])
def test_old_and_new_are_two_addresses(new: str) -> None:
    assert only_problem(changed(NEW_EMAIL=new)).startswith("READDRESS_NEW_EMAIL: is the old address again")
    assert only_problem(ENOUGH, to=new).startswith("--to: is the old address again")


@pytest.mark.parametrize("name", ["STORE_USER", "BROWSER_PATH", "PROFILE_DIR", "RUNS_DIR"])
@pytest.mark.parametrize("text", ["a\nb", "a\x1bb", "a\0b"])
def test_names_and_paths_have_no_control_characters(name: str, text: str) -> None:
    assert only_problem(changed(**{name: text})).startswith(f"READDRESS_{name}: holds a line break")


@pytest.mark.parametrize("name", ["../aliexpress", "a/b", "A", ".", "a\n"])
def test_a_store_s_name_is_no_path(name: str) -> None:
    assert "is not the name of a store" in only_problem(changed(STORE=name))


def test_further_origins_of_no_other_place_contradict() -> None:
    assert "READDRESS_STORE_URL" in only_problem(changed(STORE_ORIGINS="https://f.example"))


def test_a_real_store_s_host_never_speaks_plain_http() -> None:
    environ = changed(PLAIN_HOSTS="www.shop.example", STORE_URL="http://www.shop.example")
    assert settings(environ).store_url == "http://www.shop.example/"
    with pytest.raises(SettingsStop) as stop:
        load({}, environ, None, NOWHERE, shipped_hosts={"www.shop.example"})
    assert "READDRESS_PLAIN_HOSTS: names a host of a real store" in stop.value.reason.text
    assert "READDRESS_STORE_URL: plain http" in stop.value.reason.text


# --- secrets ---


def test_no_password_shows_in_what_is_printed() -> None:
    got = settings(ENOUGH)
    assert CANARY not in f"{got!r} {got} {got.old!r} {got.old.imap!r}"


@pytest.mark.parametrize("name", ["STORE_PASSWORD", "OLD_IMAP_PASSWORD", "NEW_IMAP_PASSWORD"])
def test_a_password_that_cant_be_typed_is_refused_without_being_shown(name: str) -> None:
    line = only_problem(changed(**{name: f"{CANARY}\n{CANARY}"}))
    assert line.startswith(f"READDRESS_{name}: ")
    assert CANARY not in line


def test_a_password_and_its_command_contradict() -> None:
    line = only_problem(changed(OLD_IMAP_PASSWORD_COMMAND=f"echo {CANARY}"))
    assert line.startswith("READDRESS_OLD_IMAP_PASSWORD: given twice")
    assert CANARY not in line


def test_passwords_come_from_commands(tmp_path: Path) -> None:
    environ = changed(
        STORE_PASSWORD="",
        STORE_PASSWORD_COMMAND="echo store secret",
        NEW_IMAP_PASSWORD="",
        NEW_IMAP_PASSWORD_COMMAND="echo new secret",
    )
    got = load({}, environ | {"PATH": os.defpath}, None, tmp_path)
    assert got.new.imap is not None
    assert (got.store_password, got.new.imap.password) == ("store secret", "new secret")


def test_a_command_that_fails_is_told_under_its_name(tmp_path: Path) -> None:
    environ = changed(STORE_PASSWORD="", STORE_PASSWORD_COMMAND="false") | {"PATH": os.defpath}
    with pytest.raises(SettingsStop) as stop:
        load({}, environ, None, tmp_path)
    assert stop.value.reason.text.startswith("READDRESS_STORE_PASSWORD_COMMAND: the command failed")


@given(
    broken=st.dictionaries(st.sampled_from([each.name for each in SETTINGS]), st.text(max_size=12)),
    password=st.sampled_from([CANARY, CANARY + "\n", f"'{CANARY}", f"imaps://x:{CANARY}@h"]),
)
def test_no_message_shows_a_password_whatever_else_is_wrong(broken: dict[str, str], password: str) -> None:
    secret = {name: password for name in ENOUGH if name.endswith("PASSWORD")}
    no_commands = {name: "" for name in broken if name.endswith("COMMAND")}
    try:
        shown = repr(settings(ENOUGH | broken | no_commands | secret))
    except SettingsStop as stop:
        shown = f"{stop!r} {stop} {stop.reason}"
    assert CANARY not in shown
