"""Masked pictures of what the run saw."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import Error as PlaywrightError

from automation.patience import at_most

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playwright.sync_api import Locator, Page

PICTURE_S = 5.0
QUALITY = 85
"""Of a JPEG, in percent: small print stays legible."""
_FIELDS = "input:not([type=hidden]):not([type=submit]):not([type=button]), textarea, select"
_ADDRESS = re.compile(r"[^\s@]@[^\s@]")
_BESIDE_OTHERS = "xpath=.//*[text()[contains(., '@')]]"
"""What says an address itself. A search by text finds only the innermost elements: of an address in the middle of a
sentence and another one in bold, the bold one."""


def masked_picture(page: Page, known: Iterable[str]) -> bytes | None:
    """A picture of the tab with every field, address and known value covered; None when none could be taken.

    The masks are built for every frame: those of a page do not reach into its frames.
    """
    names = "|".join(re.escape(value) for value in known if value and not _ADDRESS.search(value))
    texts = [_ADDRESS, *([re.compile(names, re.IGNORECASE)] if names else [])]
    try:
        with at_most(PICTURE_S):
            return page.screenshot(
                type="jpeg",  # in half of a PNG's time
                quality=QUALITY,
                mask=[_mask(frame.locator("html"), texts) for frame in page.frames],
                mask_color="#555d6b",
                animations="disabled",
                caret="initial",  # it blinks in fields, and those are covered
            )
    except PlaywrightError:
        # A page that is just leaving can't be pictured; the journal says that there is none.
        return None


def _mask(html: Locator, texts: Iterable[re.Pattern[str]]) -> Locator:
    """Everything private in a frame; as one locator, for each of them is painted by itself."""
    mask = html.locator(_FIELDS).or_(html.locator(_BESIDE_OTHERS))
    for text in texts:
        mask = mask.or_(html.get_by_text(text))
    return mask
