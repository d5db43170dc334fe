"""Tried before any click: browser, store, both mailboxes."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.sync_api import Error as PlaywrightError

from automation.address import mask
from automation.attempt import allow_senders, awaiting, heed, is_headed, opened, pause
from automation.errors import Cancelled, OffPath, Stop
from automation.ledger import account_key, lock
from automation.look import look
from automation.origins import origin_of
from automation.tabs import OPEN_TIMEOUT_MS, unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext

    from automation.attempt import Around
    from automation.flow import Party
    from automation.mailbox import Baseline
    from automation.mailbox_choice import MailboxChoice
    from automation.settings import Settings
    from automation.store import Store

READ_S = 10.0
SIGN_IN = ("sign_in_name", "password")
SIGNED_IN = ("profile_settings", "edit_settings", "change_email", "account_email")


@dataclass(frozen=True)
class Check:
    """What one check found."""

    name: str
    ok: bool
    text: str
    outcome: str | None = None
    """The outcome that a run would end with; None where all is well."""
    exit_code: int = 0

    def line(self) -> str:
        """One line on the terminal."""
        return f"{'ok    ' if self.ok else 'FAILED'}  {self.name:<12} {self.text}"


def all_checks(settings: Settings, store: Store, around: Around) -> Iterator[Check]:
    """Browser, store, old and new mailbox, one after the other."""
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
            yield Check(name, ok=True, text=f"{store.start} {_store_answers(context, store, around)}")
    except Cancelled:
        raise
    except Stop as stop:
        yield _failed(name, stop)


def _store_answers(context: BrowserContext, store: Store, around: Around) -> str:
    """Open the account's home, which shows something only when signed in."""
    page = context.new_page()
    try:
        page.goto(store.account, wait_until="commit", timeout=OPEN_TIMEOUT_MS)
    except PlaywrightError as error:
        raise unreachable(store.account, error) from None
    deadline = time.monotonic() + READ_S
    seen: set[str] = set()
    while time.monotonic() < deadline and not seen & {*SIGN_IN, *SIGNED_IN}:
        seen |= {sighting.landmark.name for sighting in look(context.pages, store.landmarks.values())}
        heed(around.signals)
        page.wait_for_timeout(50)
    if not seen:
        raise OffPath(
            f"{store.start} answers, but shows nothing that is known of {store.title}. Check READDRESS_STORE_URL.",
            kind="not_this_store",
        )
    return f"reachable, recognised as {store.title}, {_signed_in(seen)}"


def _signed_in(seen: set[str]) -> str:
    if seen & set(SIGN_IN):
        return "not signed in"
    return "signed in" if seen & set(SIGNED_IN) else "could not tell whether signed in"


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
