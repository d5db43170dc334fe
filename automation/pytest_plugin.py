"""pytest fixtures for end-to-end suites: the built-in store, mailboxes that hand over codes, whole runs.

Everything belongs to one test, so tests may run side by side; a fixture is configured by overriding the ones before it.
Loading the plugin imports neither Playwright nor an IMAP client. The chapter: docs/in-your-test-suite.md.

::

    readdress_store_options ─ readdress_store ─ readdress_environment ─┬─ readdress_mailboxes (readdress_page)
                              readdress_description                    │
                              readdress_plain_hosts, readdress_options ┴─ readdress_run (page)
"""

from __future__ import annotations

import sys
import time
import warnings
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

import flows
from automation.errors import Stop
from automation.mailbox import ImapMailbox
from automation.person import Person
from automation.progress import Progress
from automation.result import result_of
from automation.screen import as_text
from automation.settings import EVERYTHING, Need, Options, Settings, load
from automation.shape import Shape
from automation.stand_in import StandIn, stand_in
from automation.store import Store, load_store, shipped_hosts
from automation.task import Signals
from automation.variables import unknown_names
from automation.waiting import Worker
from automation.wanted import Wanted
from flows.change_email import flow as change_email

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Unpack

    from playwright.sync_api import Page

    from automation.flow import Flow
    from automation.mailbox import Code

STORES = Path(flows.__file__).with_name("stores")
DEFAULTS: Options = {"yes": True, "code_timeout": 30.0, "settle": 10.0, "timeout": 120.0}
"""Nobody is asked in a test, and a test is less patient than a person."""


@pytest.fixture
def readdress_store_options() -> Mapping[str, Any]:
    """How the built-in store starts: `generation`, `language`, `switches`, `old`, `new`, `registered`, `ports`."""
    return {}


@pytest.fixture
def readdress_store(readdress_store_options: Mapping[str, Any]) -> Iterator[StandIn]:
    """The built-in store with one account and two mailboxes; `.switch(…)` turns its faults on, `.truth()` tells all."""
    with stand_in(**readdress_store_options) as running:
        yield running


@pytest.fixture
def readdress_environment(readdress_store: StandIn) -> Mapping[str, str]:
    """Store, account and mailboxes as `READDRESS_…` settings; override it for a store or mail server of your own."""
    return readdress_store.environment()


@pytest.fixture
def readdress_plain_hosts() -> Iterable[str]:
    """Hosts off this machine (containers) that may speak plain http and IMAP, as in `READDRESS_PLAIN_HOSTS`."""
    return ()


@pytest.fixture
def readdress_options() -> Options:
    """Options of `readdress change` for all runs and waits of a test, such as `{"code_timeout": 60}`."""
    return {}


@pytest.fixture
def readdress_description(readdress_environment: Mapping[str, str]) -> Store:
    """What the store looks like, from its file; override it where your store's senders or landmarks differ."""
    return load_store(STORES, readdress_environment.get("READDRESS_STORE", "aliexpress"))


@pytest.fixture
def readdress_page(request: pytest.FixtureRequest) -> Page | None:
    """The page that is kept alive while a letter is awaited: the test's own `page`; None where it uses none."""
    return request.getfixturevalue("page") if "page" in request.fixturenames else None


@pytest.fixture
def readdress_mailboxes(_readdress_suite: Suite, readdress_page: Page | None) -> Iterator[Mailboxes]:
    """The test's mailboxes: `with readdress_mailboxes.expect_code("old") as code: …`, then `code.value`."""
    mailboxes = Mailboxes(_readdress_suite, readdress_page)
    yield mailboxes
    mailboxes.close()


@pytest.fixture
def readdress_run(_readdress_suite: Suite, page: Page) -> TakeFlow:
    """`readdress_run(…)`: a whole run in the browser context of the test's own `page`; returns its result."""
    return TakeFlow(_readdress_suite, page)


@pytest.fixture
def _readdress_suite(
    readdress_environment: Mapping[str, str],
    readdress_plain_hosts: Iterable[str],
    readdress_options: Options,
    readdress_description: Store,
    tmp_path: Path,
) -> Suite:
    hosts = [readdress_plain_hosts] if isinstance(readdress_plain_hosts, str) else readdress_plain_hosts
    plain = {"READDRESS_PLAIN_HOSTS": ",".join(hosts)} if hosts else {}
    for strange in unknown_names(readdress_environment):
        warnings.warn(strange, stacklevel=1)
    environment = {**readdress_environment, **plain}
    return Suite(environment, readdress_options, readdress_description, tmp_path / "readdress")


@dataclass(frozen=True)
class Suite:
    """What a test's fixtures say of its store, account and mailboxes."""

    environment: Mapping[str, str] = field(repr=False)
    options: Options
    description: Store = field(repr=False)
    folder: Path
    """The test's own: ledger, journals, reports. No `.env` from elsewhere is read."""

    def settings(self, options: Options, need: tuple[Need, ...] = EVERYTHING) -> Settings:
        """Everything said, checked as a command does it; a SettingsStop lists all that is wrong."""
        merged: Options = {**DEFAULTS, "runs_dir": self.folder / "runs", **self.options, **options}
        return load(merged, self.environment, None, self.folder, need=need, shipped_hosts=shipped_hosts(STORES))

    def store(self, settings: Settings) -> Store:
        """The store where the settings say that it is served."""
        plain = replace(self.description.origins, plain_hosts=settings.plain_hosts)
        store = replace(self.description, origins=plain)
        url = settings.store_url
        return store.at(url, settings.store_origins, settings.plain_hosts) if url else store


