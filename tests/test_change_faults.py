"""Each switch of the stand-in with its outcome and exit code, and what the store says really happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sample_runs import address, ended, requested, some

if TYPE_CHECKING:
    from collections.abc import Callable

    from sample_runs import Change

    from automation.stand_in import StandIn

each_generation = pytest.mark.parametrize("generation", [pytest.param("legacy", marks=pytest.mark.full), "center"])
"""Where the pages hardly differ, one of the two is left to the full matrix."""


@pytest.mark.full
@each_generation
def test_a_late_letter_is_waited_for(generation: str, make_store: Callable[..., StandIn], change: Change) -> None:
    store = make_store(generation=generation, switches={"letter_delay_s": 2})
    result = change(store)
    assert ended(result) == ("changed", 0, None)
    assert all(code["arrived_after_s"] >= 2 for code in result["codes"])


@each_generation
def test_a_letter_that_never_comes_ends_with_no_code_and_tells_what_did_arrive(
    generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"no_letter": True})
    result = change(store, code_timeout=3)
    assert ended(result)[:2] == ("no_code", 5)
    assert "t***n@notice.aliexpress.com" in result["reason"]["text"]
    assert requested(store) == ["old"]
    assert address(store) == store.user


@each_generation
def test_an_address_in_use_is_refused_in_the_sites_own_words(
    generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"address_in_use": True})
    result = change(store)
    assert ended(result) == ("refused", 4, "address_in_use")
    assert result["reason"]["store_said"]
    assert result["step"] == "A8a"
    assert requested(store) == ["old"]


@each_generation
@pytest.mark.parametrize("party", some(["old", "new"], {"old"}))
def test_one_wrong_code_is_followed_by_one_new_request(
    party: str, generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(
        generation=generation,
        switches={"wrong_code_replies": 1, "wrong_code_for": party, "resend_timer_s": 1},
    )
    result = change(store)
    assert ended(result) == ("changed", 0, None), result["reason"]
    assert address(store) == store.new
    assert sorted(requested(store)) == sorted(["old", "new", party])


@each_generation
@pytest.mark.parametrize("party", some(["old", "new"], {"new"}))
def test_a_second_wrong_code_is_refused_and_no_third_is_typed(
    party: str, generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(
        generation=generation,
        switches={"wrong_code_replies": 9, "wrong_code_for": party, "resend_timer_s": 1},
    )
    result = change(store)
    assert ended(result) == ("refused", 4, "wrong_code")
    assert result["reason"]["store_said"]
    assert address(store) == store.user
    assert requested(store).count(party) == 2
    assert sum(typed["purpose"] == party for typed in store.truth()["codes_typed"]) == 2


@pytest.mark.full
@each_generation
def test_masks_that_fit_both_addresses_prove_nothing_so_the_full_address_is_read(
    generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"coarse_masks": True})
    result = change(store)
    assert ended(result) == ("changed", 0, None), result["reason"]
    assert address(store) == store.new
    again = change(store)
    assert ended(again) == ("already", 0, None)


@pytest.mark.full
def test_two_addresses_that_share_an_ordinary_mask_are_told_apart_too(
    make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation="legacy", old="anna.rossi@example.org", new="aldo.bianchi@example.org")
    result = change(store)
    assert ended(result) == ("changed", 0, None), result["reason"]
    assert address(store) == store.new


@each_generation
def test_a_success_that_changed_nothing_is_unknown_and_never_changed(
    generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"success_without_change": True})
    result = change(store)
    assert ended(result) == ("unknown", 75, "still_old")
    assert result["proofs"] == []
    assert address(store) == store.user
    assert len(store.truth()["submits"]) == 1

    store.switch(success_without_change=False, resend_timer_s=0)
    again = change(store)
    assert ended(again) == ("changed", 0, None), again["reason"]
    assert address(store) == store.new


@pytest.mark.full
def test_phone_first_and_email_is_chosen_all_the_same(make_store: Callable[..., StandIn], change: Change) -> None:
    store = make_store(generation="legacy", switches={"phone_first": True})
    assert ended(change(store)) == ("changed", 0, None)


@pytest.mark.full
def test_four_boxes_for_the_new_address_take_a_code_of_four(make_store: Callable[..., StandIn], change: Change) -> None:
    store = make_store(generation="center", switches={"new_code_length": 4})
    assert ended(change(store)) == ("changed", 0, None)


@each_generation
def test_a_code_with_letters_is_typed_where_the_page_takes_them(
    generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"code_letters": True})
    assert ended(change(store)) == ("changed", 0, None)


@each_generation
def test_a_wrong_password_is_tried_once(generation: str, make_store: Callable[..., StandIn], change: Change) -> None:
    store = make_store(generation=generation)
    result = change(store, environment={"READDRESS_STORE_PASSWORD": "not it"})
    assert ended(result) == ("refused", 4, "wrong_password")
    assert result["reason"]["store_said"]
    assert [try_["right"] for try_ in store.truth()["sign_ins"]] == [False]


def test_no_password_and_no_session_needs_a_person(make_store: Callable[..., StandIn], change: Change) -> None:
    store = make_store()
    result = change(store, environment={"READDRESS_STORE_PASSWORD": ""})
    assert ended(result) == ("needs_person", 3, "password")
    assert store.truth()["sign_ins"] == []


@each_generation
def test_somebody_elses_account_stops_before_any_code(
    generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation)
    result = change(store, environment={"READDRESS_OLD_EMAIL": "somebody@else.example",
                                        "READDRESS_STORE_USER": store.user})  # fmt: skip
    assert ended(result) == ("settings", 2, "wrong_account")
    assert requested(store) == []


def test_a_site_that_is_no_such_store_is_told_as_that(
    make_store: Callable[..., StandIn], change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("automation.walk.ARRIVE_S", 2.0)
    store = make_store()
    result = change(store, environment={"READDRESS_STORE_URL": store.url + "_mail"})
    assert ended(result) == ("off_path", 7, "not_this_store")
    assert store.truth()["sign_ins"] == []


def test_a_page_that_nothing_matches_is_pictured_and_what_shows_is_listed(
    make_store: Callable[..., StandIn], change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("automation.walk.ARRIVE_S", 2.0)
    store = make_store(generation="legacy")
    change.context.route("**/user/settings.htm", lambda route: route.fulfill(body="<h1>Maintenance</h1>"))
    result = change(store)
    assert ended(result) == ("off_path", 7, "unknown_page")
    assert (result["step"], result["reason"]["expected"]) == ("A2", "edit_settings")
    assert "Maintenance" in result["reason"]["seen"]
    assert list((change.folder / "runs").glob("*/*-stop.jpeg"))


@pytest.mark.full
def test_a_session_of_an_earlier_run_needs_no_password(make_store: Callable[..., StandIn], change: Change) -> None:
    store = make_store()
    change(store, dry_run=True)
    result = change(store, environment={"READDRESS_STORE_PASSWORD": ""})
    assert ended(result) == ("changed", 0, None)
    assert len(store.truth()["sign_ins"]) == 1


@pytest.mark.full
def test_a_letter_dated_before_the_click_of_a_second_run_is_not_taken(
    make_store: Callable[..., StandIn], change: Change
) -> None:
    # The second run may click after 6 s, and the first one's letter comes while it waits for its own.
    store = make_store(switches={"letter_delay_s": 10, "resend_timer_s": 6})
    assert ended(change(store, code_timeout=1))[0] == "no_code"
    store.switch(letter_delay_s=8)
    result = change(store)
    assert ended(result) == ("changed", 0, None), result["reason"]
    assert [code["right"] for code in store.truth()["codes_typed"]] == [True, True]


@each_generation
def test_a_button_that_fires_twice_is_no_refusal_though_the_page_shows_one(
    generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"double_fire": True})
    result = change(store)
    assert ended(result) == ("changed", 0, None), result["reason"]
    assert [submit["applied"] for submit in store.truth()["submits"]] == [True, False]
    assert requested(store) == ["old", "new"]


@pytest.mark.full
def test_a_code_in_the_junk_folder_is_found_and_told_as_that(
    make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation="legacy", switches={"letter_in_junk": True})
    result = change(store)
    assert ended(result) == ("changed", 0, None), result["reason"]
    assert [code["folder"] for code in result["codes"]] == ["Junk", "Junk"]
    proof = "mx.stand-in.example says dmarc=pass for notice.aliexpress.com"
    assert all(proof in code["why"] for code in result["codes"])


@pytest.mark.full
def test_what_a_foreign_page_shows_proves_nothing(make_store: Callable[..., StandIn], change: Change) -> None:
    store = make_store(generation="legacy", switches={"success_without_change": True})
    shown = f"<p class=account-email>{store.new}</p>"
    change.context.route("http://evil.test/**", lambda route: route.fulfill(body=shown, content_type="text/html"))

    def lead_away(event: dict[str, Any]) -> None:
        if event["event"] == "step" and event["id"] == "A9":
            away = f"<script>location = 'http://evil.test/{store.new}'</script>"
            change.context.route(
                "**/user/account.htm", lambda route: route.fulfill(body=away, content_type="text/html")
            )

    result = change(store, listeners=(lead_away,))
    assert ended(result) == ("unknown", 75, "unreadable")
    assert result["proofs"] == []
    assert address(store) == store.user
