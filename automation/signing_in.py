"""`readdress login`: a window on the store's own sign-in; the person signs in there, and the profile keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from automation.browser import holder_of, in_use, ready_profile
from automation.chosen_browser import is_headed, opened, profile_of
from automation.errors import NeedsPerson, SettingsStop
from automation.installing import look_up
from automation.kept_session import note_sign_in, noted_sign_in
from automation.ledger import account_key, lock
from automation.onlooker import Onlooker
from automation.origins import origin_of
from automation.patience import heeding
from automation.plain_chrome import command, wait_until_closed
from automation.standing import read_standing
from automation.tabs import Tabs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from automation.attempt import Around
    from automation.kept_session import KeptSession
    from automation.settings import Settings
    from automation.standing import Standing
    from automation.store import Store


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
        self.around.signals.heed()

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
            onlooker = Onlooker(context, self.store, self._heed)
            by_now = onlooker.until_signed_in(self.settings.timeout_s)
        if by_now is None:
            return Seen(self._looked_again(), closed=True, anew=onlooker.was_outside)
        return Seen(by_now, closed=False, anew=onlooker.was_outside)

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
