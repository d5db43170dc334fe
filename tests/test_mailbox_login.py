"""What servers do that they should not before a letter is asked for: each oddity by script."""

from __future__ import annotations

import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sample_scripted import OLD, SECRET, mailbox_of, settings, stop_of
from sample_servers import EOF, HANG, NORMAL, RESET, Scripted, fetch_answer

from automation.errors import MailboxStop
from automation.mailbox import ImapMailbox, Stopped

pytestmark = pytest.mark.usefixtures("impatient")


@pytest.mark.parametrize("code", ["AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED"])
def test_a_refused_login_is_final_after_one_try(code: str) -> None:
    with Scripted(LOGIN=f"{{tag}} NO [{code}] no, {SECRET}\r\n".encode()) as server:
        stopped = stop_of(server)

        assert stopped.reason.kind == "login_refused"
        assert f"[{code}] no, •••" in str(stopped)
        assert server.count("LOGIN") == 1


def test_a_bad_answer_to_the_login_is_final_too() -> None:
    with Scripted(LOGIN=b"{tag} BAD what?\r\n") as server:
        assert stop_of(server).reason.kind == "login_refused"
        assert server.count("LOGIN") == 1


def test_a_server_that_is_busy_is_asked_again() -> None:
    with Scripted(LOGIN=[b"{tag} NO [UNAVAILABLE] later\r\n"]) as server, mailbox_of(server) as mailbox:
        assert mailbox.baseline().letters == 2


@pytest.mark.parametrize("greeting", [b"* BYE too many connections\r\n", None, b"220 mail.example ESMTP\r\n"])
def test_a_server_that_turns_visitors_away_is_given_up_after_three_tries(greeting: bytes | None) -> None:
    with Scripted(GREETING=greeting) as server:
        assert stop_of(server).reason.kind == "unreachable"
        assert server.count("LOGIN") == 0


@pytest.mark.parametrize("verb", ["CAPABILITY", "LOGIN", "LIST", "EXAMINE", "FETCH"])
@pytest.mark.parametrize("answer", [None, RESET, b"* BYE bye\r\n", b"* BY" + EOF], ids=["EOF", "reset", "BYE", "torn"])
def test_a_connection_that_breaks_off_during_the_baseline_is_made_again(verb: str, answer: bytes | None) -> None:
    script: dict[str, Any] = {verb: [answer]}
    with Scripted(**script) as server, mailbox_of(server) as mailbox:
        assert mailbox.baseline().letters == 2


def test_nobody_listening_is_told_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(MailboxStop) as stopped:
        ImapMailbox(settings(port)).baseline()

    assert stopped.value.reason.kind == "unreachable"
    assert f"127.0.0.1:{port}: Connection refused" in str(stopped.value)


@pytest.mark.parametrize("verb", ["GREETING", "CAPABILITY", "LOGIN"])
def test_a_server_that_says_nothing_is_given_up_in_time(verb: str) -> None:
    script: dict[str, Any] = {verb: HANG}
    with Scripted(**script) as server:
        began = time.monotonic()

        assert "did not answer within 0.4 s" in str(stop_of(server))
        assert time.monotonic() - began < 4


def test_a_tls_handshake_that_hangs_is_given_up_in_time() -> None:
    # It never reads either: the scripted server would answer a line end among the handshake's random bytes.
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(MailboxStop) as stopped:
        ImapMailbox(settings(silent.getsockname()[1], tls="implicit")).baseline()

    assert stopped.value.reason.kind == "unreachable"


def test_a_hanging_login_ends_when_it_is_told_to() -> None:
    stop = threading.Event()
    with Scripted(LOGIN=HANG) as server, mailbox_of(server, timeout_s=60) as mailbox:
        threading.Timer(0.2, stop.set).start()
        with pytest.raises(Stopped):
            mailbox.baseline(stop)


def test_a_login_that_is_accepted_by_a_server_that_opens_nothing_is_a_stop_with_a_hint() -> None:
    with Scripted(EXAMINE=b"{tag} BAD User is authenticated but not connected.\r\n") as server:
        stopped = stop_of(server)

    assert stopped.reason.kind == "baseline"
    assert "User is authenticated but not connected." in str(stopped)
    assert "IMAP may be switched off" in str(stopped)


def test_a_junk_folder_that_can_not_be_opened_is_not_watched() -> None:
    refused = b"{tag} NO [NOPERM] no\r\n"
    with Scripted(EXAMINE=[refused, refused]) as server, mailbox_of(server) as mailbox:
        assert [mark.folder for mark in mailbox.baseline().folders] == ["INBOX"]


