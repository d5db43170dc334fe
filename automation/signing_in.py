"""`readdress login`: a window on the store's own sign-in; the person signs in there, and the profile keeps it."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Error as PlaywrightError

from automation.attempt import heed
from automation.browser import holder_of, in_use, ready_profile
from automation.chosen_browser import is_headed, opened, profile_of
from automation.errors import NeedsPerson, OffPath, SettingsStop, SiteStop
from automation.installing import look_up
from automation.kept_session import note_sign_in, noted_sign_in
from automation.ledger import account_key, lock
from automation.origins import origin_of
from automation.patience import heeding
from automation.plain_chrome import command, wait_until_closed
from automation.standing import SIGNED_IN, SIGNED_OUT, UNSURE, Standing, read_standing
from automation.tabs import Tabs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import BrowserContext

    from automation.attempt import Around
    from automation.kept_session import KeptSession
    from automation.settings import Settings
    from automation.store import Store

LOOK_MS = 200.0
QUIET_S = 3.0
"""How long a page that is none of the sign-in's must stay before the account is looked at."""
AGAIN_S = 10.0
"""Between two looks at the account while nothing has changed in the window."""


@dataclass(frozen=True)
class SignedIn:
    """The proof that the kept profile is signed in."""

    store: str
    site: str
    profile: Path
    session: KeptSession | None
    """When that began; None where nobody has noted it."""

    def line(self) -> str:
        """What the person reads at the end."""
        since = f" ({self.session.told(datetime.now(UTC))})" if self.session else ""
        return f"Signed in{since}. `readdress change` needs no password now; the session is kept in {self.profile}"

    def as_json(self) -> dict[str, Any]:
        """The command's one JSON object."""
        since = self.session and self.session.began.isoformat(timespec="seconds")
        facts = {"store": self.store, "site": self.site, "profile": str(self.profile), "signed_in": since}
        return {"version": 1, "outcome": "signed_in", "exit": 0, **facts}


@dataclass(frozen=True)
class Seen:
    """What the window has come to."""

    standing: Standing
    closed: bool
    """Whether the person has closed it."""
    anew: bool = True
    """False where somebody was signed in all the time."""


@dataclass(frozen=True)
class SigningIn:
    """One try to have the person sign in."""

    settings: Settings
    store: Store
    around: Around
    tell: Callable[[str], None]
    """Where the person reads what to do."""

    def done(self, *, plain: bool) -> SignedIn:
        """Open the window and wait for the person; every other end than being signed in is a stop.

        `plain`: the installed browser without automation, whose end is waited for.
        """
        if not self.settings.has_display:
            raise SettingsStop(
                "`readdress login` opens a window, and there is no display here. Run it where you can see windows "
                "(over SSH: with X forwarding, ssh -X).",
                kind="no_display",
            )
        with lock(self.around.state / "locks", self._key):
            seen = self._in_plain_browser() if plain else self._in_window()
            if seen.standing == "signed in":
                return self._noted(seen)
        raise self._not_signed_in(seen)

    @property
    def _key(self) -> str:
        return account_key(origin_of(self.store.start), self.settings.store_user)

    @property
    def _profile(self) -> Path:
        return profile_of(self.settings, self.around.state, self._key)

    def _heed(self) -> None:
        heed(self.around.signals)

    def _in_plain_browser(self) -> Seen:
        """What a look with the automated browser tells afterwards."""
        found = look_up(self.settings.browser_path)
        self.tell(
            f"{found.version()} opens without automation: sign in at {self.store.start} there, then close it "
            "(on macOS: quit it). After that the automated browser looks whether it worked."
        )
        profile, seconds = ready_profile(self._profile), self.settings.timeout_s
        if holder := holder_of(profile):
            raise in_use(holder)  # a second one would only hand its page to the first
        closed = wait_until_closed(command(found, profile, self.store.account), self._heed, seconds)
        return Seen(self._looked_again(), closed=closed)

    def _in_window(self) -> Seen:
        """What is known when the window is closed, by the person or by us."""
        self.tell(
            f"A window opens: sign in at {self.store.start} there, with everything that the store asks. "
            "It closes by itself then."
        )
        with opened(self.settings, self.around.state, self._key, headed=True) as (context, _), heeding(self._heed):
            watch = Watch(context, self.store, self._heed)
            by_now = watch.until_signed_in(self.settings.timeout_s)
        if by_now is None:
            return Seen(self._looked_again(), closed=True, anew=watch.was_outside)
        return Seen(by_now, closed=False, anew=watch.was_outside)

    def _looked_again(self) -> Standing:
        """After the person has closed the window: look with a browser of our own, as the next run will."""
        headed = is_headed(self.settings, self.store, self.around.person)
        with opened(self.settings, self.around.state, self._key, headed=headed) as (context, _), heeding(self._heed):
            return read_standing(Tabs(context, self.store, self._heed), self.store, self._heed)

    def _noted(self, seen: Seen) -> SignedIn:
        session = note_sign_in(self._profile, "person") if seen.anew else noted_sign_in(self._profile)
        return SignedIn(self.store.name, self.store.start, self._profile, session)

    def _not_signed_in(self, seen: Seen) -> NeedsPerson:
        when = "The window was closed" if seen.closed else f"Nobody signed in within {self.settings.timeout_s:g} s"
        out = seen.standing == "signed out"
        return NeedsPerson(
            f"{when}, and {'nobody is signed in' if out else 'the page does not tell whether somebody is signed in'}. "
            "Run readdress login again.",
            kind="signed_out" if out else "could_not_tell",
            expected="signed in",
            seen=seen.standing,
        )


class Watch:
    """Looks over the person's shoulder until the account's home shows."""

    def __init__(self, context: BrowserContext, store: Store, heed: Callable[[], None]) -> None:
        self._context, self._store, self._heed = context, store, heed
        self._tabs = Tabs(context, store, heed)
        self._now: tuple[object, ...] = ()
        self._since = 0.0
        self._looked_at: tuple[object, ...] = ()
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
            seen = {sighting.landmark.name for sighting in self._tabs.look(*SIGNED_IN, *SIGNED_OUT, *UNSURE)}
            if self._is_worth_a_look(seen) and self._read() == "signed in":
                return "signed in"
            self._tabs.live(LOOK_MS)
        return self._read()

    def _read(self) -> Standing:
        try:
            return read_standing(self._tabs, self._store, self._heed)
        except (OffPath, SiteStop):
            return "could not tell"  # no reason to close the window under the person's hands

    def _is_worth_a_look(self, seen: set[str]) -> bool:
        """Whether the account's home may show by now: nothing of the sign-in is left, and it was not looked at yet."""
        self.was_outside = self.was_outside or bool(seen & SIGNED_OUT)
        if seen & (SIGNED_OUT | UNSURE):
            self._now = ()
            return False
        inside = bool(seen & SIGNED_IN)
        now, clock = (inside, *(page.url for page in self._tabs.pages)), time.monotonic()
        if now != self._now:
            self._now, self._since = now, clock
        stays = inside or clock - self._since > QUIET_S
        news = now != self._looked_at or clock - self._looked_since > AGAIN_S
        if stays and news:
            self._looked_at, self._looked_since = now, clock
        return stays and news
