"""What was measured: pairs, one of ours beside one of a named rival's, and how the two compare."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median, quantiles
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

Unit = Literal["s", "a minute", "MB", "codes", "commands", "%"]


@dataclass(frozen=True)
class Target:
    """What we want to reach."""

    limit: float
    of: Literal["ratio", "ours"] = "ratio"
    """Whether the limit is for the ratio, or for our own median in the row's unit."""
    at_least: bool = False
    """True where more is better."""

    def is_met(self, row: Row) -> bool:
        """Whether the row's median is on the right side."""
        reached = row.ratio if self.of == "ratio" else median(row.ours)
        return reached >= self.limit if self.at_least else reached <= self.limit

    def text(self, unit: Unit) -> str:
        """The limit, as it stands in the table."""
        limit = f"{self.limit:g}x" if self.of == "ratio" else f"{shown(self.limit, unit)} ours"
        return f"{'≥' if self.at_least else '≤'} {limit}"


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    rival: str
    ours: tuple[float, ...]
    theirs: tuple[float, ...]
    """As many as ours, each measured next to its own."""
    unit: Unit = "s"
    target: Target | None = None
    """None: told for its own sake."""

    @property
    def ratios(self) -> list[float]:
        """Ours to theirs, a pair each."""
        return [ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True)]

    @property
    def ratio(self) -> float:
        """The median of the pairs' ratios."""
        return median(self.ratios)

    def cells(self) -> tuple[str, ...]:
        """The row in words: what, ours, rival, theirs, ratio with its quartiles, pairs, target."""
        low, _, high = quantiles(self.ratios, n=4, method="inclusive") if len(self.ratios) > 1 else [self.ratio] * 3
        verdict = "—" if self.target is None else self.target.text(self.unit)
        if self.target is not None:
            verdict += ": met" if self.target.is_met(self) else ": missed"
        return (
            self.what,
            shown(median(self.ours), self.unit),
            self.rival,
            shown(median(self.theirs), self.unit),
            f"{self.ratio:.2f}x ({low:.2f} to {high:.2f})",
            str(len(self.ratios)),
            verdict,
        )


def shown(value: float, unit: Unit) -> str:
    """A measure as people read it: 4.6 ms, 41 ms, 2.51 s, 13.2 a minute."""
    if unit == "codes":
        return f"{value:,.0f}"
    if unit == "s":
        thousandths = value * 1000
        return f"{value:.2f} s" if value >= 1 else f"{thousandths:.0f} ms" if value >= 0.01 else f"{thousandths:.1f} ms"
    return f"{value:.1f} {unit}"


def seconds(act: Callable[[], object]) -> float:
    """How long it takes."""
    began = time.monotonic()
    act()
    return time.monotonic() - began


def alternating(number: int, first: Callable[[], float], second: Callable[[], float]) -> tuple[float, float]:
    """A pair of measurements; in every other pair the second one goes first."""
    if number % 2:
        theirs = second()
        return first(), theirs
    ours = first()
    return ours, second()


def transposed(pairs: list[tuple[float, float]]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """All of ours, and all of theirs."""
    return tuple(ours for ours, _ in pairs), tuple(theirs for _, theirs in pairs)
