"""The stand-in's captchas: where they stand, what they cover, and what becomes of them once they are solved."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sample_stand_ins import store
from sample_visits import EVERYBODY, is_covered, place_of, stages, visit

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page
    from sample_stand_ins import Store

LOOKS_LIKE_ONE = re.compile(r"/punish|_____tmd_____|captcha")
KINDS = ["slider", "frame", "punish"]

both = pytest.mark.parametrize("generation", ["legacy", "center"])
kinds = pytest.mark.parametrize("kind", ["slider", "frame", "punish"])


def knob(page: Page, shop: Store, stage: str, kind: str) -> Locator:
    """The knob of the captcha at a stage."""
    place = place_of(page, shop, stage, instead=kind == "punish")
    return (place.frame_locator("iframe#baxia-dialog-content") if kind == "frame" else place).locator("#nc_1_n1z")


def drag(page: Page, found: Locator, pixels: int) -> None:
    box = found.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + pixels, y, steps=5)
    page.mouse.up()


def urls(page: Page) -> list[str]:
    return [frame.url for frame in page.frames]


@pytest.mark.full
@kinds
@both
def test_a_captcha_stands_at_any_stage_until_it_is_solved(page: Page, generation: str, kind: str) -> None:
    with store(generation=generation, switches={**EVERYBODY, "captcha_kind": kind}) as shop:
        for stage in stages(shop):
            found = visit(page, shop, stage, captcha_at=stage)
            knob(page, shop, stage, kind).wait_for()
            assert any(map(LOOKS_LIKE_ONE.search, urls(page))) == (kind != "slider"), stage
            assert found.count() == 0 if kind == "punish" else is_covered(found), stage

            assert shop.control("solve-captcha", "POST") == {"solved": True}

            knob(page, shop, stage, kind).wait_for(state="detached")
            found.click(trial=True)
            assert not any(map(LOOKS_LIKE_ONE.search, urls(page))), stage
        assert {each["by"] for each in shop.truth()["captchas_solved"]} == {"control"}


@kinds
@both
def test_dragging_the_knob_to_the_end_solves_it(page: Page, generation: str, kind: str) -> None:
    with store(generation=generation, switches={**EVERYBODY, "captcha_kind": kind}) as shop:
        found = visit(page, shop, "ways", captcha_at="ways")
        slider = knob(page, shop, "ways", kind)
        slider.wait_for()
        drag(page, slider, 100)
        assert shop.truth()["captchas_solved"] == []

        drag(page, slider, 500)

        slider.wait_for(state="detached")
        found.click(trial=True)
        assert [each["by"] for each in shop.truth()["captchas_solved"]] == ["visitor"]
        assert shop.control("switches")["captcha_at"] == ""
        assert shop.control("solve-captcha", "POST") == {"solved": False}


@both
def test_a_page_of_its_own_leads_back_on_reload_too(page: Page, generation: str) -> None:
    with store(generation=generation, switches=EVERYBODY) as shop:
        page.route("**/_____tmd_____/state", lambda route: route.abort())
        found = visit(page, shop, "account", captcha_at="account", captcha_kind="punish")
        knob(page, shop, "account", "punish").wait_for()
        assert "/_____tmd_____/punish?" in page.url
        shop.control("solve-captcha", "POST")

        page.reload()

        found.wait_for()
        assert not LOOKS_LIKE_ONE.search(page.url)


@pytest.mark.full
@both
def test_a_false_alarm_is_in_the_address_and_nowhere_else(page: Page, generation: str) -> None:
    with store(generation=generation, switches=EVERYBODY) as shop:
        for stage in stages(shop):
            found = visit(page, shop, stage, captcha_at=stage, captcha_false_alarm=True)

            found.click(trial=True)
            assert knob(page, shop, stage, "slider").count() == 0
            assert LOOKS_LIKE_ONE.search(found.evaluate("() => location.href")), stage
            assert shop.control("solve-captcha", "POST") == {"solved": False}
