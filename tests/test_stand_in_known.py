"""What a page can be known by: the stand-in store without its ids, without its words, in other scripts."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from sample_stand_ins import (
    ERROR,
    NEW,
    OLD,
    PAGE,
    TEXTS,
    Store,
    ask,
    html_of,
    letters,
    name_new,
    prove_old,
    store,
    wrong,
)

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page

both = pytest.mark.parametrize("generation", ["legacy", "center"])
EVERYBODY = {"require_sign_in": False}
TAG = re.compile(r"<(?!meta)[a-z][^>]*>")
USER = [f"/user/{page}.htm" for page in ("settings", "account", "profile")]
LEGACY = ["/", "/p/account/index.html", "/login/mini.htm", *USER]
CENTER = [f"/api/view/{view}" for view in ("home", "login", "account_home", "settings", "personal", "profile")]

pytestmark = pytest.mark.full


def pages(shop: Store) -> list[str]:
    """Every page of the path, up to the one that wants the last code."""
    if shop.generation == "legacy":
        found = [
            *map(shop.get, LEGACY),
            shop.get("/login/mini.htm"),
            shop.begin(),
            shop.get("/iv/mini/email_verify.htm"),
        ]
    else:
        found = [json.loads(shop.get(path))["html"] for path in CENTER]
        found += [shop.get("/"), shop.begin(), shop.verify("way", way="email")]
    prove_old(shop)
    return [*found, name_new(shop)]


def names(page: str) -> set[str]:
    """Ids, classes, names and paths in a page."""
    tags = " ".join(TAG.findall(page))
    found = {name for value in re.findall(r'\b(?:id|class|name|for)="([^"]*)"', tags) for name in value.split()}
    links = re.findall(r'\b(?:href|action|src)="(?:http://[^/"]+)?(/[^"?]+)', tags)
    return found | {link for link in links if not link.startswith("/static")}


@both
def test_renamed_pages_share_no_id_no_class_no_name_and_no_path_with_the_others(generation: str) -> None:
    with store(generation=generation, switches=EVERYBODY) as shop:
        known = set().union(*map(names, pages(shop)))
    with store(generation=generation, switches={**EVERYBODY, "rename_ids": True}) as shop:
        renamed = pages(shop)

    assert {"nav-user-account", "checkcode" if generation == "legacy" else "verify-get-code"} <= known
    assert set().union(*map(names, renamed)) & known == set()
    assert not any("data-id=" in page for page in renamed)


@both
def test_renamed_pages_look_as_the_others_do(page: Page, generation: str) -> None:
    path = "/user/account.htm" if generation == "legacy" else "/p/account-center/personal.html"
    pictures = []
    for rename_ids in (False, True):
        with store(generation=generation, switches={**EVERYBODY, "rename_ids": rename_ids}) as shop:
            page.goto(shop.at["store"].rstrip("/") + path)
            page.get_by_text("a***i@example.org").wait_for()
            pictures.append(page.screenshot())

    assert pictures[0] == pictures[1]


def click(place: Page | FrameLocator, words: str) -> None:
    place.get_by_text(words, exact=True).first.click()


def sign_in_by_words(page: Page, generation: str) -> None:
    """Sign in; lands on the account home."""
    place: Page | FrameLocator = page
    if generation == "legacy":
        place = page.frame_locator("iframe")
        place.get_by_label(PAGE["email_or_member"]).fill(OLD)
        place.get_by_label(PAGE["password"]).fill("shop secret")
    else:
        page.get_by_placeholder(PAGE["email_or_phone"]).fill(OLD)
        page.keyboard.press("Tab")
        page.get_by_role("button", name=PAGE["continue"]).click()
        page.get_by_placeholder(PAGE["password"]).fill("shop secret")
    place.get_by_role("button", name=PAGE["sign_in"]).click()


def code_by_words(place: FrameLocator, code: str, generation: str) -> None:
    if generation == "legacy":
        place.get_by_label(PAGE["code"], exact=True).fill(code)
        place.get_by_role("button", name="Submit").click()
    else:
        place.get_by_label("1 / 6").press_sequentially(code)


@both
def test_renamed_pages_lead_through_the_whole_path_by_words_alone(page: Page, generation: str) -> None:
    words = TEXTS["en"][generation]
    with store(generation=generation, switches={"rename_ids": True}) as shop:
        page.goto(shop.at["store"])
        click(page, words["account_menu"])
        sign_in_by_words(page, generation)
        page.locator("main").get_by_text(words["profile_settings"], exact=True).click()
        if generation == "legacy":
            with page.expect_popup() as settings:
                click(page, words["edit_settings"])
            with settings.value.expect_popup() as change:
                click(settings.value, words["change_email"])
            page = change.value
        else:
            click(page, words["edit_settings"])
            click(page, words["change_email"])
        frame = page.frame_locator("iframe")
        click(frame, words["verify_now"])
        click(frame, words["get_code"])
        code_by_words(frame, shop.code(OLD), generation)
        for label in ["new_email", "new_email_again"] if generation == "legacy" else ["new_email"]:
            frame.get_by_label(PAGE[label], exact=True).fill(NEW)
        click(frame, words["submit"])
        click(frame, words["get_code"])
        code_by_words(frame, shop.code(NEW), generation)

        frame.get_by_text(PAGE["saved"]).wait_for()
        assert shop.truth()["accounts"][OLD]["email"] == NEW


@both
def test_a_strange_language_says_no_word_that_a_file_knows_and_keeps_the_ids(generation: str) -> None:
    with store(generation=generation, switches=EVERYBODY) as shop:
        known = list(map(names, pages(shop)))
    with store(generation=generation, switches={**EVERYBODY, "strange_language": True}) as shop:
        said = pages(shop)
        ask(shop, "new")
        refusal = shop.submit("new", wrong(shop.code(NEW)))

    assert list(map(without_tickets, map(names, said))) == list(map(without_tickets, known))
    words = {word for texts in TEXTS.values() for word in texts[generation].values()}
    assert not [word for word in words for page in said if re.search(rf">\s*{re.escape(word)}\s*<", page)]
    assert ERROR["wrong_code"] not in refusal
    assert "The verification code is wrong" not in refusal
    assert "Gur irevsvpngvba pbqr vf jebat" in refusal


def without_tickets(found: set[str]) -> set[str]:
    return {name for name in found if "ticket" not in name}


def test_a_strange_language_is_spoken_at_once_and_the_letters_keep_theirs() -> None:
    with store(language="it", switches=EVERYBODY) as shop:
        assert TEXTS["it"]["legacy"]["change_email"] in shop.get("/user/account.htm")
        shop.switch(strange_language=True)

        page = shop.get("/user/account.htm")
        assert '<html lang="qaa">' in page
        assert TEXTS["it"]["legacy"]["change_email"] not in page
        ask(shop, "old")
        shop.code(OLD)
        assert letters(shop.imap, OLD)[-1]["Subject"] == TEXTS["it"]["letter"]["code_subject"]


@both
def test_arabic_is_written_from_right_to_left_and_its_letters_too(page: Page, generation: str) -> None:
    path = "/user/account.htm" if generation == "legacy" else "/p/account-center/personal.html"
    with store(generation=generation, language="ar", switches=EVERYBODY) as shop:
        page.goto(shop.at["store"].rstrip("/") + path)
        words = page.get_by_text(TEXTS["ar"][generation]["change_email"], exact=True)
        words.wait_for()
        assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
        brand, account = page.locator(".brand").bounding_box(), page.locator("#nav-user-account").bounding_box()
        assert brand is not None
        assert account is not None
        assert brand["x"] > account["x"]
        shop.begin()
        ask(shop, "old")
        shop.code(OLD)
        letter = letters(shop.imap, OLD)[-1]

    assert letter["Subject"] == TEXTS["ar"]["letter"]["code_subject"]
    assert '<html lang="ar" dir="rtl">' in html_of(letter)


def test_the_boxes_for_the_digits_run_from_left_to_right_even_in_arabic(page: Page) -> None:
    with store(generation="center", language="ar", switches=EVERYBODY) as shop:
        page.goto(shop.at["store"] + "p/account-center/change-email.html")
        frame = page.frame_locator("#root iframe")
        frame.locator(".way-list button").first.click()
        frame.locator(".verify-get-code").click()
        frame.locator(".verify-code-input").first.wait_for()
        places = [box.bounding_box() for box in frame.locator(".verify-code-input").all()]

        columns = [place["x"] for place in places if place is not None]
        assert columns == sorted(columns)
