"""What the stand-in store's scripts do wrong in a real Chromium when a switch says so."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from sample_stand_ins import ERROR, NAME_NEW, NEW, OLD, PAGE, PROVE_OLD, SHOP_PASSWORD, Store, prove_old, store

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Locator, Page

    Place = FrameLocator | Locator

both = pytest.mark.parametrize("generation", ["legacy", "center"])
EVERYBODY = {"require_sign_in": False}
PROMPT = {"legacy": "user/company/change_email_security_prompt.htm", "center": "p/account-center/change-email.html"}
FRAME = {"legacy": "iframe#iframe1", "center": "#root iframe"}
FIELD = {"legacy": "#J_Checkcode", "center": "input.verify-code-input"}
ADDRESS = {"legacy": "#J_NewEmail, #J_NewEmailAgain", "center": "input[type=email]"}

pytestmark = pytest.mark.full


def verification(page: Page, shop: Store) -> FrameLocator:
    """The verification's frame, in the browser, at its choice of ways."""
    page.goto(shop.at["store"] + PROMPT[shop.generation])
    return page.frame_locator(FRAME[shop.generation])


def ask_for_code(place: Place, generation: str) -> Locator:
    """The code field, once the code was asked for."""
    place.locator("#J_GetCode_Email" if generation == "legacy" else ".verify-get-code").click()
    place.locator("#J_SendTip" if generation == "legacy" else ".subTitle_field_item").wait_for()
    return place.locator(FIELD[generation]).first


def to_the_code_field(place: Place, generation: str) -> Locator:
    place.locator(".way-list li .button").first.click()
    return ask_for_code(place, generation)


def type_code(place: Place, code: str, generation: str) -> None:
    """Type a code and submit it; the newer pages submit themselves."""
    place.locator(FIELD[generation]).first.press_sequentially(code)
    if generation == "legacy":
        place.locator("#submitBtn").click()


def to_the_submit(page: Page, shop: Store) -> Place:
    """The page that the new address' code is typed into."""
    place, generation = verification(page, shop), shop.generation
    to_the_code_field(place, generation)
    type_code(place, shop.code(OLD), generation)
    place.locator(ADDRESS[generation]).first.wait_for()
    for field in place.locator(ADDRESS[generation]).all():
        field.fill(NEW)
    place.locator("#submitBtn, form button").first.click()
    ask_for_code(place, generation)
    return place


@both
@pytest.mark.parametrize("choice", ["all", "necessary"])
def test_the_cookie_banner_covers_the_page_until_it_is_answered_once(page: Page, generation: str, choice: str) -> None:
    with store(generation=generation, switches={**EVERYBODY, "cookie_banner": "once"}) as shop:
        page.goto(shop.at["store"])
        with pytest.raises(PlaywrightTimeout):
            page.click("#nav-user-account", timeout=400)
        words = ["accept_cookies", "only_necessary" if generation == "legacy" else "reject_all"]
        assert page.locator(".cookie-banner button").all_inner_texts() == [PAGE[word] for word in words]

        with page.expect_response("**/cookies"):
            page.click(f".cookie-banner [data-choice={choice}]")

        page.click("#nav-user-account")
        page.goto(shop.at["store"] + "p/account/index.html")
        page.click("#nav-user-account")
        assert [each["choice"] for each in shop.truth()["cookie_choices"]] == [choice]


def test_the_late_cookie_banner_comes_after_the_page(page: Page) -> None:
    with store(switches={**EVERYBODY, "cookie_banner": "late"}) as shop:
        page.goto(shop.at["store"])
        banner = page.locator(".cookie-banner")
        assert banner.is_hidden()

        banner.wait_for()

        assert page.evaluate("performance.now()") >= 1000


def test_the_recurring_cookie_banner_comes_back_but_not_in_frames(page: Page) -> None:
    with store(switches={**EVERYBODY, "cookie_banner": "recurring"}) as shop:
        for path in ("", PROMPT["legacy"]):
            page.goto(shop.at["store"] + path)
            page.click(".cookie-banner [data-choice=necessary]")
            page.locator(".cookie-banner").wait_for(state="hidden")

        page.frame_locator(FRAME["legacy"]).locator(".way-list").wait_for()
        assert page.frame_locator(FRAME["legacy"]).locator(".cookie-banner").count() == 0


SETTLE = """
new MutationObserver((_, observer) => {
  if (!document.querySelector(".goods, .account-email, .way-list")) return;
  observer.disconnect();
  setTimeout(() => document.documentElement.classList.add("settled"), 1000);
}).observe(document, { childList: true, subtree: true });
"""
"""A second after a page has shown what it is for, it says so, unless its script does not let go."""


@both
def test_the_stages_page_spins_and_the_second_time_it_does_not(page: Page, generation: str) -> None:
    account = "user/account.htm" if generation == "legacy" else "p/account-center/personal.html"
    switches = {**EVERYBODY, "spin_at": "account", "spin_times": 1}
    page.context.add_init_script(SETTLE)
    with store(generation=generation, switches=switches) as shop:
        page.goto(shop.at["store"])
        page.locator(".settled").wait_for()
        spinning = page.context.new_page()
        spinning.goto(shop.at["store"] + account)
        with pytest.raises(PlaywrightTimeout):
            spinning.locator(".settled").wait_for(timeout=3000)

        page.goto(shop.at["store"] + account)
        page.locator(".settled").wait_for()
        assert shop.control("switches")["spin_at"] == ""


