"""What `readdress code` is asked for: which mailbox, whose letter, how long; everything checked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from automation.address import checked_address
from automation.given import Given, Wrong, yes_or_no
from automation.mailbox_access import (
    Names,
    Proof,
    ca_given,
    mailbox_settings,
    proof_given,
    served_at,
    served_by_its_provider,
    servers_given,
)
from automation.password import checked_password
from automation.settings import state_folder
from automation.shape import LONGEST, SHORTEST, Shape
from automation.signature import txt_record
from automation.trust import Trust
from automation.url import checked_host, imap_place, plain_hosts
from automation.variables import PREFIX
from automation.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from automation.env_file import EnvFile
    from automation.mailbox import MailboxSettings
    from automation.mailbox_access import Served
    from automation.store import Store

TIMEOUT_S = 120.0


@dataclass(frozen=True)
class Asked:
    """What the command line says."""

    mailbox: str | None
    """An IMAP URL, or an address of a provider of the table; None: the recipient's."""
    to: str | None
    """None: the mailbox's own address."""
    senders: tuple[str, ...]
    """Addresses or whole domains."""
    origins: tuple[str, ...]
    """Further hosts that the code may be bound to."""
    timeout: float | None
    digits: int | None
    """None: 4 to 8."""
    imap_ca: Path | None
    trust_sender: bool

    def at(self, store: Store) -> Asked:
        """The same, for the letters of a store."""
        hosts = store.origins.hosts()
        return replace(self, senders=(*self.senders, *sorted(store.senders)), origins=(*self.origins, *sorted(hosts)))


@dataclass(frozen=True)
class Request:
    """A mailbox, what to wait for in it, and how long."""

    mailbox: MailboxSettings
    wanted: Wanted
    timeout_s: float


def request_of(
    asked: Asked, environ: Mapping[str, str], file: EnvFile, cwd: Path, ask: Callable[[str], str] | None
) -> Request:
    """Everything that was said, checked; raises one SettingsStop that lists all problems.

    `ask` puts a question whose answer isn't shown; None: nobody is there to answer it.
    """
    options = {"imap_ca": asked.imap_ca, "timeout": asked.timeout, "mailbox": asked.mailbox, "to": asked.to}
    given = Given(options, environ, file, cwd)
    plain = given.read(f"{PREFIX}PLAIN_HOSTS", lambda text: plain_hosts(text, ()), default=frozenset[str]())
    served = _served(given, plain)
    wanted = _wanted(given, asked, served)
    ca = ca_given(given, f"{PREFIX}MAILBOX")
    proof = _proof(given, wanted.recipient, served, ca, ask)
    timeout_s = given.seconds("--timeout", TIMEOUT_S)
    given.stop_if_wrong()
    assert served is not None, "else there was a problem"
    assert proof is not None, "as above"
    return Request(mailbox_settings(wanted.recipient, served, proof, plain, ca), wanted, timeout_s)


def _served(given: Given, plain: frozenset[str]) -> Served | None:
    """The mailbox by its URL, else by its address, else by the recipient's."""
    name = given.first("--mailbox", "--to", "--mailbox")
    text = given.text(name)
    if text is None or "://" in text:
        missing = "say --mailbox imaps://user%40domain@host:993, or an address of a provider that is known"
        place = given.read(name, lambda url: imap_place(url, plain), default=None, missing=missing)
        return None if place is None else served_at(place)
    known = served_by_its_provider(text)
    if known is None:
        domain = text.rpartition("@")[2]
        given.wrong(
            name, f"the mail server of {domain} is not known here; say --mailbox imaps://user%40domain@host:993"
        )
    return known


def _wanted(given: Given, asked: Asked, served: Served | None) -> Wanted:
    user = served.place.user if served else None
    mailbox = given.text("--mailbox") or ""
    own = user if user and "@" in user else mailbox if "://" not in mailbox else ""
    recipient = given.read("--to", _address, default=own or "", missing="" if own else "say whom the letter is to")
    senders = tuple(sender for text in asked.senders if (sender := _sender(given, text)))
    if not senders:
        given.wrong("--from", "missing; say the address or domain that the letter comes from, or --store NAME")
    if asked.digits is not None and not SHORTEST <= asked.digits <= LONGEST:
        given.wrong("--digits", f"must be {SHORTEST} to {LONGEST}")
    return Wanted(
        recipient=recipient,
        senders=frozenset(senders),
        purpose="any",
        shape=Shape(length=asked.digits),
        own_addresses=frozenset({recipient, own} - {""}),
        origins=frozenset(asked.origins),
        trust=_trust(given, served),
        trust_sender=asked.trust_sender,
    )


def _trust(given: Given, served: Served | None) -> Trust:
    """How the letter's sender is proved: by the mailbox's own server, else by its signature where DNS may be asked."""
    provider = served.provider if served else None
    dkim = given.read(f"{PREFIX}DKIM", yes_or_no, default=False)
    servers = servers_given(given, f"{PREFIX}MAILBOX", provider)
    return Trust(servers, nameless=provider is not None and provider.unnamed, records=txt_record if dkim else None)


def _address(text: str) -> str:
    try:
        return checked_address(text)
    except ValueError as error:
        raise Wrong(str(error)) from None


def _sender(given: Given, text: str) -> str:
    """An address, or a whole domain, as letters name it."""
    try:
        return _address(text).lower() if "@" in text else checked_host(text.lower())
    except Wrong as wrong:
        given.wrong("--from", str(wrong))
        return ""


def _proof(
    given: Given, address: str, served: Served | None, ca: str | None, ask: Callable[[str], str] | None
) -> Proof | None:
    """As the settings say, else the password that is typed."""
    names = Names(f"{PREFIX}MAILBOX_PASSWORD", f"{PREFIX}MAILBOX")
    said = (names.password, f"{names.password}_COMMAND", f"{names.prefix}_OAUTH_CLIENT")
    typed = served is not None and (served.provider is None or served.provider.takes_passwords)
    if ask is None or served is None or not typed or given.problems or any(map(given.text, said)):
        remedy = f"set it or {names.password}_COMMAND"
        folder = state_folder() / "tokens"
        return proof_given(given, names, address, served=served, folder=folder, ca=ca, missing=remedy)
    secret = served.provider.secret if served.provider else "password"
    try:
        return Proof(checked_password(ask(f"{secret[0].upper()}{secret[1:]} at {served.place.host} (not shown)")))
    except Wrong as wrong:
        given.wrong("The password", str(wrong))
        return None