@dataclass(frozen=True)
class TakeFlow:
    """Takes a flow on the test's own browser context."""

    suite: Suite
    page: Page

    def __call__(self, flow: Flow = change_email, **options: Unpack[Options]) -> dict[str, Any]:
        """The result of one run, the very object that `readdress change --json` prints.

        Options are the command's: `store_url="…"`, `to="…"`, `dry_run=True`. The run opens tabs of its own and leaves
        them open. It is told on stderr, which pytest shows when the test fails. Raises only a TypeError, for an option
        that doesn't exist.
        """
        if strange := sorted(options.keys() - Options.__annotations__.keys()):
            raise TypeError(f"no option {', '.join(strange)}; there are: {', '.join(Options.__annotations__)}")
        try:
            result = self._result(flow, options)
        except Stop as stop:
            result = result_of([], outcome=stop.outcome, exit_code=stop.exit_code, reason=asdict(stop.reason))
        print(as_text(result), file=sys.stderr)
        return result

    def _result(self, flow: Flow, options: Options) -> dict[str, Any]:
        from automation.attempt import Around, attempt  # noqa: PLC0415 - brings the browser's driver along

        settings, progress = self.suite.settings(options), Progress(sys.stderr)
        nobody = Person(StringIO(), StringIO())  # even with `pytest -s` no test waits for somebody to type
        around = Around(self.suite.folder / "state", Signals(), nobody, (progress,), progress.tick)
        return attempt(settings, self.suite.store(settings), flow, around, self.page.context).result


class Mailboxes:
    """A test's mailboxes, each with one read-only connection in a thread of its own from its first code on."""

    def __init__(self, suite: Suite, page: Page | None = None) -> None:
        parties: tuple[Need, ...] = ("old", "new")
        need = tuple(party for party in parties if suite.environment.get(f"READDRESS_{party.upper()}_EMAIL"))
        self._settings, self._page = suite.settings({}, need), page
        self._store = suite.store(self._settings)
        choices = {"old": self._settings.old, "new": self._settings.new}
        self._boxes = {n: (ImapMailbox(c.imap), Worker(f"{n} mailbox")) for n, c in choices.items() if c.imap}

    @contextmanager
    def expect_code(
        self,
        whose: str,
        *,
        purpose: Literal["change", "sign-in"] = "change",
        length: int | None = None,
        timeout_s: float | None = None,
        page: Page | None = None,
    ) -> Iterator[ExpectedCode]:
        """Note what lies in the mailbox, let the block ask for a letter, then wait for its code.

        `whose` is `old`, `new` or the address itself. `length` None: 4 to 8 digits. `timeout_s` counts from the end of
        the block; None: the option `code_timeout`. `page` is kept alive meanwhile; None: the fixture `readdress_page`.
        Raises NoCode with what did arrive and why it was not taken, MailboxStop with the remedy.
        """
        party = self._party(whose)
        (mailbox, worker), wanted = self._boxes[party], self._wanted(party, purpose, length)
        pump = partial(_live, page or self._page)
        baseline = worker.call(lambda: mailbox.baseline(worker.stop), pump)
        expected, clicked_at = ExpectedCode(), time.monotonic()
        yield expected
        deadline = time.monotonic() + (timeout_s or self._settings.code_timeout_s)
        wait = partial(mailbox.wait, baseline, wanted, clicked_at=clicked_at, deadline=deadline)
        expected.code = worker.call(lambda: wait(stop=worker.stop, on_arrival=lambda _: None), pump)

    def close(self) -> None:
        """Log out everywhere."""
        for mailbox, worker in self._boxes.values():
            worker.close(mailbox.close)

    def _party(self, whose: str) -> str:
        for party, (mailbox, _) in self._boxes.items():
            if whose.casefold() in {party, mailbox.address.casefold()}:
                return party
        known = ", ".join(f"{party!r} ({mailbox.address})" for party, (mailbox, _) in self._boxes.items())
        raise LookupError(f"There is no mailbox {whose!r} to read by IMAP; there are: {known or 'none'}.")

    def _wanted(self, party: str, purpose: str, length: int | None) -> Wanted:
        choice = self._settings.old if party == "old" else self._settings.new
        return Wanted(
            recipient=choice.address,
            senders=self._store.senders,
            purpose=purpose,
            shape=Shape(length=length),
            own_addresses=frozenset({self._settings.old.address, self._settings.new.address} - {""}),
            origins=self._store.origins.hosts(),
            trust=self._settings.trust_in(choice),
            trust_sender=self._settings.trusts_senders_to(choice),
        )


class ExpectedCode:
    """A code that is known once its `with` block has ended."""

    code: Code | None = None
    """With its provenance: sender, folder, why it was taken; None inside the block."""

    @property
    def value(self) -> str:
        """The code to type."""
        if self.code is None:
            raise RuntimeError("The code is known after the `with` block that asks for it, not inside it.")
        return self.code.value


def _live(page: Page | None, milliseconds: float) -> None:
    """Let a moment pass; a page whose test only sleeps gets no answers."""
    if page is None or page.is_closed():
        time.sleep(milliseconds / 1000)
        return
    from playwright.sync_api import Error  # noqa: PLC0415 - only where there is a page

    try:
        page.wait_for_timeout(milliseconds)
    except Error:
        if not page.is_closed():
            raise
