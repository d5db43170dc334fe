"""`readdress init` at a real terminal: asked question by question, each login tried at once, written for its owner."""

from __future__ import annotations

import json
import smtplib
import ssl
import stat
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_certificates import authority
from sample_dovecot import dovecot
from sample_letters import SERVER, SHOP, VOUCHED, raw_letter
from sample_servers import Scripted
from sample_stand_ins import mail_server
from sample_terminal import Terminal
from sample_tokens import Issuer, served

from automation.env_file import changed_text, read_env_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sample_runs import Command

OLD, NEW = "anna.rossi@example.org", "anna.bianchi@example.net"
WITH_LETTERS = "kate@example.org"
WORD = "it's a \\ 'made up' #1 pässword"
STORE_WORD = 'the "store" word'


@pytest.fixture(scope="module")
def mail() -> Iterator[dict[str, str]]:
    with mail_server({OLD: WORD, NEW: WORD, WITH_LETTERS: WORD}) as addresses:
        yield addresses


@pytest.fixture
def imap(mail: dict[str, str]) -> str:
    return f"imap://{mail['imap']}"


def written(command: Command, name: str = ".env") -> dict[str, str]:
    """The file's values as every command reads them, which takes that nobody else can."""
    file = read_env_file(command.home / name, command.home)
    assert file.problems == ()
    assert stat.S_IMODE((command.home / name).stat().st_mode) == 0o600
    return file.values


def test_a_working_file_comes_out_of_the_answers(command: Command, imap: str) -> None:
    with Terminal(command, "init") as terminal:
        terminal.answer("The e-mail address that your account has now", OLD)
        terminal.answer("Mail server", imap)
        terminal.answer("Password of anna.rossi@example.org (not shown", WORD)
        terminal.answer("The e-mail address that it shall have", NEW)
        terminal.answer("Mail server", imap)
        terminal.answer("Password of anna.bianchi@example.net (not shown", WORD)
        terminal.answer("The name that you sign in to the store with", "")
        terminal.answer("Password of anna.rossi@example.org at the store (not shown", STORE_WORD)
        assert terminal.end() == 0, terminal.text
    assert terminal.text.count("It works: INBOX and Junk can be read, 0 letters.") == 2
    assert "Now try: readdress check" in terminal.text
    assert WORD not in terminal.text
    assert STORE_WORD not in terminal.text
    assert written(command) == {
        "READDRESS_OLD_EMAIL": OLD,
        "READDRESS_OLD_IMAP_URL": imap,
        "READDRESS_OLD_IMAP_PASSWORD": WORD,
        "READDRESS_NEW_EMAIL": NEW,
        "READDRESS_NEW_IMAP_URL": imap,
        "READDRESS_NEW_IMAP_PASSWORD": WORD,
        "READDRESS_STORE_PASSWORD": STORE_WORD,
    }


def test_the_name_of_the_mail_server_is_proposed_from_its_letters(command: Command, mail: dict[str, str]) -> None:
    for _ in range(3):
        with smtplib.SMTP(mail["smtp"], timeout=10) as server:
            server.sendmail(SHOP, WITH_LETTERS, raw_letter("<p>News</p>", None, VOUCHED, to=WITH_LETTERS))
    with Terminal(command, "init") as terminal:
        terminal.answer("that your account has now", WITH_LETTERS)
        terminal.answer("Mail server", f"imap://{mail['imap']}")
        terminal.answer("(not shown", WORD)
        terminal.answer(f"Believe what {SERVER} says about this mailbox's letters? [y/N]", "y")
        terminal.answer("that it shall have", NEW)
        terminal.answer("Mail server", "ask")
        terminal.answer("sign in to the store", "")
        terminal.answer("(not shown", "")
        assert terminal.end() == 0, terminal.text
    assert written(command)["READDRESS_OLD_AUTHSERV_ID"] == SERVER


