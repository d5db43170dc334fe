"""Measure beside named rivals: `make bench`, `make bench BENCH='path help'`, `make bench WRITE=1`.

Nothing here is a test: a missed target is told, not failed. Only a benchmark that can't be run is a failure.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import traceback
from typing import TYPE_CHECKING

from _pytest.outcomes import Skipped
from bench import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.measured import Row

NAMES = ("help", "letter", "letters", "wait", "full", "path", "many")


def rows_of(name: str) -> Iterator[Row]:
    """What one benchmark measures; a benchmark whose tool is missing measures nothing."""
    benchmark = importlib.import_module(f"bench.{name}")
    print(f"{name}: {(benchmark.__doc__ or '').splitlines()[0]}", flush=True)
    try:
        for row in benchmark.rows():
            print("  " + "  ".join(row.cells()), flush=True)
            yield row
    except Skipped as skipped:
        print(f"  skipped: {skipped.msg}")


def main() -> int:
    parser = argparse.ArgumentParser("bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", default=NAMES, metavar="name", help=f"some of {', '.join(NAMES)}")
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    given = parser.parse_args()
    if given.write and set(given.names) != set(NAMES):
        parser.error("the README's table holds all benchmarks: --write takes no names")
    rows, failed, load = [], False, os.getloadavg()[0]
    for name in given.names:
        try:
            rows += list(rows_of(name))
        except Exception:  # noqa: BLE001 - the other benchmarks are run all the same
            traceback.print_exc()
            failed = True
    print("\n" + table.as_text(rows))
    if given.write and not failed:
        table.write(rows, load)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
