"""URLs and hosts that a user gives: taken only if they mean one thing, refused without being quoted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.given import Wrong
from automation.origins import origin_of
from automation.url import ImapPlace, imap_place, plain_hosts, web_origins, web_url

CANARY = "c4n4ry-unique"
PLAIN = frozenset({"store", "mail"})


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("imaps://mail.example", ImapPlace("mail.example", 993, None, "implicit")),
        (
            "imaps://anna%40b.example@mail.example:1/",
            ImapPlace("mail.example", 1, "anna@b.example", "implicit"),
        ),
        ("imaps://anna@b.example@mail.example", ImapPlace("mail.example", 993, "anna@b.example", "implicit")),
        ("imap://mail.example", ImapPlace("mail.example", 143, None, "starttls")),
        ("imap://127.0.0.1:1143", ImapPlace("127.0.0.1", 1143, None, "plain")),
        ("imap://[::1]:1143", ImapPlace("::1", 1143, None, "plain")),
        ("imap://localhost", ImapPlace("localhost", 143, None, "plain")),
        ("IMAP://MAIL", ImapPlace("mail", 143, None, "plain")),
        ("imap://mail.evil", ImapPlace("mail.evil", 143, None, "starttls")),
        ("imaps://mail", ImapPlace("mail", 993, None, "implicit")),
    ],
)
def test_a_mailbox_speaks_plain_text_on_this_machine_and_named_hosts_only(url: str, place: ImapPlace) -> None:
    assert imap_place(url, PLAIN) == place


@pytest.mark.parametrize(
    "url",
    [
        f"imaps://anna:{CANARY}@host",
        f"imaps://anna:@{CANARY}",
        f"imaps://anna:12{CANARY}@x@host:993",
        f"imaps://anna:12/{CANARY}@host",
        f"imaps://anna:12#{CANARY}@host",
        f"imaps://anna:12?{CANARY}@host",
        f"imaps://anna:{CANARY}",
        f"imaps://{CANARY} @host",
        f"imaps://host/{CANARY}",
        f"imaps://[{CANARY}]/",
        f"https://{CANARY}",
        f"imaps:{CANARY}",
        f"{CANARY}\n",
        f"imaps://host\\@{CANARY}",
        "imaps://",
        "imaps://host:0",
        "imaps://host:99999",
        "imaps://1.2.3",
        "imaps://-x",
        "imaps://a%0d%0aLOGOUT@host",
    ],
)
def test_a_mailbox_url_that_could_mean_two_things_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(Wrong) as wrong:
        imap_place(url, PLAIN)
    assert CANARY not in str(wrong.value)
    assert wrong.value.__cause__ is wrong.value.__context__ is None or wrong.value.__suppress_context__


def test_a_password_in_a_url_is_refused_with_the_place_for_it() -> None:
    with pytest.raises(Wrong, match=r"holds a password; .*_PASSWORD"):
        imap_place("imaps://anna:secret@host", PLAIN)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://127.0.0.1:4000", "http://127.0.0.1:4000/"),
        ("HTTP://LocalHost:80/shop/", "http://localhost/shop/"),
        ("http://[0:0::1]:4000/", "http://[::1]:4000/"),
        ("https://Shop.Example:443", "https://shop.example/"),
        ("http://store:8000", "http://store:8000/"),
        ("https://10.0.0.1", "https://10.0.0.1/"),
    ],
)
def test_a_store_s_url_is_kept_in_the_browser_s_spelling(text: str, url: str) -> None:
    assert web_url(text, PLAIN) == url
    assert url.startswith(origin_of(url))


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://127.1",
        "http://2130706433",
        "http://0x7f.1",
        "http://10.0.0.1",
        f"https://anna:{CANARY}@shop.example",
        f"https://{CANARY}@shop.example",
        f"https://shop.example/?{CANARY}",
        f"https://shop.example/#{CANARY}",
        "https://shop.example\\@evil.example",
        "https://müller.example",
        "ftp://shop.example",
        "shop.example",
        "https://*.shop.example",
        "https://shop.example:x",
        "https://",
        "https://[::1",
    ],
)
def test_a_store_s_url_that_is_not_safe_to_type_on_is_refused(url: str) -> None:
    with pytest.raises(Wrong) as wrong:
        web_url(url, PLAIN)
    assert CANARY not in str(wrong.value)


@given(text=st.text() | st.from_regex(r"https?://[\w:@/\[\]\\.%#?-]{0,30}", fullmatch=True))
def test_what_is_taken_has_an_origin_of_its_own_spelling(text: str) -> None:
    try:
        url = web_url(text, PLAIN)
    except Wrong:
        return
    assert url.startswith(origin_of(url) + "/")
    assert web_url(url, PLAIN) == url


def test_further_origins_are_exact() -> None:
    assert web_origins("http://127.0.0.1:2, https://f.example\n", PLAIN) == (
        "http://127.0.0.1:2",
        "https://f.example",
    )


@pytest.mark.parametrize("text", ["https://f.example/path", "http://f.example", "f.example", "https://*.example"])
def test_an_origin_is_no_pattern_and_no_page(text: str) -> None:
    with pytest.raises(Wrong):
        web_origins(text, PLAIN)


def test_plain_hosts_are_exact_names() -> None:
    assert plain_hosts("Store, mail  10.0.0.7", ()) == {"store", "mail", "10.0.0.7"}


@pytest.mark.parametrize("text", ["*", "*.example", "http://store", "store:80", "ä", "a/b"])
def test_a_plain_host_is_no_pattern_and_no_url(text: str) -> None:
    with pytest.raises(Wrong):
        plain_hosts(text, ())


def test_a_real_store_s_host_never_speaks_plain_text() -> None:
    with pytest.raises(Wrong, match="real store"):
        plain_hosts("store, WWW.shop.example", {"www.shop.example"})