@pytest.mark.parametrize(
    ("listed", "junk"),
    [
        (b'* LIST (\\Junk) "/" "Post/M&APw-ll"\r\n', "EXAMINE Post/M&APw-ll"),
        (b'* LIST (\\HasNoChildren) "." INBOX.Spam\r\n', "EXAMINE INBOX.Spam"),
        (b'* LIST () "/" "Posta indesiderata"\r\n', 'EXAMINE "Posta indesiderata"'),
        (b'* LIST () "/" {4}\r\nSpam\r\n', "EXAMINE Spam"),
        (b'* LIST (\\Noselect) "/" Spam\r\n', None),
        (b'* LIST () "/" Other\r\n', None),
        (b"* LIST nonsense\r\n", None),
        (b'* LIST (\\Junk) "/" "a\\"b"\r\n', 'EXAMINE "a\\"b"'),
        (b'* LIST (\\Junk) "/" {12}\r\nx\r\nA1 LOGOUT\r\n', "EXAMINE "),
    ],
)
def test_the_junk_folder_is_found_by_its_use_or_its_name_and_its_name_injects_nothing(
    listed: bytes, junk: str | None
) -> None:
    with Scripted(LIST=listed + b"{tag} OK done\r\n") as server, mailbox_of(server) as mailbox:
        mailbox.baseline()

    opened = [line.replace('"', "") for line in server.lines if line.startswith("EXAMINE")]
    assert server.count("LOGOUT") == 1
    assert server.lines[-1] == "LOGOUT"
    assert len(opened) == (1 if junk is None else 2)
    assert junk is None or opened[0].startswith(junk.replace('"', ""))


def test_a_server_that_wants_to_know_its_client_is_told_a_name() -> None:
    with (
        Scripted(CAPABILITY=b"* CAPABILITY IMAP4rev1 ID\r\n{tag} OK done\r\n") as server,
        mailbox_of(server) as mailbox,
    ):
        mailbox.baseline()

    assert 'ID ("name" "readdress")' in server.lines


@pytest.mark.parametrize("announced", [True, False])
def test_a_server_that_opens_nothing_without_id_opens_it_after_id(announced: bool) -> None:
    def examine() -> bytes:
        return NORMAL["EXAMINE"] if server.count("ID ") else b"{tag} NO EXAMINE Unsafe Login. Please contact us\r\n"

    offered = b"* CAPABILITY IMAP4rev1 ID\r\n{tag} OK done\r\n" if announced else NORMAL["CAPABILITY"]
    with Scripted(EXAMINE=examine, CAPABILITY=offered) as server, mailbox_of(server) as mailbox:
        assert mailbox.baseline().letters == 2
        assert server.count("ID ") == server.count("LOGIN") == 1


def test_a_server_that_refuses_id_too_is_asked_no_more() -> None:
    with Scripted(EXAMINE=b"{tag} NO no\r\n", ID=b"{tag} BAD what?\r\n", LIST=b"{tag} OK done\r\n") as server:
        assert stop_of(server).reason.kind == "baseline"
        assert (server.count("ID "), server.count("EXAMINE")) == (1, 2)


def test_neither_idle_nor_any_other_extension_is_needed() -> None:
    with Scripted(CAPABILITY=b"* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n") as server:
        assert mailbox_letters(server) == 2
        assert server.count("IDLE") == 0


@pytest.mark.parametrize("ahead", [timedelta(days=40), -timedelta(days=400), -timedelta(hours=2)])
def test_a_wrong_clock_of_our_own_changes_nothing(ahead: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + ahead

    monkeypatch.setattr("automation.baseline.datetime", Wrong)
    with Scripted(FETCH=OLD) as server, mailbox_of(server) as mailbox:
        newest = mailbox.baseline().folders[0].newest_internaldate
    assert newest == datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_a_letter_dated_far_ahead_does_not_tell_the_servers_clock() -> None:
    far = fetch_answer(5, b"", received="23-Nov-2096 08:00:00 +0000", section="BODY[HEADER.FIELDS (FROM)]")
    two = OLD.removesuffix(b"{tag} OK done\r\n") + far
    with Scripted(FETCH=two) as server, mailbox_of(server) as mailbox:
        newest = mailbox.baseline().folders[0].newest_internaldate
    assert newest == datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_a_hundred_thousand_letters_take_no_more_commands_than_one() -> None:
    said = []
    for exists in (b"1", b"100000"):
        with Scripted(EXAMINE=NORMAL["EXAMINE"].replace(b"1 EXISTS", exists + b" EXISTS"), FETCH=OLD) as server:
            mailbox_letters(server)
            said.append(server.lines)
    assert len(said[0]) == len(said[1])
    assert [line.split()[1] for line in said[1] if line.startswith("FETCH")] == ["99951:*"] * 2


def mailbox_letters(server: Scripted) -> int:
    with mailbox_of(server) as mailbox:
        return mailbox.baseline().letters


def test_where_uidnext_is_missing_it_is_reckoned_from_the_newest_letter() -> None:
    bare = b"* 1 EXISTS\r\n{tag} OK done\r\n"
    with Scripted(EXAMINE=bare, FETCH=OLD) as server, mailbox_of(server) as mailbox:
        mark = mailbox.baseline().folders[0]

    assert (mark.uidnext, mark.uidvalidity, mark.known_ids) == (5, None, frozenset({"<old@shop.example>"}))
