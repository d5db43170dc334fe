"""The whole of path C in a real Chromium, with nobody at the terminal: what is said to support, and how it ends."""

from __future__ import annotations

import os
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sample_runs import Change, ended, in_turn, pictured

from automation.person import Person
from automation.plea import is_plea
from flows.backup_email import flow as backup
from flows.support_chat import flow as support
from flows.support_chat import wordings

if TYPE_CHECKING:
    from collections.abc import Callable

    from automation.stand_in import StandIn

STEPS = ["C1a", "C1b", "C1c", "C1d", "C2", "C3a", "C3b", "C3c", "C3d"]
ASKED = ("asked", 0, None)
WORDS_ALONE, NO_LANGUAGE = {"rename_ids": True}, {"strange_language": True}
SPOKEN = [*((name, WORDS_ALONE) for name in ("en", "it", "ru", "es", "pt", "fr", "de", "pl")), ("en", NO_LANGUAGE)]
SPOKEN += [("ar", {}), ("ja", {})]


def said(store: StandIn, who: str = "customer") -> list[str]:
    """What was said in the account's chat, in order."""
    return [line["text"] for line in store.truth()["chat"] if line["who"] == who]


def pleas(store: StandIn) -> list[str]:
    """The messages that name both addresses."""
    return [text for text in said(store) if is_plea(text, store.user, store.new)]


@pytest.mark.parametrize("generation", ["legacy", "center"])
def test_support_is_asked_once_and_what_it_promises_is_told(
    generation: str, fresh: Callable[[str], StandIn], change: Change
) -> None:
    store = fresh(generation)
    store.switch(operator="answers")

    result = change(store, flow=support)
    pictures = pictured(change)
    again = change(store, flow=support)

    words = wordings()["en"]
    assert ended(result) == ASKED, result["reason"]
    assert [step["id"] for step in result["steps"]] == STEPS
    [promise] = said(store, "operator")[1:]
    assert result["proofs"] == [f"Support said: “Li: {promise}”"]
    assert said(store) == pytest.approx([words.agent, *pleas(store)])
    [message] = pleas(store)
    assert message == f"{words.message} {words.thanks}".format(old=store.user, new=store.new, because=words.because)
    assert pictures[-2:] == ["C3c", "proof"]
    assert ended(again) == ASKED
    assert again["proofs"] == result["proofs"]
    truth = store.truth()
    assert (truth["codes_requested"], truth["submits"], truth["profile_saves"]) == ([], [], [])


@pytest.mark.full
def test_the_transcript_stands_in_the_report_and_names_nobody(fresh: Callable[[str], StandIn], change: Change) -> None:
    store = fresh("center")
    store.switch(operator="answers")
    result = change(store, flow=support, because="My provider closed down; ask carla@example.com.")
    kept = Path(result["report"]).parent
    report = Path(result["report"]).read_text("utf-8")
    assert "My provider closed down; ask c***a@example.com." in report
    assert "I have opened case" in report
    written = [path.read_text("utf-8") for path in kept.iterdir() if path.suffix != ".jpeg"]
    assert len(written) == 2
    for name in (store.user, store.new, "carla@example.com"):
        assert not any(name in text for text in written), name


@pytest.mark.full
def test_the_message_says_that_the_new_address_is_the_second_one_already(
    fresh: Callable[[str], StandIn], change: Change
) -> None:
    store = fresh("legacy")
    store.switch(operator="answers")
    change(store, flow=backup)
    assert ended(change(store, flow=support)) == ASKED
    [message] = pleas(store)
    assert wordings()["en"].second in message


