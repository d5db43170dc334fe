"""A person at a real terminal: questions, codes typed by hand, the live line, a window under Xvfb."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sample_runs import some
from sample_terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from sample_runs import Command

    from automation.stand_in import StandIn

PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
"""As a Persian keyboard types digits."""


def test_a_code_is_typed_by_hand_where_the_mailbox_speaks_no_imap(
    command: Command, make_store: Callable[..., StandIn]
) -> None:
    store = make_store(generation="center")
    environment = {**store.environment(), "READDRESS_NEW_IMAP_URL": "ask"}
    with Terminal(command, "change", "--yes", "--settle", "5", **environment) as terminal:
        terminal.until("Type the code from the newest letter")
        terminal.type("12")
        terminal.until("once more")
        terminal.type(terminal.fresh_code(store, store.new).translate(PERSIAN))
        assert terminal.end() == 0, terminal.text
    assert "typed by you" in terminal.text
    [account] = store.truth()["accounts"].values()
    assert account["email"] == store.new


def test_the_question_for_a_code_stays_on_the_screen_while_the_letter_is_under_way(
    command: Command, make_store: Callable[..., StandIn]
) -> None:
    store = make_store(generation="legacy", switches={"letter_delay_s": 1})
    environment = {**store.environment(), "READDRESS_OLD_IMAP_URL": "ask"}
    with Terminal(command, "change", "--yes", "--settle", "5", **environment) as terminal:
        terminal.until(" digits): ")
        terminal.type(terminal.fresh_code(store, store.user))
        assert terminal.end() == 0, terminal.text
    asked = terminal.text.partition("Type the code")[2].partition("typed by you")[0]
    assert "\x1b[K" not in asked, asked


@pytest.mark.full
def test_a_code_that_the_store_refused_is_not_typed_by_hand_again(
    command: Command, make_store: Callable[..., StandIn]
) -> None:
    store = make_store(generation="center", switches={"resend_timer_s": 3})
    environment = {**store.environment(), "READDRESS_NEW_IMAP_URL": "ask"}
    with Terminal(command, "change", "--yes", "--settle", "5", **environment) as terminal:
        terminal.answer(" digits): ", "000000")
        terminal.answer(" digits): ", "000 000")
        terminal.until("The store refused that code already")
        terminal.type(terminal.fresh_code(store, store.new))
        assert terminal.end() == 0, terminal.text
    assert [each["right"] for each in store.truth()["codes_typed"] if each["to"] == store.new] == [False, True]


@pytest.mark.parametrize(
    ("answer", "code", "outcome"),
    [("n", 130, "Cancelled"), ("y", 0, "Changed"), pytest.param("", 130, "Cancelled", marks=pytest.mark.full)],
)
def test_the_last_question_is_asked_before_the_new_address_gets_a_code(
    answer: str, code: int, outcome: str, command: Command, make_store: Callable[..., StandIn]
) -> None:
    store = make_store(generation="legacy")
    with Terminal(command, "change", "--settle", "5", **store.environment()) as terminal:
        terminal.until("[y/N]")
        assert [each["purpose"] for each in store.truth()["codes_requested"]] == ["old"]
        terminal.type(answer)
        assert terminal.end() == code, terminal.text
    assert outcome in terminal.text


@pytest.mark.full
def test_while_a_letter_is_awaited_a_live_line_counts_the_seconds(
    command: Command, make_store: Callable[..., StandIn]
) -> None:
    store = make_store(switches={"letter_delay_s": 3})
    with Terminal(command, "change", "--yes", "--settle", "5", **store.environment()) as terminal:
        assert terminal.end() == 0, terminal.text
    assert re.search(r"\r\x1b\[K +old mailbox: waiting for the letter, [1-9] of 600 s", terminal.text), terminal.text


def test_a_narrow_terminal_without_colour_stays_readable(command: Command, make_store: Callable[..., StandIn]) -> None:
    environment = {"COLUMNS": "40", "NO_COLOR": "1"}
    with Terminal(command, "change", "--yes", **environment) as terminal:
        assert terminal.end() == 2
    assert "\x1b[" not in terminal.text
    words = [line for line in terminal.text.splitlines() if not re.search(r"\S{30}", line)]
    assert max(map(len, words)) <= 40


@pytest.mark.parametrize("arguments", [("check",), pytest.param(("change", "--yes"), marks=pytest.mark.full)])
def test_no_line_is_longer_than_the_terminal_is_wide(
    arguments: tuple[str, ...], command: Command, make_store: Callable[..., StandIn]
) -> None:
    environment = {**make_store(generation="legacy").environment(), "COLUMNS": "60", "NO_COLOR": "1"}
    with Terminal(command, *arguments, **environment) as terminal:
        assert terminal.end() == 0, terminal.text
    lines = [line.rpartition("\x1b[K")[2] for line in terminal.text.splitlines()]
    assert [line for line in lines if len(line) > 60 and not re.search(r"\S{30}", line)] == []
    assert "watched, 4 letters" in re.sub(r"\s+", " ", terminal.text)


@pytest.mark.full
def test_the_demo_runs_in_a_real_window(command: Command, display: str) -> None:
    done = command("demo", "--headed", "--generation", "legacy", "--language", "it", DISPLAY=display)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "with a window" in done.stderr


@pytest.mark.parametrize(
    ("stage", "kind"),
    [
        ("prove_old", "slider"),
        *(
            pytest.param("settings", kind, marks=pytest.mark.full)
            for kind in ("slider", "frame", "punish", "bare", "header")
        ),
    ],
)
def test_a_captcha_is_left_to_the_person_at_the_window_and_the_run_goes_on(
    stage: str, kind: str, command: Command, make_store: Callable[..., StandIn], display: str
) -> None:
    store = make_store(switches={"captcha_at": stage, "captcha_kind": kind})
    with Terminal(command, "change", "--yes", "--headed", **store.environment(), DISPLAY=display) as terminal:
        terminal.until("please do it in the browser's window")
        store.post("/solve-captcha")
        assert terminal.end() == 0, terminal.text
    assert store.new in [account["email"] for account in store.truth()["accounts"].values()]


def test_a_window_without_a_display_is_a_clear_stop(command: Command, make_store: Callable[..., StandIn]) -> None:
    store = make_store()
    result = command.json("change", "--yes", "--headed", **store.environment())
    assert (result["outcome"], result["reason"]["kind"]) == ("site", "browser")
    assert "--headless" in result["reason"]["text"]


@pytest.mark.parametrize(
    ("arguments", "environment", "question"),
    [
        ((), {"READDRESS_STORE_URL": "https://shop.example/"}, "is not one of AliExpress's own hosts."),
        (("--browser-url", "http://127.0.0.1:9"), {}, "Attach to the browser at http://127.0.0.1:9?"),
    ],
)
def test_ctrl_c_at_a_question_before_the_run_ends_the_command(
    arguments: tuple[str, ...],
    environment: dict[str, str],
    question: str,
    command: Command,
    make_store: Callable[..., StandIn],
) -> None:
    with Terminal(command, "change", *arguments, **{**make_store().environment(), **environment}) as terminal:
        terminal.until(question)
        terminal.press_ctrl_c()
        assert terminal.end() == 130, terminal.text
    assert "Cancelled" in terminal.text


@pytest.mark.parametrize("step", some(["A3", "A6", "A8b"], {"A8b"}))
def test_ctrl_c_at_the_terminal_ends_the_run_and_its_browser(
    step: str, command: Command, make_store: Callable[..., StandIn]
) -> None:
    store = make_store(switches={"letter_delay_s": 0.5})
    with Terminal(command, "change", "--yes", **store.environment()) as terminal:
        terminal.until(f"  {step} ")
        terminal.press_ctrl_c()
        assert terminal.end() == 130, terminal.text
    assert "Cancelled" in terminal.text
    assert "Traceback" not in terminal.text
    assert store.truth()["submits"] == []


def test_ctrl_c_after_the_commit_still_finds_out_what_happened(
    command: Command, make_store: Callable[..., StandIn]
) -> None:
    store = make_store(generation="legacy")
    with Terminal(command, "change", "--yes", "--settle", "10", **store.environment()) as terminal:
        terminal.until("  A8d ")
        terminal.press_ctrl_c()
        assert terminal.end() == 0, terminal.text
    assert "Changed" in terminal.text
