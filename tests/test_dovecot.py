"""The mailbox, and the whole path, on a real Dovecot: what is found there, and that nothing is changed."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import pytest
from sample_dovecot import ARCHIVE, INBOX, JUNK, PATIENCE_S, Dovecot, dovecot, flagged, shop, sink, spelled
from sample_letters import ANNA, VOUCHED, raw_letter, wanted

from automation.errors import MailboxStop
from automation.mailbox import Arrival, Baseline, Code, ImapMailbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from email.message import Message

    from sample_dovecot import Flags
    from sample_runs import Change, Command

    from automation.stand_in import StandIn

OLD, NEW = "anna.rossi@example.org", "anna.bianchi@example.net"
USERS = {OLD: 'old "secret" \\ with sïgns', NEW: "new secret"}
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


# The whole path


def is_of_the_account(letter: Message) -> bool:
    return "account@" in str(letter["From"])


@contextmanager
def store_on(
    mail: Dovecot, generation: str, is_spam: Callable[[Message], bool] = flagged
) -> Iterator[tuple[StandIn, dict[str, Flags]]]:
    """A store whose letters come to this Dovecot, and the flags of all letters before the run."""
    with ExitStack() as stack:
        smtp = stack.enter_context(sink(mail, is_spam=is_spam))
        store = stack.enter_context(shop(mail, smtp, OLD, NEW, generation=generation))
        with mail.client(OLD, INBOX) as imap:
            imap.store("1", "+FLAGS", r"(\Seen)")
            imap.store("2", "+FLAGS", r"(\Flagged $Label1)")
        yield store, {user: mail.flags(user) for user in USERS}


def assert_changed(result: dict[str, Any], store: StandIn, folder: str) -> None:
    assert (result["outcome"], result["exit"]) == ("changed", 0), result["reason"]
    assert [account["email"] for account in store.truth()["accounts"].values()] == [NEW]
    assert [code["folder"] for code in result["codes"]] == [folder, folder]


def assert_untouched(mail: Dovecot, before: dict[str, Flags]) -> None:
    """Old letters have the flags they had; new ones were never seen by anybody."""
    for user, folders in before.items():
        after = mail.flags(user)
        for folder, letters in folders.items():
            untouched = dict.fromkeys(after[folder], frozenset({r"\Recent"}))
            assert after[folder] == {**untouched, **letters}
        assert sum(map(len, after.values())) > sum(map(len, folders.values()))


def test_the_whole_path_leaves_every_flag_as_it_was(change: Change) -> None:
    with dovecot(USERS) as mail, store_on(mail, "legacy") as (store, before):
        assert_changed(change(store), store, INBOX)
        assert_untouched(mail, before)


def test_codes_that_the_server_takes_for_junk_are_found_by_the_folders_use(change: Change) -> None:
    with dovecot(USERS, tls="implicit") as mail, store_on(mail, "center", is_of_the_account) as (store, before):
        assert_changed(change(store, imap_ca=mail.ca_file), store, JUNK)
        assert_untouched(mail, before)


def test_the_command_works_with_starttls_and_the_servers_own_authority(command: Command) -> None:
    with dovecot(USERS, tls="starttls") as mail, store_on(mail, "legacy") as (store, before):
        result = command.json("change", "--yes", "--imap-ca", str(mail.ca_file), **store.environment())
        assert_changed(result, store, INBOX)
        assert_untouched(mail, before)
        logins = [line for line in mail.log.splitlines() if "Login:" in line]
        assert len(logins) > 4
        assert all(", TLS, " in line for line in logins)


# Logging in


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_password_is_not_sent_to_a_server_that_nobody_vouches_for(tls: Any) -> None:
    with dovecot(SECRET, tls=tls) as mail:
        with pytest.raises(MailboxStop, match="--imap-ca") as stop:
            ImapMailbox(replace(mail.settings(ANNA), ca_file=None)).baseline()
        assert stop.value.reason.kind == "tls"
        log = logged(mail, "alert unknown ca")
    assert "Login:" not in log
    assert "auth failed" not in log


def test_a_refused_password_is_tried_once() -> None:
    with dovecot(SECRET) as mail:
        with pytest.raises(MailboxStop, match="app password") as stop:
            ImapMailbox(replace(mail.settings(ANNA), password="another")).baseline()
        assert stop.value.reason.kind == "login_refused"
        log = logged(mail, "auth failed")
    assert log.count("auth failed, 1 attempts") == log.count("auth failed") == 1


def test_a_server_with_too_many_connections_of_this_user_is_asked_again() -> None:
    with dovecot(SECRET, connections=1) as mail, mail.client(ANNA) as other, ThreadPoolExecutor(1) as thread:
        box = ImapMailbox(mail.settings(ANNA))
        baseline = thread.submit(box.baseline)
        logged(mail, "Maximum number of connections")
        other.logout()
        assert baseline.result(PATIENCE_S).letters == 0
        box.close()


# What is watched


@pytest.mark.parametrize(("junk", "special_use"), [(JUNK, True), ("Unerwünscht", False)])
def test_the_junk_folder_is_known_by_its_use_else_by_its_name(junk: str, special_use: bool) -> None:
    with annas(junk=junk, special_use=special_use) as mail:
        with waiting(mail) as wait:
            mail.deliver(ANNA, code_letter("246810"), junk)
            assert wait.code() == ("246810", junk)
        assert [mark.folder for mark in wait.baseline.folders] == [INBOX, junk]
        assert wait.baseline.letters == 2


def test_looking_changes_nothing_that_the_server_counts() -> None:
    with annas() as mail:
        append(mail, INBOX, other_letter())
        append(mail, JUNK, other_letter())

        def note_state() -> None:
            mail.deliver(ANNA, other_letter(), JUNK)
            mail.deliver(ANNA, code_letter("246810"))
            before.extend(modseq(mail))

        before: list[str] = []
        with waiting(mail, first=note_state) as wait:
            assert wait.code() == ("246810", INBOX)
        assert modseq(mail) == before


# What other clients do at the same time


def test_old_letters_that_are_moved_in_are_not_taken() -> None:
    with annas() as mail:
        append(mail, ARCHIVE, code_letter("111111", age=2 * DAY), age=2 * DAY)
        append(mail, JUNK, code_letter("222222", age=2 * DAY), age=2 * DAY)
        with waiting(mail) as wait:
            with mail.client(ANNA, ARCHIVE) as imap:
                imap.copy("2", INBOX)
            assert wait.reason() == "older than letters that were here before (moved in)"
            with mail.client(ANNA, JUNK) as imap:
                imap.uid("MOVE", "2", INBOX)
            assert wait.reason() == "known: it was in the mailbox before, or came twice"
            mail.deliver(ANNA, code_letter("246810"))
            assert wait.code() == ("246810", INBOX)


def test_a_new_letter_that_somebody_moves_out_of_junk_is_taken() -> None:
    with annas() as mail:

        def move() -> None:
            mail.deliver(ANNA, code_letter("246810"), JUNK)
            with mail.client(ANNA, JUNK) as imap:
                imap.uid("MOVE", "2", INBOX)

        with waiting(mail, first=move) as wait:
            assert wait.code() == ("246810", INBOX)


def test_a_letter_that_somebody_read_first_is_taken_and_stays_read() -> None:
    with annas() as mail:

        def read() -> None:
            mail.deliver(ANNA, code_letter("246810"))
            with mail.client(ANNA, INBOX) as imap:
                imap.fetch("2", "(BODY[])")

        with waiting(mail, first=read) as wait:
            assert wait.code() == ("246810", INBOX)
        assert mail.flags(ANNA)[INBOX][2] == {r"\Seen"}


def test_a_letter_that_somebody_deletes_before_it_is_read_is_passed_over() -> None:
    with annas() as mail:

        def deliver() -> None:
            mail.deliver(ANNA, code_letter("111111"))
            mail.deliver(ANNA, other_letter())  # the newest, looked at first

        def delete(arrival: Arrival) -> None:
            if arrival.sender == "carla@elsewhere.example":
                mail.doveadm("expunge", "-u", ANNA, "mailbox", INBOX, "uid", "2")
                mail.deliver(ANNA, code_letter("246810"))

        with waiting(mail, first=deliver, meanwhile=delete) as wait:
            assert wait.code() == ("246810", INBOX)


def test_letters_that_somebody_deletes_hide_no_new_one() -> None:
    with annas() as mail, waiting(mail) as wait:
        under_way(mail, wait)
        mail.doveadm("expunge", "-u", ANNA, "mailbox", INBOX, "all")
        mail.deliver(ANNA, code_letter("246810"))
        assert wait.code() == ("246810", INBOX)


def test_a_folder_whose_letters_are_numbered_anew_is_still_watched() -> None:
    with annas() as mail:
        append(mail, INBOX, code_letter("111111", age=2 * DAY), age=2 * DAY)
        with waiting(mail) as wait:
            under_way(mail, wait)
            mail.doveadm("mailbox", "update", "-u", ANNA, "--uid-validity", "77", INBOX)
            mail.deliver(ANNA, code_letter("246810"))
            assert wait.code() == ("246810", INBOX)


def test_a_junk_folder_that_is_made_anew_is_still_watched() -> None:
    with annas() as mail, waiting(mail) as wait:
        under_way(mail, wait)
        mail.doveadm("mailbox", "delete", "-u", ANNA, JUNK)
        mail.deliver(ANNA, code_letter("246810"), JUNK)  # as many letters as before, as high a number
        assert wait.code() == ("246810", JUNK)


def test_a_lost_connection_is_made_anew() -> None:
    with annas() as mail, waiting(mail) as wait:
        under_way(mail, wait)
        mail.doveadm("kick", ANNA)
        logged(mail, "Server shutting down")
        mail.deliver(ANNA, code_letter("246810"))
        assert wait.code() == ("246810", INBOX)


def test_a_code_that_was_read_before_the_connection_was_lost_is_taken() -> None:
    with annas() as mail:

        def deliver() -> None:
            mail.deliver(ANNA, other_letter())
            mail.deliver(ANNA, code_letter("246810"))  # the newest, read first

        def lose(arrival: Arrival) -> None:
            if not arrival.taken:
                mail.doveadm("kick", ANNA)
                logged(mail, "Server shutting down")

        with waiting(mail, first=deliver, meanwhile=lose) as wait:
            assert wait.code() == ("246810", INBOX)


# The Dovecot of the tests itself

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
