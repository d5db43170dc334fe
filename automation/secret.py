"""The one place where something private is typed: only into a checked document on a pinned origin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import Error as PlaywrightError

from automation.errors import OffPath, SiteStop
from automation.failpoint import reached
from automation.origins import origin_of
from automation.patience import at_most

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import ElementHandle

    from automation.origins import Origins

CHECK_S = 10.0
FILL_TIMEOUT_MS = 10_000

_WHERE = """(first, others) => [first, ...others].map((element) => {
  const document = element.ownerDocument, form = element.form, here = document.location.href;
  // Called this way because a field named "getAttribute" would shadow the form's own.
  const attribute = (each, name) => Element.prototype.getAttribute.call(each, name);
  const absolute = (url) => {
    try { return new URL(url || here, document.baseURI).href; } catch { return "invalid:"; }
  };
  const buttons = [...document.querySelectorAll("[formaction]")].filter((each) => form && each.form === form);
  return {
    urls: [here, ...(form ? [absolute(attribute(form, "action"))] : []),
      ...buttons.map((each) => absolute(attribute(each, "formaction")))],
    shows: element.isConnected && element.checkVisibility({ visibilityProperty: true }),
  };
})"""


def check_fields(fields: Sequence[ElementHandle], origins: Origins) -> None:
    """See that every field shows, in a document and a form of ours; an off-path stop says whose it is instead."""
    try:
        _check(fields, origins)
    except PlaywrightError:
        raise _lost() from None


def type_secret(fields: Sequence[ElementHandle], value: str, origins: Origins) -> None:
    """Type a password, code or address into one field, or one character into each of several boxes.

    An element handle belongs to one document: when the page navigates in between, the typing fails instead
    of landing elsewhere. Playwright's errors quote what was typed, so none of them leaves this function.
    """
    if len(fields) == 1:
        _act(fields[0], value, origins, whole=True)
        return
    for field, character in zip(fields, value, strict=True):
        _act(field, character, origins, whole=False)


def _act(field: ElementHandle, text: str, origins: Origins, *, whole: bool) -> None:
    check_fields([field], origins)
    failed = False
    try:
        if whole:
            field.fill(text, timeout=FILL_TIMEOUT_MS)
        else:
            field.press(text, timeout=FILL_TIMEOUT_MS)
        reached("typed")
    except PlaywrightError:
        failed = True
    if failed:
        # Raised out here so that not even the exception's context carries the value.
        raise _lost()


def _lost() -> SiteStop:
    return SiteStop(
        "A field went away, or could not be typed into, while it was being filled. Run again.", kind="field_lost"
    )


def _check(fields: Sequence[ElementHandle], origins: Origins) -> None:
    with at_most(CHECK_S):
        found = fields[0].evaluate(_WHERE, list(fields[1:]))
    if not all(where["shows"] for where in found):
        raise SiteStop("The field to fill vanished from the page. Run again.", kind="field_lost")
    for url in dict.fromkeys(url for where in found for url in where["urls"]):
        if not origins.hold(url):
            raise OffPath(
                f"The page wants something private on {origin_of(url)}, which is not an origin of this store. "
                "Nothing was typed. If that host really belongs to the store, name it in READDRESS_STORE_ORIGINS.",
                kind="foreign_origin",
                expected=", ".join(sorted(origins.pinned)),
                seen=origin_of(url),
            )
