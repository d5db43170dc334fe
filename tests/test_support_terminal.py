"""Path C with a person at a real terminal: the message, the operator's questions, the answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sample_terminal import Terminal
from test_support_path import pleas, said

from flows.support_chat import wordings

if TYPE_CHECKING:
    from collections.abc import Callable

    from sample_runs import Command

    from automation.stand_in import StandIn

QUESTION = "Send this to support? [y/N]"
ORDER, PROMISE = "number of one of your orders", "What did they promise?"
CARD = "4111 1111 1111 1111"


def in_conversation(terminal: Terminal) -> None:
    """Say yes to the message, and wait for the operator's first question."""
    terminal.until(QUESTION)
    terminal.type("y")
    terminal.until("Which full name is the account in")


@pytest.mark.parametrize("generation", [pytest.param("legacy", marks=pytest.mark.full), "center"])
def test_questions_come_to_the_person_and_answers_go_back(
    generation: str, command: Command, make_store: Callable[..., StandIn]
) -> None:
    store = make_store(generation=generation)
    with Terminal(command, "support", "--because", "The provider closed down.", **store.environment()) as terminal:
        shown = " ".join(terminal.until(QUESTION).split())
        assert f"from {store.user} to {store.new}. The provider closed down." in shown
        assert said(store) == []
        terminal.type("y")
        terminal.until("Which full name is the account in")
        terminal.type("Anna Rossi")
        terminal.until("When did you open the account?")
        terminal.type(f"In 2019. My card is {CARD}")
        terminal.until("Not sent: it holds a number that looks like a payment card's.")
        terminal.type("In 2019")
        terminal.until("Is that all?")
        terminal.type("")
        assert terminal.end() == 0, terminal.text
    assert "Asked: support was asked" in terminal.text
    assert said(store)[0] == wordings()["en"].agent
    assert [*pleas(store), "Anna Rossi", "In 2019"] == said(store)[1:]


@pytest.mark.full
def test_a_no_to_the_message_says_nothing(command: Command, make_store: Callable[..., StandIn]) -> None:
    store = make_store()
    with Terminal(command, "support", **store.environment()) as terminal:
        terminal.until(QUESTION)
        terminal.type("n")
        assert terminal.end() == 130, terminal.text
    assert said(store) == []


def test_a_conversation_that_was_left_is_taken_up_and_nothing_is_sent_twice(
    command: Command, make_store: Callable[..., StandIn]
) -> None:
    store = make_store(generation="legacy")
    with Terminal(command, "support", **store.environment()) as terminal:
        in_conversation(terminal)
        terminal.press_ctrl_c()
        assert terminal.end() == 3, terminal.text
    assert "Your message was sent, and the run was stopped. Run again" in " ".join(terminal.text.split())
    with Terminal(command, "support", **store.environment()) as terminal:
        terminal.until("Which full name is the account in")
        assert QUESTION not in terminal.text
        terminal.type("Anna Rossi")
        terminal.until("When did you open the account?")
        terminal.type("/end")
        terminal.until("What did they promise?")
        terminal.type("An answer by e-mail")
        assert terminal.end() == 0, terminal.text
    assert "You noted: “An answer by e-mail”" in terminal.text.replace("\r\n            ", " ")
    assert len(pleas(store)) == 1


ENDS = {
    "order_number": ([(ORDER, "I have none"), (ORDER, "8012 3456 7890 1234"), ("Is that all?", "")], 0, "opened case"),
    "refuses": ([("we cannot change", "/end"), (PROMISE, "")], 3, "we cannot change the address"),
    "closes": ([(PROMISE, "")], 3, "This chat is closed."),
}
"""What the person waits for and types then, the exit code, and what is told at the end, by the operator."""


@pytest.mark.full
@pytest.mark.parametrize("operator", ENDS)
def test_each_end_of_a_conversation_is_told(
    operator: str, command: Command, make_store: Callable[..., StandIn]
) -> None:
    typed, code, words = ENDS[operator]
    store = make_store(switches={"operator": operator})
    with Terminal(command, "support", **store.environment()) as terminal:
        for wait, answer in [(QUESTION, "y"), *typed]:
            terminal.until(wait)
            terminal.text = terminal.text.replace(wait, "-")
            terminal.type(answer)
        assert terminal.end() == code, terminal.text
    assert words in " ".join(terminal.text.split())


@pytest.mark.full
def test_a_second_address_is_saved_after_a_yes_and_another_one_replaced_only_after_one_more(
    command: Command, make_store: Callable[..., StandIn]
) -> None:
    store = make_store(generation="legacy")
    with Terminal(command, "backup", "first@example.com", **store.environment()) as terminal:
        terminal.until("Save first@example.com as the second address of the account now? [y/N]")
        terminal.type("y")
        assert terminal.end() == 0, terminal.text
    with Terminal(command, "backup", store.new, "--yes", **store.environment()) as terminal:
        terminal.until(f"another second address, first@example.com. Replace it by {store.new}? [y/N]")
        terminal.type("y")
        assert terminal.end() == 0, terminal.text
    assert [(save["second"], save["applied"]) for save in store.truth()["profile_saves"]] == [
        ("first@example.com", True),
        (store.new, True),
    ]


@pytest.mark.full
def test_a_mailbox_that_can_not_be_read_is_asked_about_before_anybody_gives_up(
    command: Command, make_store: Callable[..., StandIn]
) -> None:
    store = make_store(generation="legacy", switches={"operator": "answers"})
    lost = {**store.environment(), "READDRESS_OLD_IMAP_PASSWORD": "wrong"}
    with Terminal(command, "change", "--yes", "--json", **lost) as terminal:
        terminal.until("Can you open the old mailbox yourself, and type its codes here? [y/N]")
        terminal.type("n")
        terminal.until("Is the old mailbox lost, so that nobody can open it any more? [y/N]")
        terminal.type("y")
        terminal.until("Is that all?")
        terminal.type("")
        assert terminal.end() == 3, terminal.text
    result = json.loads(next(line for line in terminal.text.splitlines() if line.startswith("{")))
    assert (result["outcome"], result["reason"]["kind"]) == ("needs_person", "asked")
    assert [(each["flow"], each["outcome"]) for each in result["followed"]] == [
        ("backup_email", "saved"),
        ("support_chat", "asked"),
    ]
    [account] = store.truth()["accounts"].values()
    assert (account["email"], account["second_email"]) == (store.user, store.new)