def test_a_refused_login_is_told_at_once_and_asked_again(command: Command, imap: str) -> None:
    with Terminal(command, "init") as terminal:
        terminal.answer("that your account has now", "no address")
        terminal.answer("is not an e-mail address", OLD)
        terminal.answer("Mail server", "no server at all")
        terminal.answer("Mail server", imap)
        terminal.answer("(not shown", "wrong")
        terminal.answer("refused the login", "p")
        terminal.answer("(not shown", "wrong again")
        terminal.answer("refused the login", "a")
        terminal.answer("that it shall have", OLD.upper())
        terminal.answer("That is the old address again", NEW)
        terminal.answer("Mail server", "ask")
        terminal.answer("sign in to the store", "anna")
        terminal.answer("(not shown", "")
        assert terminal.end() == 0, terminal.text
    assert written(command) == {
        "READDRESS_OLD_EMAIL": OLD,
        "READDRESS_OLD_IMAP_URL": "ask",
        "READDRESS_OLD_IMAP_PASSWORD": "wrong again",
        "READDRESS_NEW_EMAIL": NEW,
        "READDRESS_NEW_IMAP_URL": "ask",
        "READDRESS_STORE_USER": "anna",
    }


def test_nothing_that_is_set_is_overwritten_without_a_yes(command: Command, imap: str) -> None:
    before = (
        "# mine\nREADDRESS_OLD_EMAIL='anna@example.com'\n\n# a comment\nREADDRESS_OLD_IMAP_URL=ask\n"
        f"READDRESS_NEW_EMAIL={NEW}\nREADDRESS_NEW_IMAP_URL=ask\nREADDRESS_STORE_PASSWORD='kept'\nOTHER=1\n"
    )
    (command.home / ".env").touch(0o600)
    (command.home / ".env").write_text(before)
    with Terminal(command, "init") as terminal:
        terminal.answer("[anna@example.com]", OLD)
        terminal.answer("[ask]", imap)
        terminal.answer("(not shown; Enter for none)", WORD)
        terminal.answer(f"[{NEW}]", "")
        terminal.answer("[ask]", "")
        terminal.answer(f"[{OLD}]", "")
        terminal.answer("(not shown; Enter keeps the one that is set)", "another")
        terminal.answer("READDRESS_OLD_EMAIL is set already (anna@example.com): replace it? [y/N]", "y")
        terminal.answer("READDRESS_OLD_IMAP_URL is set already (ask): replace it?", "y")
        terminal.answer("READDRESS_STORE_PASSWORD is set already: replace it?", "")
        assert terminal.end() == 0, terminal.text
    assert (
        (command.home / ".env")
        .read_text()
        .startswith(
            f"# mine\nREADDRESS_OLD_EMAIL='{OLD}'\n\n# a comment\nREADDRESS_OLD_IMAP_URL='{imap}'\n"
            f"READDRESS_NEW_EMAIL={NEW}\nREADDRESS_NEW_IMAP_URL=ask\nREADDRESS_STORE_PASSWORD='kept'\nOTHER=1\n"
        )
    )
    assert written(command)["READDRESS_OLD_IMAP_PASSWORD"] == WORD


def test_for_a_provider_that_is_known_nothing_but_its_kind_of_password_is_asked(command: Command) -> None:
    with Terminal(command, "init") as terminal:
        terminal.answer("that your account has now", "anna@libero.it")
        terminal.until("anna@libero.it is read at imapmail.libero.it (Libero).")
        terminal.answer("Password of anna@libero.it (not shown", "")
        terminal.answer("that it shall have", "anna@gmail.com")
        terminal.answer("Sign in with your own application at Gmail (OAuth2) instead of a password?", "n")
        terminal.answer("App password of anna@gmail.com (not shown", "")
        terminal.until("https://myaccount.google.com/apppasswords")
        terminal.answer("sign in to the store", "")
        terminal.answer("(not shown", "")
        assert terminal.end() == 0, terminal.text
    assert written(command) == {
        "READDRESS_OLD_EMAIL": "anna@libero.it",
        "READDRESS_OLD_IMAP_URL": "ask",
        "READDRESS_NEW_EMAIL": "anna@gmail.com",
        "READDRESS_NEW_IMAP_URL": "ask",
    }


