"""What shows on the run's tabs and frames right now: one short question to each frame."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Error as PlaywrightError

from automation.address import addresses_in
from automation.patience import at_most

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from playwright.sync_api import ElementHandle, Frame, Locator, Page

    from automation.store import Landmark

LOOK_S = 3.0
"""A page whose script spins answers no evaluate: it is passed over after this long."""


@dataclass(frozen=True)
class Item:
    """One visible element that matched a landmark."""

    selector: str
    index: int
    """Which of the elements that match the selector, and say `printed`, it is."""
    printed: str
    """The words that found it, as printed; empty where structure found it."""
    text: str
    """What its surrounding entry says (a whole list entry, say)."""
    said: str
    """What the element itself says."""
    near: tuple[str, ...]
    """The addresses or masks printed nearest to it."""
    above: tuple[str, ...]
    """The addresses or masks printed in the row just above a field, where the landmark is known by that."""
    enabled: bool
    name: str
    """Its accessible name as far as we read it, folded to lower case."""
    shape: dict[str, Any]
    """type, maxlength, placeholder, pattern, inputmode of a field."""


@dataclass(frozen=True)
class Sighting:
    """A landmark seen on a frame, and which of its ranks matched."""

    landmark: Landmark
    frame: Frame
    born: float
    """When the frame's document began (milliseconds): tells a new document from an old one."""
    url: str
    ranks: tuple[int, ...]
    how: str
    """`structure`, `words` or `candidates`."""
    detail: str
    items: tuple[Item, ...]

    @property
    def rank(self) -> int:
        """The best rank that matched, counted from 1."""
        return self.ranks[0]

    def handle(self, index: int, timeout_ms: float) -> ElementHandle:
        """The same element itself, bound to its document; one that has just gone is waited for."""
        item = self.items[index]
        if not item.printed:  # a locator takes three times as long as a question
            with suppress(PlaywrightError), at_most(LOOK_S):
                there = self.frame.evaluate_handle(_THERE, [item.selector, item.index]).as_element()
                if there is not None:
                    return there
        return self.element(index).element_handle(timeout=timeout_ms)

    def element(self, index: int) -> Locator:
        """The very element that was seen as the index-th; where words found it, only while it still says them."""
        item = self.items[index]
        elements = self.frame.locator(item.selector)
        return (elements.filter(has_text=item.printed) if item.printed else elements).nth(item.index)


_THERE = "([selector, index]) => document.querySelectorAll(selector)[index] ?? null"


def frames(pages: Iterable[Page]) -> Iterator[Frame]:
    """The frames of the run's tabs, the newest tab first."""
    for page in pages:
        if not page.is_closed():
            yield from page.frames


def look(pages: Iterable[Page], landmarks: Iterable[Landmark]) -> list[Sighting]:
    """Every sighting of the landmarks, the newest tab's first; a frame that is just loading shows nothing."""
    wanted = {landmark.name: landmark for landmark in landmarks}
    question = _question(tuple(wanted.values()))
    return [seen for frame in frames(pages) for seen in _look_at(frame, wanted, question)]


def _look_at(frame: Frame, wanted: dict[str, Landmark], question: str) -> Iterator[Sighting]:
    try:
        with at_most(LOOK_S):
            told = frame.evaluate(question)
    except PlaywrightError:
        # Navigating, detached or spinning: nothing to see here in this sweep; deadlines are the caller's.
        return
    page = json.loads(told) if isinstance(told, str) else told
    for hit in page["hits"]:
        yield Sighting(
            landmark=wanted[hit["name"]],
            frame=frame,
            born=page["born"],
            url=page["url"],
            ranks=tuple(hit["ranks"]),
            how=hit["how"],
            detail=hit["detail"],
            items=tuple(_item(item) for item in hit["items"]),
        )


def _item(told: dict[str, Any]) -> Item:
    return Item(**{**told, **{where: addresses_in(" ".join(told[where])) for where in ("near", "above")}})


def words(pages: Iterable[Page]) -> str:
    """What the newest tab says in its headings, controls and alerts, for a person who wonders where the run is."""
    for page in pages:
        said: list[str] = []
        for frame in page.frames:
            with suppress(PlaywrightError), at_most(LOOK_S):  # as above: a frame that is just leaving says nothing
                said += frame.locator("html").evaluate(_WORDS, timeout=LOOK_S * 1000)
        if said:
            return " · ".join(dict.fromkeys(said))[:400]
    return "nothing"


_WORDS = """html => [...html.querySelectorAll("h1, h2, h3, [role=alert], label, button, a, input[type=submit]")]
  .filter((e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
  .map((e) => (e.innerText || e.value || "").replace(/\\s+/g, " ").trim().slice(0, 60)).filter(Boolean).slice(0, 25)"""


@cache
def _question(landmarks: tuple[Landmark, ...]) -> str:
    """The look with its probes written into it: passed as an argument they would be taken apart and put together."""
    probes = json.dumps([landmark.probe() for landmark in landmarks])
    return f"() => ({_script()})(document.documentElement, {probes})"


@cache
def _script() -> str:
    return (Path(__file__).with_name("look.js")).read_text(encoding="utf-8")
