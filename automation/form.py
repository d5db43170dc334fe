"""What was typed into a page and is not submitted yet."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from playwright.sync_api import Error as PlaywrightError

from automation.entry import ANSWER_S, Entry
from automation.errors import SiteStop
from automation.patience import at_most
from automation.secret import check_fields, type_secret

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import ElementHandle, Frame

    from automation.entry import State
    from automation.hands import Hands
    from automation.look import Sighting

TYPE_TIMEOUT_MS = PRESS_TIMEOUT_MS = 10_000
RELOAD_S = 5.0
"""How long a field that went away without anything being sent may take to come back empty."""
MOST_REFILLS = 4
"""How often in a step a form that empties itself is filled again."""


class Form:
    """The fields that were typed into since the last submit; what a page takes away unsent is typed again."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self._entries: list[Entry] = []
        self._refills = self._sent_before_press = 0
        self.submitted: Entry | None = None
        """What was submitted last; None before."""

    @property
    def filled(self) -> bool:
        """Whether anything was typed that is not submitted yet."""
        return bool(self._entries)

    @property
    def patience_s(self) -> float:
        """How long the page gets to submit it by itself.

        Boxes may check the code first. A single field that submits itself does so at its last character, and the
        browser tells of the request before the page's next answer: where nothing was sent, nothing is waited for.
        """
        last = self._entries[-1]
        return last.patience_s if last.boxes or self._has_changed(last) else 0.0

    @property
    def frame(self) -> Frame:
        """Where it was typed."""
        return self._entries[-1].seen.frame

    def fill(
        self, sighting: Sighting, value: str, indexes: Sequence[int], *, patience_s: float = 0.0, leave: bool = False
    ) -> None:
        """Type whole into one field, or a character into each of several boxes; perhaps leave the field afterwards."""
        entry = None
        try:
            fields = _handles(sighting, indexes)
            check_fields(fields, self._hands.origins)  # a foreign page is found out before anything counts as done
            self._hands.begin_act("type", sighting)
            entry = Entry(sighting, tuple(indexes), fields, value, *self._sent(sighting.frame), patience_s, leave)
            type_secret(fields, value, self._hands.origins)
            if leave:
                fields[-1].press("Tab", timeout=TYPE_TIMEOUT_MS)
        except (SiteStop, PlaywrightError):
            # Boxes that submit themselves on the last digit take their fields away: then all is well.
            if entry is None or not self._was_anything_sent(entry):
                self._fill_anew(sighting, value, indexes, patience_s=patience_s, leave=leave)
                return
        self._entries.append(entry)

    def has_gone(self) -> bool:
        """Whether the page has sent it by itself, or moved on; what came back empty is typed again."""
        last = self._entries[-1]
        if last.boxes and self._has_changed(last):
            return True
        states = [entry.state() for entry in self._entries]
        if "gone" in states:
            return not self.is_back()
        self._refill(states)
        return False

    def restore(self) -> bool:
        """Type again what the page has emptied; False where it has emptied nothing."""
        return self._refill([entry.state() for entry in self._entries])

    def _refill(self, states: Sequence[State]) -> bool:
        with_states = zip(self._entries, states, strict=True)
        emptied = [each for each, state in with_states if state == "emptied" and not self._was_anything_sent(each)]
        for entry in emptied:
            self._again(entry)
        return bool(emptied)

    def press(self, sighting: Sighting, index: int) -> None:
        """Click an element in the very document that was typed into, and only while the fields still hold something.

        Raises Playwright's error where it can't be clicked, or was loaded anew.
        """
        self._sent_before_press, _ = self._sent(sighting.frame)
        for last in (False, False, True):
            button = sighting.handle(index, PRESS_TIMEOUT_MS)
            for entry in self._entries:
                entry.guard(button)
            try:
                button.click(timeout=PRESS_TIMEOUT_MS)
            except PlaywrightError:
                if last or _is_drawn(button) or self._was_anything_sent(self._entries[-1]):
                    raise
                continue  # the page has drawn it anew while it was about to be clicked
            return

    def is_back(self) -> bool:
        """Whether the form went away, came back empty with nothing sent, and is filled again."""
        gone = [entry for entry in self._entries if entry.state() == "gone"]
        return bool(gone) and self._comes_back(gone)

    def held_back(self) -> bool:
        """Whether the guarded click found a field emptied, and had no effect."""
        if self._entries and self._sent(self.frame)[0] > self._sent_before_press:
            return False  # it did have one; a page that is just leaving takes its time to answer
        return any(entry.held_back() for entry in self._entries)

    def let_go(self) -> None:
        """It is submitted."""
        self.submitted = self._entries[-1] if self._entries else self.submitted
        self._entries = []

    def _comes_back(self, gone: list[Entry]) -> bool:
        """Whether fields that went away come back with the page loaded anew, and with nothing sent."""
        until = time.monotonic() + RELOAD_S
        while time.monotonic() < until and not self._was_anything_sent(gone[0]):
            if any(gone[0].is_back(sighting) for sighting in self._hands.tabs.look(gone[0].seen.landmark.name)):
                for each in gone:
                    self._again(each)
                return True
            self._hands.tick(25)
        return False

    def _again(self, entry: Entry) -> None:
        self._entries.remove(entry)
        self._fill_anew(entry.seen, entry.value, entry.indexes, patience_s=entry.patience_s, leave=entry.leave)

    def _fill_anew(self, seen: Sighting, value: str, indexes: Sequence[int], *, patience_s: float, leave: bool) -> None:
        self._refills += 1
        if self._refills > MOST_REFILLS:
            raise SiteStop("The page empties its form again and again. Run again.", kind="form_emptied")
        self._hands.note("type again", landmark=seen.landmark.name)
        found = self._hands.find(seen.landmark.name)
        if len(found.items) != len(seen.items):
            raise SiteStop("The form to fill has changed while it was filled. Run again.", kind="field_lost")
        self.fill(found, value, indexes, patience_s=patience_s, leave=leave)

    def _sent(self, frame: Frame) -> tuple[int, int]:
        """Requests of the frame so far: those that may change something, and all that may carry a form."""
        traffic = self._hands.tabs.traffic
        return traffic.sent.get(frame, 0), traffic.sent_at_all.get(frame, 0)

    def _has_changed(self, entry: Entry) -> bool:
        """Whether something was sent since that may change something."""
        return self._sent(entry.seen.frame)[0] > entry.sent_before

    def _was_anything_sent(self, entry: Entry) -> bool:
        return self._sent(entry.seen.frame)[1] > entry.sent_at_all_before


def _is_drawn(button: ElementHandle) -> bool:
    """Whether the page still has it; also where that can't be told."""
    try:
        with at_most(ANSWER_S):
            return bool(button.evaluate("button => button.isConnected"))
    except PlaywrightError:
        return True


def _handles(sighting: Sighting, indexes: Sequence[int]) -> tuple[ElementHandle, ...]:
    """The very fields that were seen; a code's boxes all at once, for to ask for each takes longer than to type."""
    items = [sighting.items[index] for index in indexes]
    if len(items) > 1 and not any(item.printed for item in items):
        boxes = sighting.frame.locator(items[0].selector).element_handles()
        if all(item.index < len(boxes) for item in items):
            return tuple(boxes[item.index] for item in items)
    return tuple(sighting.handle(index, TYPE_TIMEOUT_MS) for index in indexes)
