"""What the run does to a page: find, click, type, submit; each act is journalled before it is done."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NoReturn

from playwright.sync_api import Error as PlaywrightError

from automation.entry import Entry
from automation.errors import OffPath, SiteStop
from automation.failpoint import reached
from automation.secret import check_fields, type_secret
from automation.waiting import pace_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from playwright.sync_api import ElementHandle, Frame, Page

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
RELOAD_S = 5.0
"""How long a field that went away without anything being sent may take to come back empty."""
MOST_REFILLS = 4
"""How often in a step a form that empties itself is filled again."""


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
        self.get_past: Callable[[list[Page]], bool] = lambda _: False
        """Deals with whatever else stands in the way on some tabs; False where nothing does."""
        self._store, self._tabs, self._journal, self._tick = store, tabs, journal, tick
        self.submitted: Entry | None = None
        """What the step has submitted last; None before."""
        self._entries: list[Entry] = []
        self._refills = 0

    @property
    def step_id(self) -> str | None:
        """The id of the step under way."""
        return self.step.id if self.step else None

    def begin(self, step: Step) -> None:
        """From now on the acts belong to this step."""
        self.step, self.acted = step, False
        self._entries, self._refills, self.submitted = [], 0, None

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
            sweep = self._tabs.look(name, "error", *self.over, pages=[page])
            if self.clear(sweep):
                return None, True
            self.complaints |= complaints(sweep)
            sightings = [s for s in sweep if s.landmark.name == name and frame in {None, s.frame}]
            ready = next((s for s in sightings if s.items[0].enabled), None)
            if ready:
                self._tabs.act_on(page)
                return ready, True
            shows = shows or bool(sightings)
        if shows:
            self._restore_emptied()  # a form that has lost what was typed may keep its button asleep
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
        self._stands()
        for entry in self._entries:
            entry.guard()
        self._press(sighting, index)
        held_back = [entry for entry in self._entries if entry.held_back()]
        if held_back:  # the page emptied the form under our hand; the click did not get through
            self.click_on(sighting, index)
            return
        self._let_go()
        reached("clicked")

    def _press(self, sighting: Sighting, index: int) -> None:
        try:
            sighting.element(index).click(timeout=ACT_TIMEOUT_MS)
        except PlaywrightError:
            if not self._tabs.alive:
                raise
            if not self._may_try_again():
                raise self._not_clickable(sighting) from None
            self._click_once_more(sighting, index)

    def type_code(self, sighting: Sighting, code: str, boxes: int) -> None:
        """Type a code, which some pages submit by themselves at its last character."""
        patience_s = BOXES_SUBMIT_S if boxes > 1 else FIELD_SUBMITS_S
        self.type_into(sighting, code, range(boxes), patience_s=patience_s)

    def type_into(
        self,
        sighting: Sighting,
        value: str,
        indexes: Sequence[int] = (0,),
        *,
        patience_s: float = 0.0,
        leave: bool = False,
    ) -> None:
        """Type something private: whole into one field, or a character into each of several boxes.

        What the page takes away while it is typed (it was loaded anew, say) is typed again.
        """
        entry = None
        try:
            fields = tuple(self._handle(sighting, index) for index in indexes)
            check_fields(fields, self._store.origins)  # a foreign page is found out before anything counts as done
            self._begin_act("type", sighting)
            frame, tabs = sighting.frame, self._tabs
            counts = tabs.sent.get(frame, 0), tabs.sent_at_all.get(frame, 0)
            entry = Entry(sighting, tuple(indexes), fields, value, *counts, patience_s, leave)
            type_secret(fields, value, self._store.origins)
            if leave:
                fields[-1].press("Tab", timeout=ACT_TIMEOUT_MS)
        except (SiteStop, PlaywrightError):
            # Boxes that submit themselves on the last digit take their fields away: then all is well.
            if entry is None or not self._was_anything_sent(entry):
                self._type_anew(sighting, value, indexes, patience_s=patience_s, leave=leave)
                return
        self._entries.append(entry)

    def submit(self) -> None:
        """Submit what was typed, in the frame where it was typed, unless the page has done so by itself.

        A form that was emptied meanwhile, or whose page was loaded anew with nothing sent, is filled again first.
        """
        assert self._entries, "nothing was typed"
        until = time.monotonic() + self._entries[-1].patience_s
        while True:
            if self._has_gone():
                self._journal.write("act", step=self.step_id, action="submitted by the page itself")
                self._let_go()
                return
            if time.monotonic() >= until:
                break
            self._tick(10)
        frame = self._entries[-1].seen.frame
        button = self.found("submit", frame)
        if button is None:
            self._off_path("submit")
        self.click_on(button, 0)

    def _let_go(self) -> None:
        self.submitted = self._entries[-1] if self._entries else self.submitted
        self._entries = []

    def _has_gone(self) -> bool:
        """Whether the page has sent the form by itself; one that came back empty is filled again."""
        last = self._entries[-1]
        return (last.boxes and self._was_sent(last)) or not self._stands()

    def _stands(self) -> bool:
        """Whether what was typed stands, if need be typed once more; False: the page has moved on."""
        gone = [entry for entry in self._entries if entry.state() == "gone"]
        if gone:
            return self._comes_back(gone)
        self._restore_emptied()
        return True

    def _comes_back(self, gone: list[Entry]) -> bool:
        """Whether fields that went away come back with the page loaded anew, and with nothing sent."""
        until = time.monotonic() + RELOAD_S
        while time.monotonic() < until and not self._was_anything_sent(gone[0]):
            if any(gone[0].is_back(sighting) for sighting in self._tabs.look(gone[0].seen.landmark.name)):
                for each in gone:
                    self._type_again(each)
                return True
            self._tick(25)
        return False

    def _was_sent(self, entry: Entry) -> bool:
        return self._tabs.sent.get(entry.seen.frame, 0) > entry.sent_before

    def _was_anything_sent(self, entry: Entry) -> bool:
        """Whether there was any request at all that may have carried the form; more cautious than `_was_sent`."""
        return self._tabs.sent_at_all.get(entry.seen.frame, 0) > entry.sent_at_all_before

    def _restore_emptied(self) -> None:
        for entry in list(self._entries):
            if entry.state() == "emptied" and not self._was_anything_sent(entry):
                self._type_again(entry)

    def _type_again(self, entry: Entry) -> None:
        """Fill a form again that was emptied before it was sent."""
        self._entries.remove(entry)
        self._type_anew(entry.seen, entry.value, entry.indexes, patience_s=entry.patience_s, leave=entry.leave)

    def _type_anew(self, seen: Sighting, value: str, indexes: Sequence[int], *, patience_s: float, leave: bool) -> None:
        self._refills += 1
        if self._refills > MOST_REFILLS:
            raise SiteStop("The page empties its form again and again. Run again.", kind="form_emptied")
        self._journal.write("act", step=self.step_id, action="type again", landmark=seen.landmark.name)
        found = self.find(seen.landmark.name)
        if len(found.items) != len(seen.items):
            raise SiteStop("The form to fill has changed while it was filled. Run again.", kind="field_lost")
        self.type_into(found, value, indexes, patience_s=patience_s, leave=leave)

    def _handle(self, sighting: Sighting, index: int) -> ElementHandle:
        return sighting.element(index).element_handle(timeout=ACT_TIMEOUT_MS)

    def _may_try_again(self) -> bool:
        """Whether something stood in the way and was dealt with; at the commit nothing is clicked twice."""
        committing = self.step is not None and self.step.commits
        return not committing and self.get_past(self._tabs.pages)

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
            seen=self._tabs.seen(),
        )

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
