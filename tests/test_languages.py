"""The path by structure alone and by words alone, in each language; on each page exactly one step shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sample_runs import STORES, address, ended, pictured, some

from automation.look import look
from automation.place import Known, counts
from automation.report import read_journal
from automation.store import load_store
from flows.change_email import flow

if TYPE_CHECKING:
    from collections.abc import Callable

    from sample_runs import Change

    from automation.stand_in import StandIn

ALSO_SHOWS = {"A6": {"A5"}, "A8b": {"A8a"}, "A8d": {"A2"}}
"""The page that says that a code was sent still has the button that asks for one, and the page that says that the
address is saved has a link back to the settings; the furthest step wins.
"""


@pytest.mark.parametrize("generation", ["legacy", "center"])
def test_the_path_is_walked_by_structure_alone(
    generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"strange_language": True})
    result = change(store)
    assert result["outcome"] == "changed", result["reason"]
    journal = read_journal(Path(result["report"]).with_name("journal.jsonl"))
    arrived = [event for event in journal if event["event"] == "arrived" and event["landmark"]]
    assert {(event["how"], event["rank"]) for event in arrived} == {("structure", 1)}


@pytest.mark.parametrize("generation", some(["legacy", "center"], {"legacy"}))
@pytest.mark.parametrize("language", some(["en", "it", "ru", "es", "pt", "fr", "de", "pl"], {"pl"}))
def test_the_path_is_walked_by_words_alone(
    language: str, generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, language=language, switches={"rename_ids": True})
    result = change(store)
    assert ended(result) == ("changed", 0, None), result["reason"]
    assert address(store) == store.new
    second = [step["id"] for step in result["steps"] if (step["rank"] or 1) > 1]
    assert second
    assert set(second) <= set(pictured(change))


@pytest.mark.parametrize("generation", some(["legacy", "center"], {"center"}))
@pytest.mark.parametrize("language", some(["ar", "ja"], {"ar"}))
def test_languages_whose_pages_are_known_by_structure_only(
    language: str, generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, language=language)
    result = change(store)
    assert ended(result) == ("changed", 0, None), result["reason"]
    assert address(store) == store.new


@pytest.mark.parametrize("generation", ["legacy", "center"])
def test_on_each_page_exactly_one_step_shows(
    generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation)
    landmarks = load_store(STORES, "aliexpress").landmarks
    wanted = [landmarks[name] for name in {step.arrives for step in flow.steps if step.arrives}]
    shown: dict[str, list[str]] = {}

    def listen(event: dict[str, Any]) -> None:
        if event["event"] != "arrived" or event["landmark"] is None:
            return
        ids = [step.id for step in flow.steps]
        known = Known(store.user, store.new, frozenset(ids[: ids.index(event["step"]) + 1]))
        sightings = look(change.context.pages[-1:], wanted)
        shown[event["step"]] = [
            step.id
            for step in flow.steps
            if any(s.landmark.name == step.arrives and counts(step, s, known) for s in sightings)
        ]

    result = change(store, listeners=(listen,))
    assert result["outcome"] == "changed", result["reason"]
    assert len(shown) == 10
    for step, seen in shown.items():
        assert seen[-1] == step
        assert set(seen[:-1]) <= ALSO_SHOWS.get(step, set())
