"""What the site puts in the way: captchas, limits, refusals, dialogs, windows, pages that are none, wrong origins."""

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
BEFORE = ["home", "sign_in", "settings", "account", "ways", "prove_old", "name_new", "prove_new"]


def places(stages: list[str], quick: set[str]) -> pytest.MarkDecorator:
    """Each stage of the newer pages, and the quick ones of the older pages too; most are full."""
    pairs = [("center", stage) for stage in stages] + [("legacy", stage) for stage in sorted(quick)]
    full = [() if pair[0] == "center" and pair[1] in quick else pytest.mark.full for pair in pairs]
    params = [pytest.param(*pair, marks=marks) for pair, marks in zip(pairs, full, strict=True)]
    return pytest.mark.parametrize(("generation", "stage"), params)


def kinds(stages: list[str], kinds: list[str], *quick: tuple[str, str]) -> pytest.MarkDecorator:
    """A kind at each stage, in turn, on the two kinds of pages in turn; the quick ones on the newer pages too."""
    turns = [(stage, kinds[n % len(kinds)]) for n, stage in enumerate(stages)]
    pairs = in_turn([*turns, *(pair for pair in quick if pair not in turns)], *(("center", pair) for pair in quick))
    return pytest.mark.parametrize(("generation", "stage", "kind"), pairs)


