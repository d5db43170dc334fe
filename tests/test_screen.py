"""The end of a run on the terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_journal import REASON, changed, foreign_events, sample, until

from automation.report import as_text, landmarks_to_mend, result_of
from automation.result import REASON_KEYS
from automation.scrub import written_out

if TYPE_CHECKING:
    from sample_journal import Events


@pytest.fixture
def events() -> Events:
    return sample()


def test_the_screen_tells_outcome_proof_codes_advice_and_report(events: Events) -> None:
    assert as_text(changed(events)).splitlines() == [
        "Changed: the account now has n***w@example.org",
        "",
        "  proof     The settings page, opened afresh, shows n***w@example.org",
        "  code      old mailbox: from account@notice.aliexpress.com, INBOX, 0.3 s after",
        "            the click, alone in its element",
        "  code      new mailbox: from account@notice.aliexpress.com, Junk, 4.1 s after",
        "            the click, after “code:”",
        "  took      16 s, 12 steps",
        "  next      Keep the old mailbox for 30 days: a notice with a link that reverts",
        "            the change may have gone there. Sign in once with the new address.",
        "  report    /runs/one/report.html",
    ]


def test_the_screen_tells_step_expected_seen_the_store_s_words_and_what_next(events: Events) -> None:
    result = result_of(until(events, "step", "A7"), outcome="refused", exit_code=4, reason=REASON)
    lines = as_text(result, intents={"A7": "Type the code"}).splitlines()
    assert lines[0] == "Refused: the store said no; this run changed nothing"
    assert "  why       The store did not accept the code." in lines
    assert "  step      A7 Type the code" in lines
    assert "  expected  new_address" in lines
    assert "  seen      code_field, error" in lines
    assert "  store     “Il codice non è corretto.”" in lines
    assert "  retry     in 60 s, not earlier" in lines
    assert "  next      Wait a minute, then run again: it asks for fresh codes." in lines


def test_several_problems_stand_on_lines_of_their_own() -> None:
    text = "READDRESS_OLD_EMAIL: missing.\nREADDRESS_NEW_IMAP_URL: use imaps://user%40domain@host:993"
    result = result_of([], outcome="settings", exit_code=2, reason={"kind": "settings", "text": text})
    shown = as_text(result).splitlines()
    assert "  why       READDRESS_OLD_EMAIL: missing." in shown
    assert "            READDRESS_NEW_IMAP_URL: use imaps://user%40domain@host:993" in shown


def test_problems_are_told_in_full_where_no_report_has_them() -> None:
    text = "\n".join(f"READDRESS_SETTING_{n}: missing; set it to what it has to be" for n in range(20))
    result = result_of([], outcome="settings", exit_code=2, reason={"kind": "settings", "text": text})
    shown = as_text(result).splitlines()
    assert "            READDRESS_SETTING_19: missing; set it to what it has to be" in shown


@pytest.mark.parametrize(("width", "lines"), [(40, 30), (80, 24), (200, 16)])
@pytest.mark.parametrize("outcome", ["changed", "refused"])
def test_the_end_of_a_run_fits_one_screen(events: Events, width: int, lines: int, outcome: str) -> None:
    reason = None if outcome == "changed" else REASON
    result = result_of(events, outcome=outcome, exit_code=0, reason=reason, report="/r")
    shown = as_text(result, width=width).splitlines()
    assert len(shown) <= lines
    assert max(map(len, shown)) <= width


def test_the_path_of_the_report_is_never_broken(events: Events) -> None:
    path = "/home/somebody/" + "a-long-name/" * 12 + "me@example.org.html"
    result = result_of(events, outcome="changed", exit_code=0, report=path)
    assert path in as_text(result, width=40)


def test_the_screen_has_colour_only_when_asked(events: Events) -> None:
    result = changed(events)
    assert "\x1b" not in as_text(result)
    coloured = as_text(result, colour=True)
    assert coloured.startswith("\x1b[1;32mChanged")
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == as_text(result)


def test_a_code_typed_by_the_person_is_told_as_such() -> None:
    code = {"event": "code", "mailbox": "old", "sender": None, "why": "typed by you"}
    assert "old mailbox: typed by you" in as_text(result_of([code], outcome="changed", exit_code=0))


def test_landmarks_that_lost_their_structure_are_named_on_the_screen(events: Events) -> None:
    assert landmarks_to_mend(events) == ("edit_settings",)
    assert "mend      edit_settings" in as_text(changed(events), mend=landmarks_to_mend(events))


@given(foreign_events, st.text(), st.integers(min_value=1, max_value=120))
@settings(max_examples=60, deadline=None)
def test_no_foreign_text_commands_the_terminal(foreign: Events, text: str, width: int) -> None:
    reason = dict.fromkeys(REASON_KEYS, f"{text}\x1b[2J\x9b\u202e\r")
    shown = as_text(result_of(foreign, outcome=text, exit_code=1, reason=reason, report=text), width=width)
    assert written_out(shown) == shown.expandtabs(4)
