"""Pictures that may be shown to anybody: two pages that differ only in what is private look the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from automation.evidence import masked_picture

if TYPE_CHECKING:
    from playwright.sync_api import Page

KNOWN = ("anna.rossi@example.org", "member_anna")
PAGE = "<style>* {{ font: 16px monospace; width: max-content }}</style><main>{}</main>"


def picture(page: Page, html: str) -> bytes:
    page.set_content(PAGE.format(html))
    taken = masked_picture(page, KNOWN)
    assert taken is not None
    return taken


@pytest.mark.parametrize(
    ("html", "one", "other"),
    [
        ("<p>{}</p>", "anna.rossi@example.org", "carl.verdi@example.com"),
        ("<p>Hi {} <b>carla@example.com</b></p>", "anna.rossi@example.org", "carl.verdi@example.com"),
        ("<p>Hi {} <b>carla@example.com</b></p>", "anna.rossi@example.org", "anna.rosso@example.org"),
        ("<p>Your address {} <b>member_anna</b></p>", "bruno@example.org", "carla@example.com"),
        ("<p><i>{}</i><i>example.org</i></p>", "anna@", "vera@"),
        ("<p>Hello <b>{}</b></p>", "member_anna", "MEMBER_ANNA"),
        ("<input value='{}'>", "123456", "654321"),
        ("<textarea>{}</textarea>", "123456", "654321"),
        ("<iframe srcdoc='<p>{}</p>'></iframe>", "anna.rossi@example.org", "carl.verdi@example.com"),
    ],
)
def test_what_is_private_is_covered(page: Page, html: str, one: str, other: str) -> None:
    assert picture(page, html.format(one)) == picture(page, html.format(other))


def test_what_anybody_may_see_is_not_covered(page: Page) -> None:
    assert picture(page, "<p>Settings</p>") != picture(page, "<p>Messages</p>")
