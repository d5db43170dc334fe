"""The page: a journal told to somebody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sample_journal import REASON, ended, plain, sample, until

from automation.report import as_html, landmarks_to_mend, read_journal
from automation.timeline import Timeline

if TYPE_CHECKING:
    from pathlib import Path

    from sample_journal import Events


@pytest.fixture
def events() -> Events:
    return sample()


def test_a_journal_is_read_in_order(events: Events) -> None:
    assert events[0]["event"] == "run"
    assert events[-1]["event"] == "outcome"
    assert [e["id"] for e in events if e["event"] == "step"][:2] == ["A1", "A2"]


@pytest.mark.parametrize("torn", [b'{"event":"st', b'{"event":"step","id":"\xc3', b"12", b'"half'])
def test_a_last_line_torn_in_the_middle_is_left_out(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b'{"event":"run"}\n' + torn)
    assert read_journal(path) == [{"event": "run"}]


@pytest.mark.parametrize("broken", [b"not JSON", b"[1]", b"\xff", b"[" * 100_000])
def test_an_earlier_line_that_is_no_event_is_named_by_its_number(tmp_path: Path, broken: bytes) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b'{"event":"run"}\n\n' + broken + b'\n{"event":"step"}\n')
    with pytest.raises(ValueError, match="line 3"):
        read_journal(path)


def test_an_empty_journal_has_no_events(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.touch()
    assert read_journal(path) == []


def test_the_page_tells_the_outcome_with_masked_addresses_date_duration_and_browser(events: Events) -> None:
    text = plain(as_html(events, {}))
    assert "Changed The account now has n***w@example.org ." in text.replace("org.", "org .")
    assert "old address a***i@example.org" in text
    assert "23 November 2026, 06:45 UTC" in text
    assert "Took 16 s" in text
    assert "Chromium 149.0.7827.2, without a window" in text
    assert "How we know The settings page, opened afresh, shows n***w@example.org" in text


def test_the_page_tells_every_step_and_what_came_in_between_in_order(events: Events) -> None:
    titles = re.findall(r"<h3><bdi>(.*?)</bdi></h3>", as_html(events, {}))
    assert titles[:6] == [
        "The site asks to sign in",
        "Open the account menu",
        "Open the profile settings",
        "Open “Edit settings”",
        "The site asks for the password",
        "Open “Change e-mail address”",
    ]


def test_the_page_tells_what_arrived_and_why_each_letter_was_or_was_not_taken(events: Events) -> None:
    text = plain(as_html(events, {}))
    assert "Before the click: 5 letters in INBOX, Junk. The store says it went to a***i@example.org" in text
    assert "0.2 s t***n@notice.aliexpress.com INBOX, no. 6 not taken : an order letter" in text
    assert "0.3 s account@notice.aliexpress.com INBOX, no. 7 taken : alone in its element" in text
    assert "Numbers beside the code, not used 2···6 a year beside ©" in text


def test_the_page_names_the_landmark_to_mend(events: Events) -> None:
    text = plain(as_html(events, {}))
    assert "edit_settings at A3: rank 2 of 3 matched (words, it: Modifica le impostazioni )" in text


def test_a_later_structure_is_no_failure_of_tomorrow(events: Events) -> None:
    for event in events:
        if event.get("how") == "words":
            event["how"] = "structure"
    assert landmarks_to_mend(events) == ()
    text = plain(as_html(events, {}))
    assert "rank 2 of 3" in text
    assert "omorrow" not in text


def test_the_page_of_a_failed_run_tells_the_reason_and_what_to_do(events: Events) -> None:
    text = plain(as_html(ended(until(events, "step", "A7"), "refused", REASON), {}))
    assert "Why it stopped at A7 The store did not accept the code. Expected new_address" in text
    assert "The store said Il codice non è corretto. Try again in 60 s, not earlier" in text
    assert "What to do next Wait a minute" in text
    assert "Read the letter in the OLD mailbox, type its code, submit the run ended here" in text


def test_a_journal_without_an_outcome_is_told_as_unfinished(events: Events) -> None:
    text = plain(as_html(until(events, "arrived", "A3"), {}))
    assert text.startswith('class="tone-wait">') or "Unfinished" in text
    assert "Unfinished The run ended without a word." in text
    assert "it first finds out how things stand" in text


def test_a_run_killed_after_its_commit_is_told_as_undecided(events: Events) -> None:
    sentence = "Submitted, and not known what became of it"
    assert sentence in plain(as_html(until(events, "intent", "A8d"), {}))
    assert sentence not in plain(as_html(events, {}))
    assert sentence not in plain(as_html(until(events, "step", "A8d"), {}))


def test_a_page_can_be_made_of_nothing_at_all() -> None:
    assert "Unfinished" in as_html([], {})


def test_an_interruption_that_never_ended_is_where_the_run_ended(events: Events) -> None:
    met = until(events, "met", "password")
    rows = Timeline(met).rows
    assert [(row.title, row.state) for row in rows[-2:]] == [
        ("In between: password", "open"),
        ("Open “Change e-mail address”", "open"),
    ]


def test_after_a_wrong_code_the_second_request_is_a_wait_of_its_own(events: Events) -> None:
    first = [event for event in until(events, "arrived", "A7") if event != events[-1]][:-1]
    refused = {
        "event": "refused",
        "step": "A7",
        "kind": "wrong_code",
        "store_said": "Il codice non è corretto.",
    }
    again = [event for event in first if event.get("id") == "A6" or event["event"] in {"requested", "code"}]
    timeline = Timeline([*first, refused, *again])
    assert [wait.mailbox for wait in timeline.waits] == ["old", "old"]
    assert all(wait.code for wait in timeline.waits)
    assert [(row.id, row.state) for row in timeline.rows[-2:]] == [("A7", "left"), ("A6", "open")]
    assert "The store said no: “Il codice non è corretto.”" in timeline.rows[-2].notes


def test_plain_hosts_are_printed(events: Events) -> None:
    events[0]["plain_hosts"] = ["store", "mail"]
    assert "Without TLS store, mail" in plain(as_html(events, {}))
