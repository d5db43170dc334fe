"""One attempt: everything that a step may do on the page."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from playwright.sync_api import Error as PlaywrightError

from automation.account import Account
from automation.errors import Cancelled, OffPath, SettingsStop, SiteStop, Unknown
from automation.evidence import masked_picture
from automation.place import Known
from automation.secret import type_secret
from automation.sign_in import SignIn
from automation.tabs import Tabs
from automation.waiting import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from playwright.sync_api import BrowserContext, Page

    from automation.awaited import Awaited
    from automation.flow import Party, Step
    from automation.journal import Journal
    from automation.ledger import Ledger
    from automation.look import Sighting
    from automation.mailbox import Code
    from automation.person import Person
    from automation.store import Store
    from automation.task import Signals, Task

FIND_S = 15.0
"""How long a landmark may take to show once its page is there."""
ENABLE_S = 150.0
"""How long a control may stay disabled: the site's resend timer is waited for."""
TICK_MS = 25
ACT_TIMEOUT_MS = 10_000
SELF_SUBMIT_S = {True: 1.5, False: 0.1}
"""How long boxes (True) or a single field (False) get to submit themselves before Submit is clicked."""


class Run:
    """One attempt on one account, on its own tabs, with its own journal."""

    past_interruptions: Callable[[list[Page]], None]
    """Gets past whatever stands in the way on some tabs; set by whoever takes the flow."""

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
        self.store, self.task, self.journal, self.ledger = store, task, journal, ledger
        self.old, self.new = task.old, task.new
        self.tabs = Tabs(context, store)
        self.awaited = awaited
        for each in awaited.values():
            each.serve(self)
        self.sign_in = SignIn(task, ledger)
        self.account = Account(self)
        self.step: Step | None = None
        self.done: set[str] = set()
        """Ids of the steps that this run did itself."""
        self.intending = False
        """True from the intent until it is settled."""
        self.acted = False
        """Whether anything was clicked or typed since the step began."""
        self.complaints: set[tuple[float, str]] = set()
        """(document, text) of the refusals that already showed before the last act."""
        self._acted_at = 0.0
        self._sent_before = 0
        self._boxes = False
        self._person, self._signals, self._on_tick = person, signals, on_tick
        self._answers = Worker("person")
        self._deadline = time.monotonic() + task.timeout_s

    @property
    def known(self) -> Known:
        """What the run knows by itself, to read a page with."""
        return Known(self.old, self.new, frozenset(self.done))

    @property
    def step_id(self) -> str | None:
        """The id of the step under way; None before the first."""
        return self.step.id if self.step else None

    # -- what shows ----------------------------------------------------------------------------

    def shows(self, name: str) -> bool:
        """Whether the landmark shows right now."""
        return bool(self.tabs.look(name))

    def find(self, name: str) -> Sighting:
        """The landmark, waited for; on a page that hasn't got it the run is off the path."""
        found = self._found(name)
        if found is None:
            self._off_path(name)
        return found

    def tick(self, milliseconds: float = TICK_MS) -> None:
        """Let the page live for a moment; stop here when the user or the clock says so."""
        self._on_tick()
        self._heed_signals()
        if time.monotonic() > self._deadline:
            raise SiteStop(
                f"The run took longer than --timeout {self.task.timeout_s:g} s. Run again, or allow more time.",
                kind="timeout",
            )
        self.tabs.live(milliseconds)

    def _found(self, name: str) -> Sighting | None:
        patience, disabled = time.monotonic() + FIND_S, time.monotonic() + ENABLE_S
        while True:
            sightings = self.tabs.look(name)
            ready = next((s for s in sightings if s.items[0].enabled), None)
            if ready or time.monotonic() > (disabled if sightings else patience):
                return ready
            self.tick()

    def _off_path(self, name: str) -> NoReturn:
        raise OffPath(
            f"Step {self.step_id or 'start'}: the page does not show “{name}” ({self.store.landmarks[name].ranks} "
            "ways tried). A masked picture and what shows instead are kept in the report.",
            expected=name,
            seen=self.tabs.seen(),
        )

    def _heed_signals(self) -> None:
        received = self._signals.received
        if received and not self.intending:
            raise Cancelled("Stopped before anything was changed.", by_signal=received[0])
        if len(received) > 1:
            raise Unknown(
                "Stopped after the new address was submitted and before it was proved. Run again to find out.",
                kind="unreadable",
            )

    # -- what a step does ----------------------------------------------------------------------

    def click(self, name: str) -> None:
        """Click a landmark; where it is missing and has a deep link, open that instead."""
        found = self._found(name)
        if found is None:
            self._follow_deep_link(name)
        else:
            self._click(found, 0)

    def choose(self, name: str, *, address: str) -> None:
        """Click the entry of a list that names this address, wherever it stands in the list."""
        found = self.find(name)
        fitting = [n for n, item in enumerate(found.items) if self.account.names(item, address)]
        if len(fitting) != 1:
            raise SettingsStop(
                f"The site offers no single way by e-mail to {self.task.masked(address)}: this is not the account "
                "named, or that way is missing. Check READDRESS_OLD_EMAIL and READDRESS_STORE_USER.",
                kind="wrong_account",
                expected=self.task.masked(address),
                seen="; ".join(item.text for item in found.items),
            )
        self._click(found, fitting[0])

    def type_address(self, name: str, address: str) -> None:
        """Type an address into each visible field of the landmark (some forms ask for it twice)."""
        found = self.find(name)
        for index in range(len(found.items)):
            self._type(found, address, [index])

    def type_sign_in_name(self, name: str) -> None:
        """Type the sign-in name and leave the field, which is what wakes the button."""
        found = self.find(name)
        self._type(found, self.sign_in.name, [0])
        found.element(0).press("Tab", timeout=ACT_TIMEOUT_MS)

    def type_password(self, name: str) -> None:
        """Type the account's password; never again in this run once it was refused."""
        password = self.sign_in.password
        self._type(self.find(name), password, [0])

    def type_code(self, name: str, code: Code) -> None:
        """Type a code into its one field or its boxes."""
        found = self.find(name)
        boxes = len(found.items) if found.items[0].shape["maxlength"] == 1 else 1
        if boxes not in {1, len(code.value)}:
            raise OffPath(
                f"The page shows {boxes} boxes and the code has {len(code.value)} characters; nothing was typed.",
                kind="code_shape",
            )
        self._boxes = boxes > 1
        self._type(found, code.value, range(boxes))

    def submit(self) -> None:
        """Submit what was typed, unless the page has done so by itself."""
        until = time.monotonic() + SELF_SUBMIT_S[self._boxes]
        self._boxes = False
        while time.monotonic() < until:
            if self.tabs.sent > self._sent_before:
                self.journal.write("act", step=self.step_id, action="submitted by the page itself")
                return
            self.tick(10)
        self._click(self.find("submit"), 0)

    def note_complaints(self) -> None:
        """Remember the refusals that show now, so that only new ones count."""
        self.complaints = {(s.born, item.said) for s in self.tabs.look("error") for item in s.items}

    def _follow_deep_link(self, name: str) -> None:
        landmark = self.store.landmarks[name]
        if landmark.deep_link is None or not (self.step and self.step.safe):
            self._off_path(name)
        self.journal.write(
            "act",
            step=self.step_id,
            action="goto",
            landmark=name,
            rank=landmark.ranks,
            ranks=landmark.ranks,
            how="deep_link",
            detail=landmark.deep_link,
        )
        self.tabs.open(self.store.link(landmark.deep_link), self.tabs.pages[0])

    def _click(self, sighting: Sighting, index: int) -> None:
        self._begin_act("click", sighting)
        try:
            sighting.element(index).click(timeout=ACT_TIMEOUT_MS)
        except PlaywrightError:
            raise OffPath(
                f"“{sighting.landmark.name}” shows but can't be clicked: something covers it or it went away.",
                kind="not_clickable",
                expected=sighting.landmark.name,
                seen=self.tabs.seen(),
            ) from None

    def _type(self, sighting: Sighting, value: str, indexes: Sequence[int]) -> None:
        fields = [sighting.element(index).element_handle(timeout=ACT_TIMEOUT_MS) for index in indexes]
        self._begin_act("type", sighting)
        self._sent_before = self.tabs.sent
        type_secret(fields, value, self.store.origins)

    def _begin_act(self, action: str, sighting: Sighting) -> None:
        self.note_complaints()
        self.journal.write(
            "act",
            step=self.step_id,
            action=action,
            landmark=sighting.landmark.name,
            rank=sighting.rank,
            ranks=sighting.landmark.ranks,
            matched=list(sighting.ranks),
            how=sighting.how,
            detail=sighting.detail,
        )
        self.acted, self._acted_at = True, time.monotonic()

    # -- codes, the person, the account ----------------------------------------------------------

    @contextmanager
    def expect_code(self, party: Party, *, purpose: str) -> Iterator[None]:
        """Take the mailbox's baseline, then let the block's click ask for the letter."""
        awaited = self.awaited[party]
        awaited.prepare()
        yield
        awaited.requested(purpose, self._acted_at)

    def code(self, party: Party) -> Code:
        """The code from the letter that was asked for, waited for while the page stays alive."""
        return self.awaited[party].code(self.find("code_field"))

    def confirm_change(self) -> None:
        """Ask the person whether to go on; `--yes` has answered already."""
        if self.task.yes:
            return
        question = f"The old address is verified. Change it to {self.new} now? [y/N]"
        if (self._ask(question) or "").casefold() not in {"y", "yes"}:
            raise Cancelled("You said no: nothing was changed.")

    def account_has_new_address(self) -> bool:
        """Check whose account this is before anything is asked for; True when the work is done already."""
        return self.account.check()

    def prove_new_address(self) -> str:
        """Read the account afresh until the new address shows: `changed`; anything else is `unknown`."""
        return self.account.prove()

    def picture(self, label: str, page: Page | None = None) -> str | None:
        """Keep a masked picture of a tab, else of the newest; None when none could be taken."""
        pages = [page] if page else self.tabs.pages
        content = masked_picture(pages[0], (self.old, self.new, self.task.sign_in_name)) if pages else None
        return self.journal.picture(label, content) if content else None

    def close(self) -> None:
        """Let go of the browser and the person; the mailboxes are whoever made them's."""
        self.tabs.let_go()
        self._answers.close()

    def _ask(self, question: str) -> str | None:
        """Ask the person one question; the time it takes is not counted."""
        asked, patience = time.monotonic(), self.task.code_timeout_s
        self._deadline += patience
        answer = self._answers.call(
            lambda: self._person.ask(question, deadline=asked + patience, stop=self._answers.stop), self.tick
        )
        self._deadline += time.monotonic() - asked - patience
        return answer
