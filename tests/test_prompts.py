"""Questions at a real terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from sample_runs import Command
from sample_terminal import Terminal

from automation.prompts import HEED_S

if TYPE_CHECKING:
    from pathlib import Path

ASKS = """
import signal, threading, typer
from automation.prompts import Prompts

def noted_unseen():
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)  # Python notes it, and the reading goes on undisturbed

threading.Timer(0.5, noted_unseen).start()
try:
    {question}
except typer.Abort:
    print("Aborted", flush=True)
"""
QUESTIONS = ['Prompts().ask("Name")', 'Prompts().ask_unseen("Password")', 'Prompts().agrees("Sure?")']


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_ctrl_c_that_does_not_interrupt_the_reading_is_obeyed_all_the_same(question: str, tmp_path: Path) -> None:
    with Terminal(Command(sys.executable, tmp_path), "-c", ASKS.format(question=question)) as terminal:
        assert terminal.end() == 0, terminal.text
    assert "Aborted" in terminal.text


def test_an_answer_that_takes_its_time_is_read_whole(tmp_path: Path) -> None:
    asks = "from automation.prompts import Prompts; print('Got', repr(Prompts().ask('Name')), flush=True)"
    with Terminal(Command(sys.executable, tmp_path), "-c", asks) as terminal:
        terminal.until("Name:")
        terminal.type_slowly("Anna", 3 * HEED_S)
        assert terminal.end() == 0, terminal.text
    assert "Got 'Anna'" in terminal.text
