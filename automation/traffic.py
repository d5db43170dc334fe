"""What the run's tabs have sent, and what the store has answered."""

from __future__ import annotations

import math
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from playwright.sync_api import Error as PlaywrightError

from automation.errors import SiteStop
from automation.network import RATE_LIMIT_S, retry_after_s

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Frame, Page, Request, Response

    from automation.store import Store

CHALLENGED_S = 60.0
"""How long a header that tells of a wall counts: until the page must have gone on."""
TOO_MANY = 429
SERVER_TROUBLE = 500
CHANGING = {"document", "xhr", "fetch"}
"""The kinds of requests that move a page on; pictures, scripts and beacons don't."""


class Traffic:
    """The requests of the run's own tabs; `is_mine` tells them in a shared browser. None: all tabs are the run's."""

    def __init__(self, context: BrowserContext, store: Store, is_mine: Callable[[Page], bool] | None) -> None:
        self.sent: dict[Frame, int] = {}
        """How many requests that may change something each frame has sent to the store."""
        self.sent_at_all: dict[Frame, int] = {}
        """The same with what pages send on the side (beacons, say)."""
        self.failed: str | None = None
        """Why the last request of ours failed, in the browser's words; None while all goes well."""
        self._unanswered: set[Request] = set()
        """Of those that may change something."""
        self._limited_until = 0.0
        self._challenged_at = -math.inf
        self._store, self._is_mine = store, is_mine
        self._context = context
        context.on("request", self._count)
        context.on("requestfailed", self._note_failure)
        context.on("response", self._note_answer)

    @property
    def all_answered(self) -> bool:
        """Whether the store has answered everything that may change something."""
        return not self._unanswered

    @property
    def limited_s(self) -> float | None:
        """Seconds for which the store wants to be left alone (HTTP 429); None while it does not mind."""
        left = self._limited_until - time.monotonic()
        return left if left > 0 else None

    @property
    def challenged(self) -> bool:
        """Whether the last answers say that a wall may stand here."""
        return time.monotonic() - self._challenged_at < CHALLENGED_S

    def unreachable(self) -> SiteStop:
        """The stop for a store that has gone away in the middle of a run."""
        reason = self.failed or "no answer"
        return SiteStop(f"The store can't be reached any more ({reason}). Run again.", kind="unreachable")

    def let_go(self) -> None:
        """Stop listening to the browser; one that is gone makes no fuss."""
        with suppress(Exception):  # a dead driver raises whatever it likes, and nothing is left to do
            self._context.remove_listener("request", self._count)
            self._context.remove_listener("requestfailed", self._note_failure)
            self._context.remove_listener("response", self._note_answer)

    def _count(self, request: Request) -> None:
        if request.method == "GET" or request.service_worker is not None or not self._is_from_us(request):
            return
        self.sent_at_all[request.frame] = self.sent_at_all.get(request.frame, 0) + 1
        if request.resource_type in CHANGING and self._store.origins.hold(request.url):
            self.sent[request.frame] = self.sent.get(request.frame, 0) + 1
            self._unanswered.add(request)

    def _note_failure(self, request: Request) -> None:
        self._unanswered.discard(request)
        # A request that the page itself took back (by going elsewhere) is no failure.
        if request.resource_type in CHANGING and self._is_ours(request):
            reason = request.failure or ""
            self.failed = self.failed if "ERR_ABORTED" in reason else reason.removeprefix("net::")

    def _note_answer(self, response: Response) -> None:
        request = response.request
        self._unanswered.discard(request)
        if request.resource_type in CHANGING and self._is_ours(request):
            self._note_wall(response, request.resource_type == "document")
        if response.status < SERVER_TROUBLE and response.status != TOO_MANY:
            return
        counts = request.resource_type == "document" or request.method != "GET"
        if not (counts and request.resource_type in CHANGING and self._is_ours(request)):
            return
        if response.status == TOO_MANY:
            wait = retry_after_s(response.headers.get("retry-after"), datetime.now(UTC))
            self._limited_until = time.monotonic() + (RATE_LIMIT_S if wait is None else wait)
        else:
            self.failed = f"it answered with the error {response.status}"

    def _note_wall(self, response: Response, whole_page: bool) -> None:  # noqa: FBT001 - what the browser calls it
        if self._store.walls.tell(response.headers):
            self._challenged_at = time.monotonic()
        elif whole_page:
            self._challenged_at = -math.inf

    def _is_ours(self, request: Request) -> bool:
        """Whether a request went to the store, from a tab of ours."""
        return self._store.origins.hold(request.url) and self._is_from_us(request)

    def _is_from_us(self, request: Request) -> bool:
        if self._is_mine is None:
            return True
        try:
            return self._is_mine(request.frame.page)
        except PlaywrightError:
            return False  # a new tab's first request has no frame yet, a service worker's none at all
