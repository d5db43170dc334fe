"""A support chat on a page: what was said in it, and saying something."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.sync_api import Error as PlaywrightError

from automation.errors import SiteStop
from automation.patience import at_most
from automation.waiting import pace_ms

if TYPE_CHECKING:
    from automation.look import Sighting
    from automation.run import Run

READ_S = 5.0
SAID_S = 20.0
"""How long the chat may take to show what was sent."""
LONGEST_NAME = 40

_LINES = """(log, mine) => [...log.children].filter((line) => line.checkVisibility()).slice(-300).map((line) => ({
  text: line.innerText.slice(0, 2000), mine: Boolean(mine) && (line.matches(mine) || line.querySelector(mine) !== null),
}))"""
_LANGUAGE = "html => html.lang || ''"


@dataclass(frozen=True)
class Line:
    """One message of the chat."""

    text: str
    """With the speaker's name before it, where the page prints one."""
    mine: bool


class Chat:
    """The chat of one run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._said: list[str] = []

    def knows(self, text: str) -> None:
        """Take a line that says this for one of ours, whoever has typed it."""
        self._said.append(_plain(text))

    def lines(self) -> list[Line]:
        """Everything said until now, oldest first; empty while the chat does not answer."""
        log = self._log()
        if log is None:
            return []
        mine = ", ".join(self._run.store.landmarks["chat_mine"].structure)
        try:
            with at_most(READ_S):
                told = log.element(0).evaluate(_LINES, mine, timeout=READ_S * 1000)
        except PlaywrightError:
            return []  # it is just being drawn anew; whoever waits looks again
        return [Line(_told(each["text"]), each["mine"] or self._is_mine(each["text"])) for each in told]

    def say(self, text: str) -> None:
        """Type a line and send it; a site stop when the chat does not show it in time."""
        run, before = self._run, self._count(text)
        self.knows(text)
        run.hands.type_into(run.hands.find("chat_field"), text)
        run.click("chat_send")
        began = time.monotonic()
        while self._count(text) <= before:
            if time.monotonic() - began > SAID_S:
                raise SiteStop("The chat does not show what was sent. Run again.", kind="not_said")
            run.tick(pace_ms(time.monotonic() - began))

    def wait(self) -> None:
        """Wait until the chat shows something; off the path where it never does."""
        self._run.hands.find("chat_log")

    @property
    def is_closed(self) -> bool:
        """Whether the page says that nothing more can be said."""
        return self._run.shows("chat_closed")

    def language(self) -> str:
        """The language that the chat's page says it is in, such as `pt`; empty where it says none."""
        log = self._log()
        frames = [] if log is None else [log.frame, log.frame.page.main_frame]
        said = []
        for frame in frames:
            try:
                with at_most(READ_S):
                    said.append(str(frame.locator("html").evaluate(_LANGUAGE, timeout=READ_S * 1000)))
            except PlaywrightError:
                continue  # a page that is just leaving says nothing
        return next((each.replace("_", "-").split("-")[0].casefold() for each in said if each), "")

    def _log(self) -> Sighting | None:
        return next(iter(self._run.tabs.look("chat_log", pages=self._run.tabs.in_front)), None)

    def _count(self, text: str) -> int:
        return sum(_plain(text) in _plain(line.text) for line in self.lines())

    def _is_mine(self, text: str) -> bool:
        return any(said in _plain(text) for said in self._said)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _told(text: str) -> str:
    """A line's text on one line; a short first line is the speaker's name."""
    first, *rest = [part for part in (" ".join(each.split()) for each in text.splitlines()) if part] or [""]
    if not rest:
        return first
    return f"{first}{':' if len(first) <= LONGEST_NAME else ''} {' '.join(rest)}"
