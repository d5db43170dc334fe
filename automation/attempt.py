"""One command's attempt from settings to result: lock, journal, mailboxes, browser, flow, report."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from threading import Thread
from typing import TYPE_CHECKING, Any

from automation.awaited import Awaited
from automation.chosen_browser import is_headed, profile_of, working_browser
from automation.ending import taken
from automation.errors import Reason, SettingsStop, Stop
from automation.files import write_private
from automation.journal import Journal, run_id
from automation.kept_session import SignInsNoted
from automation.ledger import Ledger, account_key, lock
from automation.origins import origin_of
from automation.outcomes import outcome_named
from automation.permission import allow
from automation.person import Person, TypedMailbox
from automation.report import as_html, landmarks_to_mend, prepare
from automation.result import of_kind, result_of
from automation.run import Run
from automation.scrubbed_log import keep_log
from automation.task import Signals, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from playwright.sync_api import BrowserContext

    from automation.flow import Flow, Party
    from automation.journal import Event
    from automation.mailbox import Mailbox
    from automation.settings import MailboxChoice, Settings
    from automation.store import Store

PARTIES: tuple[Party, ...] = ("old", "new")


@dataclass(frozen=True)
class Around:
    """What an attempt finds around it."""

    state: Path
    """The user's state folder: ledgers, locks, profiles."""
    signals: Signals
    person: Person
    listeners: tuple[Callable[[Event], None], ...] = ()
    """Told each event of the journal."""
    on_tick: Callable[[], None] = lambda: None
    """Called many times a second while the run waits."""


@dataclass(frozen=True)
class Ended:
    """How a run ended, for whoever tells it."""

    result: dict[str, Any]
    """The JSON object of the contract."""
    mend: tuple[str, ...] = ()
    """Landmarks that were not found by their first way."""
    unread: Party | None = None
    """Whose mailbox could not be read, where that ended the run."""


def attempt(
    settings: Settings, store: Store, flow: Flow, around: Around, context: BrowserContext | None = None
) -> Ended:
    """Take the flow once; the result as the one JSON object of the contract, whatever happened.

    Uses the given browser context, else opens a browser on the account's kept profile. Writes the run's folder
    with journal, pictures and report. A run that can't even begin (a busy account, a folder that can't be
    written) raises its `Stop`.
    """
    allow(settings, store, flow, around.person, around.signals)
    key = account_key(origin_of(store.start), settings.store_user)
    kept = () if context or settings.browser_url else (SignInsNoted(profile_of(settings, around.state, key)),)
    with (
        lock(around.state / "locks", key),
        Journal(settings.runs_dir, run_id(), (*around.listeners, *kept)) as journal,
    ):
        journal.write("run", **facts(settings, store, flow, journal))
        attempted = _Attempted(settings, store, flow, around, journal, key, context)
        outcome, code, reason = attempted.ended()
        return told(journal, outcome, code, reason)


def told(journal: Journal, outcome: str, code: int, reason: Mapping[str, Any] | None) -> Ended:
    """The result, and its report; a disk that has no room for them changes nothing about how the run ended."""
    report = journal.folder / "report.html"
    result = result_of(journal.events, outcome=outcome, exit_code=code, reason=reason, report=report)
    mend = landmarks_to_mend(journal.events)
    unread = next((event["mailbox"] for event in of_kind(journal.events, "unread") if outcome == "mailbox"), None)
    try:
        journal.write("outcome", result=result)
        write_private(report, as_html(journal.events, journal.pictures).encode())
    except (OSError, SettingsStop):
        return Ended({**result, "report": None}, mend, unread)
    return Ended(result, mend, unread)


def facts(settings: Settings, store: Store, flow: Flow, journal: Journal) -> dict[str, Any]:
    """What a run's journal says of it at its beginning."""
    task = task_of(settings)
    return {
        "run": journal.name,
        "flow": flow.name,
        "title": flow.title,
        "wanted": flow.deed.wanted,
        "store": store.name,
        "site": store.start,
        "old": task.masked(task.old),
        "new": task.masked(task.new),
        "version": version("readdress"),
        "plain_hosts": sorted(settings.plain_hosts),
    }


