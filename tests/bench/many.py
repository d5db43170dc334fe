"""Paths a minute with several at once, beside as many of the raw script: one browser, a process and a context each."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from bench.measured import Row, Target, alternating, seconds, transposed
from bench.memory import growth_mb
from bench.walks import GENERATIONS, RIVAL
from bench.workers import shared_browser, worker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.walks import Walker
    from bench.workers import Shared, Worker

AT_ONCE = (1, 2, 4, 8)
PAIRS = 3


def rows() -> Iterator[Row]:
    """A row for each number at once, then the memory that one walk takes."""
    with shared_browser() as browser:
        with ExitStack() as stack:
            workers = [stack.enter_context(worker(browser)) for _ in range(max(AT_ONCE))]
            for walker in ("ours", "raw"):
                a_minute(workers[:2], walker)  # the first ones fill caches
            for at_once in AT_ONCE:
                yield throughput(workers[:at_once])
        yield from memory(browser)


def throughput(workers: Sequence[Worker]) -> Row:
    """Pairs of batches; in each batch every worker walks once."""
    pairs = [alternating(n, lambda: a_minute(workers, "ours"), lambda: a_minute(workers, "raw")) for n in range(PAIRS)]
    what = f"paths a minute, {len(workers)} at once"
    return Row(what, RIVAL, *transposed(pairs), unit="a minute", target=Target(0.8, at_least=True))


def a_minute(workers: Sequence[Worker], walker: Walker) -> float:
    """How many walks a minute these workers come to, each with every other generation of pages."""
    for n, each in enumerate(workers):
        each.prepare(walker, GENERATIONS[n % 2])
    for each in workers:
        each.answer()
    return len(workers) * 60 / seconds(lambda: _walked(workers))


def _walked(workers: Sequence[Worker]) -> None:
    for each in workers:
        each.go()
    for each in workers:
        each.answer()


def memory(browser: Shared) -> Iterator[Row]:
    """What one walk adds, at its peak, to a fresh Python and to the browser."""
    ours, theirs = ([_memory_of(browser, walker) for _ in range(PAIRS)] for walker in ("ours", "raw"))
    for n, where in enumerate(("Python", "the browser")):
        mine, others = (tuple(each[n] for each in walker) for walker in (ours, theirs))
        yield Row(f"memory of a path, {where}", RIVAL, mine, others, unit="MB")


def _memory_of(browser: Shared, walker: Walker) -> tuple[float, float]:
    with worker(browser) as one, growth_mb(browser.pid) as of_browser:
        one.prepare(walker, GENERATIONS[0])
        one.answer()
        one.go()
        of_python = one.answer()
    return of_python, of_browser()
