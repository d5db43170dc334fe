"""The Dovecot of the tests itself: nothing is left of it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

from sample_dovecot import PATIENCE_S, dovecot
from sample_letters import ANNA
from sample_waiting import SECRET

LEFT_ALONE = """
import sys
from sample_dovecot import dovecot
with dovecot({"anna@example.org": "secret"}) as mail, mail.client("anna@example.org"):
    print(mail.folder, flush=True)
    sys.stdin.read()
"""


def processes_of(session: int) -> list[str]:
    """The living processes of a session, by name."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = file.read_text().rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            continue
        state, _, _, of = rest.split()[:4]
        found += [name] if int(of) == session and state != "Z" else []
    return found


def gone(session: int) -> bool:
    until = time.monotonic() + PATIENCE_S
    while left := processes_of(session):
        assert time.monotonic() < until, left
    return True


def session_of(folder: Path) -> int:
    return int((folder / "run/master.pid").read_text())


def test_nothing_is_left_of_it() -> None:
    with dovecot(SECRET) as mail:
        session = session_of(mail.folder)
        with mail.client(ANNA):
            assert len(processes_of(session)) > 3
    assert gone(session)
    assert not mail.folder.exists()


def test_it_ends_with_whoever_started_it() -> None:
    command, pipe = [sys.executable, "-c", LEFT_ALONE], subprocess.PIPE
    with subprocess.Popen(command, cwd=Path(__file__).parent, stdin=pipe, stdout=pipe) as starter:
        assert starter.stdout is not None
        folder = Path(starter.stdout.readline().decode().strip())
        session = session_of(folder)
        starter.kill()
        starter.stdout.read()  # it has this pipe too, so here is the end when it has ended
    assert gone(session)
    shutil.rmtree(folder)
