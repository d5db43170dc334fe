"""What DNS says: asked of a name server of the test's own, on loopback."""

from __future__ import annotations

import socket
from threading import Thread
from typing import TYPE_CHECKING

import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from automation.signature import txt_record

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "s1._domainkey.shop.example."
TABLE = {KEY: f'{KEY} 60 IN TXT "v=DKIM1; " "p=abc"'}
BROKEN = "broken.example."


@pytest.fixture(autouse=True)
def name_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Knows one key, is broken for one name, and has nothing else."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        thread = Thread(target=_serve, args=[server])
        thread.start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.getsockname()[1]
        monkeypatch.setattr(dns.resolver, "default_resolver", resolver)
        yield
        server.sendto(b"", server.getsockname())
        thread.join()


def _serve(server: socket.socket) -> None:
    while True:
        asked, who = server.recvfrom(4096)
        if not asked:
            return
        question = dns.message.from_wire(asked)
        answer = dns.message.make_response(question)
        name = str(question.question[0].name)
        if name in TABLE:
            text = TABLE[name].split(maxsplit=4)
            answer.answer.append(dns.rrset.from_text(text[0], int(text[1]), text[2], text[3], text[4]))
        else:
            answer.set_rcode(dns.rcode.SERVFAIL if name == BROKEN else dns.rcode.NXDOMAIN)
        server.sendto(answer.to_wire(), who)


def test_a_record_in_pieces_is_one_text() -> None:
    assert txt_record("s1._domainkey.shop.example") == b"v=DKIM1; p=abc"


def test_where_there_is_no_such_name_there_is_no_record() -> None:
    assert txt_record("s2._domainkey.shop.example") is None


def test_a_name_server_that_is_broken_is_no_answer() -> None:
    with pytest.raises(OSError, match="broken"):
        txt_record("broken.example")
