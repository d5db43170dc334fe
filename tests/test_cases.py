"""The table of cases names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROWS = [
    line.split("|")[1:4]
    for line in (HERE / "README.md").read_text("utf-8").splitlines()
    if "test_" in line and "|" in line
]


def test_there_is_a_table() -> None:
    assert len(ROWS) > 60


@pytest.mark.parametrize(("case", "tests"), [(row[0].strip(), row[2]) for row in ROWS])
def test_each_case_has_a_test_that_exists(case: str, tests: str) -> None:
    named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", tests)
    assert named, case
    for file, function in named:
        assert re.search(rf"^def {function}\(", (HERE / file).read_text("utf-8"), re.MULTILINE), (file, function)
