"""What comes between a visitor and a page of the stand-in: dialogs of the browser, windows, something on top."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from sample_stand_ins import OLD, PAGE, store
from sample_visits import EVERYBODY, SHOWS, VERIFICATION, is_covered, place_of, stages, visit

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page

both = pytest.mark.parametrize("generation", ["legacy", "center"])


def answered_dialogs(page: Page, *, yes: bool = True) -> list[str]:
    """The dialogs that come up on the page, each answered at once."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(f"{dialog.type}: {dialog.message}")
        if yes:
            dialog.accept()
        else:
            dialog.dismiss()

    page.on("dialog", answer)
    return asked


@pytest.mark.full
@both
def test_an_alert_comes_at_any_stage_soon_after_its_page_was_shown(page: Page, generation: str) -> None:
    asked = answered_dialogs(page)
    with store(generation=generation, switches=EVERYBODY) as shop:
        for count, stage in enumerate(stages(shop), 1):
            with page.expect_event("dialog"):
                found = visit(page, shop, stage, dialog_at=stage)

            found.click(trial=True)
            assert asked == [f"alert: {PAGE['dialog_says']}"] * count, stage


@both
@pytest.mark.parametrize("yes", [True, False])
def test_a_confirm_comes_at_a_click_and_the_page_goes_on_whatever_is_answered(
    page: Page, generation: str, yes: bool
) -> None:
    asked = answered_dialogs(page, yes=yes)
    with store(generation=generation, switches={**EVERYBODY, "dialog_kind": "confirm"}) as shop:
        found = visit(page, shop, "ways", dialog_at="ways")
        found.locator(".button").first.click()
        place = place_of(page, shop, "prove_old")
        place.locator(SHOWS[generation]["prove_old"]).wait_for()

        assert asked == [f"confirm: {PAGE['dialog_says']}"]


def test_a_confirm_comes_before_the_boxes_submit_themselves(page: Page) -> None:
    asked = answered_dialogs(page)
    with store(generation="center", switches={**EVERYBODY, "dialog_kind": "confirm"}) as shop:
        visit(page, shop, "prove_old", dialog_at="prove_old").click()
        box = place_of(page, shop, "prove_old").locator(".verify-code-input").first
        box.wait_for()
        assert asked == [f"confirm: {PAGE['dialog_says']}"]

        box.press_sequentially(shop.code(OLD)[0])
        page.keyboard.type(shop.code(OLD)[1:])

        place_of(page, shop, "name_new").locator("input[type=email]").wait_for()
        assert len(asked) == 2


@both
def test_beforeunload_asks_when_the_page_is_left(page: Page, generation: str) -> None:
    with store(generation=generation, switches={**EVERYBODY, "dialog_kind": "beforeunload"}) as shop:
        found = visit(page, shop, "ways", dialog_at="ways")
        found.click(position={"x": 2, "y": 2})  # the browser asks only where somebody has done something
        asked = answered_dialogs(page)

        visit(page, shop, "home").wait_for()

        assert asked == ["beforeunload: "]


@pytest.mark.full
@both
def test_any_stages_own_page_opens_in_a_new_window_and_is_nowhere_else(page: Page, generation: str) -> None:
    with store(generation=generation, switches=EVERYBODY) as shop:
        for stage in stages(shop):
            with page.expect_popup() as opened:
                found = visit(page, shop, stage, popup_at=stage)
            window = opened.value
            alone = stage in VERIFICATION  # its frame's page, without the page around it
            place = window.locator("body") if alone else place_of(window, shop, stage)
            place.locator(SHOWS[generation][stage]).first.wait_for()

            place_of(page, shop, stage, instead=True).get_by_text(PAGE["in_new_window"]).wait_for()
            assert found.count() == 0, stage
            window.close()


@pytest.mark.full
@both
def test_an_advertisement_of_another_origin_opens_at_any_stage(page: Page, generation: str) -> None:
    with store(generation=generation, switches={**EVERYBODY, "popup_kind": "other"}) as shop:
        for stage in stages(shop):
            with page.expect_popup() as opened:
                found = visit(page, shop, stage, popup_at=stage)
            window = opened.value
            window.get_by_text(PAGE["advert"]).first.wait_for()

            assert urlsplit(window.url).hostname == "localhost" != urlsplit(page.url).hostname
            found.click(trial=True)
            window.close()


@pytest.mark.full
@both
def test_what_lies_on_top_of_a_stage_takes_the_clicks_until_it_is_closed(page: Page, generation: str) -> None:
    with store(generation=generation, switches=EVERYBODY) as shop:
        for stage in stages(shop):
            found = visit(page, shop, stage, overlay_at=stage)
            overlay = place_of(page, shop, stage).locator("div.trigger-icon-wrapper")
            overlay.wait_for()
            assert is_covered(found), stage

            overlay.get_by_label(PAGE["close"]).click()

            found.click(trial=True)
            assert overlay.count() == 0, stage
