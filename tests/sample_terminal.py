"""The command on a pseudo-terminal: what a person sees and types, and the letters the person reads."""

from __future__ import annotations

import email
import fcntl
import imaplib
import os
import pty
import re
import select
import signal
import subprocess
import termios
import time
from datetime import datetime, timedelta
from email.policy import default
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Self

from sample_processes import until

if TYPE_CHECKING:
    from email.message import EmailMessage

    from sample_runs import Command

    from automation.stand_in import StandIn

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
        """What has been printed once the words stand there, on one line or broken between two words."""
        deadline = time.monotonic() + PATIENCE_S
        while not self._says(words):
            assert time.monotonic() < deadline, self.text
            if not self._read(1):
                break
        assert self._says(words), self.text
        return self.text

    def _says(self, words: str) -> bool:
        return words in self.text or words in re.sub(r"\r\n *", " ", self.text)

    def end(self) -> int:
        """Read to the end; the exit code."""
        deadline = time.monotonic() + PATIENCE_S
        while self._read(1):
            assert time.monotonic() < deadline, self.text
        return self.process.wait(PATIENCE_S)

    def type(self, line: str) -> None:
        os.write(self._master, line.encode() + b"\n")

    def type_slowly(self, line: str, seconds: float) -> None:
        """Type a line with so much time between its halves."""
        half = len(line) // 2
        os.write(self._master, line[:half].encode())
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._read(left)
        self.type(line[half:])

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

    def fresh_code(self, store: StandIn, address: str) -> str:
        """The code in the letter that came since the last question said that one was asked for."""
        asked = _today(re.findall(r"was asked for at (\d\d:\d\d:\d\d);", " ".join(self.text.split()))[-1])
        letters: list[EmailMessage] = []

        def came() -> bool:
            letters[:] = [each for each in _code_letters(store, address) if _dated(each) >= asked]
            return bool(letters)

        assert until(came, PATIENCE_S), self.text
        return _code_in(letters[-1])

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


def _today(clock: str) -> datetime:
    """The last time that clocks here showed this."""
    now = datetime.now().astimezone()
    at = datetime.combine(now, datetime.strptime(clock, "%H:%M:%S").time(), now.tzinfo)  # noqa: DTZ007 - it has one then
    return at if at <= now else at - timedelta(days=1)


def _code_letters(store: StandIn, address: str) -> list[EmailMessage]:
    """All letters of the sender of codes, oldest first; yesterday's are among them."""
    host, port = store.mail.imap.split(":")
    with imaplib.IMAP4(host, int(port)) as box:
        box.login(address, store.mail.passwords[address])
        box.select("INBOX", readonly=True)
        numbers = box.search(None, "FROM", "account@notice.aliexpress.com")[1][0].decode().split()
        contents = [box.fetch(number, "(BODY.PEEK[])")[1][0] for number in numbers]
    return [email.message_from_bytes(content[1], policy=default) for content in contents if isinstance(content, tuple)]


def _dated(letter: EmailMessage) -> datetime:
    return parsedate_to_datetime(letter["Date"])


def _code_in(letter: EmailMessage) -> str:
    plain = letter.get_body(("plain",))
    assert plain is not None
    found = re.search(r"(?m)^\s*(\d{4,8})\s*$", plain.get_content())
    assert found, plain
    return found[1]


def _have_a_terminal() -> None:
    """As a shell does it; a suite that runs in the background has Ctrl-C ignored, and so would everything below it."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
