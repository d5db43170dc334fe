"""What the run does to a page: find, click, type, submit; each act is journalled before it is done."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NoReturn

from playwright.sync_api import Error as PlaywrightError

from automation.errors import OffPath
from automation.failpoint import reached
from automation.form import Form
from automation.waiting import SHORTEST_MS, pace_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from playwright.sync_api import Frame, Page

    from automation.flow import Step
    from automation.journal import Journal
    from automation.look import Sighting
    from automation.origins import Origins
    from automation.store import Store
    from automation.tabs import Tabs

FIND_S = 15.0
"""How long a landmark may take to show once its page is there."""
ENABLE_S = 150.0
"""How long a control may stay disabled: the site's resend timer is waited for."""
ACT_TIMEOUT_MS = 10_000
GOES_ON_S = 3.0
"""How long a page on which a click was not answered in time may take to go on all the same."""
SUBMITS_ITSELF_S = 1.5
"""How long the fields of a code that may submit themselves get for it before Submit is clicked."""


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
        self.over: tuple[str, ...] = ()
        """Landmarks of what may lie over a page, such as a cookie banner."""
        self.clear: Callable[[list[Sighting]], bool] = lambda _: False
        """Takes away what lies over a page; False where nothing does."""
        self.in_the_way: tuple[str, ...] = ()
        """Landmarks of everything that may stand in the way."""
        self.deal_with: Callable[[list[Sighting]], bool] = lambda _: False
        """Deals with one thing that shows and stands in the way; False where nothing does."""
        self.get_past: Callable[[list[Page]], bool] = lambda _: False
        """Deals with whatever else stands in the way on some tabs; False where nothing does."""
        self.tabs, self.tick = tabs, tick
        self.form = Form(self)
        self._store, self._journal = store, journal

    @property
    def step_id(self) -> str | None:
        """The id of the step under way."""
        return self.step.id if self.step else None

    @property
    def origins(self) -> Origins:
        """The only origins that anything private is typed on."""
        return self._store.origins

    def begin(self, step: Step) -> None:
        """From now on the acts belong to this step."""
        self.step, self.acted, self.form = step, False, Form(self)

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
            self.tick(pace_ms(waited))

    def _seek(self, name: str, frame: Frame | None) -> tuple[Sighting | None, bool]:
        """The landmark where it can be used, on the newest tab that has it, and whether it shows at all."""
        shows, self.complaints = False, set()
        for page in self.tabs.pages if frame is None else [frame.page]:
            sweep = self.tabs.look(name, "error", *self.over, pages=[page])
            if self.clear(sweep):
                return None, True
            self.complaints |= complaints(sweep)
            sightings = [s for s in sweep if s.landmark.name == name and frame in {None, s.frame}]
            ready = next((s for s in sightings if s.items[0].enabled), None)
            if ready:
                self.tabs.act_on(page)
                return ready, True
            shows = shows or bool(sightings)
        if shows:
            self.form.restore()  # a form that has lost what was typed may keep its button asleep
        return None, shows

    def click(self, name: str) -> None:
        """Click a landmark; where it is missing and has a deep link, open that instead."""
        found = self.found(name)
        if found is None:
            self._follow_deep_link(name)
        else:
            self.click_on(found, 0)

    def click_on(self, sighting: Sighting, index: int) -> None:
        """Click the index-th element of a landmark; not where the page has submitted the form meanwhile."""
        if self.form.filled and self.form.has_gone():
            self._submitted_by_itself()
            return
        self.begin_act("click", sighting)
        if not self._press(sighting, index) or self.form.held_back():
            # The page emptied the form under our hand, or was loaded anew; the click did not get through.
            self.click_on(sighting, index)
            return
        self.form.let_go()
        reached("clicked")

    def _press(self, sighting: Sighting, index: int) -> bool:
        """Click; False where the form that the click was for was loaded anew unsent, and is filled again."""
        try:
            if self.form.filled and self.form.frame == sighting.frame:
                self.form.press(sighting, index)
            else:
                sighting.element(index).click(timeout=ACT_TIMEOUT_MS)
        except PlaywrightError:
            if not self.tabs.alive:
                raise
            self.tick(0)  # a crashed tab says so
            if self.form.is_back():
                return False
            if self._may_try_again():
                self._click_once_more(sighting, index)
            elif not self._goes_on(sighting):
                raise self._not_clickable(sighting) from None
        return True

    def click_beside(self, sighting: Sighting) -> None:
        """Click the corner of the page that something opened over, and nothing in particular."""
        self.begin_act("click beside", sighting)
        sighting.frame.locator("html").click(position={"x": 1, "y": 1}, force=True, timeout=ACT_TIMEOUT_MS)

    def type_code(self, sighting: Sighting, code: str, boxes: int) -> None:
        """Type a code, which some pages submit by themselves at its last character."""
        self.form.fill(sighting, code, range(boxes), patience_s=SUBMITS_ITSELF_S)

    def type_into(self, sighting: Sighting, value: str, index: int = 0, *, leave: bool = False) -> None:
        """Type something private into one field, and perhaps leave it, which is what wakes some buttons."""
        self.form.fill(sighting, value, [index], leave=leave)

    def submit(self) -> None:
        """Submit what was typed, in the frame where it was typed, unless the page has done so by itself.

        A form that was emptied meanwhile, or whose page was loaded anew with nothing sent, is filled again first.
        """
        assert self.form.filled, "nothing was typed"
        began = time.monotonic()
        while not self.form.has_gone():
            if time.monotonic() >= began + self.form.patience_s:
                break
            self.tick(SHORTEST_MS)
        else:
            self._submitted_by_itself()
            return
        button = self.found("submit", self.form.frame)
        if button is None:
            self._off_path("submit")
        self.click_on(button, 0)

    def _submitted_by_itself(self) -> None:
        self.note("submitted by the page itself")
        self.form.let_go()

    def note(self, action: str, **more: str) -> None:
        """Journal something about the form that is no act on an element of its own."""
        self._journal.write("act", step=self.step_id, action=action, **more)

    def _may_try_again(self) -> bool:
        """Whether what kept the click away is dealt with; at the commit nothing is clicked twice."""
        if self.step is not None and self.step.commits:
            return False
        # A form that was emptied may have put its button to sleep.
        return self.form.restore() or self.get_past(self.tabs.pages)

    def _goes_on(self, sighting: Sighting) -> bool:
        """Whether what could not be clicked goes away: on a slow page the click got through, and was answered late."""
        if self.step is not None and self.step.commits:
            return False  # only the account can tell
        until = time.monotonic() + GOES_ON_S
        while self.tabs.look(sighting.landmark.name, pages=[sighting.frame.page]):
            if time.monotonic() > until:
                return False
            self.tick(SHORTEST_MS)
        return True

    def _click_once_more(self, sighting: Sighting, index: int) -> None:
        try:
            sighting.element(index).click(timeout=ACT_TIMEOUT_MS)
        except PlaywrightError:
            raise self._not_clickable(sighting) from None

    def _not_clickable(self, sighting: Sighting) -> OffPath:
        return OffPath(
            f"“{sighting.landmark.name}” shows but can't be clicked: something covers it or it went away.",
            kind="not_clickable",
            expected=sighting.landmark.name,
            seen=self.tabs.seen(),
        )

    def begin_act(self, action: str, sighting: Sighting) -> None:
        """Journal an act on an element, before it is done."""
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
        self.tabs.forget()

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
        self.tabs.open(self._store.link(landmark.deep_link), self.tabs.pages[0])

    def _off_path(self, name: str) -> NoReturn:
        if self.tabs.traffic.failed is not None:
            raise self.tabs.traffic.unreachable()
        raise OffPath(
            f"Step {self.step_id or 'start'}: the page does not show “{name}” ({self._store.landmarks[name].ranks} "
            "ways tried). A masked picture and what shows instead are kept in the report.",
            expected=name,
            seen=self.tabs.seen(),
        )


def complaints(sightings: Iterable[Sighting]) -> set[tuple[float, str]]:
    """(document, text) of each refusal that shows."""
    errors = (sighting for sighting in sightings if sighting.landmark.name == "error")
    return {(sighting.born, item.said) for sighting in errors for item in sighting.items}
