"""Whether somebody is signed in: read from the account's home, opened afresh, which only shows to who is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from automation.errors import OffPath

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from playwright.sync_api import Page

    from automation.store import Store
    from automation.tabs import Tabs

Standing = Literal["signed in", "signed out", "could not tell"]

READ_S = 10.0
"""How long the account's home may take to show which it is."""
LOOK_MS = 50.0
SIGNED_OUT = frozenset({"sign_in_name", "password", "signed_out"})
SIGNED_IN = frozenset({"profile_settings", "edit_settings", "change_email", "account_email"})
UNSURE = frozenset({"captcha", "rate_limit", "sign_in_code"})
"""What may stand on top of either."""


def standing_of(seen: Collection[str]) -> Standing:
    """What the landmarks on a page say; both or neither mean that nobody can tell."""
    inside, outside = bool(SIGNED_IN & set(seen)), bool(SIGNED_OUT & set(seen))
    if inside == outside or UNSURE & set(seen):
        return "could not tell"
    return "signed in" if inside else "signed out"


def read_standing(tabs: Tabs, store: Store, heed: Callable[[], None]) -> Standing:
    """Open the account's home in a tab of its own and read it there.

    Raises a site stop when it can't be opened and an off-path stop when nothing on it is known; `heed` is called
    meanwhile and may raise too.
    """
    page = tabs.open(store.account)
    try:
        return _read(tabs, page, store, heed)
    finally:
        page.close()


def _read(tabs: Tabs, page: Page, store: Store, heed: Callable[[], None]) -> Standing:
    deadline = time.monotonic() + READ_S
    seen: set[str] = set()
    while time.monotonic() < deadline:
        shows = {sighting.landmark.name for sighting in tabs.look(*store.landmarks, pages=[page])}
        seen |= shows
        if standing_of(shows) != "could not tell":
            return standing_of(shows)
        heed()
        page.wait_for_timeout(LOOK_MS)
    if not seen:
        raise OffPath(
            f"{store.start} answers, but shows nothing that is known of {store.title}. Check READDRESS_STORE_URL.",
            kind="not_this_store",
        )
    return "signed in" if _stayed(page, store) and not seen & (SIGNED_OUT | UNSURE) else "could not tell"


def _stayed(page: Page, store: Store) -> bool:
    """Whether the store has left the page where it was opened: whoever is not signed in is sent to the sign-in."""
    return urlsplit(page.url).path == urlsplit(store.account).path and store.origins.hold(page.url)
