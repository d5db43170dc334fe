"""From the letter to the code with 100,000 letters in the box, beside the same with an empty one."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from bench.letter import LATEST_S, PASSWORD, SEED, Box, appended, ours, pair
from bench.measured import Row, Target, alternating, seconds, transposed
from sample_dovecot import dovecot
from sample_letters import ANNA, BEN, raw_letter

from automation.mailbox import ImapMailbox

if TYPE_CHECKING:
    import imaplib
    from collections.abc import Iterator

LETTERS = 100_000
PAIRS = 12
PATIENCE_S = 300


def rows() -> Iterator[Row]:
    """The wait for a letter, and the baseline before the click."""
    random = Random(SEED)
    with dovecot({ANNA: PASSWORD, BEN: PASSWORD}) as mail, ExitStack() as stack:
        full, empty = (stack.enter_context(mail.client(user, "INBOX")) for user in (ANNA, BEN))
        fill(full)
        crowded = Box("full", mail.port, ANNA, lambda letter: appended(full, letter))
        lonely = Box("empty", mail.port, BEN, lambda letter: appended(empty, letter))
        baselines = [alternating(n, lambda: baseline(crowded), lambda: baseline(lonely)) for n in range(PAIRS)]
        moments = [random.uniform(0, LATEST_S) for _ in range(PAIRS)]
        waits = [pair(n, (crowded, ours), (lonely, ours), moment) for n, moment in enumerate(moments)]
    what, rival = f"{LETTERS:,} letters in the box", "ours on an empty box"
    yield Row(f"letter → code, {what}", rival, *transposed(waits), target=Target(1.2))
    yield Row(f"login and baseline, {what}", rival, *transposed(baselines))


def fill(imap: imaplib.IMAP4) -> None:
    """Put that many letters there by copying them over and over."""
    imap.sock.settimeout(PATIENCE_S)
    appended(imap, raw_letter("<p>Lunch at the market?</p>", sender="carla@elsewhere.example"))
    there = 1
    while there < LETTERS:
        some = min(there, LETTERS - there)
        assert imap.copy(f"1:{some}", "INBOX")[0] == "OK"
        there += some
    assert imap.select("INBOX")[1] == [str(LETTERS).encode()]


def baseline(box: Box) -> float:
    """Seconds from nothing to the baseline."""
    mailbox = ImapMailbox(replace(box.settings(), address=box.user))
    try:
        return seconds(mailbox.baseline)
    finally:
        mailbox.close()
