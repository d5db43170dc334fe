"""The whole of path A with its evidence, beside a script written for this one site."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench.measured import Row, Target, alternating, seconds, transposed
from bench.raw import account_of
from bench.walks import GENERATIONS, RIVAL, launched, taken
from playwright.sync_api import sync_playwright
from sample_runs import Command

from automation.browser import find_browser
from automation.stand_in import stand_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from automation.stand_in import StandIn

PAIRS = 12
"""Of both generations together."""
TARGET = Target(1.25)
READDRESS = str(Path(sys.executable).with_name("readdress"))
CHANGE = ("change", "--yes", "--json", "--quiet", "--headless")


def rows() -> Iterator[Row]:
    """As commands, then the walks alone: all pairs together, and each generation's."""
    with sync_playwright() as playwright:
        browser = launched(playwright)
        both = [lambda generation, who=who: taken(browser, who, generation) for who in ("ours", "raw")]
        walks = _pairs("walk", *both)
        browser.close()
    commands = _pairs("command", ours, theirs)
    yield Row("path A, as a command", RIVAL, *transposed(commands), target=TARGET)
    yield from _by_generation("path A, as a command", commands)
    yield Row("path A, in a browser that runs", RIVAL, *transposed(walks), target=TARGET)
    yield from _by_generation("path A, in a browser that runs", walks)


def _by_generation(what: str, pairs: Sequence[tuple[float, float]]) -> Iterator[Row]:
    for n, generation in enumerate(GENERATIONS):
        yield Row(f"{what}, {generation} pages", RIVAL, *transposed(list(pairs[n :: len(GENERATIONS)])))


def _pairs(what: str, ours: Callable[[str], float], theirs: Callable[[str], float]) -> list[tuple[float, float]]:
    """Pairs of every other generation, after one of each that fills caches."""
    pairs = [_pair(n // 2, GENERATIONS[n % 2], what, ours, theirs) for n in range(-len(GENERATIONS), PAIRS)]
    return pairs[len(GENERATIONS) :]


def _pair(
    number: int, generation: str, what: str, ours: Callable[[str], float], theirs: Callable[[str], float]
) -> tuple[float, float]:
    mine, other = alternating(number, lambda: ours(generation), lambda: theirs(generation))
    print(f"  {what}, {generation}: {mine:.2f} s beside {other:.2f} s", flush=True)
    return mine, other


def ours(generation: str) -> float:
    """Seconds for one `readdress change`, with an empty state folder."""
    with stand_in(generation=generation) as store, TemporaryDirectory() as home:
        command = Command(READDRESS, Path(home))
        took = seconds(lambda: command.json(*CHANGE, **store.environment()))
        return _changed(store, took)


def theirs(generation: str) -> float:
    """Seconds for the script."""
    script = [sys.executable, "-m", "bench.raw", generation, str(find_browser(None).path)]
    with stand_in(generation=generation) as store:
        told = json.dumps(asdict(account_of(store)))
        took = seconds(lambda: subprocess.run(script, input=told, text=True, check=True, stdout=subprocess.DEVNULL))
        return _changed(store, took)


def _changed(store: StandIn, took: float) -> float:
    [account] = store.truth()["accounts"].values()
    assert account["email"] == store.new, "the address was not changed"
    return took
