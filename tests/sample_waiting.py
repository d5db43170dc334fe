"""Anna's mailbox on a Dovecot, and a wait for her code under way in a thread."""

from __future__ import annotations

import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from sample_dovecot import ARCHIVE, INBOX, PATIENCE_S, Dovecot, dovecot, spelled
from sample_letters import ANNA, VOUCHED, raw_letter, wanted

from automation.mailbox import Arrival, Baseline, Code, ImapMailbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future


SECRET = {ANNA: "anna's secret"}
DAY = timedelta(days=1)


def unique(letter: bytes) -> bytes:
    return letter.replace(b"<1@", b"<%s@" % secrets.token_hex(8).encode())


def code_letter(code: str, *, age: timedelta = timedelta()) -> bytes:
    """A letter with a code for Anna, like no other."""
    date = format_datetime(datetime.now(UTC) - age)
    return unique(
        raw_letter(f"<p>To change your e-mail address use this code:</p><div>{code}</div>", None, VOUCHED, date=date)
    )


def other_letter() -> bytes:
    """A letter from somebody else."""
    return unique(raw_letter("<p>Lunch at the market?</p>", sender="carla@elsewhere.example"))


def append(mail: Dovecot, folder: str, letter: bytes, *, age: timedelta = timedelta(), flags: str = "") -> None:
    """Put a letter there as another client would, received that long ago."""
    with mail.client(ANNA) as imap:
        assert imap.append(spelled(folder), flags, time.time() - age.total_seconds(), letter)[0] == "OK"


@contextmanager
def annas(**options: Any) -> Iterator[Dovecot]:
    """A Dovecot where only Anna has a mailbox, with one old letter in each folder."""
    with dovecot(SECRET, **options) as mail:
        for folder in (INBOX, ARCHIVE, mail.junk):
            append(mail, folder, other_letter(), age=DAY, flags=r"(\Seen \Flagged)")
        yield mail


@dataclass(frozen=True)
class Waiting:
    """A wait for Anna's code, under way in a thread of its own."""

    baseline: Baseline
    arrivals: SimpleQueue[Arrival]
    found: Future[Code]

    def reason(self) -> str:
        """Why the next letter was taken or not, once it was looked at."""
        return self.arrivals.get(timeout=PATIENCE_S).reason

    def code(self) -> tuple[str, str]:
        """The code, and the folder that it was found in."""
        code = self.found.result(PATIENCE_S)
        return code.value, code.folder


@contextmanager
def waiting(
    mail: Dovecot,
    *,
    first: Callable[[], object] = lambda: None,
    meanwhile: Callable[[Arrival], object] = lambda _: None,
) -> Iterator[Waiting]:
    """Wait for Anna's code; `first` happens between baseline and first look, `meanwhile` at each letter."""
    box = ImapMailbox(mail.settings(ANNA))
    arrivals: SimpleQueue[Arrival] = SimpleQueue()
    stop = threading.Event()

    def note(arrival: Arrival) -> None:
        arrivals.put(arrival)
        meanwhile(arrival)

    def wait() -> Code:
        now = time.monotonic()
        deadline = now + PATIENCE_S
        return box.wait(baseline, wanted(), clicked_at=now, deadline=deadline, stop=stop, on_arrival=note)

    baseline = box.baseline()
    first()
    with ThreadPoolExecutor(1) as thread:
        try:
            yield Waiting(baseline, arrivals, thread.submit(wait))
        finally:
            stop.set()
            thread.submit(box.close)


def under_way(mail: Dovecot, wait: Waiting) -> None:
    """Come back when the wait is surely looking: it has judged a letter that just came."""
    mail.deliver(ANNA, other_letter())
    assert wait.reason() == "from another sender (carla@elsewhere.example)"


def logged(mail: Dovecot, words: str) -> str:
    """The log, once these words are in it: Dovecot writes of a connection after it is gone."""
    until = time.monotonic() + PATIENCE_S
    while words not in mail.log:
        assert time.monotonic() < until, mail.log
    return mail.log


def modseq(mail: Dovecot) -> list[str]:
    """A number for each folder that grows with every change, of a flag too."""
    fields = ("uidvalidity", "uidnext", "highestmodseq", "messages", "recent", "unseen")
    return mail.doveadm("mailbox", "status", "-u", ANNA, " ".join(fields), "*").splitlines()
