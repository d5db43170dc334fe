"""Many at once on one mail server and one catch-all mailbox: everybody gets their own code, nobody a neighbour's."""

from __future__ import annotations

import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from queue import SimpleQueue
from random import Random
from smtplib import SMTP
from typing import TYPE_CHECKING

import pytest
from sample_dovecot import Dovecot, dovecot
from sample_letters import SHOP, raw_letter, wanted
from sample_post import sink

from automation.errors import NoCode
from automation.mailbox import ImapMailbox

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from automation.mailbox import Arrival, Baseline

CATCH_ALL = "tests@example.org"
WORKERS = (
    CATCH_ALL,  # the mailbox's own address: every letter in it was delivered to that
    "t@example.org",
    "tests@example.org.example.net",
    "tests+1@example.org",
    "tests+11@example.org",
    "ests@example.org",
    "tests.gw0@example.org",
    "tests@sub.example.org",
)
"""Addresses that are easily taken for each other."""
ROUNDS = 3
PATIENCE_S = 30


class Worker:
    """One of many test suites: its own address, its own connection, everybody's mailbox."""

    def __init__(self, address: str, mail: Dovecot) -> None:
        self.address = address
        self.heard: SimpleQueue[Arrival] = SimpleQueue()
        """Each letter that it judged."""
        self.box = ImapMailbox(mail.settings(address, CATCH_ALL))
        self._stop = threading.Event()

    def baseline(self) -> Baseline:
        return self.box.baseline(self._stop)

    def code(self, baseline: Baseline, seconds: float = PATIENCE_S) -> str:
        """Wait for this worker's code."""
        want = replace(wanted(), recipient=self.address, own_addresses=frozenset({self.address}))
        now = time.monotonic()
        code = self.box.wait(
            baseline, want, clicked_at=now, deadline=now + seconds, stop=self._stop, on_arrival=self.heard.put
        )
        return code.value

    def stop(self) -> None:
        self._stop.set()


@contextmanager
def workers(mail: Dovecot) -> Iterator[tuple[list[Worker], ThreadPoolExecutor]]:
    """One for each address, and the threads that they wait in."""
    everybody = [Worker(address, mail) for address in WORKERS]
    with ThreadPoolExecutor(len(everybody)) as threads:
        try:
            yield everybody, threads
        finally:
            for worker in everybody:
                worker.stop()
                worker.box.close()


def code_letter(to: str, code: str) -> bytes:
    """A letter like no other, as a mail server files it: with a line that says whose mailbox it came to."""
    html = f"<p>To change your e-mail address use this code:</p><div>{code}</div>"
    letter = raw_letter(html, None, f"Delivered-To: {CATCH_ALL}", f"X-Original-To: {to}", to=f"Anna <{to}>")
    return letter.replace(b"<1@", b"<%s@" % secrets.token_hex(8).encode())


def post(smtp: str, letters: Iterable[tuple[str, str]]) -> None:
    """Send each recipient their code."""
    with SMTP(smtp, timeout=PATIENCE_S) as server:
        for to, code in letters:
            server.sendmail(SHOP, [to], code_letter(to, code))


def test_eight_at_once_get_their_own_codes_from_one_mailbox() -> None:
    with (
        dovecot({CATCH_ALL: "secret"}) as mail,
        sink(mail, catch_all=CATCH_ALL) as smtp,
        workers(mail) as (everybody, threads),
    ):
        for round_ in range(ROUNDS):
            codes = {address: f"{secrets.randbelow(10**6):06}" for address in WORKERS}
            baselines = list(threads.map(Worker.baseline, everybody))
            found = threads.map(Worker.code, everybody, baselines)
            post(smtp, Random(round_).sample(sorted(codes.items()), len(codes)))  # anybody's may be the first
            assert dict(zip(WORKERS, found, strict=True)) == codes
        assert set(mail.flags(CATCH_ALL)["INBOX"].values()) == {frozenset({r"\Recent"})}


def test_codes_that_crossed_before_anybody_looked_are_told_apart() -> None:
    with (
        dovecot({CATCH_ALL: "secret"}) as mail,
        sink(mail, catch_all=CATCH_ALL) as smtp,
        workers(mail) as (everybody, threads),
    ):
        baselines = list(threads.map(Worker.baseline, everybody))
        codes = {address: f"{secrets.randbelow(10**6):06}" for address in WORKERS}
        post(smtp, codes.items())
        assert dict(zip(WORKERS, threads.map(Worker.code, everybody, baselines), strict=True)) == codes


def test_neighbours_letters_do_not_hide_ones_own_however_many_they_are() -> None:
    with dovecot({CATCH_ALL: "secret"}) as mail, workers(mail) as (all_, threads):
        patient, *others = all_
        code = threads.submit(patient.code, patient.baseline())
        with mail.client(CATCH_ALL) as imap:
            for worker in others * 10:
                imap.append("INBOX", "", None, code_letter(worker.address, "111111"))
            for _ in others * 10:
                assert patient.heard.get(timeout=PATIENCE_S).reason == "to another address"
            imap.append("INBOX", "", None, code_letter(patient.address, "246810"))
        assert code.result(PATIENCE_S) == "246810"


def test_a_worker_whose_letter_never_comes_takes_nobody_elses() -> None:
    with dovecot({CATCH_ALL: "secret"}) as mail, sink(mail, catch_all=CATCH_ALL) as smtp, workers(mail) as (all_, _):
        unlucky, *others = all_
        baseline = unlucky.baseline()
        post(smtp, [(worker.address, "246810") for worker in others])
        with pytest.raises(NoCode, match="7 letters came") as stop:
            unlucky.code(baseline, seconds=0.5)
        assert stop.value.reason.kind == "none_acceptable"
        assert {unlucky.heard.get_nowait().reason for _ in others} == {"to another address"}
