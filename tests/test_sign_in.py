"""Signing in during a run: what the form remembers, suggests and asks for beside name and password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sample_person import at_window, sign_in_as_person, watched_browser
from sample_runs import address, ended, requested, some
from sample_terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Playwright
    from sample_runs import Change, Command

    from automation.stand_in import StandIn

one_generation = pytest.mark.parametrize("generation", some(["legacy", "center"], {"center"}))
FORMS = [
    ("legacy", "other"),
    ("center", "same"),
    pytest.param("legacy", "same", marks=pytest.mark.full),
    pytest.param("center", "other", marks=pytest.mark.full),
]
TIMER_S = 3.0


def sign_ins(store: StandIn) -> list[bool]:
    """Whether each password that was typed was right."""
    return [sign_in["right"] for sign_in in store.truth()["sign_ins"]]


@pytest.mark.parametrize(("generation", "remembered"), FORMS)
def test_a_remembered_account_is_taken_or_switched_by_whose_it_is(
    generation: str, remembered: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"remembered": remembered})
    result = change(store)
    assert ended(result) == ("changed", 0, None), result["reason"]
    assert sign_ins(store) == [True]


@pytest.mark.full
def test_a_suggestion_menu_over_the_button_is_sent_away(make_store: Callable[..., StandIn], change: Change) -> None:
    store = make_store(switches={"suggestion_menu": True})
    events: list[dict[str, Any]] = []
    result = change(store, listeners=(events.append,), dry_run=True)
    assert ended(result) == ("planned", 0, None), result["reason"]
    assert [event["name"] for event in events if event["event"] == "interruption"] == [
        "suggestions", "sign_in", "password",
    ]  # fmt: skip
    assert sign_ins(store) == [True]


@one_generation
def test_a_wrong_code_at_the_sign_in_is_followed_by_one_from_a_new_letter(
    generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    switches = {"sign_in_code": True, "wrong_code_replies": 1, "resend_timer_s": TIMER_S}
    store = make_store(generation=generation, switches=switches)
    result = change(store, dry_run=True)
    assert ended(result) == ("planned", 0, None), result["reason"]
    first, second = store.truth()["codes_requested"]
    assert requested(store) == ["sign-in", "sign-in"]
    assert second["at"] - first["at"] >= TIMER_S
    assert [code["right"] for code in store.truth()["codes_typed"]] == [True, True]
    assert sign_ins(store) == [True]


@pytest.mark.full
@pytest.mark.parametrize("generation", ["legacy", "center"])
def test_a_second_wrong_code_at_the_sign_in_is_refused_as_a_code(
    generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    switches = {"sign_in_code": True, "wrong_code_replies": 9, "resend_timer_s": 1}
    store = make_store(generation=generation, switches=switches)
    result = change(store)
    assert ended(result) == ("refused", 4, "wrong_code"), result["reason"]
    assert result["reason"]["store_said"]
    assert len(store.truth()["codes_typed"]) == 2
    assert sign_ins(store) == [True]


@one_generation
@pytest.mark.parametrize("party", some(["old", "new"], {"old"}))
def test_another_code_is_asked_for_only_when_the_sites_own_countdown_is_over(
    party: str, generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    replies = {"code_expired_replies": 1} if party == "new" else {"wrong_code_replies": 1}
    store = make_store(generation=generation, switches={**replies, "wrong_code_for": party, "resend_timer_s": TIMER_S})
    events: list[dict[str, Any]] = []
    result = change(store, listeners=(events.append,))
    assert ended(result) == ("changed", 0, None), result["reason"]
    step = {"old": "A6", "new": "A8b"}[party]
    first, second = (e["t"] for e in events if e["event"] == "act" and (e["step"], e["action"]) == (step, "click"))
    assert second - first >= TIMER_S
    assert requested(store).count(party) == 2
    typed = [code for code in store.truth()["codes_typed"] if code["purpose"] == party]
    assert [code["right"] for code in typed] == [True, True]  # the newest letter's, both times


@pytest.mark.full
@one_generation
def test_a_password_that_is_refused_midway_is_not_typed_again(
    generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"require_sign_in": False, "password_again": True})
    result = change(store, environment={"READDRESS_STORE_PASSWORD": "not it"})
    assert ended(result) == ("refused", 4, "wrong_password"), result["reason"]
    assert sign_ins(store) == [False]
    assert requested(store) == []


@one_generation
def test_without_a_password_the_person_signs_in_at_the_window_and_the_run_goes_on(
    generation: str, command: Command, make_store: Callable[..., StandIn], display: str, playwright: Playwright
) -> None:
    store = make_store(generation=generation)
    settings = {name: text for name, text in store.environment().items() if name != "READDRESS_STORE_PASSWORD"}
    program = str(watched_browser(playwright, command.home))
    environment = {**settings, "DISPLAY": display, "READDRESS_BROWSER_PATH": program}
    with Terminal(command, "change", "--yes", "--headed", "--settle", "5", **environment) as terminal:
        terminal.until("please do it in the browser's window")
        with at_window(playwright, command.home) as window:
            sign_in_as_person(window, store)
        assert terminal.end() == 0, terminal.text
    assert address(store) == store.new
    assert sign_ins(store) == [True]


def test_without_a_password_and_without_a_window_a_person_is_needed(
    make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store()
    result = change(store, environment={"READDRESS_STORE_PASSWORD": ""})
    assert ended(result) == ("needs_person", 3, "password"), result["reason"]
    assert "readdress login" in result["reason"]["text"]
    assert sign_ins(store) == []
