"""Killed at any failpoint: the next run ends right, and one submit takes effect.

What a failpoint is, is said in killed.py. A run of an account is killed and the next one is not; where nothing can have
taken effect yet, a few runs in a row are killed, each at another failpoint, before one has to end right. How the store
answers matters only to a run that has submitted. `make test-all` runs the whole matrix, with each answer on one of the
two kinds of pages and every fifth case on the other; `make test` every tenth case. The last lines of pytest count them.
"""

from __future__ import annotations

import shutil
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from sample_kill import Killed, Victim
from sample_processes import ON_LINUX
from sample_runs import Command

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from automation.stand_in import StandIn

pytestmark = [ON_LINUX, pytest.mark.usefixtures("windowless_browser")]
MOST = 300
"""More failpoints than any run has."""
EVERY = 10
"""`make test` runs one of so many cases."""


@dataclass(frozen=True)
class Row:
    """Failpoints of runs on one generation of pages, with one answer of the store."""

    generation: str
    scope: str
    answer: str
    sample: range
    """The failpoints of `make test`, up to the last that there is: the intent and the submit are among them."""
    parts: int
    """Tests among which the whole row is split."""
    chain: int
    """Runs that are killed before one isn't."""
    every: int = 1
    """The whole row has one of so many failpoints, those of the sample among them."""

    @property
    def whole(self) -> list[range]:
        """The failpoints of `make test-all`, part by part."""
        first = (self.sample.start - 1) % self.every + 1
        return [range(first + part * self.every, MOST, self.parts * self.every) for part in range(self.parts)]

    def __str__(self) -> str:
        return f"{self.generation}-{self.scope}-{self.answer}"


ROWS = [
    Row("legacy", "until-intent", "normal", range(2, 133, EVERY), parts=6, chain=8),
    Row("center", "acts-until-intent", "normal", range(7, 28, EVERY), parts=1, chain=8, every=5),
    Row("legacy", "from-intent", "normal", range(2, 23, EVERY), parts=1, chain=3, every=5),
    Row("center", "from-intent", "normal", range(4, 35, EVERY), parts=2, chain=3),
    Row("legacy", "from-submit", "lost_before", range(4, 15, EVERY), parts=2, chain=3),
    Row("legacy", "from-submit", "lost_after", range(4, 15, EVERY), parts=1, chain=3, every=5),
    Row("center", "from-submit", "lost_before", range(8, 19, EVERY), parts=1, chain=3, every=5),
    Row("center", "from-submit", "lost_after", range(8, 29, EVERY), parts=2, chain=3),
]
WHOLE = [(row, numbers) for row in ROWS for numbers in row.whole]


class Walker:
    """Kills runs at one failpoint after the other, until a run ends before its own."""

    def __init__(self, readdress: str, home: Path, fresh: Callable[[str], StandIn]) -> None:
        self._readdress, self._home, self._fresh = readdress, home, fresh
        self.killed = self.ended_right = 0

    def walk(self, row: Row, numbers: range) -> bool:
        """Whether a run came to its end: then the row has no more failpoints."""
        left = deque(numbers)
        while left:
            if not self._chain(row, left):
                return True
        return False

    def _chain(self, row: Row, left: deque[int]) -> bool:
        """Whether all runs of one account were killed, each at the next of the failpoints."""
        home = self._home / f"{row}-{left[0]}"
        home.mkdir()
        victim = Victim(Command(self._readdress, home), self._fresh(row.generation), row.answer)
        runs: list[Killed] = []
        while left and len(runs) < row.chain and all(run.died and not run.has_new for run in runs):
            runs.append(victim.killed(row.scope, left.popleft()))
        killed = sum(run.died for run in runs)
        self.killed += killed
        victim.end_right(runs)
        self.ended_right += killed
        shutil.rmtree(home)
        return runs[-1].died


@pytest.fixture
def walk(
    readdress: str, tmp_path: Path, fresh: Callable[[str], StandIn], record_property: Callable[[str, object], None]
) -> Callable[[Row, range], bool]:
    """Walk through a row's failpoints; the end of pytest's output counts them."""
    walker = Walker(readdress, tmp_path, fresh)

    def walk(row: Row, numbers: range) -> bool:
        try:
            return walker.walk(row, numbers)
        finally:
            record_property("killed", (str(row), walker.ended_right, walker.killed))

    return walk


@pytest.mark.sample
@pytest.mark.parametrize("row", ROWS, ids=str)
@pytest.mark.timeout(900)
def test_a_sample_of_the_failpoints(row: Row, walk: Callable[[Row, range], bool]) -> None:
    walk(row, row.sample)


@pytest.mark.full
@pytest.mark.parametrize(("row", "numbers"), WHOLE, ids=[f"{row}-{numbers.start}" for row, numbers in WHOLE])
@pytest.mark.timeout(3600)
def test_every_failpoint(row: Row, numbers: range, walk: Callable[[Row, range], bool]) -> None:
    assert walk(row, numbers), f"a run has more than {MOST} failpoints"