def test_outlook_is_signed_in_to_by_its_device_code(command: Command) -> None:
    issuer = Issuer("anna@outlook.com", approved=True)
    with (
        served(issuer) as asked,
        dovecot({issuer.user: "x"}, tls="implicit", oauth=f"{asked}/introspect?token=") as mail,
    ):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(mail.folder / "good.pem")
        with served(issuer, context) as issuer.url:
            set_already = {
                "READDRESS_OLD_OAUTH_URL": issuer.url,
                "READDRESS_OLD_IMAP_URL": mail.url(issuer.user),
            }
            with Terminal(command, "init", "--imap-ca", str(mail.ca_file), **set_already) as terminal:
                terminal.answer("that your account has now", issuer.user)
                terminal.answer("Mail server", "")
                terminal.answer("Client id of your application", "my-client")
                terminal.until("Open https://example.test/device in any browser and type the code ABCD-EFGH there.")
                terminal.until("It works: INBOX and Müll & Werbung can be read, 0 letters.")
                terminal.answer("that it shall have", NEW)
                terminal.answer("Mail server", "ask")
                terminal.answer("sign in to the store", "")
                terminal.answer("(not shown", "")
                assert terminal.end() == 0, terminal.text
            environment = {"READDRESS_MAILBOX_OAUTH_CLIENT": "my-client", "READDRESS_MAILBOX_OAUTH_URL": issuer.url}
            options = ("--mailbox", mail.url(issuer.user), "--from", "a.example", "--timeout", "0.2", "--json")
            again = command("code", *options, "--imap-ca", str(mail.ca_file), **environment)
    assert written(command)["READDRESS_OLD_OAUTH_CLIENT"] == "my-client"
    assert json.loads(again.stdout)["reason"]["kind"] == "no_letter", again.stdout
    assert issuer.asked == ["device_code"]


def test_a_certificate_nobody_vouches_for_can_be_named(
    command: Command, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ca = authority(tmp_path_factory.mktemp("ca"))
    with Scripted(ca.server()) as server:
        with Terminal(command, "init") as terminal:
            terminal.answer("that your account has now", OLD)
            terminal.answer("Mail server", f"127.0.0.1:{server.port}")
            terminal.answer("(not shown; Enter for none", WORD)
            terminal.answer("c: name its certificate", "c")
            terminal.answer("File with its certificate", ca.file)
            terminal.answer("(not shown; Enter keeps", "")
            terminal.until("It works: INBOX and Spam can be read, 2 letters.")
            terminal.answer("that it shall have", NEW)
            terminal.answer("Mail server", "ask")
            terminal.answer("sign in to the store", "")
            terminal.answer("(not shown", "")
            assert terminal.end() == 0, terminal.text
        assert server.count("AUTHENTICATE") + server.count("LOGIN") == 1
    assert written(command)["READDRESS_OLD_IMAP_CA"] == ca.file
    assert written(command)["READDRESS_OLD_IMAP_URL"] == f"imaps://127.0.0.1:{server.port}"


def test_ctrl_c_leaves_everything_as_it_was(command: Command) -> None:
    with Terminal(command, "init") as terminal:
        terminal.answer("that your account has now", OLD)
        terminal.until("Mail server")
        terminal.press_ctrl_c()
        assert terminal.end() == 130, terminal.text
    assert not (command.home / ".env").exists()
    assert "Traceback" not in terminal.text


def test_without_a_terminal_nothing_is_asked(command: Command) -> None:
    result = command.json("init")
    assert (result["outcome"], result["exit"], result["reason"]["kind"]) == ("settings", 2, "no_terminal")


def test_a_file_that_others_can_read_is_not_touched(command: Command) -> None:
    (command.home / ".env").write_text("A=1\n")
    (command.home / ".env").chmod(0o644)
    with Terminal(command, "init") as terminal:
        assert terminal.end() == 2, terminal.text
    assert "chmod 600" in terminal.text
    assert (command.home / ".env").read_text() == "A=1\n"


# -- the file's text ---------------------------------------------------------------------------------

VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), min_size=1, max_size=30)


@given(value=VALUES, other=VALUES)
def test_every_value_is_read_as_it_was_written(value: str, other: str) -> None:
    from io import StringIO  # noqa: PLC0415

    from dotenv import dotenv_values  # noqa: PLC0415

    text = changed_text(
        f"# first\nA=1\nexport B='2' # second\n{changed_text('', {'C': other})}", {"B": value, "D": value}
    )
    got = dotenv_values(stream=StringIO(text, newline=""), interpolate=False)
    assert got == {"A": "1", "B": value, "C": other, "D": value}
    assert text.startswith("# first\nA=1\n")


def test_an_empty_value_is_taken_out() -> None:
    assert changed_text("A=1\nB=2\n# end", {"A": "", "C": ""}) == "B=2\n# end\n"
