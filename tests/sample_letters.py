"""Letters as bytes, put together by hand so that odd ones can be odd."""

from __future__ import annotations

from automation.codes import Found, NotTaken, read_code
from automation.message import Letter, read_letter
from automation.shape import Shape
from automation.trust import Trust
from automation.wanted import Wanted

SHOP = "account@shop.example"
ANNA, BEN = "anna@example.org", "ben@example.org"
SUBJECT = "Your verification code"
SERVER = "mx.example.org"
"""Under this name Anna's mail server vouches for letters."""
VOUCHED = f"Authentication-Results: {SERVER}; dmarc=pass header.from=shop.example"
DATE = "Mon, 23 Nov 2026 08:00:00 +0000"


def raw_letter(
    html: str | None = None,
    plain: str | None = None,
    *more: str,
    sender: str = f"Shop <{SHOP}>",
    to: str = ANNA,
    subject: str = SUBJECT,
    date: str = DATE,
) -> bytes:
    """A letter with an HTML part, a plain part or both; `more` are further header lines."""
    head = [f"From: {sender}", f"To: {to}", f"Subject: {subject}", f"Date: {date}", "Message-ID: <1@shop.example>"]
    return "\r\n".join([*head, *more, "MIME-Version: 1.0", _body(html, plain)]).encode()


def _body(html: str | None, plain: str | None) -> str:
    parts = [("plain", plain), ("html", html)]
    texts = [
        f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n"
        for kind, text in parts
        if text is not None
    ]
    if len(texts) == 1:
        return texts[0]
    joined = "".join(f"--b\r\n{text}" for text in texts)
    return f'Content-Type: multipart/alternative; boundary="b"\r\n\r\n{joined}--b--\r\n'


def wanted(
    *,
    recipient: str = ANNA,
    senders: frozenset[str] = frozenset({SHOP}),
    purpose: str = "change",
    shape: Shape = Shape(),  # noqa: B008 - frozen
    trust_sender: bool = True,
    tried: frozenset[str] = frozenset(),
    origins: frozenset[str] = frozenset({"www.shop.example"}),
) -> Wanted:
    """What a run that changes Anna's address to Ben's asks for."""
    return Wanted(
        recipient=recipient,
        senders=senders,
        purpose=purpose,
        shape=shape,
        own_addresses=frozenset({ANNA, BEN}),
        origins=origins,
        tried=tried,
        trust=Trust(frozenset({SERVER})),
        trust_sender=trust_sender,
    )


def letter(html: str | None = None, plain: str | None = None, *more: str, subject: str = SUBJECT) -> Letter:
    return read_letter(raw_letter(html, plain, *more, subject=subject))


def verdict(raw: bytes, want: Wanted | None = None) -> Found | NotTaken:
    return read_code(read_letter(raw), want or wanted())


def code_in(raw: bytes, want: Wanted | None = None) -> str | None:
    """The code that is taken from the letter; None where none is."""
    found = verdict(raw, want)
    return found.value if isinstance(found, Found) else None


def refusal(raw: bytes, want: Wanted | None = None) -> str:
    """Why nothing is taken from the letter."""
    found = verdict(raw, want)
    assert isinstance(found, NotTaken), found
    return found.reason
