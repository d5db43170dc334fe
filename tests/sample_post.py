"""Letters on their way to a Dovecot: an SMTP server that it gets them from, and a stand-in store that sends them."""

from __future__ import annotations

import secrets
import socketserver
from contextlib import contextmanager
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from threading import Thread
from typing import TYPE_CHECKING, Any

from sample_dovecot import HOST, INBOX

from automation.process import process
from automation.stand_in import Mail, StandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import Message

    from sample_dovecot import Dovecot


class _Sink(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, mail: Dovecot, catch_all: str | None, is_spam: Callable[[Message], bool]) -> None:
        super().__init__((HOST, 0), _Letterbox)
        self.mail, self.catch_all, self.is_spam = mail, catch_all, is_spam

    def owner(self, recipient: str) -> str | None:
        """Whose mailbox gets the letters to this address; None: nobody's."""
        return recipient if recipient in self.mail.passwords else self.catch_all


class _Letterbox(socketserver.StreamRequestHandler):
    """As much SMTP as a store needs; a letter is delivered before it is accepted."""

    server: _Sink

    def handle(self) -> None:
        owners: list[str] = []
        self._say(220)
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"RCPT":
                owner = self.server.owner(line.partition(b"<")[2].partition(b">")[0].decode().lower())
                owners += [owner] if owner else []
                self._say(250 if owner else 550)
            elif verb == b"DATA":
                self._say(354)
                self._deliver(owners)
                self._say(250)
            elif verb == b"QUIT":
                return self._say(221)
            else:
                owners = []
                self._say(250)
        return None

    def _deliver(self, owners: list[str]) -> None:
        lines = iter(self.rfile.readline, b".\r\n")
        letter = VOUCHED.encode() + b"".join(line.removeprefix(b".") for line in lines)
        spam = self.server.is_spam(BytesHeaderParser().parsebytes(letter))
        for owner in dict.fromkeys(owners):
            self.server.mail.deliver(owner, letter, self.server.mail.junk if spam else INBOX)

    def _say(self, code: int) -> None:
        self.wfile.write(b"%d sink\r\n" % code)


SERVER = "mx.example.org"
VOUCHED = f"Authentication-Results: {SERVER}; dmarc=pass header.from=notice.aliexpress.com\r\n"
"""As a border server writes it; here it takes everybody for the shop."""


def flagged(letter: Message) -> bool:
    """Whether a letter says itself that it is spam."""
    return str(letter["X-Spam-Flag"]).strip().upper() == "YES"


@contextmanager
def sink(mail: Dovecot, *, catch_all: str | None = None, is_spam: Callable[[Message], bool] = flagged) -> Iterator[str]:
    """An SMTP server, as host:port; spam goes to the junk folder.

    `catch_all` is the user who gets everybody else's letters; None refuses those.
    """
    with _Sink(mail, catch_all, is_spam) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"{HOST}:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@dataclass(frozen=True)
class DovecotMail(Mail):
    """Dovecot as the stand-in's mail server."""

    server: Dovecot | None = None

    def url(self, address: str) -> str:
        assert self.server is not None
        return self.server.url(address)


@contextmanager
def shop(mail: Dovecot, smtp: str, old: str, new: str, **configuration: Any) -> Iterator[StandIn]:
    """A stand-in store whose letters come to this Dovecot by the sink `smtp`; configuration as the store takes it."""
    password = secrets.token_urlsafe(12)
    account = {"email": old, "password": password, "name": "Anna"}
    with process("store", {"smtp": smtp, "accounts": [account], "decoys_to": [new], **configuration}) as started:
        store = started.addresses
        yield StandIn(
            url=store["store"],
            frame=store["frame"],
            control=store["control"],
            mail_page=store["mail"],
            mail=DovecotMail(smtp, f"{HOST}:{mail.port}", mail.passwords, vouches_as=SERVER, server=mail),
            user=old,
            new=new,
            token=store["token"],
            password=password,
        )
