"""Every control and field of the stand-in's path has a name in words, in every language, whatever its id is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sample_runs import in_turn
from sample_stand_ins import OLD, TEXTS, store
from sample_visits import STAGES, VERIFICATION, stages

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page
    from sample_stand_ins import Store

NAMED = re.compile(r'^\s*- (textbox|button|link)(?: "(.*?)")?(?=[ :]|$)', re.MULTILINE)
PLACE = re.compile(r"\{\w+\}")

pytestmark = pytest.mark.full


def opened(page: Page, shop: Store, stage: str) -> FrameLocator | Page:
    """A stage whose ids are unknown, once it has a heading or a message."""
    page.goto(shop.at["store"].rstrip("/") + STAGES[shop.generation][stage])
    framed = stage in VERIFICATION if shop.generation == "center" else stage == "sign_in"
    place: FrameLocator | Page = page.frame_locator("main iframe") if framed else page
    place.locator("main :is(h1, h2, form, [role=status])").first.wait_for()
    return place


def names(place: FrameLocator | Page) -> list[tuple[str, str]]:
    """Role and name of each control and field, as a screen reader has them."""
    return [(role, name) for role, name in NAMED.findall(place.locator("main").aria_snapshot())]


def said(language: str, generation: str) -> list[str]:
    """Everything that the pages say in a language, without what is filled in."""
    tables = (TEXTS[language][generation], TEXTS[language]["page"])
    return [text for table in tables for whole in table.values() for text in PLACE.split(whole) if text.strip(" .,:")]


@pytest.mark.parametrize(("generation", "language"), in_turn(list(TEXTS)))
def test_every_control_and_field_has_a_name_in_the_pages_own_language(
    page: Page, generation: str, language: str
) -> None:
    words = said(language, generation)
    switches = {"require_sign_in": False, "rename_ids": True, "resend_timer_s": 0}
    with store(generation=generation, language=language, switches=switches) as shop:
        found = {}
        for stage in stages(shop):
            place = opened(page, shop, stage)
            found[stage] = names(place)
            if generation == "center" and stage in ("prove_old", "prove_new"):
                shop.switch(no_letter=True)  # this code is not the one that leads on
                place.locator("main button").click()
                place.locator("main input").last.wait_for()
                found[f"{stage}, boxes"] = names(place)
                shop.switch(no_letter=False)
            if stage == "sign_in" and generation == "center":
                place.locator("main input").first.fill(OLD)
                page.keyboard.press("Tab")
                place.locator("main button").first.click()
                found["password"] = names(place)

    for stage, controls in found.items():
        assert controls or stage in ("home", "account_home"), stage
        for role, name in controls:
            assert any(word in name for word in words), f"{stage}: {role} {name!r}"
    assert [role for role, _ in found["name_new"]].count("textbox") == (2 if generation == "legacy" else 1)
