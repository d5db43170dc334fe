"""Pages that misbehave: they spin, are slow, reload or empty themselves, lose the session, put things in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sample_runs import address, applied, ended, in_turn, requested, some

if TYPE_CHECKING:
    from collections.abc import Callable

    from sample_runs import Change

    from automation.stand_in import StandIn

one_generation = pytest.mark.parametrize("generation", some(["legacy", "center"], {"center"}))
CHANGED = ("changed", 0, None)
MOST_RACES = 6
STAGES = ["account", "ways", "prove_old", "name_new", "prove_new"]
STOPPED = {("off_path", 7), ("site", 8), ("no_code", 5)}


@pytest.fixture
def hasty_looks(hasty: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor for a page that does not answer."""
    monkeypatch.setattr("automation.look.LOOK_S", 1.0)
    monkeypatch.setattr("automation.account.READ_S", 3.0)


@pytest.mark.parametrize(("generation", "stage"), in_turn(STAGES, ("center", "prove_new")))
@pytest.mark.usefixtures("hasty_looks")
def test_a_page_whose_script_spins_stops_the_run_in_time(
    stage: str, generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"spin_at": stage, "resend_timer_s": 0})
    result = change(store)
    if result["outcome"] != "changed":  # it is a race: the step may be done before the page begins to spin
        # On the last page it may begin right under the click, and then nobody knows but the account.
        in_doubt = {("unknown", 75)} if stage == "prove_new" else set()
        assert ended(result)[:2] in STOPPED | in_doubt, result["reason"]
        assert address(store) == store.user
        store.switch(spin_at="")
        assert ended(change(store)) == CHANGED
    assert address(store) == store.new
    assert applied(store) == [True]


@pytest.mark.parametrize(("generation", "banner"), in_turn(["once", "late", "recurring"], ("center", "recurring")))
def test_a_cookie_banner_is_refused_and_the_path_goes_on(
    banner: str, generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"cookie_banner": banner})
    result = change(store)
    assert ended(result) == CHANGED, result["reason"]
    choices = [entry["choice"] for entry in store.truth()["cookie_choices"]]
    assert set(choices) == {"necessary"}
    assert len(choices) > 1 or banner != "recurring"


TAKES_A_CLICK = """addEventListener("click", (event) => {
  if (!event.target.closest("a[href*='personal']") || sessionStorage.getItem("taken")) return;
  sessionStorage.setItem("taken", "yes");
  event.preventDefault();
  event.stopImmediatePropagation();
  const layer = document.createElement("div"), button = document.createElement("button");
  layer.style = "position: fixed; inset: 0; background: white";
  button.textContent = "Reject all";
  button.addEventListener("click", () => layer.remove());
  layer.append(button);
  document.body.append(layer);
}, true)"""
"""A banner that comes up just in time to take the click on “Edit settings”."""


def test_a_click_that_a_banner_took_is_made_again(make_store: Callable[..., StandIn], change: Change) -> None:
    change.context.add_init_script(TAKES_A_CLICK)
    store = make_store(generation="center")
    result = change(store)
    assert ended(result) == CHANGED, result["reason"]
    assert requested(store) == ["old", "new"]


@pytest.mark.full
@one_generation
def test_slow_pages_are_waited_for(generation: str, make_store: Callable[..., StandIn], change: Change) -> None:
    store = make_store(generation=generation, switches={"page_delay_s": 1.0})
    result = change(store)
    assert ended(result) == CHANGED, result["reason"]
    assert requested(store) == ["old", "new"]


