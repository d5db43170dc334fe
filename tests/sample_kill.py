"""A run that is killed somewhere, the run after it, and everything that must hold then."""

from __future__ import annotations

import base64
import imaplib
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from automation.report import read_journal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sample_runs import Command

    from automation.stand_in import StandIn

KILLED = Path(__file__).with_name("killed.py")
GONE_S = 10
"""How long a killed run's browser may live on."""
PASSWORD = 'canary "ünï" 5e1f%\\'
KILLED_CODE = -9


@dataclass(frozen=True)
class Case:
    """One kill, and what the run after it found."""

    killed: bool
    """False when the run ended before its n-th failpoint."""
    first: dict[str, Any] | None
    """The first run's result, where it came to one."""
    second: dict[str, Any]


def run_killed_and_again(command: Command, store: StandIn, scope: str, number: int) -> Case:
    """Kill a run at its n-th failpoint, see that nothing is left of it, and run once more."""
    environment = store.environment()
    first = _killed(command, scope, number, environment)
    wait_until_nothing_is_left(command.home)
    for journal in command.home.glob("runs/*/journal.jsonl"):
        read_journal(journal)
    second = command.json("change", "--yes", "--settle", "3", **environment)
    if second["outcome"] == "unknown":  # it was this run's own answer that got lost, and nothing was applied
        [account] = store.truth()["accounts"].values()
        assert account["email"] == store.user
        second = command.json("change", "--yes", "--settle", "3", **environment)
    told = json.loads(first.stdout) if first.stdout else None
    return Case(first.returncode == KILLED_CODE, told, second)


def _killed(command: Command, scope: str, number: int, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, KILLED, scope, str(number), "change", "--yes", "--json", "-q", "--settle", "3"],
        cwd=command.home,
        env={**command.environment, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def check_everything(command: Command, store: StandIn, case: Case) -> None:
    """The verdict is the store's truth, one submit took effect, nothing leaked, no mailbox was touched."""
    truth = store.truth()
    [account] = truth["accounts"].values()
    assert case.second["outcome"] in {"changed", "already"}, case.second["reason"]
    assert account["email"] == store.new
    assert [submit["applied"] for submit in truth["submits"]].count(True) == 1
    asked = [code["purpose"] for code in truth["codes_requested"]]
    assert max(asked.count("old"), asked.count("new")) <= 6  # three runs at most, each at most two
    assert not list(leaks(command.home, store))
    assert flags(store) == {b""}


def wait_until_nothing_is_left(home: Path) -> None:
    """Fail unless every process that names the folder is gone in time."""
    deadline = time.monotonic() + GONE_S
    while left := [line for line in _processes() if str(home) in line]:
        assert time.monotonic() < deadline, left
        os.sched_yield()


def _processes() -> Iterator[str]:
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it has just ended


def leaks(home: Path, store: StandIn) -> Iterator[tuple[Path, str]]:
    """(file, secret) of each planted secret that stands in a file, in any encoding."""
    secrets = [store.password, *store.mail.passwords.values()]
    for path in home.rglob("*"):
        if not path.is_file() or path.is_symlink():
            continue
        content = path.read_bytes()
        yield from ((path, secret) for secret in secrets for form in encodings(secret) if form in content)


def encodings(secret: str) -> set[bytes]:
    """The ways in which a text may stand in a file."""
    raw = secret.encode()
    # Base64 at each of its three alignments, without the characters that depend on the neighbours.
    aligned = {base64.b64encode(b"\0" * skip + raw)[4 if skip else 0 : -4] for skip in range(3)}
    escaped = json.dumps(secret)[1:-1].encode()
    return {raw, secret.encode("utf-16-le"), quote(secret).encode(), escaped, raw.hex().encode(), *aligned}


def flags(store: StandIn) -> set[bytes]:
    r"""All flags that letters have got, over all mailboxes; nothing but `\\Recent` may ever be there."""
    found: set[bytes] = set()
    host, port = store.mail.imap.split(":")
    for address, password in store.mail.passwords.items():
        with imaplib.IMAP4(host, int(port)) as box:
            box.login(address, password)
            for folder in ("INBOX", "Junk"):
                count = int(box.select(folder, readonly=True)[1][0] or 0)
                if count:
                    for line in box.fetch("1:*", "(FLAGS)")[1]:
                        assert isinstance(line, bytes)
                        found |= set(imaplib.ParseFlags(line)) - {b"\\Recent"} or {b""}
    return found
