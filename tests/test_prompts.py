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
import pathlib, signal, threading, time, typer
from automation.prompts import Prompts

def noted_unseen():
    while not pathlib.Path("now").exists():
        time.sleep(0.01)
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)  # Python notes it, and the reading goes on undisturbed

threading.Thread(target=noted_unseen).start()
try:
    {question}
except typer.Abort:
    print("Aborted", flush=True)
"""
QUESTIONS = {"Name": 'ask("Name")', "Password": 'ask_unseen("Password")', "Sure?": 'agrees("Sure?")'}


@pytest.mark.parametrize("words", QUESTIONS)
def test_a_ctrl_c_that_does_not_interrupt_the_reading_is_obeyed_all_the_same(words: str, tmp_path: Path) -> None:
    asks = ASKS.format(question=f"Prompts().{QUESTIONS[words]}")
    with Terminal(Command(sys.executable, tmp_path), "-c", asks) as terminal:
        terminal.until(words)
        (tmp_path / "now").touch()
        assert terminal.end() == 0, terminal.text
    assert "Aborted" in terminal.text


def test_an_answer_that_takes_its_time_is_read_whole(tmp_path: Path) -> None:
    asks = "from automation.prompts import Prompts; print('Got', repr(Prompts().ask('Name')), flush=True)"
    with Terminal(Command(sys.executable, tmp_path), "-c", asks) as terminal:
        terminal.until("Name:")
        terminal.type_slowly("Anna", 3 * HEED_S)
        assert terminal.end() == 0, terminal.text
    assert "Got 'Anna'" in terminal.text
