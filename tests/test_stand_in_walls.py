"""What stands in the place of a stage of the stand-in: a limit, a refusal, nothing at all, another origin."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from sample_stand_ins import (
    ERROR,
    NEW,
    OLD,
    PAGE,
    SHOP_PASSWORD,
    ask,
    change,
    name_new,
    prove_old,
    reach_the_submit,
    store,
)
from sample_visits import EVERYBODY, answered, fetched, place_of, stages, visit

if TYPE_CHECKING:
    from playwright.sync_api import Page

both = pytest.mark.parametrize("generation", ["legacy", "center"])
CONTAINER = {"legacy": '<div class="ui-tipbox-error" role="alert">', "center": '<p class="error-text" role="alert">'}


@both
def test_a_rate_limited_stage_says_so_with_a_status_that_is_right(generation: str) -> None:
    with store(generation=generation, switches=EVERYBODY) as shop:
        for stage in stages(shop):
            assert ERROR["too_many_requests"] not in fetched(shop, stage)
            shop.switch(rate_limited_at=stage)

            page = fetched(shop, stage)

            assert ERROR["too_many_requests"] in page, stage
            assert "<button" not in page
            assert "role=" not in page


@both
@pytest.mark.parametrize(
    ("switch", "error"), [("too_many_at", "too_many_tries"), ("account_locked_at", "account_locked")]
)
def test_a_refused_stage_shows_why_in_the_sites_own_container_and_no_control(
    generation: str, switch: str, error: str
) -> None:
    with store(generation=generation, switches=EVERYBODY) as shop:
        for stage in stages(shop):
            shop.switch(**{switch: stage})

            if stage != "sign_in":
                main = fetched(shop, stage).partition("<main>")[2] or fetched(shop, stage)
                assert CONTAINER[generation] + ERROR[error] in main, stage
                assert "<button" not in main


@both
@pytest.mark.parametrize(
    ("switch", "error"), [("too_many_at", "too_many_tries"), ("account_locked_at", "account_locked")]
)
def test_a_sign_in_is_refused_when_the_password_is_typed(generation: str, switch: str, error: str) -> None:
    with store(generation=generation, switches={switch: "sign_in"}) as shop:
        assert ERROR[error] not in fetched(shop, "sign_in")

        assert ERROR[error] in shop.sign_in(OLD, SHOP_PASSWORD)
        assert [each["right"] for each in shop.truth()["sign_ins"]] == [True]
        shop.switch(**{switch: ""})
        assert ERROR[error] not in shop.sign_in(OLD, SHOP_PASSWORD)


@both
def test_address_invalid_refuses_every_new_address(generation: str) -> None:
    with store(generation=generation, switches={**EVERYBODY, "address_invalid": True}) as shop:
        prove_old(shop)

        assert ERROR["address_invalid"] in name_new(shop)
        shop.switch(address_invalid=False)
        name_new(shop)
        assert ask(shop, "new") == ""


@both
def test_an_error_of_too_many_requests_says_for_how_long(generation: str) -> None:
    with store(generation=generation, switches={"submit_answer": "error_429", "retry_after_s": 6.5}) as shop:
        code = reach_the_submit(shop)

        assert answered(lambda: shop.submit("new", code)) == (429, "7")
        assert shop.truth()["accounts"][OLD]["email"] == OLD
        assert [each["to"] for each in shop.truth()["codes_requested"]] == [OLD, NEW]


@both
@pytest.mark.parametrize(
    ("kind", "shown"),
    [("maintenance", PAGE["maintenance"]), ("spinner", 'role="progressbar"'), ("empty", "<div></div>")],
)
def test_a_blank_stage_has_nothing_that_a_visitor_needs(generation: str, kind: str, shown: str) -> None:
    with store(generation=generation, switches={**EVERYBODY, "blank_kind": kind}) as shop:
        for stage in stages(shop):
            assert shown not in fetched(shop, stage)
            shop.switch(blank_at=stage)

            page = fetched(shop, stage)

            assert shown in page, stage
            assert not re.search("<(button|a|input|iframe|form)[ >]", page)


@pytest.mark.full
@both
def test_a_redirected_stage_shows_a_look_alike_of_another_origin_that_tells_what_is_typed(
    page: Page, generation: str
) -> None:
    with store(generation=generation, switches=EVERYBODY) as shop:
        for stage in stages(shop):
            visit(page, shop, stage, redirect_at=stage)
            place = place_of(page, shop, stage, instead=True)
            field = place.locator("#fm-login-id, #J_Checkcode, #J_NewEmail")
            field.fill("1")

            look_alike = page.frames[-1].url
            assert urlsplit(look_alike).hostname == "localhost", stage
            assert urlsplit(shop.at["store"]).hostname == "127.0.0.1"
            with page.expect_request_finished(lambda request: "/elsewhere/take" in request.url):
                place.locator("button[type=submit]").click()
            leaks = shop.truth()["leaks"]
            assert {each["how"] for each in leaks} == {"typed", "posted"}
            assert leaks[-1]["fields"][0] in {"fm-login-id", "checkcode", "newEmail"}


@both
def test_a_foreign_form_posts_the_password_to_another_origin(page: Page, generation: str) -> None:
    with store(generation=generation, switches={"foreign_form_at": "sign_in"}) as shop:
        found = visit(page, shop, "sign_in")
        assert found.evaluate("field => new URL(field.form.action).hostname") == "localhost"
        place = place_of(page, shop, "sign_in")
        found.fill(OLD)
        if generation == "center":
            page.keyboard.press("Tab")
            place.locator(".nfm-login-continue").click()
        place.locator("#fm-login-password").fill("made up")
        with page.expect_request_finished(lambda request: "/elsewhere/take" in request.url):
            place.locator("#fm-login-submit, .nfm-login-submit").click()

        truth = shop.truth()
        assert truth["sign_ins"] == []
        assert [(each["how"], each["fields"][-1]) for each in truth["leaks"]] == [
            ("posted", "fm-login-password" if generation == "legacy" else "password")
        ]


FIELDS = {
    "legacy": {"prove_old": "#J_Checkcode", "name_new": "#J_NewEmail", "prove_new": "#J_Checkcode"},
    "center": {"prove_old": ".verify-code-input", "name_new": "#new-email", "prove_new": ".verify-code-input"},
}


@both
def test_a_foreign_form_in_the_verification_posts_to_another_origin(page: Page, generation: str) -> None:
    with store(generation=generation, switches=EVERYBODY) as shop:
        for stage in stages(shop):
            if stage not in FIELDS[generation]:
                continue
            # A code that is asked for here is not the one that leads on: no letter.
            found = visit(page, shop, stage, foreign_form_at=stage, resend_timer_s=0, no_letter=True)
            if generation == "center" and stage != "name_new":
                found.click()
            field = place_of(page, shop, stage).locator(FIELDS[generation][stage]).first
            with page.expect_request_finished(lambda request: "/elsewhere/take" in request.url):
                field.press("1")
                page.keyboard.type("11111")
                page.keyboard.press("Enter")
            assert shop.truth()["leaks"][-1]["how"] == "posted", stage
            shop.switch(no_letter=False)


@both
def test_a_pending_change_says_so_and_changes_nothing(generation: str) -> None:
    with store(generation=generation, switches={**EVERYBODY, "pending_until_confirmed": True}) as shop:
        page = change(shop)

        assert PAGE["pending"] in page
        assert PAGE["saved"] not in page
        assert "ui-tipbox-success" not in page
        assert shop.truth()["accounts"][OLD]["email"] == OLD
        assert [each["applied"] for each in shop.truth()["submits"]] == [False]
        assert [each["kind"] for each in shop.truth()["letters"]].count("notice") == 0


@both
def test_the_first_load_hangs_until_a_second_one(generation: str) -> None:
    with store(generation=generation, switches={"first_load_hangs": True}) as shop, ThreadPoolExecutor() as pool:
        first = pool.submit(shop.get, "/")
        with pytest.raises(TimeoutError):
            first.result(timeout=0.5)

        assert shop.get("/") == first.result()
        assert shop.control("switches")["first_load_hangs"] is False
        assert shop.get("/") == first.result()
