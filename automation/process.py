"""A stand-in as a process of its own: started by path, told one JSON line at a time, gone when its stdin is."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from automation.errors import SiteStop

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PATIENCE_S = 30
STOP_S = 5


def fixtures_folder() -> Path:
    """Where the stand-ins lie: inside the wheel, or beside the engine in a checkout."""
    inside = Path(__file__).with_name("fixtures")
    return inside if inside.exists() else Path(__file__).parents[1] / "fixtures"


class Process:
    """A running stand-in; threads take turns to tell it something."""

    addresses: dict[str, str]
    """Where it listens, once it is ready."""

    def __init__(self, name: str, running: subprocess.Popen[str]) -> None:
        self._name, self._running = name, running
        self._turn = Lock()

    def say(self, line: Mapping[str, Any]) -> dict[str, Any]:
        """Its answer to a line; a SiteStop when there is none in half a minute."""
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        answer = ""
        with self._turn, suppress(BrokenPipeError):  # it has ended; its own message is on stderr
            self._running.stdin.write(json.dumps(line) + "\n")
            self._running.stdin.flush()
            if select.select([self._running.stdout], [], [], PATIENCE_S)[0]:
                answer = self._running.stdout.readline()
        if not answer:
            raise SiteStop(f"The stand-in “{self._name}” does not answer; its message is above.", kind="stand_in")
        return dict(json.loads(answer))


@contextmanager
def process(name: str, configuration: Mapping[str, Any]) -> Iterator[Process]:
    """One stand-in that was told its configuration and is ready.

    It ends when its stdin does, so it never outlives whoever started it.
    """
    with subprocess.Popen(  # noqa: S603 - our own folder, our own Python
        [sys.executable, fixtures_folder() / name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for us; it ends when we close its stdin
    ) as running:
        started = Process(name, running)
        try:
            started.addresses = started.say(configuration)
            yield started
        finally:
            _end(running)


def _end(running: subprocess.Popen[str]) -> None:
    assert running.stdin is not None
    with suppress(BrokenPipeError):  # it is gone already
        running.stdin.close()
    try:
        running.wait(STOP_S)
    except subprocess.TimeoutExpired:
        running.kill()