@one_generation
@pytest.mark.parametrize("frame", some([True, False], {True}))
def test_a_form_that_reloads_and_empties_itself_never_means_two_changes(
    frame: bool, generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    switches = {"frame_reloads": True, "frame": frame, "resend_timer_s": 0}
    store = make_store(generation=generation, switches=switches)
    result = change(store)
    for _ in range(MOST_RACES):
        if result["outcome"] == "changed":
            break
        # A race: it may reload just after the submit, and lose it.
        assert ended(result) == ("unknown", 75, "still_old"), result["reason"]
        result = change(store)
    assert ended(result) == CHANGED, result["reason"]
    assert address(store) == store.new
    assert applied(store) == [True]


@pytest.mark.parametrize("step", some(["A7", "A8a", "A8d"], {"A8d"}))
def test_a_form_that_is_loaded_anew_before_it_was_sent_is_filled_again(
    step: str, make_store: Callable[..., StandIn], change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = make_store(generation="legacy")
    at: list[str] = []

    def listen(event: dict[str, Any]) -> None:
        if event["event"] == "step":
            at[:] = [event["id"]]

    def reload(name: str, *_: object) -> None:
        if name == "typed" and at == [step]:
            at.append("reloaded")
            change.context.pages[-1].frames[-1].evaluate("location.reload()")

    monkeypatch.setattr("automation.failpoint.listener", reload)
    result = change(store, listeners=(listen,))
    assert ended(result) == CHANGED, result["reason"]
    assert requested(store) == ["old", "new"]
    assert [code["right"] for code in store.truth()["codes_typed"]] == [True, True]
    assert applied(store) == [True]


@pytest.mark.parametrize("step", some(["A7", "A8a", "A8d"], {"A8d"}))
def test_a_form_that_is_loaded_anew_as_it_is_submitted_is_never_submitted_empty(
    step: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation="legacy")
    left = [step]

    def reload(event: dict[str, Any]) -> None:
        if event["event"] == "act" and event.get("landmark") == "submit" and event["step"] in left:
            left.clear()
            frame = change.context.pages[-1].frames[-1]
            with change.context.pages[-1].expect_event("framenavigated"):
                frame.evaluate("location.reload()")
            frame.wait_for_load_state()

    result = change(store, listeners=(reload,))
    assert ended(result) == CHANGED, result["reason"]
    assert not left
    assert [code["right"] for code in store.truth()["codes_typed"]] == [True, True]
    assert applied(store) == [True]


ASKS_AGAIN = """addEventListener("submit", (event) => {
  if (!location.pathname.endsWith("/new_email_verify.htm") || !document.querySelector("#J_Checkcode")?.value) return;
  event.preventDefault();
  location.reload();
}, true)"""
"""The page of the last code loads itself anew instead of sending it."""


def test_a_page_that_asks_for_the_last_code_once_more_leaves_it_to_the_account_at_once(
    make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation="legacy")
    change.context.add_init_script(ASKS_AGAIN)
    events: list[dict[str, Any]] = []
    result = change(store, listeners=(events.append,))
    assert ended(result) == ("unknown", 75, "still_old"), result["reason"]
    assert ["asks for the code once more" in event["why"] for event in events if event["event"] == "doubt"] == [True]
    assert applied(store) == []


ANSWERS_LATE = """addEventListener("click", (event) => {
  if (!event.target.closest("ol a, [data-post=way]")) return;
  const end = Date.now() + 2500;
  while (Date.now() < end);
}, true)"""
"""The choice of ways takes its time with a click, and takes it."""


@one_generation
def test_a_click_that_is_answered_late_is_not_taken_for_a_failed_one(
    generation: str, make_store: Callable[..., StandIn], change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("automation.hands.ACT_TIMEOUT_MS", 1_500)
    store = make_store(generation=generation)
    change.context.add_init_script(ANSWERS_LATE)
    result = change(store)
    assert ended(result) == CHANGED, result["reason"]
    assert requested(store) == ["old", "new"]


FILLS_LATE = """addEventListener("DOMContentLoaded", () => {
  const first = document.querySelector("ol.way-list > li");
  if (!first) return;
  const list = first.parentNode;
  first.remove();
  setTimeout(() => list.prepend(first), 700);
})"""


def test_a_list_that_fills_late_is_waited_for(make_store: Callable[..., StandIn], change: Change) -> None:
    store = make_store(generation="legacy")
    change.context.add_init_script(FILLS_LATE)
    result = change(store)
    assert ended(result) == CHANGED, result["reason"]
    assert requested(store) == ["old", "new"]


@pytest.mark.parametrize(("generation", "after_s"), in_turn([0.15, 0.4, 0.8], ("center", 0.4)))
def test_fields_that_late_hydration_empties_are_filled_again(
    after_s: float, generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"hydration_clears_s": after_s})
    result = change(store)
    assert ended(result) == CHANGED, result["reason"]
    truth = store.truth()
    assert [code["right"] for code in truth["codes_typed"]] == [True, True]
    assert applied(store) == [True]


EMPTIES = """for (const field of document.querySelectorAll("input")) {
  if (field.getClientRects().length) field.value = "";
}"""
EMPTIES_AS_IT_IS_CLICKED = f"""addEventListener("pointerdown", (event) => {{
  if (!event.target.closest("button, input[type=submit], a") || sessionStorage[location.pathname]) return;
  sessionStorage[location.pathname] = "once";
  const typed = [...document.querySelectorAll("input")].some((field) => field.getClientRects().length && field.value);
  {EMPTIES}
  const button = event.target.closest("button, input[type=submit]");
  if (typed && button && window.fallsAsleep) {{
    button.disabled = true;
    setTimeout(() => {{ button.disabled = false; }}, 300);
  }}
}}, true)"""


@pytest.mark.full
@one_generation
def test_what_a_page_takes_away_once_it_was_typed_is_typed_again(
    generation: str, make_store: Callable[..., StandIn], change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = make_store(generation=generation, switches={"old_code_length": 8})
    due = [False]

    def listen(event: dict[str, Any]) -> None:
        due[0] = due[0] or event["event"] in {"step", "met"}

    def empty(name: str, *_: object) -> None:
        if name == "typed" and due[0]:
            due[0] = False
            for frame in change.context.pages[-1].frames:
                frame.evaluate(EMPTIES)

    monkeypatch.setattr("automation.failpoint.listener", empty)
    result = change(store, listeners=(listen,))
    assert ended(result) == CHANGED, result["reason"]
    truth = store.truth()
    assert [code["right"] for code in truth["codes_typed"]] == [True, True]
    assert [try_["right"] for try_ in truth["sign_ins"]] == [True]
    assert applied(store) == [True]


@one_generation
@pytest.mark.parametrize("asleep", [False, True])  # a button that falls asleep right then takes no click
def test_a_form_that_is_emptied_as_it_is_submitted_is_not_sent_empty(
    asleep: bool, generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"resend_timer_s": 0})
    change.context.add_init_script(f"window.fallsAsleep = {str(asleep).lower()}; {EMPTIES_AS_IT_IS_CLICKED}")
    result = change(store)
    assert ended(result) == CHANGED, result["reason"]
    truth = store.truth()
    assert [try_["right"] for try_ in truth["sign_ins"]] == [True]
    assert [code["right"] for code in truth["codes_typed"]] == [True, True]
    assert applied(store) == [True]


@pytest.mark.parametrize(("generation", "stage"), in_turn(STAGES, ("center", "prove_new")))
def test_a_session_that_is_over_midway_means_one_more_sign_in(
    stage: str, generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"session_gone_at": stage, "resend_timer_s": 0})
    result = change(store)
    assert ended(result) == CHANGED, result["reason"]
    truth = store.truth()
    assert [try_["right"] for try_ in truth["sign_ins"]] == [True, True]
    assert applied(store) == [True]
    assert max(requested(store).count(party) for party in ("old", "new")) <= 2


@one_generation
def test_an_old_address_that_still_shows_for_a_while_is_read_until_it_is_new(
    generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"old_shown_for_s": 2.0})
    result = change(store, settle=30)
    assert ended(result) == CHANGED, result["reason"]
    assert applied(store) == [True]


