"""The run's own tabs: opened, looked at, kept alive."""

from __future__ import annotations

import math
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from automation.errors import SiteStop
from automation.failpoint import reached
from automation.look import look, words
from automation.network import unreachable
from automation.patience import at_most
from automation.traffic import Traffic

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, CDPSession, Dialog, Page

    from automation.look import Sighting
    from automation.store import Store

ANSWER_S = 5.0
"""How long a browser may take to a question that no page has a part in."""
OPEN_TIMEOUT_MS = 9_000
"""For one try; short, because nothing else (a Ctrl-C, say) is heeded meanwhile."""
SAME_MOMENT_S = 0.25
"""Two looks that begin so close to each other, with nothing done in between, are one.

While a page loads, one look may take half of that.
"""


@dataclass(frozen=True)
class Sweep:
    """What a look saw, and when."""

    names: frozenset[str]
    """Of the landmarks that were looked for."""
    pages: frozenset[Page]
    sightings: tuple[Sighting, ...]
    at: float
    """When it began (monotonic)."""

    def answers(self, names: frozenset[str], pages: frozenset[Page]) -> bool:
        """Whether it has seen all that another look would, a moment ago."""
        return time.monotonic() - self.at < SAME_MOMENT_S and names <= self.names and pages <= self.pages

    def of(self, names: frozenset[str], pages: frozenset[Page]) -> list[Sighting]:
        """What that look would see."""
        return [each for each in self.sightings if each.landmark.name in names and each.frame.page in pages]


NOTHING_SEEN = Sweep(frozenset(), frozenset(), (), -math.inf)


