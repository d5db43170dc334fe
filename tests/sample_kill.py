"""Runs that are killed somewhere, the run after them, and everything that must hold then."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sample_canaries import flags, leaks, secrets_of
from sample_processes import wait_until_nothing_is_left

from automation.report import read_journal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sample_runs import Command

    from automation.stand_in import StandIn

KILLED = Path(__file__).with_name("killed.py")
KILLED_CODE = -9
CHANGE = ("change", "--yes", "--json", "-q", "--settle", "0.5")
ALLOWED_REQUESTS = 2
"""Codes that one run may ask for, a mailbox."""
LOST_TIMES = 2
"""Chromium itself sends a request again whose connection closes without a word."""


@dataclass(frozen=True)
class Killed:
    """A run that was to be killed at its n-th failpoint."""

    died: bool
    """False when it ended before it came to that."""
    began: float
    told: dict[str, Any] | None
    """Its result, where it came to one."""
    has_new: bool
    """Whether the account had the new address once nothing was left of the run."""


@dataclass(frozen=True)
class Victim:
    """One account with its mailboxes and a home folder, whose runs are killed."""

    command: Command
    store: StandIn
    answer: str
    """What the store answers to the submit of a run that is to be killed."""

    def has_new(self) -> bool:
        """Whether the account has the new address; it has one of the two, whatever happened."""
        [account] = self.store.truth()["accounts"].values()
        assert account["email"] in {self.store.user, self.store.new}
        return bool(account["email"] == self.store.new)

    def killed(self, scope: str, number: int) -> Killed:
        """One run, killed; its processes are gone and its journal can be read."""
        self.store.post("/forget-sessions")  # so that each run passes the same failpoints
        self.store.switch(submit_answer=self.answer, submit_answer_times=LOST_TIMES)
        began = time.time()
        run = self._run(scope, number)
        wait_until_nothing_is_left(self.command.home)
        self.store.switch(submit_answer="normal")
        assert run.returncode == KILLED_CODE or run.stdout, (run.returncode, run.stderr)
        told = json.loads(run.stdout) if run.stdout else None
        return Killed(run.returncode == KILLED_CODE, began, told, self.has_new())

    def _run(self, scope: str, number: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, KILLED, scope, str(number), *CHANGE],
            cwd=self.command.home,
            env={**self.command.environment, **self.store.environment()},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def end_right(self, runs: Sequence[Killed]) -> None:
        """Everything that must hold after these runs, and after one more that nobody kills where it is not the end."""
        began = [run.began for run in runs]
        if not runs[-1].died:
            check_verdict(runs[-1])
        if runs[-1].died or not self.has_new():
            began.append(time.time())
            self._run_again()
        self._check(began)

    def _run_again(self) -> None:
        had_new = self.has_new()
        result = self.command.json("change", "--yes", "-q", "--settle", "0.5", **self.store.environment())
        assert result["outcome"] == ("already" if had_new else "changed"), result["reason"]
        assert self.has_new()

    def _check(self, began: Sequence[float]) -> None:
        """One submit took effect, no run asked too often, no journal is broken, nothing leaked, no letter touched."""
        truth = self.store.truth()
        assert [submit["applied"] for submit in truth["submits"]].count(True) == 1
        assert most_requests(truth["codes_requested"], began) <= ALLOWED_REQUESTS
        journals = list(self.command.home.glob("runs/*/journal.jsonl"))
        assert len(journals) == len(began)
        assert all(isinstance(read_journal(journal), list) for journal in journals)
        leaked = list(leaks(self.command.home, secrets_of(self.store)))
        assert not leaked, leaked
        assert not flags(self.store)
        wait_until_nothing_is_left(self.command.home)


def most_requests(requested: Sequence[dict[str, Any]], began: Sequence[float]) -> int:
    """How many codes one run asked for at most in one mailbox; `began` tells when each run did."""
    counts: dict[tuple[int, str], int] = {}
    for request in requested:
        of_run = sum(moment <= request["at"] for moment in began), request["purpose"]
        counts[of_run] = counts.get(of_run, 0) + 1
    return max(counts.values(), default=0)


def check_verdict(run: Killed) -> None:
    """A run that was not killed told the truth."""
    assert run.told is not None
    assert run.told["outcome"] == ("changed" if run.has_new else "unknown"), run.told["reason"]
