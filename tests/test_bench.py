"""The benchmarks' own sums, and their table; how fast anything is nobody tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from bench.measured import Row, Target, alternating
from bench.table import write

if TYPE_CHECKING:
    from pathlib import Path

ROW = Row("path", "a script", ours=(3.0, 2.0, 8.0), theirs=(2.0, 2.0, 4.0), target=Target(1.25))


def test_the_ratio_is_the_median_of_the_pairs_ratios() -> None:
    assert ROW.ratio == 1.5
    assert ROW.cells() == ("path", "3.00 s", "a script", "2.00 s", "1.50x (1.25 to 1.75)", "3", "≤ 1.25x: missed")


@pytest.mark.parametrize(
    ("target", "met"),
    [
        (Target(1.5), True),
        (Target(1.4), False),
        (Target(1.5, at_least=True), True),
        (Target(1.6, at_least=True), False),
        (Target(3.0, "ours"), True),
        (Target(2.9, "ours"), False),
    ],
)
def test_a_target_is_met_on_its_right_side(target: Target, *, met: bool) -> None:
    assert target.is_met(ROW) is met


def test_in_every_other_pair_the_rival_goes_first() -> None:
    order: list[str] = []

    def ours() -> float:
        order.append("ours")
        return 1

    def theirs() -> float:
        order.append("theirs")
        return 2

    assert [alternating(n, ours, theirs) for n in range(2)] == [(1, 2), (1, 2)]
    assert order == ["ours", "theirs", "theirs", "ours"]


def test_the_table_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("Before\n\n<!-- bench -->\nold\n<!-- /bench -->\n\nAfter\n", "utf-8")
    write([ROW], 0.5, readme)
    text = readme.read_text("utf-8")
    assert text.startswith("Before\n\n<!-- bench -->\n| what |")
    assert text.endswith("<!-- /bench -->\n\nAfter\n")
    assert "old" not in text


def test_a_readme_without_a_place_for_the_table_is_left_as_it_is(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("Before\n", "utf-8")
    with pytest.raises(ValueError, match="no place for the table"):
        write([ROW], 0.5, readme)
    assert readme.read_text("utf-8") == "Before\n"
