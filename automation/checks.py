"""Tried before any click: browser, store, the kept session, both mailboxes."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from automation.address import mask
from automation.attempt import awaiting, pause
from automation.chosen_browser import is_headed, opened, profile_of
from automation.columns import broken
from automation.errors import Cancelled, NeedsPerson, Stop
from automation.kept_session import noted_sign_in
from automation.ledger import account_key, lock
from automation.origins import origin_of
from automation.permission import allow_senders
from automation.standing import read_standing
from automation.tabs import Tabs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from automation.attempt import Around
    from automation.flow import Party
    from automation.kept_session import KeptSession
    from automation.mailbox import Baseline
    from automation.mailbox_choice import MailboxChoice
    from automation.settings import Settings
    from automation.standing import Standing
    from automation.store import Store


@dataclass(frozen=True)
class Check:
    """What one check found."""

    name: str
    ok: bool
    text: str
    outcome: str | None = None
    """The outcome that a run would end with; None where all is well."""
    exit_code: int = 0

    def line(self, width: int | None = None) -> str:
        """One line on the terminal, broken at that width; None: not broken."""
        text = f"{'ok    ' if self.ok else 'FAILED'}  {self.name:<12} {self.text}"
        return text if width is None else "\n".join(broken(text, width=width, further=" " * 8))


def all_checks(settings: Settings, store: Store, around: Around) -> Iterator[Check]:
    """Browser, store, session, old and new mailbox, one after the other."""
    yield from _browser_and_store(settings, store, around)
    for party in ("old", "new"):
        yield _mailbox(settings, party, around)


def _failed(name: str, stop: Stop) -> Check:
    return Check(name, ok=False, text=stop.reason.text, outcome=stop.outcome, exit_code=stop.exit_code)


def _browser_and_store(settings: Settings, store: Store, around: Around) -> Iterator[Check]:
    key = account_key(origin_of(store.start), settings.store_user)
    name = "browser"
    try:
        with ExitStack() as stack:
            stack.enter_context(lock(around.state / "locks", key))
            headed = is_headed(settings, store, around.person)
            context, found = stack.enter_context(opened(settings, around.state, key, headed=headed))
            yield Check(name, ok=True, text=f"{found.version()} ({found.path}, {found.where})")
            name = "store"
            tabs = Tabs(context, store, around.signals.heed)
            stack.callback(tabs.let_go)
            standing = read_standing(tabs, store, around.signals.heed)
            yield Check(name, ok=True, text=f"{store.start} reachable, recognised as {store.title}")
            yield session_check(settings, standing, noted_sign_in(profile_of(settings, around.state, key)))
    except Cancelled:
        raise
    except Stop as stop:
        yield _failed(name, stop)


def session_check(settings: Settings, standing: Standing, noted: KeptSession | None) -> Check:
    """Whether a run would be let in: by the kept session, however old it is, or by the password."""
    began = noted.told(datetime.now(UTC)) if noted else "nobody has noted since when"
    if standing == "signed in":
        return Check("session", ok=True, text=f"signed in; {began}")
    if standing == "could not tell":
        return Check("session", ok=True, text=f"could not tell whether signed in; {began}")
    over = f"not signed in{' any more' if noted else ''}"
    if settings.store_password is not None:
        return Check("session", ok=True, text=f"{over}; a run signs in with the password")
    text = f"{over}, and no password is set: run readdress login"
    return Check("session", ok=False, text=text, outcome=NeedsPerson.outcome, exit_code=NeedsPerson.exit_code)


def _mailbox(settings: Settings, party: Party, around: Around) -> Check:
    name, choice = f"{party} mailbox", settings.old if party == "old" else settings.new
    began = time.monotonic()
    try:
        with awaiting(settings, party, around.person) as awaited:
            baseline = awaited.baseline(lambda milliseconds: pause(around.signals, milliseconds))
        proposed = _proposed(party, choice, baseline)
        allow_senders(settings, party, proposed)
    except Cancelled:
        raise
    except Stop as stop:
        return _failed(name, stop)
    if choice.imap is None:
        return Check(name, ok=True, text=f"{mask(choice.address)}: you will be asked for its code at the terminal")
    folders = " and ".join(mark.folder for mark in baseline.folders)
    return Check(
        name,
        ok=True,
        text=f"{mask(choice.address)}: logged in at {choice.imap.host}, {folders} watched, {baseline.letters} letters, "
        f"baseline taken in {time.monotonic() - began:.1f} s{_believed(settings, choice)}"
        + (f" (the newest letters propose {proposed})" if proposed and choice.servers else ""),
    )


def _proposed(party: Party, choice: MailboxChoice, baseline: Baseline) -> str | None:
    """The setting that the newest letters propose; None where it is set, or where they are not of one mind."""
    server = baseline.server
    return f"READDRESS_{party.upper()}_AUTHSERV_ID={server}" if server and server not in choice.servers else None


def _believed(settings: Settings, choice: MailboxChoice) -> str:
    trust = settings.trust_in(choice)
    ways = [*sorted(trust.servers), *(["the mail server"] if trust.nameless else [])]
    ways += ["their DKIM signature"] if trust.records else []
    return f"; letters are proved by {' or '.join(ways)}" if ways else "; letters are taken by their From address"
