"""The two addresses, and where the codes sent to each are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from automation.given import Wrong
from automation.password import password_of
from automation.url import imap_place

if TYPE_CHECKING:
    from automation.given import Given
    from automation.mailbox import MailboxSettings
    from automation.url import ImapPlace

Which = Literal["old", "new"]


@dataclass(frozen=True)
class MailboxChoice:
    """One of the two addresses, and where its codes are read."""

    address: str = ""
    """Empty where the command has no use for it."""
    imap: MailboxSettings | None = None
    """None: a person reads the code and types it (`ask`)."""


def mailbox_choice(given: Given, which: Which, plain: frozenset[str], ca: str | None) -> MailboxChoice:
    """What was said about one mailbox; may run its password command."""
    address = _address(given, which)
    url = f"READDRESS_{which.upper()}_IMAP_URL"
    if given.text(url) == "ask":
        return MailboxChoice(address)
    remedy = f"set {url}=imaps://user%40domain@host:993, or {url}=ask to type the code yourself"
    place = given.read(url, lambda text: imap_place(text, plain), default=None, missing=remedy)
    password = _password(given, which)
    if place is None or password is None:
        return MailboxChoice(address)
    return MailboxChoice(address, _settings(address, place, password, plain, ca))


def address_choice(given: Given, which: Which, _plain: frozenset[str], _ca: str | None) -> MailboxChoice:
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


def _password(given: Given, which: Which) -> str | None:
    name = f"READDRESS_{which.upper()}_IMAP_PASSWORD"
    ask = f"READDRESS_{which.upper()}_IMAP_URL=ask"
    return password_of(given, name, missing=f"set it or {name}_COMMAND, or {ask} to type the code yourself")


def _settings(address: str, place: ImapPlace, password: str, plain: frozenset[str], ca: str | None) -> MailboxSettings:
    from automation.mailbox import MailboxSettings  # noqa: PLC0415 - brings the IMAP client along

    return MailboxSettings(
        address=address,
        host=place.host,
        port=place.port,
        user=place.user or address,
        password=password,
        tls=place.tls,
        ca_file=ca,
        plain_hosts=plain,
    )
