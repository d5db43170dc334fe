"""Killed at any failpoint: the next run ends right, and one submit takes effect.

What a failpoint is, is said in killed.py. Each account's first run is killed and the next one is not; where no run has
come to its intent yet, four runs in a row are killed at four failpoints, and one run after them has to end right. How
the store answers matters only to a run that has submitted. The whole matrix runs in `make test-all`, every tenth case
of it in `make test`; the last lines of pytest count them.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import pytest
from sample_kill import Killed, Victim, check_verdict
from sample_processes import ON_LINUX
from sample_runs import Command

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from automation.stand_in import StandIn

pytestmark = ON_LINUX
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
    first: int
    """The first one of the sample: so that the intent and the submit are among its failpoints."""
    parts: int
    """Tests among which the whole row is split."""
    chain: int = 1
    """Runs that are killed before one isn't."""

    def __str__(self) -> str:
        return f"{self.generation}-{self.scope}-{self.answer}"


ROWS = [
    Row("legacy", "until-intent", "normal", first=2, parts=6, chain=4),
    Row("center", "acts-until-intent", "normal", first=7, parts=2, chain=4),
    Row("legacy", "from-intent", "normal", first=2, parts=2),
    Row("center", "from-intent", "normal", first=4, parts=2),
    Row("legacy", "from-submit", "lost_before", first=4, parts=2),
    Row("legacy", "from-submit", "lost_after", first=4, parts=2),
    Row("center", "from-submit", "lost_before", first=8, parts=2),
    Row("center", "from-submit", "lost_after", first=8, parts=2),
]
SAMPLE = [(row, range(row.first, MOST, EVERY)) for row in ROWS]
WHOLE = [(row, range(part, MOST, row.parts)) for row in ROWS for part in range(1, row.parts + 1)]


class Walker:
    """Kills runs at one failpoint after the other, until a run ends before its own."""

    def __init__(self, readdress: str, home: Path, fresh: Callable[[str], StandIn]) -> None:
        self._readdress, self._home, self._fresh = readdress, home, fresh
        self.killed = self.ended_right = 0

    def walk(self, row: Row, numbers: range) -> None:
        left = iter(numbers)
        while chain := list(islice(left, row.chain)):
            if not self._chain(row, chain):
                return
        pytest.fail(f"a run has more than {MOST} failpoints")

    def _chain(self, row: Row, numbers: Sequence[int]) -> bool:
        """Whether all runs of one account were killed, each at its failpoint."""
        home = self._home / f"{row}-{numbers[0]}"
        home.mkdir()
        victim = Victim(Command(self._readdress, home), self._fresh(row.generation), row.answer)
        runs: list[Killed] = []
        for number in numbers:
            runs.append(victim.killed(row.scope, number))
            if not runs[-1].died:
                check_verdict(runs[-1])
                break
            self.killed += 1
        victim.run_again(runs)
        self.ended_right += sum(run.died for run in runs)
        shutil.rmtree(home)
        return runs[-1].died


@pytest.fixture
def walk(
    readdress: str, tmp_path: Path, fresh: Callable[[str], StandIn], record_property: Callable[[str, object], None]
) -> Callable[[Row, range], None]:
    """Walk through a row's failpoints; the end of pytest's output counts them."""
    walker = Walker(readdress, tmp_path, fresh)

    def walk(row: Row, numbers: range) -> None:
        try:
            walker.walk(row, numbers)
        finally:
            record_property("killed", (str(row), walker.ended_right, walker.killed))

    return walk


@pytest.mark.parametrize(("row", "numbers"), SAMPLE, ids=[str(row) for row, _ in SAMPLE])
@pytest.mark.timeout(900)
def test_a_sample_of_the_failpoints(row: Row, numbers: range, walk: Callable[[Row, range], None]) -> None:
    walk(row, numbers)


@pytest.mark.full
@pytest.mark.parametrize(("row", "numbers"), WHOLE, ids=[f"{row}-{numbers.start}" for row, numbers in WHOLE])
@pytest.mark.timeout(3600)
def test_every_failpoint(row: Row, numbers: range, walk: Callable[[Row, range], None]) -> None:
    walk(row, numbers)