@pytest.fixture
def suspicious(hasty: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wall may be suspected soon."""
    monkeypatch.setattr("automation.account.READ_S", 3.0)
    monkeypatch.setattr("automation.obstacles.SUSPECT_S", 1.5)


@one_generation
def test_a_code_at_the_sign_in_is_read_and_typed(
    generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"sign_in_code": True})
    result = change(store)
    assert ended(result) == CHANGED, result["reason"]
    assert requested(store) == ["sign-in", "old", "new"]
    assert [code["right"] for code in store.truth()["codes_typed"]] == [True, True, True]
    assert [code["mailbox"] for code in result["codes"]] == ["old", "old", "new"]


@kinds(BEFORE, ["slider", "frame", "punish"], ("settings", "slider"), ("prove_old", "slider"))
@pytest.mark.usefixtures("suspicious")
def test_a_captcha_needs_a_person_and_the_next_run_goes_on(
    stage: str, kind: str, generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"captcha_at": stage, "captcha_kind": kind, "resend_timer_s": 0})
    result = change(store)
    if stage == "home" and ended(result) == CHANGED:
        return  # it comes late there, and the run was past it
    assert ended(result) == ("needs_person", 3, "captcha"), result["reason"]
    assert applied(store) == []
    store.post("/solve-captcha")
    assert ended(change(store)) == CHANGED
    assert address(store) == store.new


@one_generation
@pytest.mark.usefixtures("suspicious")
def test_a_captcha_after_the_commit_leaves_it_unknown_and_the_next_run_finds_out(
    generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation)

    def listen(event: dict[str, Any]) -> None:
        if event["event"] == "intent":
            store.switch(captcha_at="account")

    result = change(store, listeners=(listen,))
    assert ended(result)[:2] == ("unknown", 75), result["reason"]
    store.post("/solve-captcha")
    store.switch(captcha_at="")
    assert ended(change(store)) == ("already", 0, None)
    assert applied(store) == [True]


@pytest.mark.full
@places(BEFORE, {"account"})
def test_an_address_that_only_looks_like_a_captchas_is_a_false_alarm(
    stage: str, generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"captcha_at": stage, "captcha_false_alarm": True})
    assert ended(change(store)) == CHANGED


@places([stage for stage in BEFORE if stage != "sign_in"], {"ways"})
def test_a_site_that_has_seen_too_much_of_somebody_is_left_alone(
    stage: str, generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"rate_limited_at": stage})
    result = change(store)
    assert ended(result) == ("refused", 4, "rate_limit"), result["reason"]
    assert result["reason"]["retry_after_s"] == 600
    assert "unusual traffic" in result["reason"]["store_said"]
    assert applied(store) == []


@one_generation
@pytest.mark.parametrize(
    ("switch", "kind"),
    [
        ("too_many_at", "too_many_attempts"),
        ("account_locked_at", "account_locked"),
        ("address_invalid", "address_invalid"),
    ],
)
def test_a_refusal_is_told_by_its_kind_and_in_the_sites_own_words(
    switch: str, kind: str, generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    value: Any = True if switch == "address_invalid" else "prove_old"
    store = make_store(generation=generation, switches={switch: value})
    result = change(store)
    assert ended(result) == ("refused", 4, kind), result["reason"]
    assert result["reason"]["store_said"]
    assert applied(store) == []


@kinds(BEFORE, ["alert", "confirm", "beforeunload"])
def test_a_dialog_of_the_browser_freezes_nothing(
    stage: str, kind: str, generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"dialog_at": stage, "dialog_kind": kind})
    result = change(store)
    assert ended(result) == CHANGED, result["reason"]
    assert applied(store) == [True]


@pytest.mark.parametrize("kind", ["same", "other"])
@pytest.mark.parametrize(("generation", "stage"), in_turn(["settings", "account", "ways"], ("center", "account")))
def test_a_window_of_the_stores_is_followed_and_an_advert_closed(
    stage: str, kind: str, generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"popup_at": stage, "popup_kind": kind})
    assert ended(change(store)) == CHANGED
    assert applied(store) == [True]
    assert not [page.url for page in change.context.pages if "localhost" in page.url]


@places(["home", "settings", "account"], {"account"})
def test_an_overlay_that_is_known_is_closed(
    stage: str, generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"overlay_at": stage})
    assert ended(change(store)) == CHANGED


@kinds(BEFORE, ["maintenance", "empty", "spinner"])
@pytest.mark.usefixtures("suspicious")
def test_a_page_that_is_none_stops_the_run_in_time(
    stage: str, kind: str, generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"blank_at": stage, "blank_kind": kind, "resend_timer_s": 0})
    result = change(store)
    assert ended(result)[:2] in {("off_path", 7), ("site", 8)}, result["reason"]
    assert applied(store) == []
    store.switch(blank_at="")
    assert ended(change(store)) == CHANGED


@places(BEFORE, {"name_new"})
@pytest.mark.usefixtures("suspicious")
def test_nothing_is_typed_where_the_site_leads_to_another_origin(
    stage: str, generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"redirect_at": stage})
    result = change(store)
    assert ended(result)[:2] == ("off_path", 7), result["reason"]
    assert applied(store) == []
    assert store.truth()["leaks"] == []


@one_generation
@pytest.mark.parametrize("stage", some(["sign_in", "prove_old", "name_new", "prove_new"], {"sign_in"}))
@pytest.mark.usefixtures("suspicious")
def test_nothing_is_typed_into_a_form_that_posts_elsewhere(
    stage: str, generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"foreign_form_at": stage})
    result = change(store)
    assert ended(result) == ("off_path", 7, "foreign_origin"), result["reason"]
    assert applied(store) == []
    assert store.truth()["leaks"] == []


@pytest.mark.full
@one_generation
def test_a_change_that_waits_for_a_confirmation_is_told_as_pending(
    generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"pending_until_confirmed": True})
    result = change(store)
    assert ended(result) == ("unknown", 75, "pending"), result["reason"]
    assert address(store) == store.user


@one_generation
def test_a_first_load_that_hangs_is_tried_again(
    generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"first_load_hangs": True})
    assert ended(change(store)) == CHANGED


@kinds(["home", "settings", "account"], ["bare", "header"], ("settings", "header"))
@pytest.mark.usefixtures("suspicious")
def test_a_wall_on_which_nothing_is_known_is_told_by_its_address_or_by_a_header(
    stage: str, kind: str, generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"captcha_at": stage, "captcha_kind": kind})
    result = change(store)
    assert ended(result) == ("needs_person", 3, "captcha"), result["reason"]
    assert requested(store) == []
    store.post("/solve-captcha")
    assert ended(change(store, dry_run=True)) == ("planned", 0, None)
