"""Who looks over the person's shoulder while they sign in, and sees when that is done."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Literal

from playwright.sync_api import Error as PlaywrightError

from automation.errors import OffPath, SiteStop
from automation.standing import SIGNED_IN, SIGNED_OUT, UNSURE, read_standing
from automation.tabs import Tabs

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from playwright.sync_api import BrowserContext

    from automation.standing import Standing
    from automation.store import Store

Promise = Literal["now", "if it stays so", "no"]

LOOK_MS = 200.0
QUIET_S = 3.0
"""How long a page that is none of the sign-in's must stay before the account is looked at."""
AGAIN_S = 10.0
"""Between two looks at the account where it seems to be open."""


def promise(tabs: Collection[Collection[str]], *, elsewhere: bool) -> Promise:
    """Whether the account's home is worth a look, by what shows on each tab.

    `elsewhere`: a tab is on somebody else's site, as Google's while one signs in there. A look brings another tab to
    the front for a moment, so nobody who is still typing may be disturbed by one.
    """
    if elsewhere:
        return "no"
    under_way = [bool(shown & (SIGNED_OUT | UNSURE)) for shown in map(set, tabs)]
    inside = [bool(shown & SIGNED_IN) for shown in map(set, tabs)]
    if any(known and not busy for known, busy in zip(inside, under_way, strict=True)):
        return "now"
    return "no" if any(under_way) else "if it stays so"


class Onlooker:
    """Waits until the account's home shows."""

    def __init__(self, context: BrowserContext, store: Store, heed: Callable[[], None]) -> None:
        self._context, self._store, self._heed = context, store, heed
        self._tabs = Tabs(context, store, heed)
        self._now: tuple[str, ...] = ()
        self._since = 0.0
        self._looked_at: tuple[str, ...] = ()
        self._looked_since = -math.inf
        self.was_outside = False
        """Whether the store has asked for a sign-in meanwhile."""

    def until_signed_in(self, seconds: float) -> Standing | None:
        """Signed in, or what is known after so many seconds; None when the window was closed."""
        try:
            self._open()
            return self._watched(time.monotonic() + seconds)
        except SiteStop as stop:
            if stop.reason.kind == "browser_closed" or not self._tabs.pages:
                return None
            raise
        except PlaywrightError:
            return None  # closed in the middle of a look, or crashed: another browser will tell
        finally:
            self._tabs.let_go()

    def _open(self) -> None:
        blank = self._context.pages
        self._tabs.open(self._store.account)
        for page in blank:
            page.close()

    def _watched(self, deadline: float) -> Standing:
        while time.monotonic() < deadline:
            self._heed()
            if self._is_worth_a_look() and self._read() == "signed in":
                return "signed in"
            self._tabs.live(LOOK_MS)
        return self._read()

    def _read(self) -> Standing:
        try:
            return read_standing(self._tabs, self._store, self._heed)
        except (OffPath, SiteStop):
            return "could not tell"  # no reason to close the window under the person's hands

    def _is_worth_a_look(self) -> bool:
        pages = self._tabs.pages
        looks = [self._tabs.look(*SIGNED_IN, *SIGNED_OUT, *UNSURE, pages=[page]) for page in pages]
        shown = [{sighting.landmark.name for sighting in look} for look in looks]
        self.was_outside = self.was_outside or any(names & SIGNED_OUT for names in shown)
        urls = tuple(page.url for page in pages)
        elsewhere = any(url.startswith("http") and not self._store.origins.hold(url) for url in urls)
        promised = promise(shown, elsewhere=elsewhere)
        return promised != "no" and self._is_time((promised, *urls), at_once=promised == "now")

    def _is_time(self, now: tuple[str, ...], *, at_once: bool) -> bool:
        """Whether this has lasted long enough, and was not looked at just before."""
        clock = time.monotonic()
        if now != self._now:
            self._now, self._since = now, clock
        stays = at_once or clock - self._since > QUIET_S
        news = now != self._looked_at or (at_once and clock - self._looked_since > AGAIN_S)
        if stays and news:
            self._looked_at, self._looked_since = now, clock
        return stays and news
