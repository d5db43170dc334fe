"""Signals at each step: before the commit a clean stop with nothing submitted, after it the truth."""

from __future__ import annotations

import json
import os
import pty
import time
from signal import SIGCONT, SIGINT, SIGKILL, SIGSTOP, SIGTERM
from typing import TYPE_CHECKING, Any

import pytest
from sample_paused import PATIENCE_S, paused
from sample_processes import ON_LINUX, browser_of, driver_of, wait_until_nothing_is_left
from sample_runs import some

from flows.change_email import flow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from signal import Signals

    from sample_runs import Command

    from automation.stand_in import StandIn

pytestmark = [ON_LINUX, pytest.mark.usefixtures("windowless_browser")]
STEPS = [f"step:{step.id}" for step in flow.steps]
COMMIT = STEPS.index("step:A8d")
BEFORE_THE_COMMIT = STEPS[: COMMIT + 1]
"""As a step begins, its act is still to come."""
AFTER_THE_COMMIT = ["intent:", "act:A8d", *STEPS[COMMIT + 1 :], "settled:", "arrived:A9"]
SOON_S = 10
ASLEEP_S = 4
EXITS = {SIGINT: 130, SIGTERM: 143}


def pairs(moments: list[str], *quick: tuple[str, Signals]) -> list[Any]:
    return some([(moment, number) for moment in moments for number in (SIGINT, SIGTERM)], set(quick))


def named(value: Any) -> str:
    return value if isinstance(value, str) else value.name


@pytest.fixture
def store(fresh: Callable[[str], StandIn]) -> StandIn:
    """A fresh account."""
    return fresh("legacy")


def with_killed(which: Callable[[Path], int], moment: str, command: Command, store: StandIn) -> dict[str, Any]:
    """The result of a run one of whose processes is killed at a moment."""
    with paused(command, store, moment) as run:
        os.kill(which(command.home), SIGKILL)
        return run.result()


def address(store: StandIn) -> str:
    [account] = store.truth()["accounts"].values()
    return str(account["email"])


@pytest.mark.parametrize(
    ("moment", "number"),
    pairs(BEFORE_THE_COMMIT, ("step:A7", SIGTERM), ("step:A8d", SIGINT)),
    ids=named,
)
def test_before_the_commit_a_signal_ends_the_run_soon_and_nothing_is_submitted(
    moment: str, number: Signals, command: Command, store: StandIn
) -> None:
    with paused(command, store, moment) as run:
        run.send_to_all(number) if number == SIGINT else run.send(number)
        result = run.result(within=SOON_S)
    assert (result["outcome"], result["exit"]) == ("cancelled", EXITS[number])
    assert store.truth()["submits"] == []
    assert address(store) == store.user


def test_a_signal_ends_a_run_soon_though_the_store_never_answers(command: Command, store: StandIn) -> None:
    store.switch(page_delay_s=PATIENCE_S)
    with paused(command, store, "browser:") as run:
        run.send_to_all(SIGINT)
        result = run.result(within=SOON_S)
    assert (result["outcome"], result["exit"]) == ("cancelled", 130)


@pytest.mark.parametrize(("moment", "number"), pairs(AFTER_THE_COMMIT, ("intent:", SIGINT)), ids=named)
def test_after_the_commit_a_signal_does_not_keep_the_proof_away(
    moment: str, number: Signals, command: Command, store: StandIn
) -> None:
    with paused(command, store, moment) as run:
        run.send_to_all(number) if number == SIGINT else run.send(number)
        result = run.result()
    assert (result["outcome"], result["exit"]) == ("changed", 0), result["reason"]
    assert address(store) == store.new


@pytest.mark.full
def test_sigterm_for_driver_and_browser_too_ends_the_run_cleanly(command: Command, store: StandIn) -> None:
    with paused(command, store, "step:A7") as run:
        run.send_to_everything(SIGTERM)
        result = run.result(within=SOON_S)
    assert (result["outcome"], result["exit"]) == ("cancelled", 143)
    with paused(command, store, "step:A9") as run:
        run.send_to_everything(SIGTERM)
        result = run.result(within=SOON_S)
    assert (result["outcome"], result["exit"]) == ("unknown", 75), result["reason"]
    assert command.json("change", "--yes", **store.environment())["outcome"] == "already"


@pytest.mark.parametrize("second", some([SIGINT, SIGTERM], {SIGINT}), ids=named)
def test_a_second_signal_after_the_commit_is_obeyed_and_the_end_is_unknown(
    second: Signals, command: Command, store: StandIn
) -> None:
    store.switch(old_shown_for_s=PATIENCE_S)
    with paused(command, store, "intent:", "address:", settle_s=PATIENCE_S) as run:
        run.send_to_all(SIGINT)
        run.next_stop()
        run.send(second)
        result = run.result(within=SOON_S)
    assert (result["outcome"], result["exit"], result["reason"]["kind"]) == ("unknown", 75, "unreadable")
    assert address(store) == store.new
    store.switch(old_shown_for_s=0)
    assert command.json("change", "--yes", **store.environment())["outcome"] == "already"


