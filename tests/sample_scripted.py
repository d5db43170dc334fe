"""A mailbox on a server by script, with little patience."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sample_letters import ANNA, raw_letter, wanted
from sample_servers import Scripted, fetch_answer

from automation.errors import MailboxStop
from automation.mailbox import Arrival, Baseline, Code, ImapMailbox, MailboxSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "sesame 4711"
CODE = raw_letter("<p>Your verification code</p><div>123456</div>").replace(b"<1@", b"<new@")
SEARCH = b"* SEARCH 5\r\n{tag} OK done\r\n"
OLD = fetch_answer(
    4, b"Message-ID: <old@shop.example>\r\nFrom: a@b.example\r\n\r\n", section="BODY[HEADER.FIELDS (FROM)]"
)
SOON, PATIENT = 0.4, 8.0


def settings(port: int, *, timeout_s: float = SOON, tls: str = "plain") -> MailboxSettings:
    assert tls in {"plain", "implicit", "starttls"}
    return MailboxSettings(ANNA, "127.0.0.1", port, ANNA, SECRET, tls, timeout_s=timeout_s)  # type: ignore[arg-type]


@contextmanager
def mailbox_of(server: Scripted, *, timeout_s: float = SOON) -> Iterator[ImapMailbox]:
    mailbox = ImapMailbox(settings(server.port, timeout_s=timeout_s))
    try:
        yield mailbox
    finally:
        mailbox.close()


def wait(
    mailbox: ImapMailbox, baseline: Baseline, seconds: float = PATIENT, heard: list[Arrival] | None = None
) -> Code:
    now = time.monotonic()
    arrivals = heard if heard is not None else []
    return mailbox.wait(
        baseline, wanted(), clicked_at=now, deadline=now + seconds, stop=threading.Event(), on_arrival=arrivals.append
    )


def stop_of(server: Scripted, **more: float) -> MailboxStop:
    with mailbox_of(server, **more) as mailbox, pytest.raises(MailboxStop) as stopped:
        mailbox.baseline()
    assert SECRET not in str(stopped.value)
    return stopped.value


def code_from(server: Scripted, heard: list[Arrival] | None = None) -> Code:
    """Baseline and wait against a script that offers one code letter as UID 5."""
    with mailbox_of(server) as mailbox:
        return wait(mailbox, mailbox.baseline(), heard=heard)
