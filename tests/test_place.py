"""Where the run is: the furthest step whose landmark shows, with the address printed there as the judge."""

from __future__ import annotations

from typing import Any, cast

import pytest

from automation.look import Item, Sighting
from automation.place import START, Known, at_start, furthest, interrupted
from automation.store import Landmark
from flows.change_email import flow

OLD, NEW = "anna.rossi@example.org", "bruno.neri@example.net"
OLD_SHOWN, NEW_SHOWN, BOTH_SHOWN = "a***i@example.org", "b***i@example.net", "***@***"


def sighting(name: str, *near: str) -> Sighting:
    item = Item(
        selector="x", index=0, printed="", text="", said="", near=near, above=(), enabled=True, name="", shape={}
    )
    frame = cast("Any", None)
    return Sighting(Landmark(name, "control"), frame, 0.0, "http://x/", (1,), "structure", "", (item,))


def place(*sightings: Sighting, done: tuple[str, ...] = (), first: int = 0) -> str | None:
    found = furthest(flow.steps, sightings, first, Known(OLD, NEW, frozenset(done)))
    return flow.steps[found.index].id if found else None


def test_the_furthest_step_that_shows_wins() -> None:
    assert place(sighting("profile_settings"), sighting("change_email")) == "A3"


def test_steps_before_the_first_wanted_one_do_not_count() -> None:
    assert place(sighting("profile_settings"), first=2) is None


@pytest.mark.parametrize(("shown", "step"), [(OLD_SHOWN, "A5"), (NEW_SHOWN, "A8a")])
def test_pages_that_look_alike_are_told_apart_by_the_address_on_them(shown: str, step: str) -> None:
    assert place(sighting("get_code", shown), done=("A5",)) == step


def test_any_field_for_an_address_counts_only_once_the_run_has_chosen_its_way() -> None:
    assert place(sighting("new_address")) is None
    assert place(sighting("new_address"), done=("A5",)) == "A7"


@pytest.mark.parametrize("shown", [(), (BOTH_SHOWN,)])
@pytest.mark.parametrize(("done", "step"), [((), None), (("A5",), "A5"), (("A5", "A6", "A7", "A8a"), "A8a")])
def test_where_the_address_says_nothing_what_this_run_did_decides(
    shown: tuple[str, ...], done: tuple[str, ...], step: str | None
) -> None:
    assert place(sighting("get_code", *shown), done=done) == step


def test_a_page_that_shows_the_other_address_is_not_taken_for_this_ones() -> None:
    assert place(sighting("get_code", OLD_SHOWN), done=("A5", "A8a"), first=7) is None


def test_a_code_that_somebody_else_asked_for_does_not_count() -> None:
    assert place(sighting("code_sent", OLD_SHOWN)) is None
    assert place(sighting("code_sent", OLD_SHOWN), done=("A6",)) == "A6"


def test_the_start_and_the_interruptions_are_known_by_their_landmarks() -> None:
    start = at_start(flow, [sighting("account_menu")])
    assert start is not None
    assert start.index == START
    met = interrupted(flow.interruptions, [sighting("ways"), sighting("password")])
    assert met is not None
    assert met[0].name == "password"
    assert interrupted(flow.interruptions, [sighting("ways")]) is None


def test_an_account_to_switch_from_is_one_only_beside_the_password() -> None:
    assert interrupted(flow.interruptions, [sighting("switch_account")]) is None
    met = interrupted(flow.interruptions, [sighting("password"), sighting("switch_account")])
    assert met is not None
    assert met[0].name == "remembered_account"
