"""What is told of the letters that came: no code, no address, nothing that a terminal obeys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_letters import ANNA, wanted

from automation.arrivals import Arrivals, shown_subject

if TYPE_CHECKING:
    from automation.mailbox import Arrival


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("123456 is your code", "•••• is your code"),
        ("Code 123-456, 12 34 56 or G-123456", "Code ••••, •••• or G-••••"),
        ("Code A1B2C3", "Code ••••"),
        ("Code 12\u200b3456 or \u0661\u0662\u0663\u0664", "Code •••• or ••••"),
        ("2 for 1 on 3 things", "2 for 1 on 3 things"),
        ("\x1b[2J hello\r\nworld", "\ufffd[2J hello world"),
        ("for anna@example.org", "for a***a@example.org"),
        ("x" * 100, "x" * 59 + "…"),
    ],
)
def test_a_subject_is_shown_without_codes_addresses_and_escape_sequences(subject: str, shown: str) -> None:
    assert shown_subject(subject) == shown


@given(st.text())
def test_no_subject_shows_four_digits_in_a_row(subject: str) -> None:
    assert not re.search(r"\d{4}", shown_subject(subject))


def test_the_users_own_address_is_masked_and_the_time_since_the_click_told() -> None:
    heard: list[Arrival] = []
    Arrivals(wanted(), 0.0, heard.append).refused("INBOX", 7, f"from another sender ({ANNA})", ANNA)

    assert (heard[0].sender, heard[0].reason) == ("a***a@example.org", "from another sender (a***a@example.org)")
    assert heard[0].after_s > 0


def test_of_a_thousand_letters_a_screenful_is_listed() -> None:
    arrivals = Arrivals(wanted(), 0.0, lambda _: None)
    for uid in range(1_000):
        arrivals.refused("INBOX", uid, "from another sender (x@y.example)", "x@y.example", "News")
    text = arrivals.no_code(["INBOX"], 600).reason.text

    assert "1000 letters came to a***a@example.org within 600 s" in text
    assert "and 992 before" in text
    assert len(text.splitlines()) < 15


def test_where_a_code_may_be_in_a_picture_a_person_is_needed() -> None:
    arrivals = Arrivals(wanted(), 0.0, lambda _: None)
    arrivals.refused("INBOX", 7, "no code in it", "account@shop.example", "Your code")
    arrivals.pictured = True
    stop = arrivals.no_code(["INBOX"], 600)

    assert (stop.outcome, stop.reason.kind) == ("needs_person", "code_in_picture")
    assert "account@shop.example" in stop.reason.text
