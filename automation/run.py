"""One attempt: everything that a step may do.

A long file, since all words of the flows stand here, a few lines each; how a thing is done is in `hands`, `awaited`,
`sign_in`, `account` and `support`.
"""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from automation.account import Account
from automation.address import same_mailbox_name, which
from automation.errors import Cancelled, NeedsPerson, OffPath, SettingsStop, SiteStop, Unknown
from automation.evidence import masked_picture
from automation.flow import CHANGE, SECOND
from automation.hands import Hands
from automation.network import rate_limited
from automation.place import Known
from automation.second_address import SecondAddress
from automation.sign_in import SignIn
from automation.support import Support
from automation.tabs import Tabs
from automation.waiting import SHORTEST_MS, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from playwright.sync_api import BrowserContext, Page

    from automation.awaited import Awaited
    from automation.flow import Deed, Party
    from automation.journal import Journal
    from automation.ledger import Ledger
    from automation.mailbox import Code
    from automation.person import Person
    from automation.store import Store
    from automation.task import Signals, Task

LIST_S = 3.0
"""How long a list that shows already may take to fill."""


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
        window: bool = False,
        shared: bool = False,
        launched: bool = False,
        deed: Deed = CHANGE,
    ) -> None:
        self.deed = deed
        self.store, self.task, self.journal, self.ledger = store, task, journal, ledger
        self.old, self.new = task.old, task.new
        self.tabs = Tabs(context, store, self.heed_signals, shared=shared, launched=launched)
        self.hands = Hands(store, self.tabs, journal, self.tick)
        self.sign_in = SignIn(task, ledger)
        self.account = SecondAddress(self) if deed is SECOND else Account(self)
        self.awaited = awaited
        for each in awaited.values():
            each.serve(self)
        self.done: set[str] = set()
        """Ids of the steps that this run did itself."""
        self.intending = False
        """True from the intent until it is settled."""
        self.proved = False
        """True once the deed is known to have been done: the account, opened afresh, has shown the new address."""
        self.handed_over = False
        """True while the person at the window has to do something."""
        self.store_said: str | None = None
        """What the store said no with at the committing step; None where it said nothing."""
        self.sent = False
        """True once a message to support stands in the chat: from then on only a person can end the talk."""
        self.signals = signals
        self.person, self._on_tick, self._window = person, on_tick, window
        self.support = Support(self)
        self._answers = Worker("person")
        self._deadline = time.monotonic() + task.timeout_s

    @property
    def known(self) -> Known:
        """What the run knows by itself, to read a page with."""
        return Known(self.old, self.new, frozenset(self.done))

    @property
    def step_id(self) -> str | None:
        """The id of the step under way; None before the first."""
        return self.hands.step_id

    def tick(self, milliseconds: float) -> None:
        """Let the page live for a moment; stop here when the user or the clock says so."""
        self._on_tick()
        self.heed_signals()
        if time.monotonic() > self._deadline and not self.intending:
            raise SiteStop(
                f"The run took longer than --timeout {self.task.timeout_s:g} s. Run again, or allow more time.",
                kind="timeout",
            )
        if self.tabs.crashed and not self.intending:
            raise SiteStop("The store's page crashed. Run again.", kind="crashed")
        self.tabs.live(milliseconds)

    @contextmanager
    def not_counted(self) -> Iterator[None]:
        """The time with the person does not count towards `--timeout`."""
        left = self._deadline - time.monotonic()
        self._deadline = math.inf
        try:
            yield
        finally:
            self._deadline = time.monotonic() + left

    def heed_signals(self) -> None:
        """Stop here when a signal has come and nothing is submitted, or when it is not the first."""
        received = self.signals.received
        if received and not self.intending:
            raise Cancelled("Stopped before anything was changed.", by_signal=received[0])
        if len(received) > 1:
            raise Unknown(
                f"{self.deed.done}, and the run was stopped before it was proved. Run again to find out.",
                kind="unreadable",
            )

    def check_mailboxes(self) -> None:
        """See that both mailboxes work, before anything is clicked."""
        for awaited in self.awaited.values():
            awaited.end_check()

    # -- what a step does ----------------------------------------------------------------------

    def shows(self, name: str) -> bool:
        """Whether the landmark shows right now."""
        return bool(self.tabs.look(name, pages=self.tabs.in_front))

    def click(self, name: str) -> None:
        """Click a landmark; where it is missing and has a deep link, open that instead."""
        self.hands.click(name)

    def choose(self, name: str, *, address: str) -> None:
        """Click the entry of a list that names this address, wherever it stands in the list."""
        until = time.monotonic() + LIST_S
        while True:
            found = self.hands.find(name)
            fitting = [n for n, item in enumerate(found.items) if self.account.names(item, address)]
            if len(fitting) == 1 or time.monotonic() > until:
                break
            self.tick(SHORTEST_MS)
        if len(fitting) != 1:
            raise SettingsStop(
                f"The site offers no single way by e-mail to {self.task.masked(address)}: this is not the account "
                "named, or that way is missing. Check READDRESS_OLD_EMAIL and READDRESS_STORE_USER.",
                kind="wrong_account",
                expected=self.task.masked(address),
                seen="; ".join(item.text for item in found.items),
            )
        self.hands.click_on(found, fitting[0])

    def type_address(self, name: str, address: str) -> None:
        """Type an address into each visible field of the landmark (some forms ask for it twice)."""
        found = self.hands.find(name)
        for index in range(len(found.items)):
            self.hands.type_into(found, address, index)

    def is_fine(self, question: str) -> bool:
        """A question whose answer is yes unless the person says no."""
        answer = self.ask(f"{question} [Y/n]")
        return answer is not None and answer.casefold() in {"", "y", "yes"}

    def type_below_the_email(self, name: str, address: str) -> None:
        """Type an address into the field of the row just below the one that prints the account's own."""
        found = self.hands.find(name)
        above = {which(shown, self.old, self.new) for shown in found.items[0].above}
        if not above & {"old", "both"}:
            raise OffPath(
                f"The field for the second address does not stand just below {self.task.masked(self.old)}, so it is "
                "not certain what it is for; nothing was typed.",
                kind="not_below_the_email",
                expected=self.task.masked(self.old),
                seen=" ".join(found.items[0].above) or "no address in the row above",
            )
        self.hands.type_into(found, address)

    def type_sign_in_name(self, name: str) -> None:
        """Type the sign-in name and leave the field, which is what wakes the button."""
        self.hands.type_into(self.hands.find(name), self.sign_in.name, leave=True)

    def type_password(self, name: str) -> None:
        """Type the account's password; never again in this run once it was refused."""
        password = self.sign_in.password
        self.hands.type_into(self.hands.find(name), password)

    def printed_at(self, name: str) -> list[str]:
        """The addresses and masks that are printed beside a landmark."""
        return [token for item in self.hands.find(name).items for token in item.near]

    def click_beside(self, name: str) -> None:
        """Send away what opened by itself over a page, such as a menu, by a click where nothing is."""
        self.hands.click_beside(self.hands.find(name))

    def type_code(self, name: str, code: Code) -> None:
        """Type a code into its one field or its boxes."""
        found = self.hands.find(name)
        boxes = len(found.items) if found.items[0].shape["maxlength"] == 1 else 1
        if boxes not in {1, len(code.value)}:
            raise OffPath(
                f"The page shows {boxes} boxes and the code has {len(code.value)} characters; nothing was typed.",
                kind="code_shape",
            )
        for awaited in self.awaited.values():
            awaited.typed(code)
        self.hands.type_code(found, code.value, boxes)

    def submit(self) -> None:
        """Submit what was typed, unless the page has done so by itself."""
        self.hands.submit()

    def leave_alone(self, name: str) -> None:
        """Stop, because the store says that it has seen too much of us."""
        said = next((item.said for sighting in self.tabs.look(name) for item in sighting.items), None)
        raise rate_limited(said=said)

    def hand_over(self, what: str, *, kind: str) -> None:
        """Give the page to the person at the window; `needs_person` where there is no window or nobody at it."""
        if not self._window or not self.person.there:
            raise NeedsPerson(
                f"{what}: that is for a person to do, and this run has no window with somebody at it. Run again at a "
                "terminal with --headed and do it there, or sign in once with readdress login. Nothing is lost.",
                kind=kind,
            )
        self.handed_over = True
        self.tabs.pages[0].bring_to_front()
        self.journal.write("handed_over", what=what, seconds=self.task.code_timeout_s)

    # -- codes, the person, the account ----------------------------------------------------------

    @contextmanager
    def expect_code(self, party: Party, *, purpose: str) -> Iterator[None]:
        """Take the mailbox's baseline, then let the block's click ask for the letter."""
        awaited = self.awaited[party]
        awaited.prepare()
        yield
        awaited.requested(purpose, self.hands.acted_at)

    def code(self, party: Party, name: str = "code_field") -> Code:
        """The code from the letter that was asked for, waited for while the page stays alive."""
        return self.awaited[party].code(lambda: self.hands.find(name))

    @contextmanager
    def foresee_code(self) -> Iterator[None]:
        """Take the baseline of the account's mailbox, in case the block's click makes the site send a code."""
        awaited = self.awaited[self.sign_in.party]
        awaited.foresee()
        yield
        awaited.requested("sign-in", self.hands.acted_at)

    def foreseen_code(self, name: str) -> Code:
        """The code that the site has sent by itself, for the field of that name."""
        awaited, field = self.awaited[self.sign_in.party], self.hands.find(name)
        awaited.came_unasked()
        return awaited.code(lambda: field)

    def confirm_change(self) -> None:
        """Ask the person whether to go on; `--yes` has answered already."""
        self.confirm(f"The old address is verified. Change it to {self.new} now?")

    def confirm_second_address(self) -> None:
        """Ask the person whether to save; `--yes` has answered already, but never for another one's replacement."""
        other = self.account.shown if isinstance(self.account, SecondAddress) else None
        if other is None or same_mailbox_name(other, self.new):
            self.confirm(f"Save {self.new} as the second address of the account now?")
            return
        self.confirm(f"The account has another second address, {other}. Replace it by {self.new}?", always=True)

    def confirm(self, question: str, *, always: bool = False) -> None:
        """Go on after a yes; a no is `cancelled`, silence `needs_person`. `--yes` answers, unless it asks `always`."""
        if self.task.yes and not always:
            return
        answer = self.ask(f"{question} [y/N]")
        if answer is None:
            raise NeedsPerson(f"Nobody answered: {question} Nothing was changed.", kind="unanswered")
        if answer.casefold() not in {"y", "yes"}:
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

    def ask(self, question: str) -> str | None:
        """One line typed by the person; None when nobody answers."""
        deadline = time.monotonic() + self.task.code_timeout_s
        with self.not_counted():
            return self._answers.call(
                lambda: self.person.ask(question, deadline=deadline, stop=self._answers.stop), self.tick
            )
