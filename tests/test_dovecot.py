"""The mailbox, and the whole path, on a real Dovecot: what is found there, and that nothing is changed."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sample_dovecot import ARCHIVE, INBOX, JUNK, PATIENCE_S, Dovecot, dovecot, spelled
from sample_letters import ANNA
from sample_post import flagged, shop, sink
from sample_waiting import DAY, SECRET, annas, append, code_letter, logged, modseq, other_letter, under_way, waiting

from automation.errors import MailboxStop
from automation.mailbox import ImapMailbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import Message

    from sample_dovecot import Flags
    from sample_runs import Change, Command

    from automation.stand_in import StandIn

OLD, NEW = "anna.rossi@example.org", "anna.bianchi@example.net"
USERS = {OLD: 'old "secret" \\ with sïgns', NEW: "new secret"}


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


@pytest.mark.full
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


# A large one


@pytest.mark.full
def test_a_hundred_thousand_letters_make_no_difference() -> None:
    with annas() as mail:
        for _ in range(100):
            append(mail, ARCHIVE, other_letter(), age=DAY)
        with mail.client(ANNA, ARCHIVE) as imap:
            for _ in range(990):
                imap.copy("2:101", spelled(INBOX))
        with waiting(mail) as wait:
            assert wait.baseline.letters > 99_000
            under_way(mail, wait)
            began = time.monotonic()
            mail.deliver(ANNA, code_letter("246810"))
            assert wait.code() == ("246810", INBOX)
        assert time.monotonic() - began < PATIENCE_S
