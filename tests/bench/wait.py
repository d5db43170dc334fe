"""A wait for a letter: commands in twenty minutes, processor time, and a bomb of letters in the minute of the code.

The first is counted on the wire, with a clock that is set forward instead of waited for. No rival: none of the scripts
that we know has such a limit; the figures stand beside what we promise.
"""

from __future__ import annotations

import os
import resource
import secrets
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from unittest.mock import patch

from bench.measured import Row, Target
from bench.memory import children
from sample_dovecot import INBOX, dovecot
from sample_letters import ANNA, raw_letter, wanted
from sample_runs import Command
from sample_servers import NORMAL, Scripted
from sample_waiting import SECRET, append, code_letter, other_letter

from automation.errors import NoCode
from automation.mailbox import ImapMailbox, MailboxSettings
from automation.stand_in import stand_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from automation.mailbox import Baseline, Code

LONG_S = 1_200.0
MOST_COMMANDS = 500
IDLE_FROM_S, IDLE_S = 60.0, 30.0
RUN_FROM_S = 20.0
MOST_IDLE = 2.0
BOMB, LATE_S = 1_000, 3.0
PATIENCE_S = 60.0
THREE_FOLDERS = (
    b'* LIST () "/" INBOX\r\n* LIST (\\Junk) "/" Spam\r\n* LIST (\\All) "/" "[Gmail]/All Mail"\r\n{tag} OK done\r\n'
)


def rows() -> Iterator[Row]:
    """One for each promise."""
    for where, nearby in (("on this machine", True), ("elsewhere", False)):
        said = commands_in(LONG_S, nearby=nearby)
        what = f"commands in a wait of 20 minutes, server {where}, INBOX, Junk and All Mail"
        yield Row(what, "promised", (float(said),), (float(MOST_COMMANDS),), "commands", Target(1.0))
    idle = idle_percent()
    yield Row(
        "processor time of one mailbox's wait, after its first minute",
        "promised",
        (idle,),
        (MOST_IDLE,),
        "%",
        Target(1.0),
    )
    idle = idle_run_percent()
    yield Row(
        "processor time of a run that waits, tool and driver", "promised", (idle,), (MOST_IDLE,), "%", Target(1.0)
    )
    late = bombed()
    what = f"code in hand after its letter, among {BOMB:,} others of the same minute"
    yield Row(what, "promised", (late,), (LATE_S,), target=Target(1.0))


@contextmanager
def set_forward() -> Iterator[None]:
    """Let every pause of a wait be over at once: the clock is set forward by it."""
    ahead, real = [0.0], time.monotonic

    def skip(_: object, seconds: float, stop: threading.Event) -> None:
        del stop
        ahead[0] += seconds

    with patch("time.monotonic", lambda: real() + ahead[0]), patch("automation.session.Session._pause", skip):
        yield


def commands_in(seconds: float, *, nearby: bool) -> int:
    """What a client says in a wait in vain, from greeting to log-out."""
    with Scripted(LIST=THREE_FOLDERS) as server, set_forward(), patch("automation.session.is_nearby", lambda _: nearby):
        box = ImapMailbox(_settings(server.port))
        try:
            _wait(box, box.baseline(), seconds)
        except NoCode:
            box.close()
            return len(server.lines)
    raise AssertionError("there was no code to be found")


def idle_percent() -> float:
    """The share of one processor that a wait takes once it has grown patient."""
    with Scripted(LIST=THREE_FOLDERS, STATUS=NORMAL["STATUS"]) as server:
        box, stop = ImapMailbox(_settings(server.port)), threading.Event()
        baseline = box.baseline()
        with ThreadPoolExecutor(1) as thread:
            began = time.monotonic() - IDLE_FROM_S
            wait = partial(box.wait, baseline, wanted(), clicked_at=began, deadline=began + LONG_S)
            waiting = thread.submit(wait, stop=stop, on_arrival=lambda _: None)
            time.sleep(1)  # it logs in and looks around
            before = _processor_s()
            time.sleep(IDLE_S)
            used = _processor_s() - before
            stop.set()
            waiting.exception(PATIENCE_S)
        box.close()
    return used / IDLE_S * 100


def idle_run_percent() -> float:
    """The share of one processor that the command and its driver take while the letter is awaited."""
    with TemporaryDirectory() as home, stand_in(switches={"letter_delay_s": RUN_FROM_S + IDLE_S + 10}) as store:
        command = Command(str(Path(sys.executable).with_name("readdress")), Path(home))
        with command.start("change", "--yes", **store.environment()) as run:
            assert run.stderr is not None
            told = next(line for line in run.stderr if line.startswith(("  A6", "Stopped")))
            assert "A6" in told, told
            time.sleep(RUN_FROM_S)
            before = _tree_s(run.pid)
            time.sleep(IDLE_S)
            used = _tree_s(run.pid) - before
            run.terminate()
            run.communicate()
    return used / IDLE_S * 100


def _tree_s(pid: int) -> float:
    """Processor seconds of a process and those below it that are no browser."""
    total, left = 0.0, [pid]
    below = children()
    while left:
        each = left.pop()
        name, _, rest = Path(f"/proc/{each}/stat").read_text().rpartition(")")
        if "chrom" not in name:
            left += below[each]
            total += sum(map(int, rest.split()[11:13])) / os.sysconf("SC_CLK_TCK")
    return total


def bombed() -> float:
    """Seconds from the letter with the code to the code, among a thousand others that pour in."""
    with dovecot(SECRET) as mail:
        box, stop = ImapMailbox(mail.settings(ANNA)), threading.Event()
        baseline, now = box.baseline(), time.monotonic()
        with ThreadPoolExecutor(2) as threads:
            wait = partial(box.wait, baseline, wanted(), clicked_at=now, deadline=now + PATIENCE_S)
            found = threads.submit(lambda: (wait(stop=stop, on_arrival=lambda _: None), time.monotonic()))
            try:
                with mail.client(ANNA) as imap:
                    for number in range(BOMB):
                        if number == BOMB // 2:
                            append(mail, INBOX, code_letter("246810"))
                            arrived = time.monotonic()
                        imap.append(INBOX, "", time.time(), _alike() if number % 2 else other_letter())
                code, at = found.result(PATIENCE_S)
            finally:
                stop.set()
        assert code.value == "246810"
        box.close()
    return max(at - arrived, 0.001)


def _alike() -> bytes:
    """Nearly the letter that is awaited, to somebody else."""
    letter = raw_letter("<p>Use this code:</p><div>111111</div>", to="neighbour@example.org")
    return letter.replace(b"<1@", b"<%s@" % secrets.token_hex(8).encode())


def _wait(box: ImapMailbox, baseline: Baseline, seconds: float) -> Code:
    now = time.monotonic()
    stop = threading.Event()
    return box.wait(baseline, wanted(), clicked_at=now, deadline=now + seconds, stop=stop, on_arrival=lambda _: None)


def _settings(port: int) -> MailboxSettings:
    return MailboxSettings(ANNA, "127.0.0.1", port, ANNA, "made up", tls="plain")


def _processor_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
