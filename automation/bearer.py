"""An access token on its way to an IMAP server: XOAUTH2 and OAUTHBEARER (RFC 7628). Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from automation.errors import MailboxStop

if TYPE_CHECKING:
    from collections.abc import Collection

MOST_CHARACTERS = 200


@dataclass
class Bearer:
    """One try to log in with a token."""

    user: str
    host: str
    port: int
    token: str = field(repr=False)
    refusal: str | None = None
    """What the server said against the token, decoded; None where it said nothing."""
    _name: str = "XOAUTH2"

    def mechanism(self, capabilities: Collection[str]) -> str:
        """The one to be used; XOAUTH2 before OAUTHBEARER, which Microsoft doesn't know."""
        for name in ("XOAUTH2", "OAUTHBEARER"):
            if f"AUTH={name}" in capabilities:
                self._name = name
                return name
        raise MailboxStop(
            f"{self.host}:{self.port} offers no login by OAuth2. Take out READDRESS_…_OAUTH_CLIENT and use a password.",
            kind="login_refused",
        )

    def answer(self, challenge: bytes) -> bytes:
        """To the first challenge the token, to a second one nothing: that one holds the reason for a refusal."""
        if challenge.strip():
            self.refusal = _decoded(challenge)
            return b"" if self._name == "XOAUTH2" else b"\x01"
        if self._name == "XOAUTH2":
            return f"user={self.user}\x01auth=Bearer {self.token}\x01\x01".encode()
        user = self.user.replace("=", "=3D").replace(",", "=2C")
        return f"n,a={user},\x01host={self.host}\x01port={self.port}\x01auth=Bearer {self.token}\x01\x01".encode()


def _decoded(challenge: bytes) -> str:
    """`status 401, scope https://mail.google.com/` out of the server's JSON; its own words where it is none."""
    text = challenge[:4096].decode("utf-8", "replace")
    try:
        told = json.loads(text)
        pairs = [f"{name} {told[name]}" for name in ("status", "scope", "error", "error_description") if told.get(name)]
    except (ValueError, AttributeError, TypeError):
        pairs = []
    words = ", ".join(pairs) or f"“{text}”"
    return "".join(c if c.isprintable() else " " for c in words)[:MOST_CHARACTERS]
