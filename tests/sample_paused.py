"""Runs that stop themselves at named moments, so that a test can do something to them exactly then."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import termios
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sample_processes import processes, wait_until_nothing_is_left

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sample_runs import Command

    from automation.stand_in import StandIn

PAUSED = Path(__file__).with_name("paused.py")
PATIENCE_S = 100


@dataclass(frozen=True)
class Paused:
    """A run that has stopped itself; what is sent to it arrives when it goes on."""

    process: subprocess.Popen[str]
    home: Path

    def send(self, number: signal.Signals) -> None:
        """Signal the run alone."""
        self.process.send_signal(number)

    def send_to_all(self, number: signal.Signals) -> None:
        """Signal its whole process group, as a terminal does at Ctrl-C."""
        os.killpg(self.process.pid, number)

    def send_to_everything(self, number: signal.Signals) -> None:
        """Signal all its processes, as a service manager does."""
        for pid in processes(self.home):
            with suppress(ProcessLookupError):  # it went with another one
                os.kill(pid, number)

    def go_on(self) -> None:
        """Let the run go on."""
        self.process.send_signal(signal.SIGCONT)

    def next_stop(self) -> None:
        """Let it go on to the next of its moments."""
        self.go_on()
        wait_until_stopped(self.process)

    def end(self, within: float = PATIENCE_S) -> int:
        """Let the run go on to its end, where nobody can hear it; its exit code."""
        self.go_on()
        code = self.process.wait(within)
        wait_until_nothing_is_left(self.home)
        return code

    def output(self) -> str:
        """Let the run go on to its end: all that it has said, on stdout and on stderr."""
        self.go_on()
        out, err = self.process.communicate(timeout=PATIENCE_S)
        wait_until_nothing_is_left(self.home)
        return out + err

    def result(self, within: float = PATIENCE_S) -> dict[str, Any]:
        """Let the run go on to its end; nothing is left of it then."""
        self.go_on()
        out, err = self.process.communicate(timeout=within)
        assert out, err
        assert "Traceback" not in err, err
        assert "never retrieved" not in err, err
        wait_until_nothing_is_left(self.home)
        result: dict[str, Any] = json.loads(out)
        assert result["exit"] == self.process.returncode
        return result


@contextmanager
def paused(
    command: Command, store: StandIn, *moments: str, settle_s: float = 0.5, terminal: int | None = None
) -> Iterator[Paused]:
    """A run of `change` that has stopped at the first of these moments; it ends with the block.

    With a `terminal` (its file descriptor) that is where it reads and writes.
    """
    with subprocess.Popen(
        [sys.executable, PAUSED, ",".join(moments), "change", "--yes", "--json", "--settle", str(settle_s)],
        cwd=command.home,
        env={**command.environment, **store.environment()},
        stdin=subprocess.DEVNULL if terminal is None else terminal,
        stdout=subprocess.PIPE if terminal is None else terminal,
        stderr=subprocess.PIPE if terminal is None else terminal,
        text=True,
        start_new_session=True,
        preexec_fn=None if terminal is None else _own_the_terminal,  # noqa: PLW1509 - so that it can hang up
    ) as process:
        try:
            wait_until_stopped(process)
            yield Paused(process, command.home)
        finally:
            process.kill()


def _own_the_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def wait_until_stopped(process: subprocess.Popen[str]) -> None:
    """Come back when it has stopped itself; a run that has ended instead says what it said."""
    status = os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
    assert status is not None
    if status.si_code != os.CLD_STOPPED:
        raise AssertionError(process.communicate())
    os.waitid(os.P_PID, process.pid, os.WSTOPPED)  # this stop was seen; the next wait is for the next one
