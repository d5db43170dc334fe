"""The browser fails at each step: a clear stop before the commit, the account read after it, the next run right."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Error as PlaywrightError
from sample_runs import address, in_turn, some

from flows.change_email import flow

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext
    from sample_runs import Change

    from automation.stand_in import StandIn

STEPS = [step.id for step in flow.steps]
ANSWERS = ["lost_before", "lost_after", "error_500", "error_502", "error_429"]
BEFORE_THE_COMMIT = STEPS[: STEPS.index("A8d")]
WITH_A_REQUEST = [step for step in BEFORE_THE_COMMIT if step != "A8c"]
"""Reading the new mailbox asks nothing of the site: what goes away then is missed at the commit."""


pytestmark = pytest.mark.usefixtures("hasty")


def at_step(wanted: str, fault: Callable[[], object]) -> Callable[[dict[str, Any]], None]:
    """A listener of the journal that lets the fault happen once, as the step begins."""
    done: list[str] = []

    def listen(event: dict[str, Any]) -> None:
        if event["event"] == "step" and event["id"] == wanted and not done:
            done.append(wanted)
            fault()

    return listen


def close_all_tabs(context: BrowserContext) -> None:
    for page in context.pages:
        page.close()


def crash(context: BrowserContext) -> None:
    with suppress(PlaywrightError):  # the crash is how this ends
        context.pages[-1].goto("chrome://crash", timeout=5_000)


@pytest.mark.parametrize("step", some(BEFORE_THE_COMMIT, {"A6"}))
def test_a_window_closed_before_the_commit_ends_with_site(
    step: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(switches={"resend_timer_s": 0})
    result = change(store, listeners=(at_step(step, lambda: close_all_tabs(change.context)),))
    assert (result["outcome"], result["exit"]) == ("site", 8)
    assert store.truth()["submits"] == []
    assert change(store)["outcome"] == "changed"


@pytest.mark.parametrize(("generation", "step"), in_turn(["A3", "A5", "A7", "A8a"], ("center", "A5")))
def test_a_network_that_goes_away_before_the_commit_ends_with_site(
    step: str, generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"resend_timer_s": 0})
    result = change(store, listeners=(at_step(step, lambda: change.context.set_offline(offline=True)),))
    change.context.set_offline(offline=False)
    assert (result["outcome"], result["exit"]) == ("site", 8), result["reason"]
    assert "ERR_INTERNET_DISCONNECTED" in result["reason"]["text"]
    assert store.truth()["submits"] == []
    assert change(store)["outcome"] == "changed"


@pytest.mark.parametrize("step", some(WITH_A_REQUEST, {"A4"}))
def test_a_name_that_is_not_found_before_the_commit_ends_with_site(
    step: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(switches={"resend_timer_s": 0})
    lose = lambda: change.context.route("**/*", lambda route: route.abort("namenotresolved"))  # noqa: E731 - a fault
    result = change(store, listeners=(at_step(step, lose),))
    change.context.unroute_all()
    assert (result["outcome"], result["exit"]) == ("site", 8), result["reason"]
    assert "ERR_NAME_NOT_RESOLVED" in result["reason"]["text"]
    assert store.truth()["submits"] == []
    assert change(store)["outcome"] == "changed"


@pytest.mark.parametrize("generation", some(["legacy", "center"], {"center"}))
def test_a_network_that_goes_away_at_the_commit_is_unknown_and_the_next_run_finds_out(
    generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"resend_timer_s": 0})
    result = change(store, listeners=(at_step("A8d", lambda: change.context.set_offline(offline=True)),))
    change.context.set_offline(offline=False)
    assert (result["outcome"], result["exit"], result["reason"]["kind"]) == ("unknown", 75, "unreadable")
    assert address(store) == store.user
    assert change(store)["outcome"] == "changed"
    assert [submit["applied"] for submit in store.truth()["submits"]] == [True]


@pytest.mark.parametrize("step", some(["A2", "A5", "A7"], {"A5"}))
def test_a_crashed_tab_before_the_commit_ends_with_site(
    step: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(switches={"resend_timer_s": 0})
    result = change(store, listeners=(at_step(step, lambda: crash(change.context)),))
    assert (result["outcome"], result["exit"]) == ("site", 8), result["reason"]
    assert store.truth()["submits"] == []


@pytest.mark.parametrize("fault", some([close_all_tabs, crash], {crash}))
def test_a_tab_that_goes_away_right_after_the_commit_does_not_keep_the_proof_away(
    fault: Callable[[BrowserContext], None], make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation="legacy")
    result = change(store, listeners=(at_step("A9", lambda: fault(change.context)),))
    assert (result["outcome"], result["exit"]) == ("changed", 0), result["reason"]
    assert address(store) == store.new


@pytest.mark.parametrize(
    "answer",
    some(["lost_before", "lost_after", "error_500", "error_502", "error_429"], {"lost_after", "error_429"}),
)
@pytest.mark.parametrize("generation", some(["legacy", "center"], {"legacy"}))
def test_an_answer_that_is_lost_or_an_error_is_settled_by_reading_the_account(
    generation: str, answer: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    # Chromium itself sends a request again whose connection closes without a word, so the first two are lost.
    switches = {"submit_answer": answer, "submit_answer_times": 2, "resend_timer_s": 0}
    store = make_store(generation=generation, switches=switches)
    result = change(store)
    applied = address(store) == store.new
    assert applied == (answer == "lost_after")
    assert result["outcome"] == ("changed" if applied else "unknown"), result["reason"]
    if answer == "error_429":  # Retry-After: 120
        assert 100 < result["reason"]["retry_after_s"] <= 120

    store.switch(submit_answer="normal")
    again = change(store)
    assert again["outcome"] == ("already" if applied else "changed"), again["reason"]
    assert address(store) == store.new
    assert [submit["applied"] for submit in store.truth()["submits"]].count(True) == 1
