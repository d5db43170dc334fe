"""The whole of path B in a real Chromium, with the store's truth checked: a second address in the profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sample_runs import STORES, ended, in_turn, some

from automation.ledger import Ledger
from automation.look import look
from automation.place import Known, counts
from automation.store import load_store
from flows.backup_email import flow as backup

if TYPE_CHECKING:
    from collections.abc import Callable

    from sample_runs import Change

    from automation.stand_in import StandIn

STEPS = ["B1a", "B1b", "B1c", "B2", "B3", "B4", "B5a", "B5b"]
SAVED, STILL_OLD = ("saved", 0, None), ("unknown", 75, "still_old")
WORDS_ALONE, NO_LANGUAGE = {"rename_ids": True}, {"strange_language": True}
SPOKEN = [*((name, WORDS_ALONE) for name in ("en", "it", "ru", "es", "pt", "fr", "de", "pl")), ("en", NO_LANGUAGE)]
SPOKEN += [("ar", {}), ("ja", {})]


def second(store: StandIn) -> str | None:
    """The second address that the store's account has."""
    [account] = store.truth()["accounts"].values()
    found: str | None = account.get("second_email")
    return found


def saves(store: StandIn) -> list[bool]:
    """Whether each save of the profile took effect."""
    return [save["applied"] for save in store.truth()["profile_saves"]]


@pytest.mark.parametrize("generation", ["legacy", "center"])
def test_the_second_address_is_saved_once_and_proved(
    generation: str, fresh: Callable[[str], StandIn], change: Change
) -> None:
    store = fresh(generation)

    result = change(store, flow=backup)
    again = change(store, flow=backup)

    truth = store.truth()
    assert ended(result) == SAVED, result["reason"]
    assert [step["id"] for step in result["steps"]] == STEPS
    assert {step["rank"] or 1 for step in result["steps"]} == {1}
    shown = f"{store.new[0]}***{store.new.split('@')[0][-1]}@example.net"
    assert result["proofs"] == [f"The account's profile, opened afresh, shows {shown} below the e-mail."]
    assert ended(again) == ("already", 0, None)
    assert again["proofs"] == [f"The account's profile already shows {shown}."]
    assert "support" in again["advice"]
    assert (second(store), saves(store)) == (store.new, [True])
    assert truth["accounts"][store.user]["email"] == store.user
    assert (truth["codes_requested"], truth["submits"]) == ([], [])


@pytest.mark.full
def test_a_rehearsal_walks_to_the_form_and_saves_nothing(fresh: Callable[[str], StandIn], change: Change) -> None:
    store = fresh("legacy")
    result = change(store, flow=backup, dry_run=True)
    assert ended(result) == ("planned", 0, None), result["reason"]
    assert [step["id"] for step in result["steps"]] == STEPS[:5]
    assert saves(store) == []


@pytest.mark.parametrize("switch", some(["address_invalid", "address_in_use"], {"address_in_use"}))
@pytest.mark.parametrize("generation", some(["legacy", "center"], {"center"}))
def test_a_refused_address_is_told_in_the_sites_words_and_the_next_run_may_try_again(
    generation: str, switch: str, fresh: Callable[[str], StandIn], change: Change
) -> None:
    store = fresh(generation)
    store.switch(**{switch: True})
    refused = change(store, flow=backup)
    store.switch(**{switch: False})
    after = change(store, flow=backup)
    assert ended(refused) == ("refused", 4, switch), refused["reason"]
    assert refused["reason"]["store_said"]
    assert ended(after) == SAVED, after["reason"]
    assert saves(store) == [False, True]


LOST_AFTER: tuple[dict[str, Any], Any] = ({"submit_answer": "lost_after"}, SAVED)
SAVES: list[tuple[dict[str, Any], Any]] = [
    ({"submit_answer": "lost_before"}, STILL_OLD),
    LOST_AFTER,
    ({"submit_answer": "error_502"}, STILL_OLD),
    ({"submit_answer": "error_500", "error_applied": True}, SAVED),
    ({"success_without_change": True}, STILL_OLD),
    ({"old_shown_for_s": 2}, SAVED),
]


