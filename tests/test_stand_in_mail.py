"""The mail stand-in: letters go in by SMTP and are read by IMAP."""

from __future__ import annotations

import imaplib
import json
import signal
import smtplib
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sample_stand_ins import addresses, letters, mail_server, signed_in, started

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

ANNA, BEN = "anna@example.org", "ben@example.org"
USERS = {ANNA: "secret", BEN: "secret"}


@contextmanager
def sending(smtp: str) -> Iterator[smtplib.SMTP]:
    host, _, port = smtp.rpartition(":")
    with smtplib.SMTP(host, int(port), local_hostname="localhost", timeout=10) as server:
        yield server


def send(smtp: str, to: str | list[str], subject: str, *headers: str) -> None:
    text = "\r\n".join([f"Subject: {subject}", *headers, "", "A letter."])
    with sending(smtp) as server:
        server.sendmail("shop@example.com", to, text.encode())


def subjects(imap: str, address: str, folder: str = "INBOX") -> list[str]:
    return [letter["Subject"] for letter in letters(imap, address, folder)]


def told(process: subprocess.Popen[str], line: str) -> dict[str, Any]:
    """The answer to a further line of stdin."""
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()
    return addresses(process)


def test_a_letter_lands_in_the_inbox_of_its_recipient_and_nowhere_else() -> None:
    with mail_server(USERS) as mail:
        send(mail["smtp"], "Anna@Example.org", "hello")

        assert subjects(mail["imap"], ANNA) == ["hello"]
        assert subjects(mail["imap"], ANNA, "Junk") == []
        assert subjects(mail["imap"], BEN) == []


def test_a_letter_flagged_as_spam_lands_in_junk() -> None:
    with mail_server(USERS) as mail:
        send(mail["smtp"], [ANNA, BEN], "win", "X-Spam-Flag: YES")

        assert subjects(mail["imap"], ANNA) == []
        assert [subjects(mail["imap"], user, "Junk") for user in USERS] == [["win"], ["win"]]


def test_a_letter_to_a_stranger_is_refused() -> None:
    with mail_server(USERS) as mail, pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(mail["smtp"], "nobody@example.org", "hello")

    assert refused.value.recipients["nobody@example.org"][0] == 550


def test_a_letter_to_a_stranger_goes_to_the_catch_all() -> None:
    with mail_server(USERS, catch_all=BEN) as mail:
        send(mail["smtp"], ["nobody@example.org", "someone@example.org"], "hello")

        assert subjects(mail["imap"], BEN) == ["hello"]


@pytest.mark.parametrize("name", [ANNA, "nobody@example.org"])
def test_a_wrong_login_is_refused_at_once(name: str) -> None:
    took = []
    with mail_server(USERS) as mail:
        for _ in range(3):
            begun = time.monotonic()
            with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
                signed_in(mail["imap"], name, "wrong")
            took.append(time.monotonic() - begun)
    assert min(took) < 1  # a server that makes whoever errs wait does so each time


def test_a_password_may_hold_any_letter() -> None:
    password = "pä ss\"w'ørd"
    with mail_server({ANNA: password}) as mail:
        host, _, port = mail["imap"].rpartition(":")
        with imaplib.IMAP4(host, int(port)) as imap:
            secret = f"\0{ANNA}\0{password}".encode()

            assert imap.authenticate("PLAIN", lambda _challenge: secret)[0] == "OK"


def test_a_mailbox_opened_read_only_keeps_its_flags() -> None:
    with mail_server(USERS) as mail:
        send(mail["smtp"], ANNA, "hello")
        imap = signed_in(mail["imap"], ANNA, "secret")
        assert imap.select("INBOX", readonly=True)[1] == [b"1"]

        imap.fetch("1", "(BODY[])")

        assert imap.status("INBOX", "(UNSEEN)")[1] == [b"INBOX (UNSEEN 1)"]
        imap.logout()


def test_several_clients_that_poll_all_see_each_letter() -> None:
    def poll(imap: imaplib.IMAP4) -> int:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            imap.noop()
            count = len(imap.uid("SEARCH", "ALL")[1][0].split())
            if count == 10:
                return count
        return count

    with mail_server(USERS) as mail, ThreadPoolExecutor() as pool:
        clients = [signed_in(mail["imap"], ANNA, "secret") for _ in range(4)]
        for client in clients:
            client.select("INBOX", readonly=True)
        polls = [pool.submit(poll, client) for client in clients]
        for number in range(10):
            send(mail["smtp"], ANNA, str(number))

        assert [each.result() for each in polls] == [10] * 4
        for client in clients:
            client.logout()


def test_mailboxes_are_added_while_it_runs_one_line_each() -> None:
    with started("mail", {"users": {ANNA: "secret"}}) as process:
        mail = addresses(process)
        assert told(process, json.dumps({"add": {BEN: "secret", "Cat@example.org": "secret"}})) == {
            "added": [BEN, "Cat@example.org"]
        }

        send(mail["smtp"], [ANNA, BEN, "cat@example.org"], "hello")

        assert [subjects(mail["imap"], user) for user in (ANNA, BEN, "Cat@example.org")] == [["hello"]] * 3


@pytest.mark.parametrize("line", ["hello", "[1]", '{"remove": "ben"}', '{"add": ["ben"]}', '{"add": {"ben": 1}}'])
def test_a_line_that_is_no_order_is_refused_and_nothing_else_happens(line: str) -> None:
    with started("mail", {"users": USERS}) as process:
        mail = addresses(process)
        assert "error" in told(process, line)

        send(mail["smtp"], BEN, "hello")
        assert subjects(mail["imap"], BEN) == ["hello"]


def test_it_ends_when_its_stdin_does_even_with_clients_connected() -> None:
    with started("mail", {"users": USERS}) as process:
        imap = signed_in(addresses(process)["imap"], ANNA, "secret")
        assert process.stdin is not None
        process.stdin.close()

        assert process.wait(2) == 0
        imap.shutdown()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_on_a_signal(number: int) -> None:
    with started("mail", {"users": USERS}) as process:
        addresses(process)
        process.send_signal(number)

        assert process.wait(2) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


@pytest.mark.parametrize("line", ["", "hello", "[1]"])
def test_a_configuration_that_is_no_json_object_is_refused_with_a_message(line: str) -> None:
    with started("mail", line) as process:
        assert process.wait(5) == 1
        assert process.stderr is not None
        assert "must be one JSON object" in process.stderr.read()
