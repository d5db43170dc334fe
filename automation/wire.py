"""The bytes between us and an IMAP server: `imaplib` with caps, deadlines and a way to be stopped.

`open`, `send`, `read`, `readline` and `shutdown` are imaplib's own places for this. A server that sends
without end, or a byte a minute, costs neither memory nor time.
"""

from __future__ import annotations

import imaplib
import socket
import ssl
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from automation.mailbox import Stopped

if TYPE_CHECKING:
    import threading

MAX_LITERAL = 2 * 1024 * 1024
MAX_LINE = 1024 * 1024
MAX_ANSWER = 8 * 1024 * 1024
"""Bytes of the whole answer to one command."""
MAX_ANSWER_LINES = 20_000
ANSWER_TIMEOUTS = 4
"""An answer may take so many timeouts in all, as long as something keeps coming."""
CONNECT_S = 8.0
"""Connecting can't be interrupted, so it takes no longer than that."""
HEED_S = 0.2
"""How often a wait for bytes looks whether it is still wanted."""


class Wire(imaplib.IMAP4):
    """One connection; every wait for bytes ends by itself.

    Raises OSError (TimeoutError, ssl.SSLError, …), `IMAP4.error` or Stopped. With `context` TLS begins at once.
    """

    def __init__(
        self, host: str, port: int, *, timeout_s: float, context: ssl.SSLContext | None, stop: threading.Event
    ) -> None:
        self._context = context
        self._patience = timeout_s
        self.stop = stop
        """Whoever sets it ends the wait for an answer."""
        self.flooded = False
        """The server sent more than anybody asked for, and the connection was given up."""
        self.introduced = False
        """The server was told our name."""
        self._buffer = bytearray()
        self._expect_answer()
        super().__init__(host, port, min(timeout_s, CONNECT_S))

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        """Connect, and begin TLS where that is wanted from the first byte."""
        self.host, self.port = host, port
        self.sock = socket.create_connection((host, port), timeout)
        if self._context is not None:
            try:
                self.sock = self._context.wrap_socket(self.sock, server_hostname=host)
            except BaseException:
                self.sock.close()
                raise

    def begin_tls(self, context: ssl.SSLContext) -> None:
        """STARTTLS; what the server sent ahead of the handshake was put there by somebody else."""
        answer, _ = self.xatom("STARTTLS")
        if answer != "OK":
            raise ssl.SSLError(f"STARTTLS was offered and then refused ({answer})")
        if self._buffer:
            raise ssl.SSLError("the server sent something ahead of the TLS handshake")
        self.sock.settimeout(min(self._patience, CONNECT_S))
        self.sock = context.wrap_socket(self.sock, server_hostname=self.host)
        self.untagged_responses.clear()
        self._get_capabilities()

    def command(self, name: str, *arguments: bytes) -> tuple[str, list[bytes]]:
        """Any command, its arguments as they are to be written."""
        answer: tuple[str, list[bytes]] = self._simple_command(name, *arguments)
        return answer

    def introduce(self) -> None:
        """Say our name (ID, RFC 2971); a server that knows no such command may refuse it."""
        self.introduced = True
        with suppress(imaplib.IMAP4.error):
            self.xatom("ID", '("name" "readdress")')

    def send(self, data: bytes) -> None:  # type: ignore[override]
        """Send a command; its answer has to come in time."""
        self._expect_answer()
        self.sock.settimeout(self._patience)
        self.sock.sendall(data)

    def read(self, size: int) -> bytes:
        """Exactly so many bytes of a literal; too many end the connection."""
        if size > MAX_LITERAL:
            raise self._flood(f"a literal of {size} bytes")
        while len(self._buffer) < size:
            self._receive()
        return self._taken(size)

    def readline(self) -> bytes:
        """The next line; too long a one ends the connection."""
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > MAX_LINE:
                raise self._flood(f"a line of more than {MAX_LINE} bytes")
            self._receive()
        self._lines += 1
        if self._lines > MAX_ANSWER_LINES:
            raise self._flood(f"an answer of more than {MAX_ANSWER_LINES} lines")
        return self._taken(end + 1)

    def shutdown(self) -> None:
        """Close the connection without a word."""
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def _expect_answer(self) -> None:
        self._lines = self._bytes = 0
        self._until = time.monotonic() + self._patience * ANSWER_TIMEOUTS

    def _taken(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _receive(self) -> None:
        silent_at = min(self._until, time.monotonic() + self._patience)
        while True:
            if self.stop.is_set():
                raise Stopped
            left = silent_at - time.monotonic()
            if left <= 0:
                raise TimeoutError("no answer in time")
            self.sock.settimeout(min(left, HEED_S))
            with suppress(TimeoutError, ssl.SSLWantReadError):
                return self._keep(self.sock.recv(65536))

    def _flood(self, what: str) -> imaplib.IMAP4.abort:
        self.flooded = True
        return self.abort(what)

    def _keep(self, chunk: bytes) -> None:
        if not chunk:
            raise self.abort("the server closed the connection")
        self._bytes += len(chunk)
        if self._bytes > MAX_ANSWER:
            raise self._flood(f"an answer of more than {MAX_ANSWER} bytes")
        self._buffer += chunk

    def _log(self, line: str) -> None:
        """Keep no memory of the commands: one of them holds the password."""
