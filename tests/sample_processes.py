"""The processes of a run, found by the home folder that all of them were given."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
GONE_S = 10
"""How long a browser may outlive its run."""
PAUSE_S = 0.02


def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether it comes true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE_S)
    return True


def processes(home: Path) -> dict[int, str]:
    """The command line, by pid, of each process whose arguments or environment name the folder."""
    return {pid: command for pid, command, environment in _all() if str(home) in command + environment}


def wait_until_nothing_is_left(home: Path) -> None:
    """Fail unless every process of the run is gone in time."""
    assert until(lambda: not processes(home), GONE_S), processes(home)


def told_to(home: Path) -> dict[int, bytes]:
    """Arguments and environment, by pid, of each process of the run."""
    folders = [Path("/proc") / str(pid) for pid in processes(home)]
    return {int(each.name): (each / "cmdline").read_bytes() + (each / "environ").read_bytes() for each in folders}


def pages_of(home: Path) -> list[int]:
    """The pids of the processes in which the browser shows pages."""
    return [pid for pid, command in processes(home).items() if "--type=renderer" in command]


def browser_of(home: Path) -> int:
    """The pid of the browser's main process: the only one of its kind without a type."""
    [pid] = [p for p, command in processes(home).items() if "--user-data-dir=" in command and "--type=" not in command]
    return pid


def driver_of(home: Path) -> int:
    """The pid of Playwright's driver."""
    [pid] = [pid for pid, command in processes(home).items() if command.rstrip().endswith("run-driver")]
    return pid


def _all() -> Iterator[tuple[int, str, str]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            yield int(folder.name), _text(folder / "cmdline"), _text(folder / "environ")
        except OSError:
            continue  # it has just ended, or is somebody else's


def _text(file: Path) -> str:
    return file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
