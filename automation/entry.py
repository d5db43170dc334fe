"""What was typed into a field or its boxes, and whether it still stands there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Error as PlaywrightError

from automation.patience import at_most

if TYPE_CHECKING:
    from playwright.sync_api import ElementHandle

    from automation.look import Sighting

State = Literal["stands", "emptied", "gone"]
ANSWER_S = 3.0
"""How long a page may take to say whether a field still shows what was typed."""

_SHORTEST = """(first, others) => {
  const shows = (field) => field.isConnected
    && field.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  return Math.min(...[first, ...others].map((field) => shows(field) ? field.value.length : -1));
}"""

# The page's own script may empty a field between our look at it and our click: then the click is held back. It may put
# the button to sleep at the same moment, and then there is no click at all.
_GUARD = """(first, [button, ...others]) => first.ownerDocument.defaultView.addEventListener("click", (event) => {
  first.heldBack = [first, ...others].some((field) => field.isConnected && !field.value);
  if (first.heldBack) { event.preventDefault(); event.stopImmediatePropagation(); }
}, { capture: true, once: true })"""
_HELD_BACK = (
    "(first, others) => first.heldBack ?? [first, ...others].some((field) => field.isConnected && !field.value)"
)


@dataclass(frozen=True)
class Entry:
    """One landmark's field, or several boxes, with what was typed there."""

    seen: Sighting
    indexes: tuple[int, ...]
    """Which of the landmark's elements were typed into."""
    fields: tuple[ElementHandle, ...]
    value: str = field(repr=False)
    sent_before: int
    """Requests that may change something and that the frame had sent before."""
    sent_at_all_before: int
    """The same with what pages send on the side."""
    patience_s: float = 0.0
    """How long it gets to submit itself."""
    leave: bool = False
    """Whether the field was left afterwards, which is what wakes some buttons."""

    @property
    def boxes(self) -> bool:
        """Whether it was one character into each of several boxes."""
        return len(self.fields) > 1

    def state(self) -> State:
        """Whether the page still shows it: `emptied` by a late script, or `gone` with its document."""
        shortest = self._ask(_SHORTEST)
        return "gone" if shortest is None or shortest < 0 else "stands" if shortest else "emptied"

    def guard(self, button: ElementHandle) -> None:
        """Let the next click in this document through only while the fields still hold something.

        Raises Playwright's error where the button is of another document: of one that was loaded anew, say.
        """
        with at_most(ANSWER_S):
            self.fields[0].evaluate(_GUARD, [button, *self.fields[1:]])

    def held_back(self) -> bool:
        """Whether the guarded click found the form emptied, and had no effect."""
        return bool(self._ask(_HELD_BACK))

    def is_back(self, sighting: Sighting) -> bool:
        """Whether the sighting is the same field on the same page, once our own has gone: drawn or loaded anew."""
        same = sighting.landmark == self.seen.landmark and urlsplit(sighting.url).path == urlsplit(self.seen.url).path
        return same and len(sighting.items) == len(self.seen.items)

    def _ask(self, script: str) -> Any:
        """What a script says of the fields; None where their document is gone, or gives no answer."""
        try:
            with at_most(ANSWER_S):
                return self.fields[0].evaluate(script, list(self.fields[1:]))
        except PlaywrightError:
            return None