class Tabs:
    """The tabs of one browser context.

    `shared`: the browser is somebody's own, who goes on using it. Then the run's tabs are those that it opens, with
    what they open; else also those that the person opens meanwhile, for the path may go on there. `launched`: it was
    started for this run, whose first tab is the empty one that it comes with.
    """

    def __init__(
        self,
        context: BrowserContext,
        store: Store,
        between_tries: Callable[[], None],
        *,
        shared: bool = False,
        launched: bool = False,
    ) -> None:
        self.context = context
        self._shared = shared
        self._own: dict[Page, CDPSession] = {}
        """In a shared browser, the tabs that are ours."""
        self._between_tries = between_tries
        self.crashed = False
        """Whether a tab of ours has crashed."""
        self._store = store
        self._empty = next(iter(context.pages), None) if launched else None
        self._others = {page for page in context.pages if page is not self._empty}
        """Tabs that were there before the run: nobody's business."""
        self._popups: set[Page] = set()
        """Tabs that pages of ours have opened."""
        self._behind: set[Page] = set()
        self._last = NOTHING_SEEN
        self.traffic = Traffic(context, store, self._is_mine if shared else None)
        context.on("dialog", self._answer) if shared else context.on("page", self._watch)

    @property
    def pages(self) -> list[Page]:
        """The run's own open tabs, newest first."""
        return [page for page in reversed(self.context.pages) if self._is_mine(page) and not page.is_closed()]

    def _is_mine(self, page: Page) -> bool:
        return page in self._own if self._shared else page not in self._others

    @property
    def in_front(self) -> list[Page]:
        """The tab that was acted on last and those opened since, newest first.

        The older ones behind it are slow to answer, for the browser has put them to rest.
        """
        pages = self.pages
        return [page for page in pages if page not in self._behind] or pages

    def act_on(self, page: Page) -> None:
        """From now on this tab and newer ones are in front."""
        pages = self.pages
        self._behind = set(pages[pages.index(page) + 1 :]) if page in pages else set()

    @property
    def alive(self) -> bool:
        """Whether the browser still answers; one whose driver has died says of no tab that it is closed."""
        try:
            with at_most(ANSWER_S):
                self.context.cookies("http://localhost")
        except Exception:  # noqa: BLE001 - a dead driver raises whatever it likes
            return False
        return True

    @property
    def walled(self) -> bool:
        """Whether an address, a frame or the last answers say that a wall may stand here, whatever shows."""
        pages = self.pages
        frames = (frame.url for page in pages for frame in page.frames[1:])
        return self.traffic.challenged or self._store.walls.at((page.url for page in pages), frames)

    def open(self, url: str, page: Page | None = None) -> Page:
        """Open an address in the given tab, else in a new one; a site stop when it can't be reached."""
        self.forget()
        page = page or self._opened()
        for last in (False, False, True):  # the first load may hang until it is tried again
            try:
                page.goto(url, wait_until="commit", timeout=OPEN_TIMEOUT_MS)
            except PlaywrightTimeout as error:
                self._between_tries()
                if last:
                    raise unreachable(url, error) from None
                page.goto("about:blank")  # else the next try is taken for a part of this one, and aborted
            except PlaywrightError as error:
                raise unreachable(url, error) from None
            else:
                break
        reached("opened")
        return page

    def _opened(self) -> Page:
        page, self._empty = self._empty, None
        if page is not None and not page.is_closed():
            self._watch(page)
            return page
        page = self.context.new_page()
        if self._shared:
            self._adopt(page)
        return page

    def look(self, *names: str, pages: list[Page] | None = None) -> list[Sighting]:
        """Where the named landmarks show; on the given tabs, else on all. What foreign pages show does not count."""
        pages = self.pages if pages is None else pages
        asked = frozenset(names), frozenset(pages)
        if not self._last.answers(*asked):
            began = time.monotonic()
            sightings = look(pages, [self._store.landmarks[name] for name in names])
            ours = tuple(sighting for sighting in sightings if self._store.origins.hold(sighting.url))
            self._last = Sweep(*asked, ours, began)
        return self._last.of(*asked)

    def forget(self) -> None:
        """What was seen counts no more: something is done now."""
        self._last = NOTHING_SEEN

    def seen(self) -> str:
        """What shows now: the known landmarks by name, and the page's own words."""
        names = dict.fromkeys(sighting.landmark.name for sighting in self.look(*self._store.landmarks))
        return f"{', '.join(names) or 'no known landmark'}; the page says: {words(self.pages)}"

    def live(self, milliseconds: float) -> None:
        """Let the pages live for a moment; a site stop when there is none left."""
        self.forget()
        pages = self.pages
        try:
            if pages:
                pages[0].wait_for_timeout(milliseconds)
                return
        except PlaywrightError:
            if self.pages and self.alive:
                return  # that tab has closed, another lives on
        raise SiteStop("The browser's window was closed. Run again.", kind="browser_closed")

    def let_go(self) -> None:
        """Stop listening to the browser, with our tabs closed where it is shared; one that is gone makes no fuss."""
        self.traffic.let_go()
        with suppress(Exception):  # a dead driver raises whatever it likes, and nothing is left to do
            for page in self.pages if self._shared else ():
                page.close()
            listens = ("dialog", self._answer) if self._shared else ("page", self._watch)
            self.context.remove_listener(*listens)

    def close_foreign(self) -> None:
        """Close the tabs that a page of ours has opened on somebody else's site."""
        for page in self.pages:
            foreign = page.url.startswith(("http:", "https:")) and not self._store.origins.hold(page.url)
            if foreign and page in self._popups:
                page.close()

    def stuck(self) -> list[Page]:
        """The tabs that show, whole or in a frame, the browser's own error page instead of the store's."""
        return [page for page in self.pages if any(frame.url.startswith("chrome-error:") for frame in page.frames)]

    def _watch(self, page: Page) -> None:
        page.on("crash", self._note_crash)
        page.on("popup", self._note_popup)

    def _adopt(self, page: Page) -> None:
        """Make a tab of a shared browser ours; it stays awake even while the person looks at another one."""
        session = self.context.new_cdp_session(page)
        session.send("Emulation.setFocusEmulationEnabled", {"enabled": True})
        self._own[page] = session
        self._watch(page)

    def _answer(self, dialog: Dialog) -> None:
        """In a shared browser, answer our own tabs' dialogs as Playwright would; the others are the person's."""
        if dialog.page is None or not self._is_mine(dialog.page):
            return
        with suppress(PlaywrightError):  # the tab has gone, and its dialog with it
            dialog.accept() if dialog.type == "beforeunload" else dialog.dismiss()

    def _note_popup(self, page: Page) -> None:
        self._popups.add(page)
        if self._shared:
            self._adopt(page)

    def _note_crash(self, _page: Page) -> None:
        self.crashed = True
