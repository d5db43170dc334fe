"""The two addresses, and where the codes sent to each are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from automation.given import Wrong
from automation.mailbox_access import (
    Names,
    Served,
    ca_given,
    mailbox_settings,
    proof_given,
    served_at,
    served_by_its_provider,
    servers_given,
)
from automation.url import imap_place

if TYPE_CHECKING:
    from pathlib import Path

    from automation.given import Given
    from automation.mailbox import MailboxSettings

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


def mailbox_choice(given: Given, which: Which, *, plain: frozenset[str], tokens: Path) -> MailboxChoice:
    """What was said about one mailbox; may run its password command. `tokens` is where sign-ins are kept."""
    address = _address(given, which)
    url = f"READDRESS_{which.upper()}_IMAP_URL"
    if given.text(url) == "ask":
        return MailboxChoice(address)
    served, prefix = _served(given, url, address, plain), f"READDRESS_{which.upper()}"
    remedy = f"set it or {prefix}_IMAP_PASSWORD_COMMAND, or {url}=ask to type the code yourself"
    names, ca = Names(f"{prefix}_IMAP_PASSWORD", prefix), ca_given(given, prefix)
    proof = proof_given(given, names, address, served=served, folder=tokens, ca=ca, missing=remedy)
    if served is None or proof is None:
        return MailboxChoice(address)
    return MailboxChoice(
        address,
        mailbox_settings(address, served, proof, plain, ca),
        servers=servers_given(given, prefix, served.provider),
        nameless=served.provider is not None and served.provider.unnamed,
    )


def _served(given: Given, url: str, address: str, plain: frozenset[str]) -> Served | None:
    """As the URL says, else as the table of providers does."""
    if given.text(url) is None and (known := served_by_its_provider(address)):
        _tell_another(given, address, url)
        return known
    domain = address.rpartition("@")[2]
    unknown = f"the mail server of {domain} is not known here; " if domain else ""
    remedy = f"{unknown}set {url}=imaps://user%40domain@host:993, or {url}=ask to type the code yourself"
    place = given.read(url, lambda text: imap_place(text, plain), default=None, missing=remedy)
    return None if place is None else served_at(place)


def _tell_another(given: Given, address: str, url: str) -> None:
    """A password is not sent to another provider than the one that it was set for."""
    from automation.providers import provider_of  # noqa: PLC0415 - not needed for --help

    named = "READDRESS_NEW_EMAIL"
    if (
        given.text("--to") == address
        and (set_for := given.text(named))
        and provider_of(set_for) != provider_of(address)
    ):
        given.wrong("--to", f"is read elsewhere than {named}, which the password was set for; set {named} or {url} too")


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
        remedy = "set it to the address that the account has now; `readdress init` asks for everything that is needed"
        return given.read("READDRESS_OLD_EMAIL", _checked, default="", missing=remedy)
    name = given.first("--to", "READDRESS_NEW_EMAIL")
    return given.read(name, _checked, default="", missing="set it, or say --to ADDRESS, to the new address")


def _checked(text: str) -> str:
    from automation.address import checked_address  # noqa: PLC0415 - brings the e-mail grammar along

    try:
        return checked_address(text)
    except ValueError as error:
        raise Wrong(str(error)) from None