@pytest.mark.parametrize(("generation", "switches", "outcome"), in_turn(SAVES, ("legacy", LOST_AFTER)), ids=str)
def test_only_the_profile_tells_what_a_save_has_done(
    generation: str,
    switches: dict[str, Any],
    outcome: tuple[str, int, str | None],
    make_store: Callable[..., StandIn],
    change: Change,
) -> None:
    store = make_store(generation=generation, switches={**switches, "submit_answer_times": 2})
    result = change(store, flow=backup)
    assert ended(result) == outcome, result["reason"]
    store.switch(submit_answer="normal", success_without_change=False)
    again = change(store, flow=backup)
    assert ended(again) == (("already", 0, None) if outcome == SAVED else SAVED), again["reason"]
    assert second(store) == store.new
    assert saves(store).count(True) == 1


@pytest.mark.full
def test_another_second_address_is_replaced_only_by_a_persons_yes(
    fresh: Callable[[str], StandIn], change: Change
) -> None:
    store = fresh("center")
    change(store, flow=backup, to="first@example.com")
    result = change(store, flow=backup)
    assert ended(result) == ("needs_person", 3, "unanswered")
    assert "f***t@example.com" in result["reason"]["text"]
    assert second(store) == "first@example.com"


@pytest.mark.full
def test_somebody_elses_account_gets_no_second_address(fresh: Callable[[str], StandIn], change: Change) -> None:
    store = fresh("legacy")
    result = change(
        store,
        flow=backup,
        environment={"READDRESS_OLD_EMAIL": "carla@example.com", "READDRESS_STORE_USER": store.user},
    )
    assert ended(result) == ("settings", 2, "wrong_account"), result["reason"]
    assert saves(store) == []


ROW_BETWEEN = """addEventListener("DOMContentLoaded", () => {
  const row = document.querySelector("#GroupListForm tr:nth-child(2)");
  if (row) row.insertAdjacentHTML("afterend", "<tr><th>Fax</th><td>none</td></tr>");
})"""


def test_a_field_that_does_not_stand_just_below_the_email_is_left_alone(
    fresh: Callable[[str], StandIn], change: Change
) -> None:
    store = fresh("legacy")
    change.context.add_init_script(ROW_BETWEEN)
    result = change(store, flow=backup)
    assert ended(result) == ("off_path", 7, "not_below_the_email"), result["reason"]
    assert saves(store) == []


@pytest.mark.full
def test_what_this_path_did_is_no_intent_of_the_change(fresh: Callable[[str], StandIn], change: Change) -> None:
    store = fresh("legacy")
    store.switch(success_without_change=True)
    assert ended(change(store, flow=backup)) == ("unknown", 75, "still_old")
    store.switch(success_without_change=False)
    changed = change(store)
    assert ended(changed) == ("changed", 0, None), changed["reason"]
    [ledger] = (change.folder / "state" / "ledgers").glob("*.jsonl")
    assert Ledger(ledger.parent, ledger.stem, "backup").open_intent() is not None
    assert Ledger(ledger.parent, ledger.stem).open_intent() is None


@pytest.mark.parametrize(("generation", "language", "switches"), in_turn(SPOKEN))
def test_the_path_is_walked_by_words_alone_and_by_structure_alone(
    generation: str, language: str, switches: dict[str, Any], make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, language=language, switches=switches)
    result = change(store, flow=backup)
    assert ended(result) == SAVED, result["reason"]
    assert (second(store), saves(store)) == (store.new, [True])


@pytest.mark.full
@pytest.mark.parametrize("generation", ["legacy", "center"])
def test_on_each_page_exactly_one_step_shows(generation: str, fresh: Callable[[str], StandIn], change: Change) -> None:
    store, landmarks = fresh(generation), load_store(STORES, "aliexpress").landmarks
    wanted = [landmarks[name] for name in {step.arrives for step in backup.steps if step.arrives}]
    shown: dict[str, list[str]] = {}

    def listen(event: dict[str, Any]) -> None:
        if event["event"] != "arrived" or event["landmark"] is None:
            return
        ids = [step.id for step in backup.steps]
        known = Known(store.user, store.new, frozenset(ids[: ids.index(event["step"]) + 1]))
        sightings = look(change.context.pages[-1:], wanted)
        shown[event["step"]] = [
            step.id
            for step in backup.steps
            if any(s.landmark.name == step.arrives and counts(step, s, known) for s in sightings)
        ]

    result = change(store, flow=backup, listeners=(listen,))
    assert ended(result) == SAVED, result["reason"]
    also = {"B5a": ["B2"]}  # once it is saved, the read-only page is there again
    assert shown == {step: [*also.get(step, []), step] for step in ("B1a", "B1b", "B1c", "B2", "B3", "B5a")}
