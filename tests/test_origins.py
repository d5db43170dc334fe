"""Origins are exact: no wildcard, no look-alike, no plain http off this machine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.origins import Origins, is_loopback, origin_of

STORE = Origins(frozenset({"https://www.aliexpress.com", "https://accounts.aliexpress.com"}))


@pytest.mark.parametrize(
    "url",
    [
        "https://www.aliexpress.com/p/account/index.html",
        "https://www.aliexpress.com:443/",
        "https://accounts.aliexpress.com/user?x=https://evil.example",
    ],
)
def test_the_stores_own_pages_are_held(url: str) -> None:
    assert STORE.hold(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://www.aliexpress.com/",
        "https://aliexpress.com/",
        "https://www.aliexpress.com.evil.example/",
        "https://www.aliexpress.com@evil.example/",
        "https://www.aliexpress.com:8443/",
        "https://evil.example/https://www.aliexpress.com/",
        "about:blank",
        "data:text/html,x",
        "javascript:alert(1)",
        "blob:https://www.aliexpress.com/1",
        "https://[half",
        "",
    ],
)
def test_everything_else_is_foreign(url: str) -> None:
    assert not STORE.hold(url)


def test_on_loopback_any_port_of_the_same_host_is_held() -> None:
    stand_in = Origins(frozenset({"http://127.0.0.1:4000"}))
    assert stand_in.hold("http://127.0.0.1:4001/frame")
    assert not stand_in.hold("http://localhost:4001/frame")
    assert not stand_in.hold("http://10.0.0.1:4000/")


def test_a_container_speaks_plain_http_only_when_named() -> None:
    assert not Origins(frozenset({"http://shop:8000"})).hold("http://shop:8000/")
    named = Origins(frozenset({"http://shop:8000"}), frozenset({"shop"}))
    assert named.hold("http://shop:8000/x")
    assert not named.hold("http://shop:8001/x")


@given(st.text())
def test_no_text_at_all_upsets_the_check(text: str) -> None:
    assert STORE.hold(text) in {True, False}
    assert is_loopback(text) in {True, False}


@given(st.from_regex(r"[a-z]{1,10}(\.[a-z]{2,8}){1,3}", fullmatch=True))
def test_an_origin_is_what_it_is_made_from(host: str) -> None:
    assert origin_of(f"https://{host}/path?query#part") == f"https://{host}"
