"""The stand-in's sign-in: what it may ask for beside name and password, in both generations of pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sample_stand_ins import ERROR, OLD, PAGE, SHOP_PASSWORD, TEXTS, Store, html_of, letters, store, wrong
from sample_visits import is_covered

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Locator, Page

    Place = FrameLocator | Locator

both = pytest.mark.parametrize("generation", ["legacy", "center"])


def sign_in(page: Page, shop: Store) -> Place:
    """Type name and password; the place of the form."""
    if shop.generation == "legacy":
        page.goto(shop.at["store"] + "login.htm")
        box = page.frame_locator("#alibaba-login-box")
        box.locator("#fm-login-id").fill(OLD)
        box.locator("#fm-login-password").fill(SHOP_PASSWORD)
        box.locator("#fm-login-submit").click()
        return box
    page.goto(shop.at["store"] + "login.html")
    page.locator(".nfm-login-id input").fill(OLD)
    page.keyboard.press("Tab")
    page.locator(".nfm-login-continue").click()
    page.locator("#fm-login-password").fill(SHOP_PASSWORD)
    page.locator(".nfm-login-submit").click()
    return page.locator("body")


@both
def test_the_code_at_sign_in_is_asked_for_in_a_dialog_of_six_boxes(page: Page, generation: str) -> None:
    with store(generation=generation, switches={"sign_in_code": True}) as shop:
        dialog = sign_in(page, shop).get_by_role("dialog", name=PAGE["code_heading"])
        boxes = dialog.locator("input.verify-code-input[type=tel][maxlength='1']")
        boxes.last.wait_for()
        assert boxes.count() == 6
        assert "a***i@example.org" in dialog.inner_text()
        assert dialog.get_by_role("button", name=PAGE["resend"]).is_disabled()
        code = shop.code(OLD)

        boxes.first.press_sequentially(wrong(code)[0])  # the focus moves on by itself
        page.keyboard.type(wrong(code)[1:])
        dialog.get_by_role("alert").filter(has_text=ERROR["wrong_code"]).wait_for()
        assert [box.input_value() for box in boxes.all()] == [""] * 6
        assert "/login" in page.url
        page.keyboard.type(code)

        page.locator(".account-menu").wait_for()
        truth = shop.truth()
        assert [(each["purpose"], each["to"]) for each in truth["codes_requested"]] == [("sign-in", OLD)]
        assert [(each["purpose"], each["right"]) for each in truth["codes_typed"]] == [
            ("sign-in", False),
            ("sign-in", True),
        ]
        assert [each["right"] for each in truth["sign_ins"]] == [True]


@both
def test_before_the_code_nobody_is_signed_in_and_a_wrong_password_asks_for_none(generation: str) -> None:
    with store(generation=generation, switches={"sign_in_code": True}) as shop:
        shop.sign_in(OLD, "wrong")
        assert shop.truth()["codes_requested"] == []

        shop.sign_in()

        assert [each["purpose"] for each in shop.truth()["codes_requested"]] == ["sign-in"]
        asked = {"legacy": 'id="alibaba-login-box"', "center": 'data-view="login"'}
        assert asked[generation] in shop.get("/p/account/index.html")
        given = {"knock": "made up", "code": shop.code(OLD)}
        assert shop.ask("store", "/api/login/code", **given) == {"error": ERROR["start_over"]}


def test_another_code_at_sign_in_comes_when_the_timer_is_over(page: Page) -> None:
    with store(generation="center", switches={"sign_in_code": True, "resend_timer_s": 1}) as shop:
        dialog = sign_in(page, shop).get_by_role("dialog")
        shop.code(OLD)

        dialog.get_by_role("button", name=PAGE["resend"], exact=True).click()

        second = shop.code(OLD, 2)
        dialog.locator("input").first.press_sequentially(second[0])
        page.keyboard.type(second[1:])
        page.locator(".account-menu").wait_for()


@pytest.mark.full
@pytest.mark.parametrize("language", list(TEXTS))
def test_the_letter_says_in_its_language_that_the_code_is_for_signing_in(language: str) -> None:
    with store(language=language, switches={"sign_in_code": True}) as shop:
        shop.sign_in()
        code, letter = shop.code(OLD), letters(shop.imap, OLD)[-1]
        plain = letter.get_body(("plain",))

        assert plain is not None
        for text in (html_of(letter), plain.get_content()):
            assert TEXTS[language]["letter"]["code_sign_in"] in text
            assert TEXTS[language]["letter"]["code_old"] not in text
            assert code in text


def test_the_suggestions_lie_on_the_button_until_they_are_sent_away(page: Page) -> None:
    with store(generation="center", switches={"suggestion_menu": True}) as shop:
        page.goto(shop.at["store"] + "login.html")
        name, menu = page.locator(".nfm-login-id input"), page.locator("div.nfm-multiple-email-prompt")
        name.wait_for()
        assert menu.is_hidden()
        name.press_sequentially(OLD)
        page.keyboard.press("Tab")
        assert is_covered(page.locator(".nfm-login-continue"))
        assert menu.locator("div > div").all_inner_texts()[0] == "anna.rossi@gmail.com"

        name.press("Escape")
        assert menu.is_hidden()
        page.keyboard.press("Tab")
        page.locator(".nfm-login-continue").click(trial=True)
        name.press("End")
        name.press("Backspace")
        assert menu.is_visible()
        menu.get_by_text("anna.rossi@gmail.com").click()

        assert name.input_value() == "anna.rossi@gmail.com"
        assert menu.is_hidden()


@both
def test_a_remembered_account_is_asked_for_its_password_only(page: Page, generation: str) -> None:
    with store(generation=generation, switches={"remembered": "same"}) as shop:
        place = sign_in_form(page, shop)
        assert "a***i@example.org" in place.locator("form:not(.search):visible").inner_text()
        assert place.locator("form:not(.search) input:visible").count() == 1
        password(place, "wrong")
        place.get_by_text(ERROR["wrong_password"]).wait_for()

        password(place, SHOP_PASSWORD)

        page.locator(".account-menu").wait_for()
        assert [(each["account"], each["right"]) for each in shop.truth()["sign_ins"]] == [(OLD, False), (OLD, True)]


@both
def test_where_somebody_else_is_remembered_the_account_is_switched(page: Page, generation: str) -> None:
    with store(generation=generation, switches={"remembered": "other"}) as shop:
        place = sign_in_form(page, shop)
        assert "b***i@example.com" in place.locator("form:not(.search):visible").inner_text()
        password(place, SHOP_PASSWORD)
        place.get_by_text(ERROR["wrong_password"]).wait_for()

        place.locator("form:not(.search):visible").get_by_text(PAGE["switch_account"]).click()
        place.locator("#fm-login-id, .nfm-login-id input").fill(OLD)
        if generation == "center":
            page.keyboard.press("Tab")
            place.locator(".nfm-login-continue").click()
        password(place, SHOP_PASSWORD)

        page.locator(".account-menu").wait_for()
        assert [each["right"] for each in shop.truth()["sign_ins"]] == [False, True]


def sign_in_form(page: Page, shop: Store) -> Place:
    """The sign-in with its password field."""
    page.goto(shop.at["store"] + ("login.htm" if shop.generation == "legacy" else "login.html"))
    place: Place = page.frame_locator("#alibaba-login-box") if shop.generation == "legacy" else page.locator("body")
    place.locator("#fm-login-password").wait_for()
    return place


def password(place: Place, typed: str) -> None:
    place.locator("#fm-login-password").fill(typed)
    place.locator("#fm-login-submit, .nfm-login-submit").click()
