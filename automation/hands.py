"""What the run does to a page: find, click, type, submit; each act is journalled before it is done."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from playwright.sync_api import Error as PlaywrightError

from automation.errors import OffPath
from automation.failpoint import reached
from automation.secret import check_fields, type_secret
from automation.waiting import SHORTEST_MS, pace_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from playwright.sync_api import ElementHandle, Frame

    from automation.flow import Step
    from automation.journal import Journal
    from automation.look import Sighting
    from automation.store import Store
    from automation.tabs import Tabs

FIND_S = 15.0
"""How long a landmark may take to show once its page is there."""
ENABLE_S = 150.0
"""How long a control may stay disabled: the site's resend timer is waited for."""
ACT_TIMEOUT_MS = 10_000
BOXES_SUBMIT_S, FIELD_SUBMITS_S = 1.5, 0.1
"""How long a code's boxes, or its single field, get to submit themselves before Submit is clicked."""


@dataclass(frozen=True)
class Typed:
    """What was typed last, to tell whether the page has submitted it by itself."""

    field: ElementHandle
    frame: Frame
    boxes: bool
    """Whether it was one character into each of several boxes."""
    sent_before: int
    """Requests that the frame had sent before."""
    patience_s: float
    """How long it gets to submit itself."""

    def is_gone(self) -> bool:
        """Whether the field shows no more: the page has moved on."""
        try:
            return not self.field.is_visible()
        except PlaywrightError:
            return True


class Hands:
    """The acts of one run."""

    def __init__(self, store: Store, tabs: Tabs, journal: Journal, tick: Callable[[float], None]) -> None:
        self.step: Step | None = None
        """The step that the acts belong to; None before the first."""
        self.acted = False
        """Whether anything was clicked or typed since the step began."""
        self.acted_at = 0.0
        """When the last act was (monotonic)."""
        self.complaints: set[tuple[float, str]] = set()
        """The refusals that already showed before the last act."""
        self._store, self._tabs, self._journal, self._tick = store, tabs, journal, tick
        self._typed: Typed | None = None

    @property
    def step_id(self) -> str | None:
        """The id of the step under way."""
        return self.step.id if self.step else None

    def begin(self, step: Step) -> None:
        """From now on the acts belong to this step."""
        self.step, self.acted = step, False

    def find(self, name: str) -> Sighting:
        """The landmark, waited for; on a page that hasn't got it the run is off the path."""
        found = self.found(name)
        if found is None:
            self._off_path(name)
        return found

    def found(self, name: str, frame: Frame | None = None) -> Sighting | None:
        """The landmark once it can be used, waited for; None where it never shows."""
        began = time.monotonic()
        while True:
            ready, shows = self._seek(name, frame)
            waited = time.monotonic() - began
            if ready or waited > (ENABLE_S if shows else FIND_S):
                return ready
            self._tick(pace_ms(waited))

    def _seek(self, name: str, frame: Frame | None) -> tuple[Sighting | None, bool]:
        """The landmark where it can be used, on the newest tab that has it, and whether it shows at all."""
        shows, self.complaints = False, set()
        for page in self._tabs.pages if frame is None else [frame.page]:
            sweep = self._tabs.look(name, "error", pages=[page])
            self.complaints |= complaints(sweep)
            sightings = [s for s in sweep if s.landmark.name == name and frame in {None, s.frame}]
            ready = next((s for s in sightings if s.items[0].enabled), None)
            if ready:
                self._tabs.act_on(page)
                return ready, True
            shows = shows or bool(sightings)
        return None, shows

    def click(self, name: str) -> None:
        """Click a landmark; where it is missing and has a deep link, open that instead."""
        found = self.found(name)
        if found is None:
            self._follow_deep_link(name)
        else:
            self.click_on(found, 0)

    def click_on(self, sighting: Sighting, index: int) -> None:
        """Click the index-th element of a landmark that was seen."""
        self._begin_act("click", sighting)
        try:
            sighting.element(index).click(timeout=ACT_TIMEOUT_MS)
            reached("clicked")
        except PlaywrightError:
            if not self._tabs.alive:
                raise
            raise OffPath(
                f"“{sighting.landmark.name}” shows but can't be clicked: something covers it or it went away.",
                kind="not_clickable",
                expected=sighting.landmark.name,
                seen=self._tabs.seen(),
            ) from None

    def type_code(self, sighting: Sighting, code: str, boxes: int) -> None:
        """Type a code, which some pages submit by themselves at its last character."""
        patience_s = BOXES_SUBMIT_S if boxes > 1 else FIELD_SUBMITS_S
        self.type_into(sighting, code, range(boxes), patience_s=patience_s)

    def type_into(
        self, sighting: Sighting, value: str, indexes: Sequence[int] = (0,), *, patience_s: float = 0.0
    ) -> None:
        """Type something private: whole into one field, or a character into each of several boxes."""
        fields = [sighting.element(index).element_handle(timeout=ACT_TIMEOUT_MS) for index in indexes]
        check_fields(fields, self._store.origins)  # a foreign page is found out before anything counts as done
        self._begin_act("type", sighting)
        sent = self._tabs.sent.get(sighting.frame, 0)
        self._typed = Typed(fields[0], sighting.frame, len(fields) > 1, sent, patience_s)
        type_secret(fields, value, self._store.origins)

    def submit(self) -> None:
        """Submit what was typed, in the frame where it was typed, unless the page has done so by itself."""
        typed = self._typed
        assert typed is not None, "nothing was typed"
        until = time.monotonic() + typed.patience_s
        while time.monotonic() < until:
            if typed.is_gone() or (typed.boxes and self._tabs.sent.get(typed.frame, 0) > typed.sent_before):
                self._journal.write("act", step=self.step_id, action="submitted by the page itself")
                return
            self._tick(SHORTEST_MS)
        button = self.found("submit", typed.frame)
        if button is None:
            self._off_path("submit")
        self.click_on(button, 0)

    def _begin_act(self, action: str, sighting: Sighting) -> None:
        self._journal.write(
            "act",
            step=self.step_id,
            action=action,
            landmark=sighting.landmark.name,
            rank=sighting.rank,
            ranks=sighting.landmark.ranks,
            matched=list(sighting.ranks),
            how=sighting.how,
            detail=sighting.detail,
        )
        self.acted, self.acted_at = True, time.monotonic()

    def _follow_deep_link(self, name: str) -> None:
        landmark = self._store.landmarks[name]
        if landmark.deep_link is None or not (self.step and self.step.safe):
            self._off_path(name)
        self._journal.write(
            "act",
            step=self.step_id,
            action="goto",
            landmark=name,
            rank=landmark.ranks,
            ranks=landmark.ranks,
            how="deep_link",
            detail=landmark.deep_link,
        )
        self._tabs.open(self._store.link(landmark.deep_link), self._tabs.pages[0])

    def _off_path(self, name: str) -> NoReturn:
        if self._tabs.failed is not None:
            raise self._tabs.unreachable()
        raise OffPath(
            f"Step {self.step_id or 'start'}: the page does not show “{name}” ({self._store.landmarks[name].ranks} "
            "ways tried). A masked picture and what shows instead are kept in the report.",
            expected=name,
            seen=self._tabs.seen(),
        )


def complaints(sightings: Iterable[Sighting]) -> set[tuple[float, str]]:
    """(document, text) of each refusal that shows."""
    errors = (sighting for sighting in sightings if sighting.landmark.name == "error")
    return {(sighting.born, item.said) for sighting in errors for item in sighting.items}
