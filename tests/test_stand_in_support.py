"""The stand-in's profile and its support chat, as a visitor without a script has them."""

from __future__ import annotations

import json
import re
import time
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urljoin
from urllib.request import Request

import pytest
from sample_stand_ins import ERROR, NEW, OLD, PATIENCE_S, TEXTS, store

if TYPE_CHECKING:
    from sample_stand_ins import Store

CHAT = TEXTS["en"]["chat"]
GENERATIONS = ["legacy", "center"]


def profile(shop: Store) -> str:
    """The read-only profile."""
    if shop.generation == "legacy":
        return shop.get("/user/profile.htm")
    return str(json.loads(shop.get("/api/view/profile"))["html"])


def save(shop: Store, second: str) -> str:
    """Save a second address; what is shown or said then."""
    if shop.generation == "legacy":
        return shop.post("/user/edit_profile.htm", altEmail=second)
    return str(shop.ask("store", "/api/profile", secondEmail=second)["error"])


def rows(page: str) -> list[str]:
    """What stands in the profile's rows, in order."""
    return [re.sub(r"<[^>]*>", "", row).strip() for row in re.findall(r"<td[^>]*>(.*?)</td>", page, re.DOTALL)]


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_second_address_is_kept_below_the_first(generation: str) -> None:
    with store(generation=generation, switches={"require_sign_in": False}) as shop:
        assert rows(profile(shop))[1:3] == [OLD, "\N{EN DASH}"]
        save(shop, NEW)
        assert rows(profile(shop))[1:3] == [OLD, NEW]
        save(shop, NEW)
        truth = shop.truth()
        assert truth["accounts"][OLD]["second_email"] == NEW
        assert [(each["second"], each["applied"]) for each in truth["profile_saves"]] == [(NEW, True), (NEW, False)]


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_second_address_may_be_refused_and_the_old_state_shown_for_a_while(generation: str) -> None:
    with store(generation=generation, switches={"require_sign_in": False}) as shop:
        assert ERROR["address_invalid"] in save(shop, "nonsense")
        shop.switch(address_in_use=True)
        assert ERROR["address_in_use"] in save(shop, NEW)
        shop.switch(address_in_use=False, success_without_change=True)
        save(shop, NEW)
        assert NEW not in profile(shop)
        shop.switch(success_without_change=False, old_shown_for_s=PATIENCE_S)
        save(shop, NEW)
        assert NEW not in profile(shop)
        shop.switch(old_shown_for_s=0)
        assert NEW in profile(shop)


def open_chat(shop: Store) -> None:
    """Choose the second way."""
    shop.begin()
    if shop.generation == "legacy":
        shop.get("/iv/mini/service_way.htm")
    else:
        shop.verify("way", way="service")


def say(shop: Store, text: str) -> None:
    if shop.generation == "legacy":
        shop.ask("store", "/iv/mini/chat_say.htm", say=text)
    else:
        shop.ask("frame", "/api/verify/say", say=text)


def transcript(shop: Store) -> str:
    """What was said until now."""
    if shop.generation == "legacy":
        return str(json.loads(shop.get("/iv/mini/chat.htm"))["html"])
    request = Request(urljoin(shop.at["frame"], "/api/verify/chat"), headers=shop.session)
    with shop.browser.open(request, timeout=PATIENCE_S) as answer:
        return str(json.load(answer)["html"])


def heard(shop: Store, words: str) -> str:
    """The conversation, once these words stand in it."""
    end, page = time.monotonic() + PATIENCE_S, ""
    while time.monotonic() < end and words not in page:
        page = unescape(transcript(shop))
    assert words in page, page
    return page


def start(text: str) -> str:
    """A text as far as its first place to fill in."""
    return text.partition("{")[0].strip()


@pytest.mark.parametrize("generation", GENERATIONS)
def test_the_assistant_lets_an_operator_in_who_follows_his_script(generation: str) -> None:
    with store(generation=generation, switches={"require_sign_in": False}) as shop:
        open_chat(shop)
        heard(shop, start(CHAT["greeting"]))
        say(shop, "My parcel is late")
        heard(shop, CHAT["not_understood"])
        say(shop, "Let me talk to a HUMAN")
        heard(shop, start(CHAT["queue"]))
        heard(shop, start(CHAT["hello"]))
        for said, answer in (("Hello", "ask_name"), ("Anna", "ask_date"), ("2019", "promise")):
            say(shop, said)
            heard(shop, start(CHAT[answer]))
        chat = shop.truth()["chat"]
    assert [line["text"] for line in chat if line["who"] == "customer"][-3:] == ["Hello", "Anna", "2019"]
    assert {line["account"] for line in chat} == {OLD}


@pytest.mark.parametrize(
    ("operator", "answers"),
    [
        ("answers", ["promise"]),
        ("refuses", ["refused"]),
        ("order_number", ["ask_order", "ask_order", "promise"]),
        ("closes", ["closed"]),
    ],
)
def test_the_operator_can_be_told_what_to_do(operator: str, answers: list[str]) -> None:
    with store(switches={"require_sign_in": False, "operator": operator, "operator_delay_s": 0}) as shop:
        open_chat(shop)
        say(shop, "agent")
        heard(shop, start(CHAT["hello"]))
        for said, answer in zip(["Hello", "I have none", "8012345678901234"], answers, strict=False):
            say(shop, said)
            heard(shop, start(CHAT[answer]))
        say(shop, "Goodbye")
        last = shop.truth()["chat"][-1]["text"]
    assert (last == "Goodbye") == (operator != "closes")


def test_a_chat_that_is_forgotten_or_closed_begins_anew() -> None:
    with store(switches={"require_sign_in": False, "operator": "absent"}) as shop:
        open_chat(shop)
        say(shop, "agent")
        assert shop.control("forget-chats", "POST") == {"chats": 0}
        open_chat(shop)
        assert "agent" not in heard(shop, start(CHAT["greeting"]))
