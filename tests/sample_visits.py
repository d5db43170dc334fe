"""A visitor's browser at any stage of the stand-in, without the way there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urljoin

from sample_stand_ins import NEW, Store, ask, name_new, prove_old

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import FrameLocator, Locator, Page

    Place = FrameLocator | Locator

EVERYBODY = {"require_sign_in": False}
CHANGE_EMAIL = "/p/account-center/change-email.html"
VERIFICATION = ("ways", "prove_old", "name_new", "prove_new", "saved")
STAGES = {
    "legacy": {
        "home": "/",
        "sign_in": "/login.htm",
        "account_home": "/p/account/index.html",
        "settings": "/user/settings.htm",
        "account": "/user/account.htm",
        "ways": "/iv/mini/identity_verify.htm",
        "prove_old": "/iv/mini/email_verify.htm",
        "name_new": "/iv/mini/new_email.htm",
        "prove_new": "/iv/mini/new_email_verify.htm",
        "saved": "/iv/mini/success.htm",
    },
    "center": {
        "home": "/",
        "sign_in": "/login.html",
        "account_home": "/p/account/index.html",
        "settings": "/p/account-center/settings.html",
        "account": "/p/account-center/personal.html",
        **{stage: f"{CHANGE_EMAIL}?resume={stage}" for stage in VERIFICATION},
    },
}
"""Where each stage is; the older pages' verification without the page around it."""
SHOWS = {
    "legacy": {
        "home": ".goods",
        "sign_in": "#fm-login-id",
        "account_home": ".account-menu",
        "settings": "a[href='/user/account.htm']",
        "account": "#settings-panel",
        "ways": "#content .way-list",
        "prove_old": "#J_Checkcode",
        "name_new": "#J_NewEmailAgain",
        "prove_new": "#J_Checkcode",
        "saved": ".ui-tipbox-success",
    },
    "center": {
        "home": ".goods",
        "sign_in": ".nfm-login-id input",
        "account_home": ".account-menu",
        "settings": ".cards",
        "account": ".account-email",
        "ways": ".way-list",
        "prove_old": ".verify-get-code",
        "name_new": "input[type=email]",
        "prove_new": ".verify-get-code",
        "saved": ".ui-tipbox-success",
    },
}
"""What only that stage shows, or its like."""


def stages(shop: Store) -> Iterator[str]:
    """Every stage in order, once what comes before it was done as by somebody else's browser; all are one account."""
    for stage in STAGES[shop.generation]:
        if stage == "name_new":
            prove_old(shop)
        elif stage == "prove_new":
            name_new(shop)
        elif stage == "saved":
            ask(shop, "new")
            shop.submit("new", shop.code(NEW))
        yield stage


def fetched(shop: Store, stage: str) -> str:
    """What a stage is answered with, to a browser without a script."""
    if shop.generation == "legacy" or stage not in VERIFICATION:
        return shop.get(STAGES[shop.generation][stage])
    if not shop.session:
        shop.begin()
    return shop.verify("resume", at=stage)


def answered(call: Callable[[], object]) -> tuple[int | None, str]:
    """Status and Retry-After of an answer; no status when the connection was closed without one."""
    try:
        call()
    except HTTPError as error:
        with error:
            return error.code, error.headers["Retry-After"] or ""
    except ConnectionResetError:
        return None, ""
    return 200, ""


def visit(page: Page, shop: Store, stage: str, **switches: Any) -> Locator:
    """Open a stage with the switches on; what only that stage shows, wherever it is."""
    shop.switch(**switches)
    page.goto(urljoin(shop.at["store"], STAGES[shop.generation][stage]))
    return place_of(page, shop, stage).locator(SHOWS[shop.generation][stage]).first


def is_covered(found: Locator) -> bool:
    """Whether something else would take a click on the middle of what shows of an element."""
    return bool(
        found.evaluate(
            """element => {
              element.scrollIntoView({ block: "center" });
              const { x, y, width, height } = element.getBoundingClientRect();
              const middle = Math.min(Math.max(y + height / 2, 1), innerHeight - 1);
              return !element.contains(document.elementFromPoint(x + width / 2, middle));
            }"""
        )
    )


def place_of(page: Page, shop: Store, stage: str, *, instead: bool = False) -> Place:
    """Where a stage is shown, or what stands `instead` of it: in an iframe, or on the page itself."""
    if shop.generation == "legacy":
        in_box = stage == "sign_in" and not instead
        return page.frame_locator("#alibaba-login-box") if in_box else page.locator("body")
    in_frame = stage in VERIFICATION and shop.control("switches")["frame"]
    return page.frame_locator("#root iframe.verify-frame") if in_frame else page.locator("body")
