"""The stand-in store's pages in a real Chromium: what only a script and a second origin can show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from sample_stand_ins import ERROR, NEW, OLD, PAGE, SHOP_PASSWORD, Store, store, wrong

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Locator, Page

    Place = FrameLocator | Locator

MENU_LINK = {"legacy": "#nav-user-menu a[href='/user/settings.htm']", "center": "#nav-user-menu a[href*='settings']"}


def sign_in_legacy(page: Page, shop: Store) -> None:
    page.goto(shop.at["store"])
    page.click("#nav-user-account")
    box = page.frame_locator("#alibaba-login-box")
    box.locator("#fm-login-id").fill(OLD)
    box.locator("#fm-login-password").fill(SHOP_PASSWORD)
    box.locator("#fm-login-submit").click()
    page.locator(".account-menu").wait_for()


def sign_in_center(page: Page, shop: Store) -> None:
    page.goto(shop.at["store"])
    page.click("#nav-user-account")
    page.get_by_label(PAGE["continue"]).wait_for()
    page.locator("input[label]").first.fill(OLD)
    page.keyboard.press("Tab")
    page.get_by_label(PAGE["continue"]).click()
    page.locator("#fm-login-password").fill(SHOP_PASSWORD)
    page.locator(".nfm-login-submit").click()
    page.locator(".account-menu").wait_for()


SIGN_IN = {"legacy": sign_in_legacy, "center": sign_in_center}


def opened_verification(page: Page, shop: Store, *, frame: bool = True) -> Place:
    """The newer verification at its choice of ways."""
    sign_in_center(page, shop)
    page.goto(shop.at["store"] + "p/account-center/change-email.html")
    place = page.frame_locator("#root iframe") if frame else page.locator("#verify")
    place.get_by_role("button", name="Verify now").first.wait_for()
    return place


def type_code(place: Place, code: str) -> None:
    for number, digit in enumerate(code):
        place.locator(f"input[data-id='{number}']").press(digit)


def prove_old(place: Place, shop: Store) -> None:
    place.get_by_role("button", name="Verify now").first.click()
    place.get_by_role("button", name="Get code").click()
    place.locator("div.subTitle_field_item").wait_for()
    type_code(place, shop.code(OLD))
    place.locator("input[type=email]").wait_for()


@pytest.mark.parametrize("generation", ["legacy", "center"])
def test_the_settings_link_is_hidden_until_the_account_menu_is_opened(page: Page, generation: str) -> None:
    with store(generation=generation) as shop:
        SIGN_IN[generation](page, shop)
        page.goto(shop.at["store"])
        link = page.locator(MENU_LINK[generation])
        assert link.is_hidden()

        page.click("#nav-user-account")

        assert link.is_visible()


def test_the_newer_pages_are_empty_until_their_script_has_filled_them(page: Page) -> None:
    with store(generation="center") as shop:
        assert re.search(r'<div id="root" data-view="home"></div>', shop.get("/"))

        page.goto(shop.at["store"])

        page.locator("#root .goods").wait_for()


def test_the_newer_sign_in_wakes_its_button_only_when_the_field_is_left(page: Page) -> None:
    with store(generation="center") as shop:
        page.goto(shop.at["store"] + "login.html")
        proceed = page.get_by_label(PAGE["continue"])
        page.locator("input[label='Email or phone number']").fill(OLD)
        assert proceed.is_disabled()

        page.keyboard.press("Tab")
        assert proceed.is_enabled()
        proceed.click()
        page.locator("input[label='Password']").fill("wrong")
        page.get_by_role("button", name=PAGE["sign_in"]).click()

        refusal = page.locator(".nfm-login-input-error-text")
        refusal.wait_for()
        assert refusal.inner_text() == ERROR["wrong_password"]
        assert [each["right"] for each in shop.truth()["sign_ins"]] == [False]


def test_the_settings_open_new_tabs_and_the_code_button_counts_down(page: Page) -> None:
    with store(generation="legacy") as shop:
        sign_in_legacy(page, shop)
        page.goto(shop.at["store"] + "user/account.htm")
        with page.expect_popup() as opened:
            page.click("a[href*='change_email_security_prompt']")
        frame = opened.value.frame_locator("iframe#iframe1[name=iframe1]")
        frame.locator("#content > div > ol > li:nth-child(1) > a").click()
        button = frame.locator("#J_GetCode_Email")
        button.wait_for()
        assert frame.locator("#J_SendTip").is_hidden()

        button.click()

        frame.locator("#J_SendTip").wait_for()
        assert "a***i@example.org" in frame.locator("#J_SendTip").inner_text()
        assert button.is_disabled()
        assert re.search(r"Get code for free \(\d+\)", button.inner_text())


@pytest.mark.parametrize("frame", [True, False])
def test_the_newer_path_changes_the_account(page: Page, frame: bool) -> None:
    with store(generation="center", switches={"frame": frame, "new_code_length": 4}) as shop:
        place = opened_verification(page, shop, frame=frame)
        prove_old(place, shop)
        place.locator("input[type=email]").fill(NEW)
        place.locator("form button").click()
        place.get_by_role("button", name="Get code").click()
        place.locator("div.subTitle_field_item").wait_for()
        assert "b***i@example.net" in place.locator("div.subTitle_field_item").inner_text()
        assert place.locator("input.verify-code-input[type=tel][maxlength='1']").count() == 4

        type_code(place, shop.code(NEW))

        place.get_by_role("status").wait_for()
        truth = shop.truth()
        assert truth["accounts"][OLD]["email"] == NEW
        assert [each["applied"] for each in truth["submits"]] == [True]
        page.goto(shop.at["store"] + "p/account-center/personal.html")
        assert page.locator(".account-email").inner_text() == "b***i@example.net"


def test_the_newer_verification_sits_in_a_frame_of_another_origin(page: Page) -> None:
    with store(generation="center") as shop:
        opened_verification(page, shop)

        source = page.locator("#root iframe").get_attribute("src") or ""
        assert urlsplit(source).port == urlsplit(shop.at["frame"]).port != urlsplit(page.url).port
        page.goto(source)  # its ticket is used up
        page.get_by_role("alert").wait_for()
        assert page.get_by_role("alert").inner_text() == ERROR["start_over"]


def test_a_wrong_code_empties_the_boxes_and_the_last_digit_submits_again(page: Page) -> None:
    with store(generation="center") as shop:
        frame = opened_verification(page, shop)
        frame.get_by_role("button", name="Verify now").first.click()
        frame.get_by_role("button", name="Get code").click()
        code = shop.code(OLD)
        type_code(frame, wrong(code))
        refusal = frame.get_by_role("alert")
        refusal.wait_for()
        assert refusal.inner_text() == ERROR["wrong_code"]
        boxes = frame.locator("input.verify-code-input")
        assert [box.input_value() for box in boxes.all()] == [""] * 6
        assert frame.get_by_role("button", name=PAGE["resend"]).is_disabled()

        boxes.first.press_sequentially(code[0])  # the focus moves on by itself
        page.keyboard.type(code[1:])

        frame.locator("input[type=email]").wait_for()
        assert [each["right"] for each in shop.truth()["codes_typed"]] == [False, True]


def test_the_newer_password_again_comes_before_the_code(page: Page) -> None:
    with store(generation="center", switches={"password_again": True}) as shop:
        frame = opened_verification(page, shop)
        frame.get_by_role("button", name="Verify now").first.click()
        for password in ("wrong", SHOP_PASSWORD):
            frame.locator("input[label='Password']#fm-login-password").fill(password)
            frame.locator("form button").click()
            if password == "wrong":
                frame.get_by_role("alert").wait_for()

        frame.get_by_role("button", name="Get code").wait_for()
        assert [each["right"] for each in shop.truth()["sign_ins"]] == [True, False, True]


def test_the_page_of_the_mailboxes_shows_every_letter_with_its_folder(page: Page) -> None:
    with store() as shop:
        mailbox = {"address": OLD, "imap": shop.imap, "password": "old secret"}
        with store(mailboxes=[mailbox, {**mailbox, "password": "wrong"}], smtp=None) as second:
            page.goto(second.at["mail"])

        articles = page.locator("article")
        assert articles.count() == 4
        assert "account@notice.aliexpress.com" in page.locator("section").first.inner_text()
        assert page.locator(".folder").first.inner_text() == "INBOX"
        assert "AUTHENTICATIONFAILED" in page.locator(".trouble").inner_text()
