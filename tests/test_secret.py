"""Private things are typed only into a checked document on a pinned origin, and leak nowhere when that fails."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.errors import OffPath, SiteStop, Stop
from automation.origins import Origins
from automation.secret import type_secret

if TYPE_CHECKING:
    from playwright.sync_api import ElementHandle, Page

CANARY = "canary-5e1f ünï"
STORE = "https://shop.example"
ORIGINS = Origins(frozenset({STORE}))


def shown(page: Page, html: str, url: str = STORE + "/login") -> None:
    page.route("**/*", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    page.goto(url)


def field(page: Page, css: str = "input") -> ElementHandle:
    return page.locator(css).first.element_handle()


def told(stop: pytest.ExceptionInfo[Stop]) -> str:
    """Everything that a traceback or a log could show of it."""
    return "".join(traceback.format_exception(stop.value, chain=True)) + repr(stop.value) + repr(vars(stop.value))


def test_a_password_is_typed_into_a_checked_field(page: Page) -> None:
    shown(page, "<form action='/in' method=post><input type=password></form>")
    type_secret([field(page)], CANARY, ORIGINS)
    assert page.locator("input").input_value() == CANARY


def test_boxes_get_one_real_key_press_each(page: Page) -> None:
    shown(page, "<input class=b maxlength=1><input class=b maxlength=1><script>window.keys = [];"
                "document.addEventListener('keydown', (e) => window.keys.push(e.key))</script>")  # fmt: skip
    type_secret([box.element_handle() for box in page.locator("input").all()], "42", ORIGINS)
    assert [box.input_value() for box in page.locator("input").all()] == ["4", "2"]
    assert page.evaluate("window.keys") == ["4", "2"]


def test_nothing_is_typed_on_a_foreign_origin(page: Page) -> None:
    shown(page, "<input type=password>", "https://shop.example.evil.test/login")
    with pytest.raises(OffPath, match=r"https://shop\.example\.evil\.test, which is not an origin") as stop:
        type_secret([field(page)], CANARY, ORIGINS)
    assert page.locator("input").input_value() == ""
    assert CANARY not in told(stop)


@pytest.mark.parametrize(
    "form",
    [
        "<form action='https://evil.test/in'><input></form>",
        "<base href='https://evil.test/'><form action='in'><input></form>",
        "<form action='https://evil.test/in'><input name=action value=''></form>",
        "<form action='javascript:alert(1)'><input></form>",
        "<form action='https://evil.test/in' id=f></form><input form=f>",
        "<form action='/in'><input><button formaction='https://evil.test/in'>Go</button></form>",
        "<form action='/in'><input name=getAttribute><button formaction='//evil.test/in'>Go</button></form>",
    ],
)
def test_nothing_is_typed_into_a_form_that_posts_elsewhere(page: Page, form: str) -> None:
    shown(page, form)
    with pytest.raises(OffPath):
        type_secret([field(page)], CANARY, ORIGINS)
    assert page.locator("input").first.input_value() == ""


def test_nothing_is_typed_when_the_page_navigates_after_the_field_was_found(page: Page) -> None:
    shown(page, "<input>")
    found = field(page)
    page.goto("https://evil.test/")
    with pytest.raises(SiteStop) as stop:
        type_secret([found], CANARY, ORIGINS)
    assert page.locator("input").input_value() == ""
    assert CANARY not in told(stop)


def test_a_field_that_can_not_be_filled_leaks_nothing(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("automation.secret.FILL_TIMEOUT_MS", 200)
    shown(page, "<input disabled>")
    with pytest.raises(SiteStop) as stop:
        type_secret([field(page)], CANARY, ORIGINS)
    assert CANARY not in told(stop)
    assert stop.value.__context__ is None


@given(st.text(min_size=2, max_size=8))
def test_more_boxes_than_characters_are_never_filled(value: str) -> None:
    with pytest.raises(ValueError, match="zip"):
        type_secret([], value, ORIGINS)