@pytest.mark.full
@pytest.mark.parametrize(("moment", "everything"), [(moment, n % 2 == 1) for n, moment in enumerate(STEPS)])
def test_a_run_that_was_stopped_for_seconds_goes_on(
    moment: str, everything: bool, command: Command, store: StandIn
) -> None:
    with paused(command, store, moment) as run:
        if everything:
            run.send_to_everything(SIGSTOP)
        time.sleep(ASLEEP_S)  # what is tested is that this time has gone by
        run.send_to_everything(SIGCONT)
        result = run.result()
    assert (result["outcome"], result["exit"]) == ("changed", 0), result["reason"]
    assert address(store) == store.new


@pytest.mark.parametrize("moment", some([*BEFORE_THE_COMMIT, "intent:"], {"intent:"}))
def test_a_browser_that_is_killed_before_anything_is_submitted_ends_with_site(
    moment: str, command: Command, store: StandIn
) -> None:
    result = with_killed(browser_of, moment, command, store)
    assert (result["outcome"], result["exit"]) == ("site", 8), result["reason"]
    assert store.truth()["submits"] == []


@pytest.mark.parametrize("killed", some([browser_of, driver_of], {browser_of}))
@pytest.mark.parametrize("moment", some(["act:A8d", "step:A9"], {"step:A9"}))
def test_a_browser_or_driver_that_is_killed_after_the_commit_is_unknown_and_the_next_run_finds_out(
    moment: str, killed: Callable[[Path], int], command: Command, store: StandIn
) -> None:
    result = with_killed(killed, moment, command, store)
    assert (result["outcome"], result["exit"], result["reason"]["kind"]) == ("unknown", 75, "unreadable")
    had_new = address(store) == store.new
    again = command.json("change", "--yes", "--settle", "0.5", **store.environment())
    assert again["outcome"] == ("already" if had_new else "changed"), again["reason"]
    assert address(store) == store.new
    assert [submit["applied"] for submit in store.truth()["submits"]].count(True) == 1


@pytest.mark.parametrize("moment", some([*BEFORE_THE_COMMIT, "intent:"], {"step:A5"}))
def test_a_driver_that_is_killed_before_anything_is_submitted_ends_with_site(
    moment: str, command: Command, store: StandIn
) -> None:
    result = with_killed(driver_of, moment, command, store)
    assert (result["outcome"], result["exit"]) == ("site", 8), result["reason"]
    assert store.truth()["submits"] == []


@pytest.mark.full
@pytest.mark.parametrize("killed", some([browser_of, driver_of], {driver_of}))
def test_a_browser_or_driver_that_is_killed_after_the_proof_changes_nothing(
    killed: Callable[[Path], int], command: Command, store: StandIn
) -> None:
    result = with_killed(killed, "settled:", command, store)
    assert (result["outcome"], result["exit"]) == ("changed", 0), result["reason"]


@pytest.mark.full
@pytest.mark.parametrize(
    ("moment", "outcome", "code"),
    some([("step:A7", "cancelled", 143), ("step:A9", "changed", 0)], {("step:A7", "cancelled", 143)}),
)
def test_a_terminal_that_is_closed_ends_the_run_like_sigterm(
    moment: str, outcome: str, code: int, command: Command, store: StandIn
) -> None:
    master, slave = pty.openpty()
    with paused(command, store, moment, terminal=slave) as run:
        os.close(slave)
        os.close(master)
        assert run.end() == code
    [kept] = json.loads(command("runs", "--json").stdout)["runs"]
    assert (kept["outcome"], kept["exit"]) == (outcome, code)
    assert (address(store) == store.new) == (outcome == "changed")


@pytest.mark.full
@pytest.mark.parametrize(
    ("moment", "generation"),
    some(
        [(moment, generation) for moment in ("act:A8d", "step:A9") for generation in ("legacy", "center")],
        {("act:A8d", "center")},
    ),
)
def test_after_a_crash_in_the_middle_the_next_run_signs_in_with_whichever_name_the_account_has(
    moment: str, generation: str, command: Command, fresh: Callable[[str], StandIn]
) -> None:
    store = fresh(generation)
    with paused(command, store, moment) as run:
        os.kill(browser_of(command.home), SIGKILL)  # first, so that it keeps no session
        run.send(SIGKILL)
        run.process.wait()
    wait_until_nothing_is_left(command.home)
    had_new = address(store) == store.new
    assert had_new == (moment == "step:A9")
    again = command.json("change", "--yes", "--settle", "0.5", **store.environment())
    assert again["outcome"] == ("already" if had_new else "changed"), again["reason"]
    wrong = [each for each in store.truth()["sign_ins"] if not each["right"]]
    assert len(wrong) == (0 if had_new else 1)
