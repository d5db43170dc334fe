"""Whose account it is, read where the site shows its address."""

from __future__ import annotations

import math
import re
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from playwright.sync_api import Error as PlaywrightError

from automation.address import addresses_in, mask, which
from automation.errors import OffPath, Refused, SettingsStop, SiteStop, Stop, Unknown
from automation.flow import MESSAGE
from automation.waiting import pace_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from playwright.sync_api import Page

    from automation.ledger import Settlement
    from automation.look import Item, Sighting
    from automation.run import Run

Shown = Literal["old", "new", "both", "neither"]
MASKED = re.compile(r"[*•●…]|x{3,}")
READ_S = 10.0
"""How long a page may take to show the account's address."""
CLICK_TIMEOUT_MS = 3_000
SETTINGS = ("edit_settings", "profile_settings")
"""Links that lead on to the settings with the address, from wherever the store opens."""
PROFILE = ("edit_profile",)
PRINTED = ("account_email", "change_email")
"""Landmarks beside which the account's address is printed."""
AGAIN_MS = 1_000
"""Between two looks at the account while an old address may still be cached."""


class Account:
    """The account that is signed in, as the site itself shows it."""

    printed: tuple[str, ...] = PRINTED
    already = "The account already shows {new}."
    proof = "The account, opened afresh, shows {new}."

    def __init__(self, run: Run) -> None:
        self._run = run
        self._page_url: str | None = None
        self._known: Shown | None = None
        self._told_in: Page | None = None

    def told_in(self, page: Page) -> None:
        """The site has said in this tab that the deed is done: it may be used to read the account afresh."""
        self._told_in = page

    def names(self, item: Item, address: str) -> bool:
        """Whether a list's entry names this address by a mask with an @."""
        run = self._run
        party = "old" if address == run.old else "new"
        shown = (token for token in addresses_in(item.text) if "@" in token)
        return any(which(token, run.old, run.new) in {party, "both"} for token in shown)

    def forget(self) -> None:
        """What was read before the new address is submitted counts no more."""
        self._known = None

    def afresh_is_old(self) -> bool:
        """Whether the account, opened afresh once, surely has the old address."""
        try:
            return self._run.tabs.traffic.limited_s is None and self._afresh() == "old"
        except (Stop, PlaywrightError):
            return False  # nobody knows: whoever asked must find out by the long way

    def check(self) -> bool:
        """Whether the account already has the new address; somebody else's account is a settings stop.

        Finds out once a run. After an open intent the account is read afresh until it is known.
        """
        if self._known is None:
            self._known = self._settled(self._read(self._look_about()))
        return self._known == "new"

    def _look_about(self) -> Iterator[Sighting]:
        """What shows of the account's address, a tab at a time: the newest mostly has it."""
        for page in self._run.tabs.pages:
            yield from self._run.tabs.look(*self.printed, pages=[page])

    def prove(self) -> str:
        """The deed's outcome once the account, opened afresh, shows the new address; else an `unknown` stop."""
        run = self._run
        shown = self._afresh_until_new()
        if shown != "new":
            raise self._doubt(shown)
        run.proved, run.intending = True, False
        run.ledger.settle(run.journal.name, run.new, "applied")
        run.journal.write("settled", **{"as": "applied"}, how="the account shows the new address")
        return run.deed.outcome

    def _settled(self, shown: Shown | None) -> Shown:
        run = self._run
        if shown in {None, "both", "neither"}:  # a page that still loads may show half an address
            shown = self._afresh() or shown
        # What became of a message to support stands in the chat, not in the account.
        intent = None if run.deed is MESSAGE else run.ledger.open_intent()
        if intent is not None and shown != "new":
            shown = self._afresh_until_new()
        if shown in {None, "both"}:
            raise self._unreadable(intent_open=intent is not None)
        if shown == "neither":
            raise self._wrong_account()
        if intent is not None:
            how: Settlement = "applied" if shown == "new" else "no_effect"
            run.ledger.settle_intent(intent, how)
            run.journal.write("settled", **{"as": how}, how="the account was read afresh")
        if shown == "new":
            run.journal.write("proof", text=self.already.format(new=run.task.masked(run.new)))
        return "new" if shown == "new" else "old"

    def _afresh_until_new(self) -> Shown | None:
        run, last = self._run, None
        deadline = time.monotonic() + run.task.settle_s
        while True:
            if not self._left_alone(deadline):
                return None
            try:
                last = self._afresh()
            except (SiteStop, OffPath, Refused) as stop:
                last = None
                run.journal.write("unreadable", why=stop.reason.text)
            except PlaywrightError:
                if not run.tabs.alive:
                    raise
                last = None
                run.journal.write("unreadable", why="the page went away while it was read")
            if last == "new" or time.monotonic() > deadline:
                return last
            run.tick(AGAIN_MS)

    def _left_alone(self, deadline: float) -> bool:
        """Leave the store alone for as long as it said; False where that is longer than there is time to settle."""
        run = self._run
        while (wait := run.tabs.traffic.limited_s) is not None:
            if time.monotonic() + wait > deadline:
                run.journal.write("unreadable", why=f"The store wants to be left alone for {wait:.0f} s.")
                return False
            run.tick(min(wait * 1000, AGAIN_MS))
        return True

    def _afresh(self) -> Shown | None:
        """Open the settings in a new tab and read the address; a mask that fits both is read in full elsewhere."""
        with self.opened() as fresh:
            shown = self._follow(fresh, SETTINGS, where="settings")
            if shown == "both":
                shown = self._follow(fresh, PROFILE, where="profile", full=True)
            if shown == "new":
                self._tell_proof(fresh()[0])
            return shown

    @contextmanager
    def opened(self) -> Iterator[Callable[[], list[Page]]]:
        """The account's page, opened afresh: the tabs that this brings, newest first, until the block ends."""
        run, page = self._run, self._done_with()
        before = [each for each in run.tabs.pages if each is not page]
        run.tabs.open(self._page_url or run.store.account, page)

        def fresh() -> list[Page]:
            return [page for page in run.tabs.pages if page not in before]

        try:
            yield fresh
        finally:
            for each in fresh():
                if each is not page:
                    each.close()

    def _done_with(self) -> Page | None:
        """The tab in which the deed was told to be done, once: nothing there is under way, or waits for anything.

        None: a new tab, beside which the old one may go on.
        """
        tabs, page, self._told_in = self._run.tabs, self._told_in, None
        if page is None or page.is_closed() or not tabs.traffic.all_answered or tabs.look("pending", pages=[page]):
            return None
        return page

    def _follow(
        self, fresh: Callable[[], list[Page]], links: tuple[str, ...], *, where: str, full: bool = False
    ) -> Shown | None:
        """Follow the links on the fresh tabs, each once, until the address shows; None when it does not in time."""
        run, left, began = self._run, list(links), time.monotonic()
        deadline = began + READ_S
        while time.monotonic() < deadline:
            names = dict.fromkeys((*run.hands.in_the_way, *self.printed, *left))
            seen = run.tabs.look(*names, pages=fresh())
            if run.hands.deal_with(seen):
                continue
            shown = self._read(seen, where=where, full=full)
            if shown is not None:
                return shown
            link = next((s for s in seen if s.landmark.name in left and s.frame.page in fresh()[:1]), None)
            if link is not None and self._clicked(link):
                left.remove(link.landmark.name)
            run.tick(pace_ms(time.monotonic() - began))
        return None

    def _clicked(self, link: Sighting) -> bool:
        """Click a link that only leads on; False where something lies over it, to be dealt with first."""
        self._run.tabs.forget()
        try:
            link.element(0).click(timeout=CLICK_TIMEOUT_MS)
        except PlaywrightError:
            if not self._run.tabs.alive:
                raise
            return False
        return True

    def _tell_proof(self, page: Page) -> None:
        run = self._run
        run.journal.write(
            "proof",
            text=self.proof.format(new=run.task.masked(run.new)),
            picture=run.picture("proof", page),
        )

    def _read(self, seen: Iterable[Sighting], *, where: str = "settings", full: bool = False) -> Shown | None:
        run = self._run
        for sighting in seen:
            if sighting.landmark.name not in self.printed:
                continue
            first = self._printed(sighting)
            if first is None or (full and MASKED.search(first)):
                continue
            shown = which(first, run.old, run.new)
            self._page_url = self._page_url or sighting.frame.page.url
            run.journal.write("address", where=where, shown=mask(first), fits=shown)
            return shown
        return None

    def _printed(self, sighting: Sighting) -> str | None:
        """The account's address as a page prints it; None where it prints none."""
        item = sighting.items[0]
        if sighting.landmark.name == "account_email":
            # The main address stands first; below it there may be an additional one, which proves nothing.
            return next(iter(addresses_in(item.said)), None)
        # Where its own place is not known: what stands nearest to “Change e-mail address”, if it is one of the two.
        nearest = next(iter(item.near), None)
        return nearest if nearest and which(nearest, self._run.old, self._run.new) != "neither" else None

    def _wrong_account(self) -> Stop:
        run = self._run
        return SettingsStop(
            f"The account that is signed in does not have {run.task.masked(run.old)}: nothing was requested. "
            "Check READDRESS_OLD_EMAIL and READDRESS_STORE_USER, or sign out of the other account in the kept profile.",
            kind="wrong_account",
            expected=run.task.masked(run.old),
            seen="another address",
        )

    def _unreadable(self, *, intent_open: bool) -> Stop:
        wait = self._run.tabs.traffic.limited_s
        if intent_open:
            return Unknown(
                f"{self._run.deed.done} by an earlier run, and the account can't be read now. Run again later.",
                kind="unreadable",
                retry_after_s=None if wait is None else math.ceil(wait),
            )
        return OffPath(
            "The account's address can't be read on the settings or the profile page, so it is not certain whose "
            "account this is. Nothing was requested.",
            kind="address_unreadable",
            expected="account_email",
            seen=self._run.tabs.seen(),
        )

    def _still(self) -> str:
        return f"still shows the old one ({self._run.task.masked(self._run.old)})"

    def _doubt(self, shown: Shown | None) -> Unknown:
        run = self._run
        if shown == "old" and (pending := run.tabs.look("pending")):
            return Unknown(
                "The site has taken the new address, and the change waits for a confirmation: look into both "
                "mailboxes. Run again afterwards to find out.",
                kind="pending",
                expected=run.task.masked(run.new),
                seen=run.task.masked(run.old),
                store_said=pending[0].items[0].said,
            )
        if shown == "old":
            return Unknown(
                f"{run.deed.done}, but after {run.task.settle_s:g} s the account, opened afresh, {self._still()}. "
                "Run again later to find out.",
                kind="still_old",
                expected=run.task.masked(run.new),
                seen=run.task.masked(run.old),
                store_said=run.store_said,
            )
        wait = run.tabs.traffic.limited_s
        return Unknown(
            f"{run.deed.done}, but the account can't be read to prove it. Run again to find out.",
            kind="unreadable",
            expected=run.task.masked(run.new),
            store_said=run.store_said,
            retry_after_s=None if wait is None else math.ceil(wait),
        )
