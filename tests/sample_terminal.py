"""The command on a pseudo-terminal: what a person sees and types."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import subprocess
import termios
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from sample_runs import Command

PATIENCE_S = 60


class Terminal:
    """The command on a pseudo-terminal of its own."""

    def __init__(self, command: Command, *arguments: str, **environment: str) -> None:
        self._master, slave = pty.openpty()
        self.text = ""
        self._answered = 0
        self.process = subprocess.Popen(
            [command.program, *arguments],
            cwd=command.home,
            env={**command.environment, "TERM": "xterm", **environment},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=_have_a_terminal,  # noqa: PLW1509 - so that Ctrl-C means something
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._master)

    def until(self, words: str) -> str:
        """What has been printed once the words stand there."""
        deadline = time.monotonic() + PATIENCE_S
        while words not in self.text:
            assert time.monotonic() < deadline, self.text
            if not self._read(1):
                break
        assert words in self.text, self.text
        return self.text

    def end(self) -> int:
        """Read to the end; the exit code."""
        deadline = time.monotonic() + PATIENCE_S
        while self._read(1):
            assert time.monotonic() < deadline, self.text
        return self.process.wait(PATIENCE_S)

    def type(self, line: str) -> None:
        os.write(self._master, line.encode() + b"\n")

    def answer(self, question: str, line: str) -> None:
        """Wait for a question that was not answered yet, and answer it; unseen where it says “not shown”."""
        deadline = time.monotonic() + PATIENCE_S
        while (at := self.text.find(question, self._answered)) < 0:
            assert time.monotonic() < deadline, self.text
            assert self._read(1), self.text
        self._answered = at + len(question)
        while "not shown" in question and self._echoes():
            assert time.monotonic() < deadline, self.text
            self._read(0.01)
        self.type(line)

    def press_ctrl_c(self) -> None:
        """As a person does: the signal goes to every process of the terminal."""
        os.write(self._master, b"\x03")

    def _echoes(self) -> bool:
        """Whether what is typed shows; whatever was typed before that ended is thrown away."""
        return bool(termios.tcgetattr(self._master)[3] & termios.ECHO)

    def _read(self, seconds: float) -> bool:
        """Whether there may be more."""
        if not select.select([self._master], [], [], seconds)[0]:
            return True
        try:
            read = os.read(self._master, 65536)
        except OSError:  # Linux says so when the other end is closed
            return False
        self.text += read.decode(errors="replace")
        return bool(read)


def _have_a_terminal() -> None:
    """As a shell does it; a suite that runs in the background has Ctrl-C ignored, and so would everything below it."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
