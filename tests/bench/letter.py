"""From a letter that the mail server has accepted to the code in hand, beside imap-tools' IDLE and its polling."""

from __future__ import annotations

import imaplib
import re
import secrets
import smtplib
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from bench.measured import Row, Target, alternating, transposed
from imap_tools import AND, MailBoxUnencrypted
from sample_dovecot import dovecot
from sample_letters import ANNA, SHOP, raw_letter, wanted

from automation.mailbox import ImapMailbox, MailboxSettings
from automation.process import process

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD = "made up"
PAIRS = 10
LATEST_S = 2.0
"""The letter is sent at a random moment up to so long after the wait began."""
PATIENCE_S = 20.0
IDLE_S = 5.0
"""How long the rival idles at a time: a letter that came just before it began is found after that."""
POLL_S = 1.0
SEED = 20261123
CODE = re.compile(r"\b\d{6}\b")


@dataclass(frozen=True)
class Box:
    """Anna's mailbox, and how a letter gets there; `send` returns once the server has accepted it."""

    name: str
    port: int
    user: str
    send: Callable[[bytes], None]

    def settings(self) -> MailboxSettings:
        return MailboxSettings(ANNA, "127.0.0.1", self.port, self.user, PASSWORD, tls="plain")


Wait = Callable[[Box, threading.Event], str]
"""Sets the event when the letter may come; the code."""


def rows() -> Iterator[Row]:
    """On each server a row for each rival."""
    random = Random(SEED)
    with ExitStack() as stack:
        for box in (stack.enter_context(built_in()), stack.enter_context(on_dovecot())):
            for rival, wait in (("imap-tools' IDLE", idling), ("imap-tools, polling each second", polling)):
                moments = [random.uniform(0, LATEST_S) for _ in range(PAIRS)]
                pairs = [pair(n, (box, ours), (box, wait), moment) for n, moment in enumerate(moments)]
                yield Row(f"letter → code, {box.name}", rival, *transposed(pairs), target=Target(0.060, "ours"))


def pair(number: int, first: tuple[Box, Wait], second: tuple[Box, Wait], moment: float) -> tuple[float, float]:
    """Two waits in turn, for a letter each that comes at the same moment of the wait."""
    return alternating(number, lambda: latency(*first, moment), lambda: latency(*second, moment))


def latency(box: Box, wait: Wait, moment: float) -> float:
    """Seconds from the server's yes to the code, for a letter sent `moment` seconds after the wait has begun."""
    code = f"{secrets.randbelow(10**6):06}"
    letter = raw_letter(f"<p>Use this code:</p><div>{code}</div>", f"Use this code: {code}")
    letter = letter.replace(b"<1@", b"<%s@" % secrets.token_hex(8).encode())
    ready = threading.Event()

    def found() -> tuple[str, float]:
        return wait(box, ready), time.monotonic()

    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(found)
        assert ready.wait(PATIENCE_S), waiting.exception()
        time.sleep(moment)
        box.send(letter)
        accepted = time.monotonic()
        value, at = waiting.result(PATIENCE_S)
    assert value == code, "the code of another letter"
    return max(at - accepted, 0.001)  # the server may show a letter before it says yes


def ours(box: Box, ready: threading.Event) -> str:
    """As a run waits."""
    mailbox = ImapMailbox(box.settings())
    try:
        baseline, now = mailbox.baseline(), time.monotonic()
        ready.set()
        code = mailbox.wait(
            baseline,
            wanted(),
            clicked_at=now,
            deadline=now + PATIENCE_S,
            stop=threading.Event(),
            on_arrival=lambda _: None,
        )
    finally:
        mailbox.close()
    return code.value


def idling(box: Box, ready: threading.Event) -> str:
    """As imap-tools' own page shows it; begun anew where a legal notice of the server breaks it."""
    known: set[str] | None = None
    while True:
        with suppress(imaplib.IMAP4.abort), _imap_tools(box) as mailbox:
            known = set(mailbox.uids()) if known is None else known
            ready.set()
            while not (new := set(mailbox.uids()) - known):
                mailbox.idle.wait(timeout=IDLE_S)
            return _code(mailbox, new.pop())


def polling(box: Box, ready: threading.Event) -> str:
    """What most scripts do; without the NOOP a search would tell of a letter a second later still."""
    with _imap_tools(box) as mailbox:
        known = set(mailbox.uids())
        ready.set()
        while not (new := set(mailbox.uids()) - known):
            time.sleep(POLL_S)
            mailbox.client.noop()
        return _code(mailbox, new.pop())


@contextmanager
def _imap_tools(box: Box) -> Iterator[MailBoxUnencrypted]:
    with MailBoxUnencrypted("127.0.0.1", box.port, timeout=PATIENCE_S).login(box.user, PASSWORD) as mailbox:
        yield mailbox


def _code(mailbox: MailBoxUnencrypted, uid: str) -> str:
    letter = next(iter(mailbox.fetch(AND(uid=uid), mark_seen=False)))
    found = CODE.search(letter.text)
    assert found, letter.text
    return found[0]


@contextmanager
def built_in() -> Iterator[Box]:
    """The stand-in's mail server: letters in by SMTP."""
    with process("mail", {"users": {ANNA: PASSWORD}}) as at, ExitStack() as stack:
        host, _, port = at.addresses["smtp"].rpartition(":")
        smtp = stack.enter_context(smtplib.SMTP(host, int(port), local_hostname="localhost"))
        imap = int(at.addresses["imap"].rpartition(":")[2])
        yield Box("built-in server", imap, ANNA, lambda letter: _sent(smtp, letter))


def _sent(smtp: smtplib.SMTP, letter: bytes) -> None:
    refused = smtp.sendmail(SHOP, [ANNA], letter)
    assert not refused, refused


@contextmanager
def on_dovecot(*users: str) -> Iterator[Box]:
    """Dovecot has no SMTP of its own: another client puts the letters there, which is as good a yes."""
    with dovecot(dict.fromkeys(users or [ANNA], PASSWORD)) as mail, mail.client(ANNA) as imap:
        yield Box("Dovecot", mail.port, ANNA, lambda letter: appended(imap, letter))


def appended(imap: imaplib.IMAP4, letter: bytes) -> None:
    """Put a letter into the inbox."""
    assert imap.append("INBOX", "", time.time(), letter)[0] == "OK"
