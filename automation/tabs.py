"""The run's own tabs: opened, looked at, kept alive."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from automation.errors import SiteStop
from automation.failpoint import reached
from automation.look import look, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Frame, Page, Request

    from automation.look import Sighting
    from automation.store import Store

OPEN_TIMEOUT_MS = 9_000
"""For one try; short, because nothing else (a Ctrl-C, say) is heeded meanwhile."""
CHANGING = {"document", "xhr", "fetch"}
"""The kinds of requests that move a page on; pictures, scripts and beacons don't."""


class Tabs:
    """The tabs of one browser context."""

    def __init__(self, context: BrowserContext, store: Store, between_tries: Callable[[], None]) -> None:
        self.context = context
        self._between_tries = between_tries
        self.sent: dict[Frame, int] = {}
        """How many requests that may change something each frame has sent to the store."""
        self.failed: str | None = None
        """Why the last request of ours failed, in the browser's words; None while all goes well."""
        self.crashed = False
        """Whether a tab of ours has crashed."""
        self._store = store
        self._others = set(context.pages)
        """Tabs that were there before the run: nobody's business."""
        self._popups: set[Page] = set()
        """Tabs that pages of ours have opened."""
        self._behind: set[Page] = set()
        context.on("request", self._count)
        context.on("requestfailed", self._note_failure)
        context.on("page", self._watch)

    @property
    def pages(self) -> list[Page]:
        """The run's own open tabs, newest first."""
        mine = (page for page in reversed(self.context.pages) if page not in self._others)
        return [page for page in mine if not page.is_closed()]

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
        """Whether the browser still answers."""
        browser = self.context.browser
        return bool(self.pages) or browser is None or browser.is_connected()

    def open(self, url: str, page: Page | None = None) -> Page:
        """Open an address in the given tab, else in a new one; a site stop when it can't be reached."""
        page = page or self.context.new_page()
        for last in (False, False, True):  # the first load may hang until it is tried again
            try:
                page.goto(url, wait_until="commit", timeout=OPEN_TIMEOUT_MS)
            except PlaywrightTimeout as error:
                self._between_tries()
                if last:
                    raise unreachable(url, error) from None
            except PlaywrightError as error:
                raise unreachable(url, error) from None
            else:
                break
        reached("opened")
        return page

    def look(self, *names: str, pages: list[Page] | None = None) -> list[Sighting]:
        """Where the named landmarks show; on the given tabs, else on all. What foreign pages show does not count."""
        landmarks = [self._store.landmarks[name] for name in names]
        sightings = look(self.pages if pages is None else pages, landmarks)
        return [sighting for sighting in sightings if self._store.origins.hold(sighting.url)]

    def seen(self) -> str:
        """What shows now: the known landmarks by name, and the page's own words."""
        names = dict.fromkeys(sighting.landmark.name for sighting in self.look(*self._store.landmarks))
        return f"{', '.join(names) or 'no known landmark'}; the page says: {words(self.pages)}"

    def live(self, milliseconds: float) -> None:
        """Let the pages live for a moment; a site stop when there is none left."""
        pages = self.pages
        try:
            if pages:
                pages[0].wait_for_timeout(milliseconds)
                return
        except PlaywrightError:
            if self.pages:
                return  # that tab has closed, another lives on
        raise SiteStop("The browser's window was closed. Run again.", kind="browser_closed")

    def let_go(self) -> None:
        """Stop listening to the browser; one that is gone already makes no fuss."""
        with suppress(Exception):  # a dead driver raises whatever it likes, and nothing is left to do
            self.context.remove_listener("request", self._count)
            self.context.remove_listener("requestfailed", self._note_failure)
            self.context.remove_listener("page", self._watch)

    def close_foreign(self) -> None:
        """Close the tabs that a page of ours has opened on somebody else's site."""
        for page in self.pages:
            foreign = page.url.startswith(("http:", "https:")) and not self._store.origins.hold(page.url)
            if foreign and page in self._popups:
                page.close()

    def unreachable(self) -> SiteStop:
        """The stop for a store that has gone away in the middle of a run."""
        reason = self.failed or "no answer"
        return SiteStop(f"The store can't be reached any more ({reason}). Run again.", kind="unreachable")

    def stuck(self) -> list[Page]:
        """The tabs that show, whole or in a frame, the browser's own error page instead of the store's."""
        return [page for page in self.pages if any(frame.url.startswith("chrome-error:") for frame in page.frames)]

    def _watch(self, page: Page) -> None:
        page.on("crash", self._note_crash)
        page.on("popup", self._note_popup)

    def _note_popup(self, page: Page) -> None:
        self._popups.add(page)

    def _note_crash(self, _page: Page) -> None:
        self.crashed = True

    def _note_failure(self, request: Request) -> None:
        # A request that the page itself took back (by going elsewhere) is no failure.
        if request.resource_type in CHANGING and self._store.origins.hold(request.url):
            reason = request.failure or ""
            self.failed = self.failed if "ERR_ABORTED" in reason else reason.removeprefix("net::")

    def _count(self, request: Request) -> None:
        ours = request.method != "GET" and request.resource_type in CHANGING
        if ours and self._store.origins.hold(request.url):
            self.sent[request.frame] = self.sent.get(request.frame, 0) + 1


def unreachable(url: str, error: PlaywrightError) -> SiteStop:
    """The stop for an address that can't be opened."""
    reason = network_reason(error)
    kind = "tls" if "CERT" in reason or "SSL" in reason else "unreachable"
    return SiteStop(
        f"{url} can't be opened: {reason}. Check the address and the connection, then run again.", kind=kind
    )


def network_reason(error: PlaywrightError) -> str:
    """The browser's own short reason, such as `ERR_CONNECTION_REFUSED`."""
    for word in str(error).split():
        if word.startswith("net::"):
            return word.removeprefix("net::").rstrip(",.")
    return "it did not answer in time" if "Timeout" in str(error) else "the browser gave no reason"
