"""Paths B and C killed at their failpoints: the next run ends right, with one save, or one message, in all.

What a failpoint is, is said in killed.py. `make test` runs a few of them, `make test-all` every eighth, the
answers of the store and the two kinds of pages in turn.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from sample_canaries import leaks, secrets_of
from sample_kill import KILLED, KILLED_CODE, LOST_TIMES
from sample_processes import ON_LINUX, wait_until_nothing_is_left
from sample_runs import Command
from test_support_path import pleas

from automation.report import read_journal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from automation.stand_in import StandIn

pytestmark = [ON_LINUX, pytest.mark.timeout(1800), pytest.mark.usefixtures("windowless_browser")]
BACKUP, SUPPORT = ("backup", "{new}"), ("support",)
ENDS = {"backup": {"saved", "already"}, "support": {"asked"}}


@dataclass(frozen=True)
class Victim:
    """One account whose runs of one command are killed."""

    command: Command
    store: StandIn
    arguments: tuple[str, ...]
    answer: str = "normal"

    def killed(self, scope: str, number: int) -> bool:
        """Whether a run was killed at its n-th failpoint; False where it came to its end before."""
        self.store.post("/forget-sessions")
        self.store.switch(submit_answer=self.answer, submit_answer_times=LOST_TIMES)
        done = self._run(sys.executable, str(KILLED), scope, str(number))
        wait_until_nothing_is_left(self.command.home)
        self.store.switch(submit_answer="normal")
        assert done.returncode == KILLED_CODE or done.stdout, done.stderr
        return done.returncode == KILLED_CODE

    def end_right(self) -> None:
        """One more run, which nobody kills; then everything that must hold."""
        done = self._run(self.command.program)
        result: dict[str, Any] = json.loads(done.stdout)
        assert result["outcome"] in ENDS[self.arguments[0]], result["reason"]
        self._check_once()
        journals = list(self.command.home.glob("runs/*/journal.jsonl"))
        assert all(isinstance(read_journal(journal), list) for journal in journals)
        assert not list(leaks(self.command.home, secrets_of(self.store)))
        wait_until_nothing_is_left(self.command.home)

    def _check_once(self) -> None:
        truth = self.store.truth()
        if self.arguments[0] == "support":
            assert len(pleas(self.store)) == 1
        else:
            assert [save["applied"] for save in truth["profile_saves"]].count(True) == 1
            assert truth["accounts"][self.store.user]["second_email"] == self.store.new
        assert truth["accounts"][self.store.user]["email"] == self.store.user

    def _run(self, *program: str) -> subprocess.CompletedProcess[str]:
        arguments = [each.format(new=self.store.new) for each in self.arguments]
        return subprocess.run(
            [*program, *arguments, "--yes", "--json", "-q", "--settle", "0.5"],
            cwd=self.command.home,
            env={**self.command.environment, **self.store.environment()},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


@pytest.fixture
def victim(readdress: str, tmp_path: Path, fresh: Callable[[str], StandIn]) -> Callable[..., Victim]:
    """`victim(generation, arguments, answer, n)`: a fresh account with a home folder of its own."""

    def made(generation: str, arguments: tuple[str, ...], answer: str, number: int) -> Victim:
        home = tmp_path / str(number)
        home.mkdir()
        store = fresh(generation)
        store.switch(operator="answers")
        return Victim(Command(readdress, home), store, arguments, answer)

    return made


FEW = [
    ("center", BACKUP, "lost_after", (8,)),
    ("legacy", SUPPORT, "normal", (7,)),
]
WHOLE = [
    ("legacy", BACKUP, "normal"),
    ("center", BACKUP, "lost_before"),
    ("legacy", BACKUP, "lost_after"),
    ("legacy", SUPPORT, "normal"),
    ("center", SUPPORT, "normal"),
]
MOST = 150
"""More failpoints than any run has from its intent on."""


@pytest.mark.parametrize(("generation", "arguments", "answer", "numbers"), FEW, ids=str)
def test_a_few_kills_around_the_commit(
    generation: str, arguments: tuple[str, ...], answer: str, numbers: tuple[int, ...], victim: Callable[..., Victim]
) -> None:
    for number in numbers:
        one = victim(generation, arguments, answer, number)
        assert one.killed("from-intent", number)
        one.end_right()


@pytest.mark.full
@pytest.mark.parametrize(("generation", "arguments", "answer"), WHOLE, ids=str)
def test_every_eighth_failpoint_from_the_intent_on(
    generation: str,
    arguments: tuple[str, ...],
    answer: str,
    victim: Callable[..., Victim],
    record_property: Callable[[str, object], None],
) -> None:
    first = 1 if generation == "legacy" else 5  # the two kinds of pages pass about the same failpoints
    for killed, number in enumerate(range(first, MOST, 8)):
        one = victim(generation, arguments, answer, number)
        died = one.killed("from-intent", number)
        one.end_right()
        if not died:
            record_property("killed", (f"{generation}-{arguments[0]}-{answer}", killed, killed))
            return
    pytest.fail(f"a run has more than {MOST} failpoints")