@both
def test_a_stage_in_the_verification_spins_too(page: Page, generation: str) -> None:
    page.context.add_init_script(SETTLE)
    with store(generation=generation, switches={**EVERYBODY, "spin_at": "ways", "spin_times": 1}) as shop:
        frame = verification(page, shop)

        with pytest.raises(PlaywrightTimeout):
            frame.locator(".settled").wait_for(timeout=3000)
        assert shop.control("switches")["spin_at"] == ""


@both
def test_the_double_firing_submit_is_counted_twice_applied_once_and_shows_the_second_answer(
    page: Page, generation: str
) -> None:
    with store(generation=generation, switches={**EVERYBODY, "double_fire": True}) as shop:
        place = to_the_submit(page, shop)
        type_code(place, shop.code(NEW), generation)

        place.get_by_role("alert").filter(has_text=ERROR["code_expired"]).wait_for()
        truth = shop.truth()
        assert [(each["old"], each["applied"]) for each in truth["submits"]] == [(OLD, True), (OLD, False)]
        assert [each["purpose"] for each in truth["codes_typed"]] == ["old", "new", "new"]
        assert truth["accounts"][OLD] == {"email": NEW, "previous": [OLD], "profile_email_full": NEW}


@both
@pytest.mark.parametrize("frame", [True, False])
def test_the_frame_reloads_once_comes_back_empty_and_takes_the_code(page: Page, generation: str, frame: bool) -> None:
    loaded: list[str] = []
    page.on("framenavigated", lambda navigated: loaded.append(urlsplit(navigated.url).path))
    path = PROVE_OLD if generation == "legacy" else "/verify.html" if frame else "/" + PROMPT[generation]
    switches = {**EVERYBODY, "frame_reloads": True, "frame": frame}
    with store(generation=generation, switches=switches) as shop:
        page.goto(shop.at["store"] + PROMPT[generation])
        place: Place = page.frame_locator(FRAME[generation]) if frame else page.locator("main")
        with page.expect_event("framenavigated", lambda _: loaded.count(path) == 2):
            to_the_code_field(place, generation)

        assert place.locator(FIELD[generation]).first.input_value() == ""
        type_code(place, shop.code(OLD), generation)
        place.locator(ADDRESS[generation]).first.wait_for()
        assert loaded.count(path) == 2
        assert [each["purpose"] for each in shop.truth()["codes_requested"]] == ["old"]


EMPTY = "field => new Promise(done => { const look = () => field.value ? setTimeout(look, 20) : done(); look(); })"


@both
def test_late_hydration_empties_the_code_form_once(page: Page, generation: str) -> None:
    with store(generation=generation, switches={**EVERYBODY, "hydration_clears_s": 2}) as shop:
        field = to_the_code_field(verification(page, shop), generation)
        field.press_sequentially("1")

        field.evaluate(EMPTY)

        field.press_sequentially("1")
        assert field.input_value() == "1"


def test_late_hydration_empties_the_form_for_the_new_address(page: Page) -> None:
    with store(switches={**EVERYBODY, "hydration_clears_s": 2}) as shop:
        prove_old(shop)
        page.goto(urljoin(shop.at["store"], NAME_NEW))
        page.fill("#J_NewEmail", NEW)

        page.locator("#J_NewEmail").evaluate(EMPTY)

        page.fill("#J_NewEmail", NEW)
        page.fill("#J_NewEmailAgain", NEW)
        page.click("#submitBtn")
        page.locator("#J_Checkcode").wait_for()


@both
def test_late_hydration_empties_the_sign_in(page: Page, generation: str) -> None:
    with store(generation=generation, switches={"hydration_clears_s": 2}) as shop:
        page.goto(shop.at["store"] + ("login/mini.htm" if generation == "legacy" else "login.html"))
        name = page.locator("#fm-login-id" if generation == "legacy" else ".nfm-login-id input")
        name.fill(OLD)

        name.evaluate(EMPTY)

        name.fill(OLD)
        assert name.input_value() == OLD


@both
def test_when_the_session_is_over_in_the_frame_the_whole_page_goes_to_the_sign_in(page: Page, generation: str) -> None:
    with store(generation=generation, switches={"session_gone_at": "ways"}) as shop:
        if generation == "legacy":
            form: dict[str, str | float | bool] = {"fm-login-id": OLD, "fm-login-password": SHOP_PASSWORD}
            page.request.post(shop.at["store"] + "login/mini.htm", form=form)
        else:
            page.request.post(shop.at["store"] + "api/login", data={"id": OLD, "password": SHOP_PASSWORD})

        page.goto(shop.at["store"] + PROMPT[generation])

        page.wait_for_url("**/login.htm*?return=%2Fp%2Faccount%2Findex.html")


@both
def test_an_answer_lost_in_the_browser_is_not_asked_for_again_by_the_browser(page: Page, generation: str) -> None:
    with store(generation=generation, switches=EVERYBODY) as shop:
        place = to_the_submit(page, shop)
        code = shop.code(NEW)
        shop.switch(submit_answer="lost_after")  # now that the browser has connections to the store
        with page.expect_event("requestfailed"):
            type_code(place, code, generation)

        assert [(each["applied"], each["answered"]) for each in shop.truth()["submits"]] == [(True, False)]
