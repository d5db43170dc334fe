"""Foreign text made fit to be shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.scrub import scrub


@pytest.mark.parametrize("around", ["{}", "<{}>", "“{}”", "mailto:{}?x", "({})", "{}, {}", "{}/{}", "x@{}", "é{}."])
@pytest.mark.parametrize(
    "address",
    [
        *("anna.rossi@example.org", "o'neil+shop@example.org", "ANNA@EXAMPLE.ORG", "анна@пример.рф"),
        *("anna%40example.org", "anna@[192.0.2.1]", '"anna rossi"@example.org', "anna\uff20example.org"),
        *("an\u200dna@example.org", "user=anna@example.org", "{anna}@example.org", "anna\u202e@example.org"),
    ],
)
def test_no_way_to_write_an_address_slips_through(address: str, around: str) -> None:
    assert address not in scrub(around.format(address, address))


@given(st.text(max_size=60) | st.emails())
def test_scrubbing_twice_changes_nothing(text: str) -> None:
    once = scrub(text)
    assert scrub(once) == once


@pytest.mark.parametrize("mask", ["a***i@example.org", "***@***", "an••a@ex•••.org", "v…a@example.com"])
def test_a_mask_stays_as_the_store_shows_it(mask: str) -> None:
    assert scrub(f"sent to {mask}.") == f"sent to {mask}."


@pytest.mark.parametrize("unit", ["a", "@", "a@", '"', "%40", "a.@", "x*@"])
def test_a_very_long_text_is_cut_and_costs_no_time(unit: str) -> None:
    assert len(scrub(unit * 100_000)) <= 2000
