"""No password without a proven server: certificates of a throw-away authority, STARTTLS tampered with."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sample_certificates import DAY, Authority, authority
from sample_scripted import PATIENT, settings, stop_of
from sample_servers import Scripted

from automation.errors import MailboxStop, SettingsStop
from automation.mailbox import ImapMailbox

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from pathlib import Path

OFFERED = b"* CAPABILITY IMAP4rev1 STARTTLS\r\n{tag} OK done\r\n"
pytestmark = pytest.mark.usefixtures("impatient")


def test_plain_text_goes_nowhere_off_this_machine() -> None:
    away = replace(settings(143), host="mail.example", plain_hosts=frozenset({"other.example"}))
    with pytest.raises(SettingsStop) as stopped:
        ImapMailbox(away).baseline()

    assert stopped.value.reason.kind == "plain_text"


def test_where_starttls_is_offered_it_is_used_even_on_this_machine() -> None:
    with Scripted(CAPABILITY=OFFERED, STARTTLS=b"{tag} NO not today\r\n") as server:
        assert stop_of(server).reason.kind == "tls"
        assert server.count("LOGIN") == 0


def test_what_comes_ahead_of_the_tls_handshake_is_not_trusted() -> None:
    injected = b"{tag} OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"
    with Scripted(CAPABILITY=OFFERED, STARTTLS=injected) as server:
        assert stop_of(server).reason.kind == "tls"
        assert server.count("LOGIN") == 0


def test_starttls_that_somebody_took_out_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    with Scripted() as server:
        away = replace(settings(server.port, tls="starttls"), host="mail.example")
        connect = socket.create_connection
        monkeypatch.setattr(socket, "create_connection", lambda at, *more: connect(("127.0.0.1", at[1]), *more))
        with pytest.raises(MailboxStop) as stopped:
            ImapMailbox(away).baseline()

        assert stopped.value.reason.kind == "tls"
        assert server.count("LOGIN") == 0


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("ca"))


BAD = {
    "expired": lambda ca: ca.server("expired", begins=-2 * DAY, ends=-DAY),
    "not yet valid": lambda ca: ca.server("early", begins=DAY, ends=2 * DAY),
    "another host": lambda ca: ca.server("host", host="127.0.0.2"),
    "signed by itself": lambda ca: ca.self_signed(),
}


@contextmanager
def encrypting(tls: str, context: ssl.SSLContext) -> Iterator[Scripted]:
    """A server with that certificate, from the first byte or after STARTTLS."""
    with Scripted(context) if tls == "implicit" else Scripted(starttls=context, CAPABILITY=OFFERED) as server:
        yield server


BOTH = pytest.mark.parametrize("tls", ["implicit", "starttls"])


@BOTH
def test_a_good_certificate_of_an_authority_of_ones_own_is_taken(tls: str, ca: Authority) -> None:
    with encrypting(tls, ca.server()) as server:
        mailbox = ImapMailbox(replace(settings(server.port, tls=tls, timeout_s=PATIENT), ca_file=ca.file))
        assert mailbox.baseline().letters == 2
        mailbox.close()
        assert server.count("LOGIN") == 1


@BOTH
@pytest.mark.parametrize("how", BAD)
def test_a_bad_certificate_gets_no_password(tls: str, how: str, ca: Authority) -> None:
    with encrypting(tls, BAD[how](ca)) as server, pytest.raises(MailboxStop) as stopped:
        ImapMailbox(replace(settings(server.port, tls=tls, timeout_s=PATIENT), ca_file=ca.file)).baseline()
    assert (stopped.value.exit_code, stopped.value.reason.kind) == (6, "tls")
    assert "The password was not sent." in str(stopped.value)
    assert server.count("LOGIN") == server.count("AUTHENTICATE") == 0


@BOTH
def test_an_authority_that_was_not_named_vouches_for_nobody(tls: str, ca: Authority) -> None:
    with encrypting(tls, ca.server()) as server, pytest.raises(MailboxStop, match="--imap-ca") as stopped:
        ImapMailbox(settings(server.port, tls=tls, timeout_s=PATIENT)).baseline()
    assert stopped.value.reason.kind == "tls"
    assert server.count("LOGIN") == 0


def test_a_ca_file_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(MailboxStop, match=r"no-such\.pem can't be used"):
        ImapMailbox(replace(settings(993, tls="implicit"), ca_file=str(tmp_path / "no-such.pem"))).baseline()
