"""The whole of path A in a real Chromium, with the store's truth checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sample_runs import pictured, some

if TYPE_CHECKING:
    from collections.abc import Callable

    from sample_runs import Change

    from automation.stand_in import StandIn

STEPS = ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8a", "A8b", "A8c", "A8d", "A9"]
VARIANTS = {
    "plain": {},
    "password again": {"password_again": True},
    "not in a frame": {"frame": False},
}


WALKS = some(
    [(generation, language, variant) for generation in ("legacy", "center") for language in ["en", "it"]
     for variant in VARIANTS],
    {("legacy", "it", "plain"), ("legacy", "en", "password again"), ("center", "en", "plain"),
     ("center", "it", "not in a frame"), ("center", "it", "password again")},
)  # fmt: skip


PICTURED = ["proof"]
"""The account afterwards; every step before led on as documented."""


def addresses(store: StandIn) -> list[str]:
    return [account["email"] for account in store.truth()["accounts"].values()]


@pytest.mark.parametrize(("generation", "language", "variant"), WALKS)
def test_the_address_is_changed_and_proved(
    generation: str, language: str, variant: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, language=language, switches=VARIANTS[variant])

    result = change(store)

    truth = store.truth()
    assert (result["outcome"], result["exit"]) == ("changed", 0), result["reason"]
    assert addresses(store) == [store.new]
    assert [step["id"] for step in result["steps"]] == STEPS
    assert result["proofs"] == ["The account, opened afresh, shows a***i@example.net."]
    assert [submit["applied"] for submit in truth["submits"]] == [True]
    assert [code["purpose"] for code in truth["codes_requested"]] == ["old", "new"]
    assert [code["right"] for code in truth["codes_typed"]] == [True, True]
    assert [(code["mailbox"], code["sender"], code["folder"]) for code in result["codes"]] == [
        ("old", "account@notice.aliexpress.com", "INBOX"),
        ("new", "account@notice.aliexpress.com", "INBOX"),
    ]
    assert pictured(change) == PICTURED


SLOW_TO_SEND = """{
  const send = window.fetch;
  const soon = () => new Promise((resolve) => setTimeout(resolve, 1000));
  window.fetch = async (...asked) => { await soon(); return send(...asked); };
}"""
"""A page that takes its time between “Get code” and “a code was sent”: its button sleeps meanwhile."""


def test_a_button_that_sleeps_while_the_code_is_being_sent_is_on_the_path(
    make_store: Callable[..., StandIn], change: Change
) -> None:
    change.context.add_init_script(SLOW_TO_SEND)
    store = make_store(generation="legacy")
    assert change(store)["outcome"] == "changed"
    assert [code["purpose"] for code in store.truth()["codes_requested"]] == ["old", "new"]
    assert pictured(change) == PICTURED


def test_a_rehearsal_shows_every_step_and_requests_nothing(make_store: Callable[..., StandIn], change: Change) -> None:
    store = make_store(generation="legacy")
    assert change(store, dry_run=True)["outcome"] == "planned"
    assert pictured(change) == STEPS[: STEPS.index("A6")]
    assert not store.truth()["codes_requested"]


def test_a_second_run_finds_the_work_done_and_requests_nothing(
    make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation="legacy")
    change(store)
    before = store.truth()

    again = change(store)

    after = store.truth()
    assert (again["outcome"], again["exit"]) == ("already", 0)
    assert after["codes_requested"] == before["codes_requested"]
    assert after["submits"] == before["submits"]
