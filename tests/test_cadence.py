"""How often a mailbox is asked."""

from __future__ import annotations

import pytest

from automation.cadence import SEARCH_EVERY_S, Cadence


@pytest.mark.parametrize("nearby", [True, False])
def test_a_wait_of_twenty_minutes_takes_fewer_than_five_hundred_commands(nearby: bool) -> None:
    cadence = Cadence(nearby)
    now, commands, others_at, searched_at = 0.0, 0, 0.0, 0.0
    while now < 1_200:
        commands += 1  # NOOP, or a SEARCH in its place
        if now - searched_at >= SEARCH_EVERY_S:
            searched_at = now
        if now - others_at >= cadence.others_every_s(now):
            others_at = now
            commands += 2  # STATUS of the junk folder and of All Mail
        now += cadence.pause_s(now)

    assert commands < 485, "some more are needed to log in and to look into the folders"


@pytest.mark.parametrize(("nearby", "pause"), [(True, 0.05), (False, 0.2)])
def test_it_is_quick_at_first_then_patient(nearby: bool, pause: float) -> None:
    cadence = Cadence(nearby)

    assert [cadence.pause_s(at) for at in (0, 3, 6, 61)] == [pause, 0.2, 1, 5]
