"""Killed at any failpoint: the next run ends right, and one submit takes effect.

Failpoints: half a line of each journal and ledger write, after each such write, after each page opened, each click
and each typing. How the store answers matters only to a run that is killed after its intent. The full matrix runs in
`make test-all`, a sample of it in `make test`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sample_kill import PASSWORD, check_everything, run_killed_and_again
from sample_runs import Command

from automation.stand_in import stand_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MATRIX = [
    ("legacy", "all", "normal"),
    ("legacy", "after-intent", "lost_before"),
    ("legacy", "after-intent", "lost_after"),
    ("center", "acts", "normal"),
    ("center", "after-intent", "lost_before"),
    ("center", "after-intent", "lost_after"),
]
matrix = pytest.mark.parametrize(("generation", "scope", "answer"), MATRIX)
PARTS = 10
MOST = 500
"""More failpoints than any run has."""


class Walker:
    """Kills runs, one failpoint after the other, each on a fresh account."""

    def __init__(self, readdress: str, home: Path, record: Callable[[str, object], None]) -> None:
        self._readdress, self._home, self._record = readdress, home, record

    def walk(self, numbers: range, generation: str, scope: str, answer: str) -> None:
        """Go on until a run ends without reaching its failpoint."""
        for count, number in enumerate(numbers):
            if not self._killed(number, generation, scope, answer):
                self._record("killed", count)
                return
        pytest.fail(f"a run has more than {MOST} failpoints")

    def _killed(self, number: int, generation: str, scope: str, answer: str) -> bool:
        folder = self._home / str(number)
        folder.mkdir()
        command = Command(self._readdress, folder)
        switches = {"resend_timer_s": 0, "submit_answer": answer}
        with stand_in(generation=generation, switches=switches, password=PASSWORD) as store:
            case = run_killed_and_again(command, store, scope, number)
            check_everything(command, store, case)
        return case.killed


@pytest.fixture
def walker(readdress: str, tmp_path: Path, record_property: Callable[[str, object], None]) -> Walker:
    return Walker(readdress, tmp_path, record_property)


@pytest.mark.parametrize(("generation", "scope", "answer"), [MATRIX[0], MATRIX[2]])
@pytest.mark.timeout(600)
def test_a_sample_of_the_failpoints(generation: str, scope: str, answer: str, walker: Walker) -> None:
    walker.walk(range(PARTS, MOST, 8 * PARTS if scope == "all" else 3 * PARTS), generation, scope, answer)


@matrix
@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_every_failpoint(part: int, generation: str, scope: str, answer: str, walker: Walker) -> None:
    walker.walk(range(part, MOST, PARTS), generation, scope, answer)
