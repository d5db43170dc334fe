"""The next code in any one mailbox, for `readdress code`: shell scripts and other people's test suites."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from automation.address import checked_address, mask
from automation.arrivals import line_of
from automation.codes import Shape, Wanted
from automation.errors import Cancelled, NoCode
from automation.given import Given, Wrong, yes_or_no
from automation.mailbox import Code, ImapMailbox, Stopped
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
from automation.signature import txt_record
from automation.trust import Trust
from automation.url import checked_host, imap_place, plain_hosts
from automation.variables import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from automation.env_file import EnvFile
    from automation.mailbox import Arrival, MailboxSettings
    from automation.mailbox_access import Served
    from automation.store import Store

SHORTEST, LONGEST = 4, 8
TIMEOUT_S = 120.0
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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


@dataclass
class Told:
    """How a wait ended."""

    request: Request
    code: Code | None = None
    """None: none came in time, or none that could be taken."""
    folders: tuple[str, ...] = ()
    """Those that were watched."""
    letters: list[Arrival] = field(default_factory=list)
    """All that arrived."""

    def reason(self) -> NoCode:
        """Why there is no code: what did arrive, and why each was not taken."""
        to, seconds = mask(self.request.wanted.recipient), f"{self.request.timeout_s:g} s"
        watched = " and ".join(self.folders)
        if not self.letters:
            text = f"No letter came to {to} within {seconds} ({watched} were watched). Try a longer --timeout."
            return NoCode(text, kind="no_letter")
        count = "1 letter" if len(self.letters) == 1 else f"{len(self.letters)} letters"
        listed = "\n".join(f"  {line_of(letter)}" for letter in self.letters)
        return NoCode(f"{count} came within {seconds}, and no code was taken:\n{listed}", kind="none_acceptable")

    @property
    def exit_code(self) -> int:
        return 0 if self.code else NoCode.exit_code

    def provenance(self) -> str:
        """Where the code comes from, in a line; else why there is none."""
        code = self.code
        if code is None:
            return self.reason().reason.text
        where = f"from {code.sender}, {code.folder}, uid {code.uid}, after {code.arrived_after_s:.1f} s"
        return f"{where}, {code.why}; {code.proof}"

    def as_json(self) -> dict[str, Any]:
        """Everything known, as one object; addresses masked, the code as it is."""
        known = asdict(self.code) if self.code else {each.name: None for each in fields(Code)}
        stop = None if self.code else self.reason()
        return {
            "version": 1,
            "outcome": stop.outcome if stop else "found",
            "exit": stop.exit_code if stop else 0,
            "code": known.pop("value", None),
            "to": mask(self.request.wanted.recipient),
            **known,
            "folders": self.folders,
            "letters": [asdict(letter) for letter in self.letters],
            "reason": stop and asdict(stop.reason),
        }


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


def next_code(request: Request, ready: Callable[[], None], on_arrival: Callable[[Arrival], None]) -> Told:
    """Wait for the next code; `ready` is called once the baseline is taken: now the letter may be asked for.

    Raises MailboxStop, and Cancelled on Ctrl-C or SIGTERM.
    """
    told, box = Told(request), ImapMailbox(request.mailbox)

    def note(arrival: Arrival) -> None:
        told.letters.append(arrival)
        on_arrival(arrival)

    with _stoppable() as stop:
        try:
            baseline = box.baseline(stop)
            told.folders = tuple(mark.folder for mark in baseline.folders)
            began = time.monotonic()
            ready()
            wait = {"clicked_at": began, "deadline": began + request.timeout_s}
            told.code = box.wait(baseline, request.wanted, stop=stop, on_arrival=note, **wait)
        except NoCode:
            pass
        finally:
            box.close()
    return told


@contextmanager
def _stoppable() -> Iterator[threading.Event]:
    """An event that signals set; the wait that ends by it is a cancelled one."""
    stop, received = threading.Event(), list[int]()

    def note(number: int, _: object) -> None:
        received.append(number)
        stop.set()

    before = {number: signal.signal(number, note) for number in ENDS}
    try:
        yield stop
    except Stopped:
        raise Cancelled("Stopped before a code came.", by_signal=received[0]) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


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
    if ask is None or served is None or given.problems or any(given.text(name) is not None for name in said):
        remedy = f"set it or {names.password}_COMMAND"
        folder = state_folder() / "tokens"
        return proof_given(given, names, address, served=served, folder=folder, ca=ca, missing=remedy)
    secret = served.provider.secret if served.provider else "password"
    try:
        return Proof(checked_password(ask(f"{secret[0].upper()}{secret[1:]} at {served.place.host} (not shown)")))
    except Wrong as wrong:
        given.wrong("The password", str(wrong))
        return None
