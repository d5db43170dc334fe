"""A mailbox that codes arrive in: a baseline before the letter is asked for, a wait after. Read-only."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from automation.authentication import server_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from automation.oauth import Tokens
    from automation.providers import Provider
    from automation.session import Session
    from automation.wanted import Wanted

TIMEOUT_S = 20.0


@dataclass(frozen=True)
class MailboxSettings:
    """How a mailbox is reached."""

    address: str
    """Whose letters they are."""
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    """Empty where `tokens` are used."""
    tls: Literal["implicit", "starttls", "plain"] = "implicit"
    """`plain`: STARTTLS where it is offered, else plain text, on this machine and `plain_hosts` only."""
    ca_file: str | None = None
    """A PEM file with the only authorities to trust; None: the system's."""
    plain_hosts: frozenset[str] = frozenset()
    """Other hosts that may be spoken to in plain text (containers)."""
    timeout_s: float = TIMEOUT_S
    """Longest silence of the server, when connecting and later."""
    other_user: str | None = None
    """Tried once where the first user is refused; None: the first is all there is."""
    tokens: Tokens | None = None
    """Where access tokens come from (OAuth2); None: the password is used."""
    provider: Provider | None = None
    """Whose server it is; None where the table of providers doesn't know."""


@dataclass(frozen=True)
class FolderMark:
    """How far a folder had come at the baseline."""

    folder: str
    uidvalidity: int | None
    """None where the server doesn't say."""
    uidnext: int
    """Letters with this UID or a higher one are new."""
    exists: int
    newest_internaldate: datetime | None
    """By the server's clock; None where the folder was empty."""
    known_ids: frozenset[str] = frozenset()
    """Message-IDs of its newest letters."""
    copies: bool = False
    """It shows the other folders' letters a second time (All Mail)."""
    is_junk: bool = False
    results: tuple[str | None, ...] = ()
    """The topmost Authentication-Results of each of its newest letters; None: it has none."""


@dataclass(frozen=True)
class Baseline:
    """A mailbox just before a letter is asked for."""

    folders: tuple[FolderMark, ...] = ()
    """INBOX first."""

    @property
    def letters(self) -> int:
        """In all watched folders together."""
        return sum(mark.exists for mark in self.folders)

    @property
    def server(self) -> str | None:
        """The name under which the mailbox's own server vouches for its letters; None where it isn't plain."""
        return server_of(self.folders[0].results) if self.folders else None


@dataclass(frozen=True)
class Arrival:
    """A letter that arrived while one was awaited; sender and subject are fit to be shown."""

    folder: str
    uid: int
    sender: str | None
    """None where the letter doesn't say, or could not be read."""
    subject: str | None
    """Without codes, addresses and control characters."""
    after_s: float
    """Seconds after the click."""
    taken: bool
    reason: str


@dataclass(frozen=True)
class Code:
    """A code and where it comes from."""

    value: str = field(repr=False)
    sender: str
    folder: str
    uid: int
    arrived_after_s: float
    """Seconds after the click."""
    why: str
    """What chose it: "alone in its element"."""
    rejected: tuple[tuple[str, str], ...] = ()
    """The letter's other numbers, masked, each with the reason against it."""
    valid_for_s: float | None = None
    """As the letter says; None where it doesn't."""
    proof: str = ""
    """What says that the sender is who the letter says; empty where a person typed the code."""


class Mailbox(Protocol):
    """Where codes arrive: an IMAP mailbox or a person who reads one."""

    address: str
    kind: str
    """`imap` or `person`."""

    def baseline(self, stop: threading.Event | None = None) -> Baseline:
        """What is there now; a MailboxStop here comes before anything is asked for."""

    def wait(
        self,
        baseline: Baseline,
        wanted: Wanted,
        *,
        clicked_at: float,
        deadline: float,
        stop: threading.Event,
        on_arrival: Callable[[Arrival], None],
    ) -> Code:
        """The code of a letter that came after the baseline; times are monotonic seconds."""

    def close(self) -> None:
        """Log out."""


class Stopped(Exception):  # noqa: N818 - nothing failed: nobody wants the answer any more
    """The wait was ended from outside."""


class ImapMailbox:
    """An IMAP mailbox, opened read-only: one connection, one login, at the first use.

    For one thread at a time; `stop`, set by another, ends every wait here soon.
    """

    kind = "imap"

    def __init__(self, settings: MailboxSettings) -> None:
        self.address = settings.address
        self._settings = settings
        self._session: Session | None = None

    def baseline(self, stop: threading.Event | None = None) -> Baseline:
        """How far INBOX, junk and All Mail have come; raises MailboxStop with the remedy, or Stopped."""
        return self._opened().baseline(stop or threading.Event())

    def wait(
        self,
        baseline: Baseline,
        wanted: Wanted,
        *,
        clicked_at: float,
        deadline: float,
        stop: threading.Event,
        on_arrival: Callable[[Arrival], None],
    ) -> Code:
        """The code of the newest acceptable letter that came after the baseline.

        Raises NoCode with what did arrive, MailboxStop where the mailbox can't be reached any more, Stopped.
        """
        from automation.watch import Watch  # noqa: PLC0415 - see _opened

        watch = Watch(baseline, wanted, clicked_at=clicked_at, on_arrival=on_arrival)
        return self._opened().wait(watch, deadline=deadline, stop=stop)

    def close(self) -> None:
        """Log out; the next use logs in again."""
        if self._session is not None:
            self._session.close()

    def _opened(self) -> Session:
        from automation.session import Session  # noqa: PLC0415 - the IMAP client is only needed from here on

        if self._session is None:
            self._session = Session(self._settings)
        return self._session