@pytest.mark.parametrize(
    ("operator", "kind", "words"),
    [
        ("asks", "operator_asks", "Which full name is the account in"),
        pytest.param("order_number", "operator_asks", "number of one of your orders", marks=pytest.mark.full),
        pytest.param("refuses", "operator_refused", "we cannot change", marks=pytest.mark.full),
        pytest.param("closes", "nothing_promised", "This chat is closed.", marks=pytest.mark.full),
    ],
)
def test_where_the_operator_promises_nothing_a_person_is_needed_and_nothing_is_sent_twice(
    operator: str, kind: str, words: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(switches={"operator": operator})
    result = change(store, flow=support)
    assert ended(result) == ("needs_person", 3, kind), result["reason"]
    assert words in result["reason"]["store_said"]
    again = change(store, flow=support)
    assert again["outcome"] == "needs_person"
    assert len(pleas(store)) == 1


@pytest.mark.full
@pytest.mark.parametrize("generation", [pytest.param("legacy", marks=pytest.mark.full), "center"])
def test_where_no_operator_comes_the_message_is_not_sent(
    generation: str, make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, switches={"operator": "absent"})
    result = change(store, flow=support, code_timeout=4)
    assert ended(result) == ("needs_person", 3, "no_operator"), result["reason"]
    assert said(store) == [wordings()["en"].agent]


def test_nothing_is_said_where_nobody_can_read_the_message_first(
    fresh: Callable[[str], StandIn], change: Change
) -> None:
    store = fresh("legacy")
    with pytest.raises(Exception, match="shown to a person before it is sent") as stopped:
        change(store, flow=support, yes=False)
    assert stopped.value.outcome == "needs_person"  # type: ignore[attr-defined]  # a Stop
    assert store.truth()["chat"] == []


@pytest.mark.full
def test_a_secret_is_not_sent_as_what_happened(fresh: Callable[[str], StandIn], change: Change) -> None:
    store = fresh("legacy")
    result = change(store, flow=support, because=f"My password is {store.password}")
    assert ended(result) == ("settings", 2, "secret")
    assert said(store) == []


@pytest.mark.full
def test_a_rehearsal_opens_no_chat(fresh: Callable[[str], StandIn], change: Change) -> None:
    store = fresh("center")
    result = change(store, flow=support, dry_run=True)
    assert ended(result) == ("planned", 0, None)
    assert [step["id"] for step in result["steps"]] == STEPS[:4]
    assert store.truth()["chat"] == []


@pytest.mark.full
def test_once_support_has_changed_the_address_the_next_run_signs_in_with_it_and_says_so(
    fresh: Callable[[str], StandIn], change: Change, tmp_path: Path
) -> None:
    store = fresh("center")
    store.switch(operator="answers")
    assert ended(change(store, flow=support)) == ASKED
    assert ended(Change(change.context, tmp_path / "theirs")(store)) == ("changed", 0, None)  # by somebody else's hand
    store.post("/forget-sessions")
    again = change(store, flow=support)
    assert ended(again) == ("already", 0, None), again["reason"]
    assert len(pleas(store)) == 1


@pytest.mark.full
def test_a_message_that_may_have_been_sent_in_a_chat_that_is_gone_is_not_sent_again(
    make_store: Callable[..., StandIn], change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("automation.chat.SAID_S", 2)
    store = make_store(generation="legacy", switches={"operator": "answers"})

    def vanish(event: dict[str, Any]) -> None:
        if event["event"] == "intent":
            store.post("/forget-chats")
            change.context.set_offline(True)

    lost = change(store, flow=support, listeners=(vanish,))
    change.context.set_offline(False)
    store.post("/forget-chats")
    again = change(store, flow=support)
    assert ended(lost) == ("unknown", 75, "unreadable"), lost["reason"]
    assert ended(again) == ("unknown", 75, "unreadable"), again["reason"]
    assert pleas(store) == []


@pytest.mark.full
def test_a_chat_that_goes_away_in_the_middle_ends_in_time_and_is_taken_up(
    make_store: Callable[..., StandIn], change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("automation.conversation.GONE_S", 2)
    store = make_store(generation="legacy", switches={"operator": "answers", "operator_pause_s": 3})

    def leave(event: dict[str, Any]) -> None:
        if event["event"] == "settled":
            change.context.pages[-1].goto(store.url)

    gone = change(store, flow=support, listeners=(leave,))
    again = change(store, flow=support)
    assert ended(gone) == ("needs_person", 3, "chat_gone"), gone["reason"]
    assert ended(again) == ASKED, again["reason"]
    assert len(pleas(store)) == 1


@pytest.mark.full
def test_a_way_that_is_listed_in_another_place_is_known_by_what_it_says(
    make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(language="it", switches={"operator": "answers", "phone_first": True, "rename_ids": True})
    result = change(store, flow=support)
    assert ended(result) == ASKED, result["reason"]
    assert said(store)[0] == wordings()["it"].agent


@pytest.mark.parametrize(("generation", "language", "switches"), in_turn(SPOKEN), ids=str)
def test_support_is_asked_in_the_accounts_language_by_words_alone_and_by_structure_alone(
    generation: str, language: str, switches: dict[str, Any], make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation=generation, language=language, switches={"operator": "answers", **switches})
    result = change(store, flow=support, code_timeout=10)
    known = language in wordings()  # a page in no language still has an operator who speaks English
    told = wordings()[language if known and switches != NO_LANGUAGE else "en"]
    assert said(store)[0] == told.agent
    assert [told.because in message for message in pleas(store)] == [True]
    # What a promise is, is known by words only: in other languages the person decides.
    assert ended(result) == (ASKED if known else ("needs_person", 3, "operator_asks")), result["reason"]


UNKNOWN_OPERATOR = """new MutationObserver(() => document.querySelectorAll(".chat-operator")
  .forEach((line) => line.classList.remove("chat-operator"))).observe(document, { childList: true, subtree: true })"""


@pytest.mark.full
def test_an_operator_whom_the_tool_does_not_know_as_one_is_told_by_the_person(
    make_store: Callable[..., StandIn], change: Change
) -> None:
    store = make_store(generation="legacy", language="ja", switches={"operator": "answers"})
    change.context.add_init_script(UNKNOWN_OPERATOR)
    master, slave = os.openpty()
    with os.fdopen(slave, "r+b", buffering=0) as raw, TextIOWrapper(raw, write_through=True) as terminal:

        def answer(event: dict[str, Any]) -> None:
            hello = event["event"] == "said" and "リーと申します" in event["text"]
            done = event["event"] == "said" and "ケース" in event["text"]
            if hello or done:
                os.write(master, b"/send\n" if hello else b"/end\n")

        result = change(store, flow=support, listeners=(answer,), person=Person(terminal, terminal), code_timeout=8)
    os.close(master)
    assert ended(result) == ("needs_person", 3, "nothing_promised"), result["reason"]
    assert len(pleas(store)) == 1
    assert "ケース" in result["reason"]["store_said"]
