"""Access tokens for a mailbox (OAuth2): where they come from, and where they are kept between runs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol
from urllib.parse import urlsplit

from automation.errors import MailboxStop
from automation.given import Wrong, line
from automation.password import password_of
from automation.url import web_url

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from automation.given import Given
    from automation.providers import Provider

SOON_S = 300
"""A token that has less time left than that is renewed first."""
TIMEOUT_S = 20.0


class Tokens(Protocol):
    """Where a mailbox's access tokens come from."""

    def access(self, *, fresh: bool = False) -> str:
        """A token with five minutes left at least; `fresh`: another one than before.

        Raises a MailboxStop with the remedy where nobody has signed in yet, or the sign-in is over.
        """

    def sign_in(self, tell: Callable[[str], None]) -> None:
        """Let a person sign in; `tell` gets what they have to do. Raises a MailboxStop where it comes to nothing."""


@dataclass(frozen=True)
class Client:
    """The user's own application at a provider, for one mailbox."""

    of: Literal["microsoft", "google"]
    user: str
    """The mailbox's user name."""
    client_id: str
    secret: str | None = field(repr=False)
    """Google calls it so, though it can't be one in a program; None where there is none."""
    url: str | None
    """Another place that gives out tokens (for tests); None: the provider's own."""
    ca_file: str | None
    """Whom to trust at `url`; None: the system's authorities."""
    folder: Path
    """Where tokens are kept."""

    @property
    def file(self) -> Path:
        """The file of this mailbox and application."""
        key = "\n".join((self.of, self.url or "", self.client_id, self.user.lower()))
        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()[:20]}.json"


def tokens_given(
    given: Given, prefix: str, *, provider: Provider | None, user: str, folder: Path, ca: str | None
) -> Tokens | None:
    """The tokens that the settings under a prefix such as `READDRESS_OLD` speak of; None where a password is used."""
    name = f"{prefix}_OAUTH_CLIENT"
    client_id = given.read(name, line, default="")
    if not client_id:
        return None
    if provider is None or provider.oauth is None:
        given.wrong(name, "this provider is not signed in to by OAuth2; take it out and set the password")
        return None
    url = given.read(f"{prefix}_OAUTH_URL", _encrypted, default=None)
    secret = password_of(given, f"{prefix}_OAUTH_SECRET")
    return tokens_of(Client(provider.oauth, user, client_id, secret, url, ca if url else None, folder))


def tokens_of(client: Client) -> Tokens:
    """The provider's way of giving out tokens."""
    if client.of == "google":
        from automation.google import GoogleTokens  # noqa: PLC0415 - only for who uses it

        return GoogleTokens(client)
    from automation.microsoft import MicrosoftTokens  # noqa: PLC0415 - its library is slow to import

    return MicrosoftTokens(client)


def see_signed_in(tokens: Tokens, tell: Callable[[str], None]) -> None:
    """Let a person sign in where nobody has yet, or where the sign-in is over."""
    try:
        tokens.access()
    except MailboxStop as stop:
        if stop.reason.kind != "not_signed_in":
            raise
        tokens.sign_in(tell)


def _encrypted(text: str) -> str:
    url = web_url(text, ())
    if urlsplit(url).scheme != "https":
        raise Wrong("begins with http://, and a token never goes there in plain text; use https://")
    return url.removesuffix("/")
