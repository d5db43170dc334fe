"""The two addresses, and where the codes sent to each are read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from automation.given import Wrong
from automation.password import password_of
from automation.url import ImapPlace, imap_place

if TYPE_CHECKING:
    from pathlib import Path

    from automation.given import Given
    from automation.mailbox import MailboxSettings
    from automation.oauth import Tokens
    from automation.providers import Provider

Which = Literal["old", "new"]


@dataclass(frozen=True)
class MailboxChoice:
    """One of the two addresses, and where its codes are read."""

    address: str = ""
    """Empty where the command has no use for it."""
    imap: MailboxSettings | None = None
    """None: a person reads the code and types it (`ask`)."""
    servers: frozenset[str] = frozenset()
    """Names under which its server says whether a letter is genuine; empty where none is known."""
    nameless: bool = False
    """Its server says so without a name, above everything else (Outlook)."""

    @property
    def is_a_providers(self) -> bool:
        """Whether the letters of the whole internet may be in it, wherever it is read."""
        from automation.providers import provider_of  # noqa: PLC0415 - not needed for --help

        served_by = self.imap.provider if self.imap else None
        return (served_by or provider_of(self.address)) is not None


def mailbox_choice(given: Given, which: Which, *, plain: frozenset[str], ca: str | None, tokens: Path) -> MailboxChoice:
    """What was said about one mailbox; may run its password command. `tokens` is where sign-ins are kept."""
    address = _address(given, which)
    url = f"READDRESS_{which.upper()}_IMAP_URL"
    if given.text(url) == "ask":
        return MailboxChoice(address)
    served, prefix = _served(given, url, address, plain), f"READDRESS_{which.upper()}"
    remedy = f"set it or {prefix}_IMAP_PASSWORD_COMMAND, or {url}=ask to type the code yourself"
    names = Names(f"{prefix}_IMAP_PASSWORD", prefix)
    proof = proof_given(given, names, address, served=served, folder=tokens, ca=ca, missing=remedy)
    if served is None or proof is None:
        return MailboxChoice(address)
    return MailboxChoice(
        address,
        mailbox_settings(address, served, proof, plain, ca),
        servers=servers_given(given, prefix, served.provider),
        nameless=served.provider is not None and served.provider.unnamed,
    )


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


def _served(given: Given, url: str, address: str, plain: frozenset[str]) -> Served | None:
    """As the URL says, else as the table of providers does."""
    if given.text(url) is None and (known := served_by_its_provider(address)):
        return known
    domain = address.rpartition("@")[2]
    unknown = f"the mail server of {domain} is not known here; " if domain else ""
    remedy = f"{unknown}set {url}=imaps://user%40domain@host:993, or {url}=ask to type the code yourself"
    place = given.read(url, lambda text: imap_place(text, plain), default=None, missing=remedy)
    return None if place is None else served_at(place)


def old_address(given: Given) -> str:
    """The old address alone."""
    return _address(given, "old")


def address_choice(given: Given, which: Which) -> MailboxChoice:
    """The address alone, for what needs no mailbox."""
    return MailboxChoice(_address(given, which))


def tell_twins(given: Given, old: MailboxChoice, new: MailboxChoice) -> None:
    """Two addresses that are one are a problem."""
    from automation.address import same_mailbox_name  # noqa: PLC0415 - brings the e-mail grammar along

    if old.address and new.address and same_mailbox_name(old.address, new.address):
        name = given.first("--to", "READDRESS_NEW_EMAIL")
        given.wrong(name, "is the old address again (capital letters make no difference); set the new one")


def _address(given: Given, which: Which) -> str:
    if which == "old":
        remedy = "set it to the address that the account has now"
        return given.read("READDRESS_OLD_EMAIL", _checked, default="", missing=remedy)
    name = given.first("--to", "READDRESS_NEW_EMAIL")
    return given.read(name, _checked, default="", missing="set it, or say --to ADDRESS, to the new address")


def _checked(text: str) -> str:
    from automation.address import checked_address  # noqa: PLC0415 - brings the e-mail grammar along

    try:
        return checked_address(text)
    except ValueError as error:
        raise Wrong(str(error)) from None


def proof_given(
    given: Given, names: Names, address: str, *, served: Served | None, folder: Path, ca: str | None, missing: str
) -> Proof | None:
    """The password or the tokens that the settings speak of; None where there are none, which is a problem."""
    if given.text(f"{names.prefix}_OAUTH_CLIENT") is None:
        password = password_of(given, names.password, missing=missing)
        return None if password is None else Proof(password)
    from automation.oauth import tokens_given  # noqa: PLC0415 - only for who uses it
    from automation.providers import provider_of  # noqa: PLC0415 - not needed for --help

    provider = (served.provider if served else None) or provider_of(address)
    user = (served.place.user if served else None) or address
    tokens = tokens_given(given, names.prefix, provider=provider, user=user, folder=folder, ca=ca)
    return None if tokens is None else Proof(tokens=tokens)


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
