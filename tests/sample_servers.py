"""Small servers for what no real one does on demand: an IMAP server by script, and a wire that listens."""

from __future__ import annotations

import re
import socket
import struct
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

Answer = bytes | None
"""`{tag}` stands for the command's tag; None: hang up."""
RESET = b"\0\0"
"""Instead of an answer: tear the connection down, as a firewall does."""
EOF = b"\0"
"""At the end of an answer: then hang up."""
HANG = b""
"""No answer, and the connection stays open."""
GREETING = b"* OK ready\r\n"
NORMAL = {
    "CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n",
    "LIST": b'* LIST () "/" INBOX\r\n* LIST (\\Junk) "/" Spam\r\n{tag} OK done\r\n',
    "EXAMINE": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 5] x\r\n{tag} OK [READ-ONLY] x\r\n",
    "STATUS": b"* STATUS Spam (UIDNEXT 5 MESSAGES 1)\r\n{tag} OK done\r\n",
    "NOOP": b"{tag} OK done\r\n",
    "UID SEARCH": b"* SEARCH\r\n{tag} OK done\r\n",
    "LOGOUT": b"* BYE\r\n{tag} OK done\r\n",
}


class Scripted:
    """An IMAP server that answers each command as told: always the same, one answer after the other, or by a function.

    After the last of several answers the normal one follows. `context` is for TLS from the first byte, `starttls`
    for TLS after STARTTLS was answered.
    """

    def __init__(
        self,
        context: ssl.SSLContext | None = None,
        *,
        starttls: ssl.SSLContext | None = None,
        **answers: Answer | list[Answer] | list[bytes] | Callable[[], Answer],
    ) -> None:
        self.lines: list[str] = []
        """What clients said, without their tags."""
        self._answers = {name.replace("_", " "): answer for name, answer in answers.items()}
        self._context, self._starttls = context, starttls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self._listener, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def count(self, verb: str) -> int:
        return sum(line.startswith(verb) for line in self.lines)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._open.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            if self._context:
                connection = self._encrypted(connection, self._context)
            self._say(connection, self._next("GREETING", GREETING), "")
            while self._converse(connection) and self._starttls:
                connection = self._encrypted(connection, self._starttls)

    def _encrypted(self, connection: socket.socket, context: ssl.SSLContext) -> socket.socket:
        encrypted = context.wrap_socket(connection, server_side=True)
        self._open.append(encrypted)
        return encrypted

    def _converse(self, connection: socket.socket) -> bool:
        """Answer until the client is gone; True where TLS comes next."""
        tag = ""
        for line in connection.makefile("rb"):
            first, blank, command = line.decode("utf-8", "replace").rstrip("\r\n").partition(" ")
            tag = first if blank else tag  # else it goes on with what the client has begun
            self.lines.append(command if blank else first)
            found = re.match(r"(?:UID )?\w*", command.upper())
            verb = found[0] if found and blank else "MORE"
            self._say(connection, self._next(verb, NORMAL.get(verb, b"{tag} OK done\r\n")), tag)
            if verb == "STARTTLS" and self._starttls:
                return True
        return False

    def _next(self, verb: str, normal: bytes) -> Answer:
        answer = self._answers.get(verb, normal)
        if isinstance(answer, list):
            return answer.pop(0) if answer else normal
        return answer() if callable(answer) else answer

    def _say(self, connection: socket.socket, answer: Answer, tag: str) -> None:
        if answer == RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if answer is None or answer == RESET:
            raise OSError
        connection.sendall(answer.removesuffix(EOF).replace(b"{tag}", tag.encode()))
        if answer.endswith(EOF):
            raise OSError


def fetch_answer(
    uid: int, raw: bytes, received: str = "23-Nov-2026 08:00:00 +0000", section: str = "BODY[]<0>"
) -> bytes:
    """What a server says to a FETCH of one letter."""
    head = f'* 1 FETCH (UID {uid} INTERNALDATE "{received}" {section} {{{len(raw)}}}\r\n'
    return head.encode() + raw + b")\r\n{tag} OK done\r\n"


@contextmanager
def listening_to(address: str, heard: Callable[[bytes], None]) -> Iterator[str]:
    """A relay to a real server that lets one hear what clients say."""
    host, _, port = address.rpartition(":")
    listener = socket.create_server(("127.0.0.1", 0))

    def relay(source: socket.socket, target: socket.socket, ear: Callable[[bytes], None]) -> None:
        with suppress(OSError), source:
            while chunk := source.recv(65536):
                ear(chunk)
                target.sendall(chunk)
            target.shutdown(socket.SHUT_WR)

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection((host, int(port)))
                for way in ((client, server, heard), (server, client, lambda _: None)):
                    threading.Thread(target=relay, args=way, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
