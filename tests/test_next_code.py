"""`readdress code`: the next code of any mailbox, for shell scripts; the installed command on real servers."""

from __future__ import annotations

import json
import os
import secrets
import signal
import smtplib
import subprocess
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from sample_dovecot import dovecot
from sample_letters import SERVER, VOUCHED, raw_letter
from sample_stand_ins import mail_server
from sample_terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sample_runs import Command

SENDER = "account@shop.example"
PASSWORD = "a 'made up' password"
USERS = {f"user{n}@example.org": PASSWORD for n in range(40)}
NUMBERS = count()
PATIENCE_S = 60


@pytest.fixture(scope="module")
def mail() -> Iterator[dict[str, str]]:
    with mail_server(USERS) as addresses:
        yield addresses


class Box:
    """A mailbox of a test's own, and the command that looks into it."""

    def __init__(self, command: Command, mail: dict[str, str]) -> None:
        self.command, self.mail = command, mail
        self.address = f"user{next(NUMBERS)}@example.org"
        self.url = f"imap://{quote(self.address, safe='')}@{mail['imap']}"

    def send(self, html: str, *more: str, sender: str = SENDER, to: str | None = None, subject: str = "Code") -> None:
        raw = raw_letter(html, None, *more, sender=sender, to=to or self.address, subject=subject)
        host, _, port = self.mail["smtp"].rpartition(":")
        with smtplib.SMTP(host, int(port), local_hostname="localhost", timeout=10) as server:
            server.sendmail(SENDER, self.address, raw.replace(b"<1@", b"<%s@" % secrets.token_hex(8).encode()))

    @contextmanager
    def waiting(self, *options: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
        """The command, once it has said that the letter may be asked for."""
        environment = {"READDRESS_MAILBOX_PASSWORD": PASSWORD, **environment}
        options = ("--mailbox", self.url, "--timeout", str(PATIENCE_S), *options)
        with self.command.start("code", *options, **environment) as running:
            assert running.stderr is not None
            assert running.stderr.readline() == "waiting\n"
            yield running
            running.kill()


@pytest.fixture
def box(command: Command, mail: dict[str, str]) -> Box:
    return Box(command, mail)


def code(value: str) -> str:
    return f"<p>Your code</p><div>{value}</div>"


def ended(running: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit code, stdout and the rest of stderr."""
    out, err = running.communicate(timeout=PATIENCE_S)
    return running.returncode, out, err


FROM = ("--from", SENDER, "--trust-sender")


def test_the_code_alone_is_printed_and_where_it_comes_from_is_told_beside(box: Box) -> None:
    box.send(code("111111"))
    with box.waiting(*FROM) as running:
        box.send(code("012345"))
        status, out, err = ended(running)
    assert (status, out) == (0, "012345\n")
    assert f"from {SENDER}, INBOX, uid " in err
    assert "alone in its element" in err
    assert "012345" not in err


def test_letters_that_are_not_taken_are_told_as_they_come(box: Box) -> None:
    with box.waiting("--from", "ACCOUNT@Shop.example", "--trust-sender") as running:
        box.send(code("111111"), sender="news@elsewhere.example", subject="Win 111111")
        box.send(code("222222"), to="neighbour@example.org")
        assert running.stderr is not None
        told = [running.stderr.readline() for _ in range(2)]
        box.send(code("333333"))
        status, out, _ = ended(running)
    assert (status, out) == (0, "333333\n")
    assert max(told) == "  INBOX, news@elsewhere.example “Win ••••”: from another sender (news@elsewhere.example)\n"
    assert "to another address" in min(told)


def test_json_tells_all_of_it(box: Box) -> None:
    with box.waiting("--from", "shop.example", "--trust-sender", "--json") as running:
        box.send(f"{code('123456')}<p>Order number 99887766</p>")
        status, out, _ = ended(running)
    told = json.loads(out)
    assert (status, told["outcome"], told["exit"], told["version"]) == (0, "found", 0, 1)
    assert (told["code"], told["sender"], told["folder"]) == ("123456", SENDER, "INBOX")
    assert told["why"] == "alone in its element"
    assert told["arrived_after_s"] >= 0
    assert [letter["taken"] for letter in told["letters"]] == [True]
    assert told["rejected"]
    assert "99887766" not in out
    assert box.address not in out


def nothing(box: Box, *options: str, **environment: str) -> tuple[int, dict[str, Any]]:
    """The result where nothing is found; the letters must have been there when the wait began."""
    environment = {"READDRESS_MAILBOX_PASSWORD": PASSWORD, **environment}
    done = box.command("code", "--mailbox", box.url, "--timeout", "0.5", "--json", *options, **environment)
    return done.returncode, json.loads(done.stdout)


def test_no_code_in_time_is_5_with_what_did_arrive_and_why_it_was_not_taken(box: Box) -> None:
    with box.waiting("--from", SENDER, "--trust-sender", "--timeout", "5", "--json") as running:
        box.send(code("111111"), sender="news@elsewhere.example")
        box.send("<p>Hello</p>")
        status, out, err = ended(running)
    told = json.loads(out)
    assert (status, told["outcome"], told["exit"], told["code"]) == (5, "no_code", 5, None)
    assert told["reason"]["kind"] == "none_acceptable"
    assert sorted(letter["reason"] for letter in told["letters"]) == [
        "from another sender (news@elsewhere.example)",
        "no code in it",
    ]
    assert "2 letters came within 5 s, and no code was taken:" in err
    assert "111111" not in out + err


def test_no_letter_at_all_is_5_too(box: Box) -> None:
    box.send(code("111111"))
    status, told = nothing(box, *FROM)
    assert (status, told["reason"]["kind"], told["letters"]) == (5, "no_letter", [])
    assert told["folders"] == ["INBOX", "Junk"]


def test_an_unproved_sender_is_not_trusted_unless_that_is_asked_for(box: Box) -> None:
    with box.waiting("--from", SENDER, "--timeout", "5", "--json") as running:
        box.send(code("111111"))
        status, out, _ = ended(running)
    assert status == 5
    [letter] = json.loads(out)["letters"]
    assert "not authenticated" in letter["reason"]


def test_a_sender_that_the_mail_server_vouches_for_needs_no_such_option(box: Box) -> None:
    with box.waiting("--from", SENDER, "--json", READDRESS_MAILBOX_AUTHSERV_ID=SERVER) as running:
        box.send(code("111111"), "Authentication-Results: elsewhere.example; dmarc=pass header.from=shop.example")
        box.send(code("123456"), VOUCHED)
        status, out, err = ended(running)
    told = json.loads(out)
    assert (status, told["code"]) == (0, "123456")
    assert SERVER in told["proof"]
    assert told["proof"] in err


def test_the_number_of_digits_can_be_said(box: Box) -> None:
    with box.waiting(*FROM, "--digits", "4") as running:
        box.send(code("123456"))
        box.send(code("1234"))
        assert ended(running)[:2] == (0, "1234\n")


def test_a_store_fills_in_its_senders(box: Box) -> None:
    with box.waiting("--store", "aliexpress", "--trust-sender") as running:
        box.send(code("123456"), sender="account@notice.aliexpress.com")
        assert ended(running)[:2] == (0, "123456\n")


def test_what_the_code_is_for_makes_no_difference_here(box: Box) -> None:
    with box.waiting(*FROM) as running:
        box.send("<p>To reset your password use this code:</p><div>123456</div>")
        assert ended(running)[:2] == (0, "123456\n")


def test_a_code_for_a_site_is_taken_where_the_site_was_named(box: Box) -> None:
    bound = f"{code('123456')}<p>@www.shop.example #123456</p>"
    with box.waiting(*FROM, "--origin", "www.shop.example") as running:
        box.send(bound)
        assert ended(running)[:2] == (0, "123456\n")


def test_the_shell_script_of_the_readme_works(box: Box) -> None:
    """With this test's mailbox in place of Gmail's, and its own programs for asking and typing."""
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    script = readme[readme.index("readdress code --mailbox me@gmail.com") :].partition("```")[0]
    script = script.replace("readdress code", box.command.program + " code")
    script = script.replace("me@gmail.com", f"'{box.url}' --trust-sender")
    for name, lines in {"ask-the-site-for-a-code": "touch asked; cat go", "type-the-code": 'echo "typed $1"'}.items():
        (box.command.home / name).write_text(f"#!/bin/sh\n{lines}\n")
        (box.command.home / name).chmod(0o700)
    os.mkfifo(box.command.home / "go")
    environment = {**box.command.environment, "READDRESS_MAILBOX_PASSWORD": PASSWORD}
    shell = ["sh", "-c", script]
    with subprocess.Popen(shell, cwd=box.command.home, env=environment, stdout=subprocess.PIPE, text=True) as running:
        (box.command.home / "go").write_text("")  # read by the script once it asks
        box.send(code("123456"), sender="account@notice.aliexpress.com")
        assert ended(running)[:2] == (0, "typed 123456\n")


def test_another_address_of_the_mailbox_can_be_awaited(box: Box) -> None:
    with box.waiting(*FROM, "--to", "me+shop@example.org") as running:
        box.send(code("111111"))
        box.send(code("123456"), to="me+shop@example.org")
        assert ended(running)[:2] == (0, "123456\n")


def test_the_password_may_come_from_a_command(box: Box) -> None:
    command = {"READDRESS_MAILBOX_PASSWORD": "", "READDRESS_MAILBOX_PASSWORD_COMMAND": f'printf %s "{PASSWORD}"'}
    status, told = nothing(box, *FROM, **command)
    assert (status, told["reason"]["kind"]) == (5, "no_letter")


def test_a_refused_password_is_6_with_the_remedy(box: Box) -> None:
    status, told = nothing(box, *FROM, READDRESS_MAILBOX_PASSWORD="wr0ng-c4n4ry")
    assert (status, told["outcome"], told["reason"]["kind"]) == (6, "mailbox", "login_refused")
    assert "app password" in told["reason"]["text"]
    assert "wr0ng-c4n4ry" not in str(told)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--from", SENDER), ["--mailbox", "--to"]),
        (("--mailbox", "imaps://me%40a.example@mail.example"), ["--from"]),
        (("--mailbox", "me@nobody-knows.example", "--from", SENDER), ["--mailbox"]),
        (("--mailbox", "imaps://me@mail.example", "--from", SENDER), ["--to"]),
        (("--mailbox", "me@gmail.com", "--from", "a b@c", "--digits", "3"), ["--from", "--from", "--digits"]),
        (("--mailbox", "imaps://me:secret@mail.example", "--from", SENDER), ["--mailbox", "--to"]),
    ],
)
def test_everything_that_is_wrong_is_named_at_once(
    command: Command, options: tuple[str, ...], named: list[str]
) -> None:
    done = command("code", "--json", *options, READDRESS_MAILBOX_PASSWORD="x")
    told = json.loads(done.stdout)
    assert (done.returncode, told["outcome"]) == (2, "settings")
    assert [line.split(":")[0] for line in told["reason"]["text"].splitlines()] == named
    assert "secret" not in done.stdout + done.stderr


def test_without_a_terminal_a_missing_password_is_never_asked_for(box: Box) -> None:
    status, told = nothing(box, *FROM, READDRESS_MAILBOX_PASSWORD="")
    assert (status, told["outcome"]) == (2, "settings")
    assert "READDRESS_MAILBOX_PASSWORD_COMMAND" in told["reason"]["text"]


def test_at_a_terminal_the_password_is_asked_for_unseen(box: Box) -> None:
    with Terminal(box.command, "code", "--mailbox", box.url, *FROM) as terminal:
        terminal.answer("Password at 127.0.0.1 (not shown)", PASSWORD)
        terminal.until("waiting")
        box.send(code("123456"))
        assert terminal.end() == 0, terminal.text
    assert PASSWORD not in terminal.text
    assert terminal.text.splitlines()[-1] == "123456"


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_wait(box: Box, number: signal.Signals, status: int) -> None:
    with box.waiting(*FROM) as running:
        running.send_signal(number)
        assert ended(running)[0] == status


def test_it_reads_dovecot_over_tls_too_and_leaves_its_flags_alone(command: Command) -> None:
    with dovecot({"anna@example.org": PASSWORD}, tls="implicit") as mail:
        box = Box(command, {"imap": "", "smtp": ""})
        box.url, box.address = mail.url("anna@example.org"), "anna@example.org"
        with box.waiting(*FROM, "--imap-ca", str(mail.ca_file)) as running:
            mail.deliver(box.address, raw_letter(code("246810"), sender=SENDER, to=box.address))
            assert ended(running)[:2] == (0, "246810\n")
        assert set(mail.flags(box.address)["INBOX"].values()) == {frozenset({r"\Recent"})}