def task_of(settings: Settings) -> Task:
    """The task that the settings name."""
    return Task(
        old=settings.old.address,
        new=settings.new.address,
        sign_in_name=settings.store_user,
        password=settings.store_password,
        yes=settings.yes,
        dry_run=settings.dry_run,
        because=settings.because,
        code_timeout_s=settings.code_timeout_s,
        timeout_s=settings.timeout_s,
        settle_s=settings.settle_s,
    )


@dataclass(frozen=True)
class _Attempted:
    """Everything one attempt is made of."""

    settings: Settings
    store: Store
    flow: Flow
    around: Around
    journal: Journal
    key: str
    context: BrowserContext | None

    def ended(self) -> tuple[str, int, Mapping[str, Any] | None]:
        """The outcome, its exit code and the reason for a stop."""
        try:
            outcome = self._taken()
        except Stop as stop:
            return stop.outcome, stop.exit_code, asdict(stop.reason)
        except Exception as bug:  # noqa: BLE001 - a bug must end in a result too; its scrubbed log is kept
            log = keep_log(self.journal.folder / "error.log", bug)
            text = f"readdress itself failed ({type(bug).__name__}). Its log: {log}"
            return "error", 70, asdict(Reason("bug", text))
        return outcome, outcome_named(outcome).exit_code, None

    def _taken(self) -> str:
        Thread(target=prepare, name="report").start()  # the browser takes longer to start
        headed = is_headed(self.settings, self.store, self.around.person)
        with ExitStack() as stack:
            awaited = {party: stack.enter_context(self._awaiting(party)) for party in PARTIES}
            for party in self.flow.mailboxes:
                awaited[party].begin_check()  # meanwhile the browser starts
            run = Run(
                store=self.store,
                task=task_of(self.settings),
                context=self.context or stack.enter_context(self._opened(headed=headed)),
                journal=self.journal,
                ledger=Ledger(self.around.state / "ledgers", self.key, self.flow.deed.name),
                awaited=awaited,
                person=self.around.person,
                signals=self.around.signals,
                on_tick=self.around.on_tick,
                window=headed,
                shared=self.context is None and self.settings.browser_url is not None,
                launched=self.context is None and self.settings.browser_url is None,
                deed=self.flow.deed,
            )
            stack.callback(run.close)
            return taken(self.flow, run)

    def _awaiting(self, party: Party) -> AbstractContextManager[Awaited]:
        return awaiting(self.settings, party, self.around.person)

    @contextmanager
    def _opened(self, *, headed: bool) -> Iterator[BrowserContext]:
        with working_browser(self.settings, self.around.state, self.key, headed=headed) as (context, where):
            version = context.browser.version if context.browser else "?"
            self.journal.write("browser", version=version, where=where, headed=headed)
            yield context


@contextmanager
def awaiting(settings: Settings, party: Party, person: Person) -> Iterator[Awaited]:
    """One of the two mailboxes with its thread, logged out at the end."""
    choice = settings.old if party == "old" else settings.new
    trust, trust_sender = settings.trust_in(choice), settings.trusts_senders_to(choice)
    awaited = Awaited(party, mailbox_of(choice, person), trust=trust, trust_sender=trust_sender)
    try:
        yield awaited
    finally:
        awaited.close()


def mailbox_of(choice: MailboxChoice, person: Person) -> Mailbox:
    """Where the codes to an address are read: its IMAP mailbox, or the person."""
    if choice.imap is None:
        return TypedMailbox(choice.address, person)
    from automation.mailbox import ImapMailbox  # noqa: PLC0415 - brings the IMAP client along

    return ImapMailbox(choice.imap)


def pause(signals: Signals, milliseconds: float) -> None:
    """Wait a moment where there is no page to keep alive."""
    signals.heed()
    time.sleep(milliseconds / 1000)