@pytest.mark.full
@one_generation
@pytest.mark.parametrize("party", some(["old", "new"], {"new"}))
def test_a_code_that_has_expired_is_asked_for_once_more(
    party: str, generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    switches = {"code_expired_replies": 1, "wrong_code_for": party, "resend_timer_s": 1}
    store = make_store(generation=generation, switches=switches)
    result = change(store)
    assert ended(result) == CHANGED, result["reason"]
    assert sorted(requested(store)) == sorted(["old", "new", party])


@one_generation
@pytest.mark.usefixtures("hasty_looks")
def test_a_site_where_everything_is_renamed_is_off_the_path_before_anything_is_asked_for(
    generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"rename_ids": True, "strange_language": True})
    result = change(store)
    assert ended(result)[:2] == ("off_path", 7), result["reason"]
    assert requested(store) == []


COVERED = """addEventListener("DOMContentLoaded", () => {
  if (window !== window.top) return;
  const cover = document.createElement("div");
  cover.style = "position: fixed; inset: 0; z-index: 99999";
  document.body.append(cover);
})"""


@pytest.mark.usefixtures("hasty_looks")
def test_something_unknown_that_covers_the_page_is_off_the_path(
    make_store: Callable[..., StandIn], change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("automation.hands.ACT_TIMEOUT_MS", 1_000)
    store = make_store()
    change.context.add_init_script(COVERED)
    result = change(store)
    assert ended(result) == ("off_path", 7, "not_clickable")
    assert store.truth()["sign_ins"] == []


@pytest.mark.full
@pytest.mark.browser_context_args(timezone_id="Pacific/Kiritimati")
def test_another_time_zone_changes_nothing(make_store: Callable[..., StandIn], change: Change) -> None:
    assert ended(change(make_store())) == CHANGED


@pytest.mark.full
def test_an_additional_address_in_the_profile_is_no_proof(make_store: Callable[..., StandIn], change: Change) -> None:
    store = make_store(generation="legacy", switches={"success_without_change": True})
    also = f"document.querySelectorAll('.account-email').forEach((row) => row.append(' · {store.new}'))"
    change.context.add_init_script(f"addEventListener('DOMContentLoaded', () => {{ {also} }})")
    result = change(store)
    assert ended(result) == ("unknown", 75, "still_old"), result["reason"]
    assert result["proofs"] == []
