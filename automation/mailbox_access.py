"""How a mailbox is opened: where it is served, by whom, with which password or tokens, and whom to trust for it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from automation.given import Wrong
from automation.password import password_of
from automation.url import ImapPlace

if TYPE_CHECKING:
    from pathlib import Path

    from automation.given import Given
    from automation.mailbox import MailboxSettings
    from automation.oauth import Tokens
    from automation.providers import Provider


@dataclass(frozen=True)
class Proof:
    """What opens a mailbox: a password or tokens."""

    password: str = field(default="", repr=False)
    tokens: Tokens | None = None


@dataclass(frozen=True)
class Names:
    """Under which names a mailbox's proof is set."""

    password: str
    prefix: str
    """Before `_OAUTH_CLIENT` and the like."""


@dataclass(frozen=True)
class Served:
    """Where and by whom a mailbox is served."""

    place: ImapPlace
    provider: Provider | None
    """None where the table of providers doesn't know."""


def served_at(place: ImapPlace) -> Served:
    """A place that somebody named, whoever's it is."""
    from automation.providers import provider_at  # noqa: PLC0415 - not needed for --help

    return Served(place, provider_at(place.host, place.port))


def served_by_its_provider(address: str) -> Served | None:
    """Where the table of providers says that an address is read; None where it doesn't know."""
    from automation.providers import provider_of  # noqa: PLC0415 - not needed for --help

    provider = provider_of(address)
    if provider is None:
        return None
    return Served(ImapPlace(provider.host, provider.port, None, provider.tls), provider)


def proof_given(
    given: Given, names: Names, address: str, *, served: Served | None, folder: Path, ca: str | None, missing: str
) -> Proof | None:
    """The password or the tokens that the settings speak of; None where there are none, which is a problem."""
    if given.text(f"{names.prefix}_OAUTH_CLIENT") is None:
        if served and served.provider and not served.provider.takes_passwords:
            given.wrong(f"{names.prefix}_OAUTH_CLIENT", f"missing; {served.provider.remedy}")
            return None
        password = password_of(given, names.password, missing=missing)
        return None if password is None else Proof(password)
    from automation.oauth import tokens_given  # noqa: PLC0415 - only for who uses it
    from automation.providers import provider_of  # noqa: PLC0415 - not needed for --help

    provider = (served.provider if served else None) or provider_of(address)
    user = (served.place.user if served else None) or address
    tokens = tokens_given(given, names.prefix, provider=provider, user=user, folder=folder, ca=ca)
    return None if tokens is None else Proof(tokens=tokens)


def ca_given(given: Given, prefix: str) -> str | None:
    """The file of the authority that a mailbox's server is vouched for by; None: the system's authorities."""
    return given.file(given.first("--imap-ca", f"{prefix}_IMAP_CA"))


def servers_given(given: Given, prefix: str, provider: Provider | None) -> frozenset[str]:
    """The name that was set under a prefix such as `READDRESS_OLD`, else those of the provider."""
    name = given.read(f"{prefix}_AUTHSERV_ID", _server, default="")
    return frozenset({name} if name else provider.authserv if provider else ())


def _server(text: str) -> str:
    if not re.fullmatch(r"[\w.-]{1,255}", text, re.ASCII):
        raise Wrong("is no name of a mail server, such as mx.example.org")
    return text.lower()


def mailbox_settings(
    address: str, served: Served, proof: Proof, plain: frozenset[str] = frozenset(), ca: str | None = None
) -> MailboxSettings:
    """How a mailbox is reached, with the user names and the form of the password that its provider wants."""
    from automation.mailbox import MailboxSettings  # noqa: PLC0415 - not needed for --help

    place, provider = served.place, served.provider
    users = (place.user,) if place.user else provider.users(address) if provider else (address,)
    return MailboxSettings(
        address=address,
        host=place.host,
        port=place.port,
        user=users[0],
        password=provider.password(proof.password) if provider else proof.password,
        tokens=proof.tokens,
        tls=place.tls,
        ca_file=ca,
        plain_hosts=plain,
        other_user=users[1] if len(users) > 1 else None,
        provider=provider,
    )
