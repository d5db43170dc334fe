"""The stand-in store says everything in every language, on pages that are otherwise the same."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from sample_stand_ins import PROVE_OLD, TEXTS, WAYS, store
from sample_visits import fetched

LANGUAGES = ["ar", "de", "en", "es", "fr", "it", "ja", "pl", "pt", "ru"]


def test_every_language_has_every_text_with_the_same_places_to_fill_in() -> None:
    assert sorted(TEXTS) == LANGUAGES
    places = {
        language: {
            (table, name): sorted(re.findall(r"\{\w+\}", text))
            for table, names in texts.items()
            for name, text in names.items()
        }
        for language, texts in TEXTS.items()
    }
    assert all(found == places["en"] for found in places.values())
    assert all(text.strip() for texts in TEXTS.values() for table in texts.values() for text in table.values())


def skeleton(page: str) -> list[str]:
    """Tags with their ids, names, classes and links; without what is said."""
    tags = re.findall(r"<(?!html)[a-z][^>]*>", unescape(page))
    return [re.sub(r'(label|aria-label|title|placeholder|lang|data-words|content)="[^"]*"', "", tag) for tag in tags]


@pytest.mark.full
def test_ids_and_structure_are_the_same_in_every_language() -> None:
    paths = ["/", "/p/account/index.html", "/user/settings.htm", "/user/account.htm", "/user/profile.htm"]
    seen = []
    for language in LANGUAGES:
        with store(language=language, switches={"require_sign_in": False}) as shop:
            pages = [shop.get(path) for path in [*paths, WAYS, PROVE_OLD, "/login/mini.htm"]]
            assert all(f'<html lang="{language}"' in page for page in pages)
            assert TEXTS[language]["legacy"]["change_email"] in pages[3]
            seen.append([skeleton(page) for page in pages])

    assert all(pages == seen[0] for pages in seen)


@pytest.mark.full
def test_the_newer_pages_too_have_the_same_structure_in_every_language() -> None:
    views = ["home", "login", "account_home", "settings", "personal", "profile"]
    seen = []
    for language in TEXTS:
        with store(generation="center", language=language, switches={"require_sign_in": False}) as shop:
            pages = [json.loads(shop.get(f"/api/view/{view}"))["html"] for view in views]
            assert TEXTS[language]["center"]["change_email"] in pages[4]
            seen.append([skeleton(page) for page in pages])

    assert all(pages == seen[0] for pages in seen)


WALLS = [
    ({"rate_limited_at": "settings"}, "error", "too_many_requests"),
    ({"too_many_at": "settings"}, "error", "too_many_tries"),
    ({"account_locked_at": "settings"}, "error", "account_locked"),
    ({"blank_at": "settings"}, "page", "maintenance"),
    ({"popup_at": "settings"}, "page", "in_new_window"),
    ({"captcha_at": "settings", "captcha_kind": "punish"}, "page", "slide_to_verify"),
]


@pytest.mark.full
@pytest.mark.parametrize("generation", ["legacy", "center"])
def test_what_stands_in_a_stages_place_speaks_every_language(generation: str) -> None:
    off = {name: "" for wall, _, _ in WALLS for name in wall if name != "captcha_kind"}
    for language, texts in TEXTS.items():
        with store(generation=generation, language=language, switches={"require_sign_in": False}) as shop:
            for wall, table, name in WALLS:
                shop.switch(**{**off, **wall})
                assert texts[table][name] in fetched(shop, "settings"), (language, name)
