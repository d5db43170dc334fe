"""The one JSON object of a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_journal import REASON, anything, changed, foreign_events, sample, until

from automation.report import result_of
from automation.result import CODE_KEYS, REASON_KEYS, STEP_KEYS, why

if TYPE_CHECKING:
    from sample_journal import Events

IDS = ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8a", "A8b", "A8c", "A8d", "A9"]
KEYS = [
    *("version", "run", "flow", "store", "outcome", "exit", "seconds", "step", "old", "new"),
    *("reason", "proofs", "codes", "steps", "followed", "advice", "report"),
]


@pytest.fixture
def events() -> Events:
    return sample()


def test_a_result_always_has_all_keys_and_null_where_nothing_is_known() -> None:
    result = result_of([], outcome="settings", exit_code=2, reason={"kind": "settings", "text": "Mend it."})
    assert list(result) == KEYS
    assert list(result["reason"]) == list(REASON_KEYS)
    unknown = ("run", "flow", "store", "seconds", "step", "old", "new", "report")
    assert [result[key] for key in unknown] == [None] * len(unknown)
    assert (result["version"], result["exit"], result["proofs"], result["codes"], result["steps"]) == (
        1,
        2,
        [],
        [],
        [],
    )


def test_a_result_lists_steps_codes_and_proofs_from_the_journal(events: Events) -> None:
    result = changed(events)
    assert list(result) == KEYS
    assert (result["outcome"], result["exit"], result["seconds"], result["step"]) == (
        "changed",
        0,
        15.9,
        "A9",
    )
    assert (result["old"], result["new"]) == ("a***i@example.org", "n***w@example.org")
    assert [step["id"] for step in result["steps"]] == IDS
    assert all(list(step) == list(STEP_KEYS) for step in result["steps"])
    assert result["steps"][2] == {
        "id": "A3",
        "intent": "Open “Edit settings”",
        "seconds": 0.9,
        "by": "tool",
        "rank": 1,
    }
    assert all(list(code) == list(CODE_KEYS) for code in result["codes"])
    assert [code["folder"] for code in result["codes"]] == ["INBOX", "Junk"]
    assert result["proofs"] == ["The settings page, opened afresh, shows n***w@example.org"]


def test_the_step_of_a_result_is_the_one_the_run_was_in(events: Events) -> None:
    begun = until(events, "step", "A7")
    result = result_of(begun, outcome="refused", exit_code=4, reason=REASON)
    assert result["step"] == "A7"
    assert result["steps"][-1]["id"] == "A6"


def test_a_result_masks_addresses_but_keeps_the_store_s_senders_and_the_path_of_the_report(
    events: Events,
) -> None:
    said = {**REASON, "store_said": "anna.rossi@example.org is taken, writes account@notice.aliexpress.com"}
    result = result_of(
        events, outcome="refused", exit_code=4, reason=said, report=Path("/home/me@example.org/report.html")
    )
    assert result["reason"]["store_said"] == "a***i@example.org is taken, writes account@notice.aliexpress.com"
    assert result["report"] == "/home/me@example.org/report.html"


@given(foreign_events, st.dictionaries(st.sampled_from(REASON_KEYS), anything))
@settings(max_examples=60, deadline=None)
def test_any_journal_gives_a_result_that_is_json(foreign: Events, reason: dict[str, Any]) -> None:
    result = result_of(foreign, outcome="error", exit_code=70, reason=reason)
    assert list(result) == KEYS
    json.dumps(result)


def test_a_code_s_why_tells_what_chose_it_who_vouched_for_it_and_what_lost() -> None:
    code = {"why": "alone in its element", "proof": "mx.example says dmarc=pass for shop.example"}
    lost = [["8…3", "named “order number”"], ["2…6", "a year"]]

    assert why(code) == "alone in its element; mx.example says dmarc=pass for shop.example"
    assert why({**code, "rejected": lost}) == f"{why(code)}; not 8…3 (named “order number”), 2…6 (a year)"
    assert why({"why": "typed by you", "proof": None}) == "typed by you"
