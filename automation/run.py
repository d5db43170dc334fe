"""One attempt: everything that a step may do on the page."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from playwright.sync_api import Error as PlaywrightError

from automation.account import Account
from automation.errors import Cancelled, NeedsPerson, OffPath, Refused, SettingsStop, SiteStop, Unknown
from automation.evidence import masked_picture
from automation.look import look
from automation.secret import type_secret
from automation.waiting import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from playwright.sync_api import BrowserContext, Page, Request

    from automation.awaited import Awaited
    from automation.codes import Code
    from automation.flow import Party, Step
    from automation.journal import Journal
    from automation.ledger import Ledger
    from automation.look import Item, Sighting
    from automation.person import Person
    from automation.store import Store
    from automation.task import Signals, Task

FIND_S = 15.0
"""How long a landmark may take to show once its page is there."""
ENABLE_S = 150.0
"""How long a control may stay disabled: the site's resend timer is waited for."""
TICK_MS = 25
CLICK_TIMEOUT_MS = 10_000
SELF_SUBMIT_S = {True: 1.5, False: 0.1}
"""How long boxes (True) or a single field (False) get to submit themselves before Submit is clicked."""


class Run:
    """One attempt on one account, on its own tabs, with its own journal."""

    def __init__(
        self,
        *,
        store: Store,
        task: Task,
        context: BrowserContext,
        journal: Journal,
        ledger: Ledger,
        awaited: Mapping[Party, Awaited],
        person: Person,
        signals: Signals,
        on_tick: Callable[[], None] = lambda: None,
    ) -> None:
        self.store, self.task, self.context = store, task, context
        self.journal, self.ledger, self.person, self.signals = journal, ledger, person, signals
        self.old, self.new = task.old, task.new
        self._on_tick = on_tick
        self.step: Step | None = None
        self.done: set[str] = set()
        """Ids of the steps that this run did itself."""
        self.intending = False
        """True from the intent until it is settled."""
        self.acted = False
        """Whether anything was clicked or typed since the step began."""
        self.complaints: set[tuple[float, str]] = set()
        """(document, text) of the refusals that already showed before the step's last act."""
        self.account = Account(self)
        self.awaited = awaited
        for each in awaited.values():
            each.serve(self)
        self._deadline = time.monotonic() + task.timeout_s
        self._answers = Worker("person")
        self._password_refused = False
        self._signed_in_as: Party = "old"
        self._sent = 0
        self._sent_before = 0
        self._boxes = False
        context.on("request", self._count_request)

    # -- what shows ----------------------------------------------------------------------------

    @property
    def pages(self) -> list[Page]:
        """The run's tabs, newest first."""
        return [page for page in reversed(self.context.pages) if not page.is_closed()]

    def look(self, *names: str, pages: list[Page] | None = None) -> list[Sighting]:
        """Where the named landmarks show; on the given tabs, else on all of the run's."""
        return look(self.pages if pages is None else pages, [self.store.landmarks[name] for name in names])

    def shows(self, name: str) -> bool:
        """Whether the landmark shows right now."""
        return bool(self.look(name))

    def find(self, name: str) -> Sighting:
        """The landmark, waited for; on a page that hasn't got it the run is off the path."""
        found = self._found(name)
        if found is None:
            self.off_path(name)
        return found

    def _found(self, name: str) -> Sighting | None:
        patience, disabled = time.monotonic() + FIND_S, time.monotonic() + ENABLE_S
        while True:
            sightings = self.look(name)
            ready = next((s for s in sightings if s.items[0].enabled), None)
            if ready or time.monotonic() > (disabled if sightings else patience):
                return ready
            self.tick()

    def off_path(self, name: str) -> NoReturn:
        """Stop because a landmark is missing, saying what shows instead."""
        raise OffPath(
            f"Step {self.step.id if self.step else 'start'}: the page does not show “{name}” "
            f"({self.store.landmarks[name].ranks} ways tried). The report lists what shows; nothing was clicked.",
            expected=name,
            seen=self.seen(),
        )

    def seen(self) -> str:
        """The landmarks that show now, by name."""
        names = dict.fromkeys(s.landmark.name for s in self.look(*self.store.landmarks))
        return ", ".join(names) or "no known landmark"

    def tick(self, milliseconds: float = TICK_MS) -> None:
        """Let the page live for a moment; stop here when the user or the clock says so."""
        self._on_tick()
        self._heed_signals()
        if time.monotonic() > self._deadline:
            raise SiteStop(
                f"The run took longer than --timeout {self.task.timeout_s:g} s. Run again, or allow more time.",
                kind="timeout",
            )
        pages = self.pages
        if not pages:
            raise SiteStop("The browser's window was closed. Run again.", kind="browser_closed")
        try:
            pages[0].wait_for_timeout(milliseconds)
        except PlaywrightError as error:
            if not self.pages:
                raise SiteStop("The browser's window was closed. Run again.", kind="browser_closed") from error

    def _heed_signals(self) -> None:
        received = self.signals.received
        if received and not self.intending:
            raise Cancelled("Stopped before anything was changed.", by_signal=received[0])
        if len(received) > 1:
            raise Unknown(
                "Stopped after the new address was submitted and before it was proved. Run again to find out.",
                kind="unreadable",
            )

    # -- what a step does ----------------------------------------------------------------------

    def open(self, url: str, page: Page | None = None) -> Page:
        """Open an address in the given tab, else in a new one."""
        page = page or self.context.new_page()
        try:
            page.goto(url, wait_until="commit", timeout=30_000)
        except PlaywrightError as error:
            raise SiteStop(
                f"{url} can't be opened: {network_reason(error)}. Check the address and the connection, then run again.",
                kind="unreachable",
            ) from None
        return page

    def click(self, name: str) -> None:
        """Click a landmark; where it is missing and has a deep link, open that instead."""
        found = self._found(name)
        if found is None:
            self._follow_deep_link(name)
            return
        self._click(found, 0)

    def choose(self, name: str, *, address: str) -> None:
        """Click the entry of a list that names this address, wherever it stands in the list."""
        found = self.find(name)
        fitting = [n for n, item in enumerate(found.items) if self.account.names(item, address)]
        if len(fitting) != 1:
            raise SettingsStop(
                f"The site offers no single way by e-mail to {self.task.masked(address)}, so this account is not the "
                "one named, or its way by e-mail is missing. Check READDRESS_OLD_EMAIL and READDRESS_STORE_USER.",
                kind="wrong_account",
                expected=self.task.masked(address),
                seen="; ".join(item.text for item in found.items),
            )
        self._click(found, fitting[0])

    def type_address(self, name: str, address: str) -> None:
        """Type an address into each visible field of the landmark (some forms ask for it twice)."""
        found = self.find(name)
        self._type(found, address, range(len(found.items)))

    def type_sign_in_name(self, name: str) -> None:
        """Type the sign-in name and leave the field, which is what wakes the button."""
        found = self.find(name)
        by_address = self.task.sign_in_name.casefold() == self.old.casefold()
        self._signed_in_as = "new" if by_address and self.ledger.sign_in_with_new(self.new) else "old"
        self._type(found, self.new if self._signed_in_as == "new" else self.task.sign_in_name, [0])
        found.element(0).press("Tab", timeout=CLICK_TIMEOUT_MS)

    def type_password(self, name: str) -> None:
        """Type the account's password; never again in this run once it was refused."""
        if self.task.password is None:
            raise NeedsPerson(
                "The site asks for the account's password and none is configured. "
                "Set READDRESS_STORE_PASSWORD, or sign in once in the kept profile, then run again.",
                kind="password",
            )
        if self._password_refused:
            raise Refused("The store refused the password in this run; it is not typed again.", kind="wrong_password")
        self._type(self.find(name), self.task.password, [0])

    def password_refused(self) -> None:
        """Remember that the store refused the password."""
        self._password_refused = True
        self.ledger.sign_in_refused(self._signed_in_as)

    def type_code(self, name: str, code: Code) -> None:
        """Type a code into its one field or its boxes."""
        found = self.find(name)
        self._boxes = len(found.items) > 1
        count = len(found.items) if self._boxes else 1
        if self._boxes and count != len(code.value):
            raise OffPath(
                f"The page shows {count} boxes and the code has {len(code.value)} characters; nothing was typed.",
                kind="code_shape",
            )
        self._type(found, code.value, range(count), boxes=self._boxes)

    def submit(self) -> None:
        """Submit what was typed, unless the page has done so by itself."""
        waited = time.monotonic() + SELF_SUBMIT_S[self._boxes]
        while time.monotonic() < waited:
            if self._sent > self._sent_before:
                self.journal.write("act", step=self._step_id(), action="submitted by the page itself")
                return
            self.tick(10)
        self._boxes = False
        self._click(self.find("submit"), 0)

    def _follow_deep_link(self, name: str) -> None:
        landmark = self.store.landmarks[name]
        if landmark.deep_link is None or not (self.step and self.step.safe):
            self.off_path(name)
        self.journal.write(
            "act", step=self._step_id(), action="goto", landmark=name, rank=landmark.ranks, ranks=landmark.ranks,
            how="deep_link", detail=landmark.deep_link,
        )
        self.open(self.store.link(landmark.deep_link), self.pages[0])

    def _click(self, sighting: Sighting, index: int) -> None:
        self._begin_act("click", sighting)
        try:
            sighting.element(index).click(timeout=CLICK_TIMEOUT_MS)
        except PlaywrightError:
            raise OffPath(
                f"“{sighting.landmark.name}” shows but can't be clicked: something covers it or it went away.",
                kind="not_clickable", expected=sighting.landmark.name, seen=self.seen(),
            ) from None

    def _type(self, sighting: Sighting, value: str, indexes: range | list[int], *, boxes: bool = False) -> None:
        handles = [sighting.element(n).element_handle(timeout=CLICK_TIMEOUT_MS) for n in indexes]
        self._begin_act("type", sighting)
        self._sent_before = self._sent
        if boxes:
            type_secret(handles, value, self.store.origins)
            return
        for handle in handles:
            type_secret([handle], value, self.store.origins)

    def _begin_act(self, action: str, sighting: Sighting) -> None:
        self.note_complaints()
        self.journal.write(
            "act", step=self._step_id(), action=action, landmark=sighting.landmark.name, rank=sighting.rank,
            ranks=sighting.landmark.ranks, how=sighting.how, detail=sighting.detail, matched=list(sighting.ranks),
        )
        self.acted = True
        self.acted_at = time.monotonic()

    def note_complaints(self) -> None:
        """Remember the refusals that show now, so that only new ones count."""
        self.complaints = {(s.born, item.said) for s in self.look("error") for item in s.items}

    def _step_id(self) -> str | None:
        return self.step.id if self.step else None

    def _count_request(self, request: Request) -> None:
        if request.method != "GET" and request.resource_type in {"document", "xhr", "fetch"}:
            self._sent += 1

    # -- codes, the person, the account ----------------------------------------------------------

    @contextmanager
    def expect_code(self, party: Party, *, purpose: str) -> Iterator[None]:
        """Take the mailbox's baseline, then let the block's click ask for the letter."""
        awaited = self.awaited[party]
        awaited.prepare()
        yield
        awaited.requested(purpose, self.acted_at)

    def code(self, party: Party) -> Code:
        """The code from the letter that was asked for, waited for while the page stays alive."""
        return self.awaited[party].code(self.find("code_field"))

    def confirm_change(self) -> None:
        """Ask the person whether to go on; `--yes` has answered already."""
        if self.task.yes:
            return
        question = (
            f"The old address {self.task.masked(self.old)} is verified. "
            f"Change it to {self.new} now? [y/N]"
        )
        answer = self.ask(question)
        if answer is None or answer.strip().casefold() not in {"y", "yes"}:
            raise Cancelled("You said no: nothing was changed.")

    def ask(self, question: str) -> str | None:
        """Ask the person one question; the time it takes is not counted."""
        asked = time.monotonic()
        deadline = asked + self.task.code_timeout_s
        self._deadline += self.task.code_timeout_s
        answer = self._answers.call(
            lambda: self.person.ask(question, deadline=deadline, stop=self._answers.stop), self.tick
        )
        self._deadline += time.monotonic() - asked - self.task.code_timeout_s
        return answer

    def account_has_new_address(self) -> bool:
        """Check whose account this is before anything is asked for; True when the work is done already."""
        return self.account.check()

    def prove_new_address(self) -> str:
        """Read the account afresh until the new address shows: `changed`; anything else is `unknown`."""
        return self.account.prove()

    def picture(self, label: str, page: Page | None = None) -> str | None:
        """Keep a masked picture of the newest tab; None when none could be taken."""
        pages = [page] if page else self.pages
        content = masked_picture(pages[0], (self.old, self.new, self.task.sign_in_name)) if pages else None
        return self.journal.picture(label, content) if content else None

    def close(self) -> None:
        """Let go of the browser and the person; the mailboxes are whoever made them's."""
        self.context.remove_listener("request", self._count_request)
        self._answers.close()


def network_reason(error: PlaywrightError) -> str:
    """The browser's own short reason, such as `ERR_CONNECTION_REFUSED`."""
    for word in str(error).replace("\n", " ").split():
        if word.startswith(("net::", "NS_")):
            return word.removeprefix("net::").rstrip(",.")
    return "it did not answer in time" if "Timeout" in str(error) else "the browser gave no reason"
