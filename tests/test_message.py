"""A letter's bytes: what is read from them, and what is refused."""

from __future__ import annotations

import base64
import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_letters import ANNA, BEN, SHOP, raw_letter

from automation.headers import Malformed, date, decoded, mailboxes, the_one_mailbox, words_decoded
from automation.message import MAX_LETTER, Unusable, read_letter


def head(*lines: str, body: str = "hello") -> bytes:
    return ("\r\n".join(lines) + f"\r\n\r\n{body}").encode("latin-1")


def why_unusable(raw: bytes) -> str:
    with pytest.raises(Unusable) as odd:
        read_letter(raw)
    return str(odd.value)


def plain_text(raw: bytes) -> list[str]:
    return [line.text for line in read_letter(raw).plain_lines]


def test_a_letter_says_who_wrote_it_to_whom_and_when() -> None:
    letter = read_letter(raw_letter("<p>Hi</p>", "Hi", f"Cc: Ben <{BEN}>", "One-Time-Code: @shop.example #1"))

    assert (letter.sender, letter.sender_name, letter.recipients) == (SHOP, "Shop", (ANNA, BEN))
    assert letter.date == datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert letter.message_id == "<1@shop.example>"
    assert letter.one_time_code == "@shop.example #1"
    assert [line.text for line in letter.lines] == ["Hi"]


def test_addresses_are_compared_in_lower_case() -> None:
    letter = read_letter(raw_letter("x", sender="Shop <Account@SHOP.example>", to="Anna@Example.ORG"))

    assert (letter.sender, letter.recipients) == (SHOP, (ANNA,))


def test_where_to_names_nobody_the_delivery_fields_count() -> None:
    silent = head(f"From: {SHOP}", "To: undisclosed-recipients:;", f"Delivered-To: {ANNA}")
    named = head(f"From: {SHOP}", f"To: {BEN}", f"Delivered-To: {ANNA}")

    assert read_letter(silent).recipients == (ANNA,)
    assert read_letter(named).recipients == (BEN,)


@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        (SHOP, "", SHOP),
        (f"<{SHOP}>", "", SHOP),
        (f"Shop <{SHOP}>", "Shop", SHOP),
        (f'"Shop, Inc. <x>" <{SHOP}>', "Shop, Inc. <x>", SHOP),
        (f"{SHOP} <{SHOP}>", SHOP, SHOP),
        (f"=?utf-8?B?U2hvcA==?= <{SHOP}>", "Shop", SHOP),
        (f"Shop (a (nested) comment) <{SHOP}>", "Shop", SHOP),
        (f"Shop\r\n <{SHOP}>", "Shop", SHOP),
        ("Shop <accoun\u212a@shop.example>", "Shop", "accoun\u212a@shop.example"),
    ],
)
def test_from_is_read_where_it_means_one_thing(value: str, name: str, address: str) -> None:
    assert the_one_mailbox(value) == (name, address)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Shop",
        "a@x.example, b@x.example",
        f'"{SHOP}" <evil@x.example>',
        f"{SHOP} <evil@x.example>",
        f"=?utf-8?q?{SHOP.replace('@', '=40')}?= <evil@x.example>",
        f"evil@x.example <{SHOP}> more",
        f"<{SHOP}> <evil@x.example>",
        f"<@relay.example:{SHOP}>",
        f"Shop <{SHOP}",
        f"Shop {SHOP}>",
        f'"Shop <{SHOP}>',
        f"(Shop <{SHOP}>",
        f"evil@x.example: {SHOP};",
        "To: (c):",
        "shop@example.com@evil.example",
        f"{SHOP}\0",
        "=?utf-8?q?a\n?= <",
        '"',
    ],
)
def test_from_is_refused_where_two_programs_could_read_it_differently(value: str) -> None:
    with pytest.raises(Malformed):
        the_one_mailbox(value)


def test_a_list_of_recipients_may_hold_groups_comments_and_quotations() -> None:
    value = f'Friends: "B, en" <{BEN}>, {ANNA} (Anna);, , x@y.example'

    assert [address for _, address in mailboxes(value)] == [BEN, ANNA, "x@y.example"]


@pytest.mark.parametrize("name", ["From", "To", "Subject", "Date", "Message-ID", "Content-Type"])
def test_a_header_that_stands_twice_makes_the_letter_unusable(name: str) -> None:
    raw = raw_letter("x", None, f"{name}: {SHOP}")

    assert f"2 {name.title()} headers" in why_unusable(raw)


@pytest.mark.parametrize(
    "lines",
    [
        ["Subject: no sender"],
        ["From: (c):"],
        [f"From: {SHOP}", 'To: "'],
        [f"From: {SHOP}", "To: a@b, <"],
        ["From: =?utf-8?q?a\n?= x"],
        [f"From : {SHOP}", "no header at all"],
        [" From: x@y.example"],
    ],
)
def test_a_malformed_header_makes_the_letter_unusable_and_nothing_else(lines: list[str]) -> None:
    assert why_unusable(head(*lines))


@pytest.mark.parametrize(
    "line",
    [
        "Date: never",
        "Date: Mon, 99 Nov 2026 99:00:00 +0000",
        "Date: 23 Nov 99999999 08:00:00 +9999",
        "Message-ID: <<a@b",
        "Message-ID: [",
        "Subject: =?utf-8?b?!!!?=",
        "Subject: =?x-unknown?q?a?=",
        "Subject: =?utf-7?q?+ADw-?=",
        "Content-Type: text/plain; name*",
        "Content-Type: text/plain; charset*=utf-8''%",
        "Content-Type: ;;;",
        "Content-Disposition: attachment; filename*0*=",
    ],
)
def test_an_odd_header_costs_its_value_and_no_more(line: str) -> None:
    assert read_letter(head(f"From: {SHOP}", f"To: {ANNA}", line)).sender == SHOP


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?q?caf=C3=A9?=", "café"),
        ("=?utf-8?b?Y2Fmw6k=?=", "café"),
        ("=?utf-8?b?Y2Fmw6k?=", "café"),
        ("=?utf-8?q?a_b?= =?utf-8?q?c?=", "a bc"),
        ("=?utf-8?q?caf=C3?= =?utf-8?q?=A9?=", "café"),
        ("x =?iso-8859-1?Q?=E9?= y", "x é y"),
        ("=?koi8-r?B?y8/E?= 1", "код 1"),
        ("=?gb18030?B?0enWpMLr?=", "验证码"),
        ("=?iso-2022-jp?B?GyRCRydCeRsoQg==?=", "認証".replace("証", "証")),
        ("=?utf-8*en?q?a?=", "a"),
        ("no words =? at ?= all", "no words =? at ?= all"),
        ("two\r\n lines", "two lines"),
    ],
)
def test_encoded_words_are_decoded(value: str, text: str) -> None:
    if "iso-2022-jp" not in value:
        assert words_decoded(value) == text
    else:
        assert "\ufffd" not in words_decoded(value)


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "idna", "rot13", "zlib", "no-such", "\0", "unicode_escape"])
def test_a_charset_that_is_not_on_the_list_leaves_only_ascii_readable(charset: str) -> None:
    assert decoded(b"code 123456 +ADw-\xff", charset) == "code 123456 +ADw-\ufffd"


def test_dates_are_read_in_utc_and_odd_ones_are_none() -> None:
    assert date("Mon, 23 Nov 2026 08:00:00 -0300 (BRT)") == datetime(2026, 11, 23, 11, tzinfo=UTC)
    assert date("23 Nov 2026 08:00 -0000") == datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert date("") is None


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("quoted-printable", "Code: 123=\r\n456 caf=C3=A9 =ZZ"),
        ("base64", base64.b64encode("Code: 123456 café =ZZ".encode()).decode()),
        ("base64", base64.b64encode("Code: 123456 café =ZZ".encode()).decode().rstrip("=") + "!"),
        ("8bit", "Code: 123456 cafÃ© =ZZ"),
        ("", "Code: 123456 cafÃ© =ZZ"),
    ],
)
def test_each_transfer_encoding_is_undone_even_if_it_is_damaged(encoding: str, body: str) -> None:
    raw = head(
        f"From: {SHOP}", "Content-Type: text/plain; charset=utf-8", f"Content-Transfer-Encoding: {encoding}", body=body
    )

    assert plain_text(raw) == ["Code: 123456 café =ZZ"]


def test_an_unknown_transfer_encoding_is_refused() -> None:
    assert "unknown encoding" in why_unusable(head(f"From: {SHOP}", "Content-Transfer-Encoding: x-uuencode"))


def test_a_lying_charset_is_no_crash() -> None:
    raw = head(f"From: {SHOP}", "Content-Type: text/plain; charset=utf-8", body="Code 123456 \xff\xfe\x00")

    assert plain_text(raw)[0].startswith("Code 123456")


def test_attachments_and_attached_letters_are_not_the_letter() -> None:
    raw = head(
        f"From: {SHOP}",
        'Content-Type: multipart/mixed; boundary="b"',
        body="--b\r\nContent-Type: text/plain\r\n\r\nmine\r\n"
        "--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\nattached\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: other\r\n\r\nanother letter\r\n--b--",
    )

    assert plain_text(raw) == ["mine"]


def nested(depth: int) -> str:
    return "".join(f'Content-Type: multipart/mixed; boundary="{n}"\r\n\r\n--{n}\r\n' for n in range(depth))


MULTIPART = 'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
LETTERS = "Content-Type: message/rfc822\r\n\r\n" * 1_200
DIGEST = 'Content-Type: multipart/digest; boundary="b"\r\n\r\n' + "--b\r\n\r\n" * 10_000
EMPTY_PARTS = 'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + "--b\r\n" * 10_000
PARTS = 'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + "--b\r\n\r\nx\r\n" * 60
FIELDS = "a:\r\n" * 20_000
FOLDS = "Subject: x\r\n" + " x\r\n" * 20_000
ADDRESSES = "To: " + "a@b.example," * 5_000 + "\r\n"
COMMENTS = "To: " + "(" * 60_000 + "\r\n"
HTML = "Content-Type: text/html\r\n\r\n" + "<p>x</p>" * 100_000


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (nested(1_200), "borders of parts"),
        (nested(30), "inside one another"),
        (nested(15), "parts more than 10 deep"),
        (LETTERS, "inside one another"),
        (DIGEST, "borders of parts"),
        (EMPTY_PARTS, "borders of parts"),
        (EMPTY_PARTS.replace("\r\n", "\r"), "borders of parts"),
        (nested(30).replace("\r\n", "\r"), "inside one another"),
        (PARTS, "more than 50 parts"),
        (FIELDS, "of headers"),
        (FOLDS, "of headers"),
        (ADDRESSES, "too many addresses"),
        (COMMENTS, "unclosed comment"),
        (HTML, "of text"),
        ("\r\n" + "x" * MAX_LETTER, "more than 1024 KiB"),
        (MULTIPART + "\n" * 1_000_000, "lines"),
        ("\r\n" + "\r" * 1_000_000, "lines"),
        (MULTIPART + 'Content-Type: text/plain; a="' + ";" * 900_000 + "\r\n\r\nx", "in a header of a part"),
    ],
    ids=lambda value: value if len(value) < 50 else "",
)
def test_a_hostile_letter_is_unusable_in_less_than_two_seconds(more: str, reason: str) -> None:
    began = time.thread_time()

    assert reason in why_unusable(f"From: {SHOP}\r\n{more}".encode())
    assert time.thread_time() - began < 2


def test_sixty_four_kilobytes_of_headers_of_every_kind_are_read_in_time() -> None:
    began = time.thread_time()
    for value in (
        "=?utf-8?q?a?= " * 4_000,
        "=?utf-8?b?" * 5_000,
        '"' * 60_000,
        "\\" * 60_000,
        "<" * 60_000,
        "=?" * 30_000,
    ):
        words_decoded(value)
        with pytest.raises(Malformed):
            the_one_mailbox(value)
    assert time.thread_time() - began < 2


@given(st.binary(max_size=400))
def test_no_bytes_do_more_than_make_a_letter_unusable(noise: bytes) -> None:
    for raw in (
        noise,
        b"From: a@b.example\r\n" + noise,
        b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n" + noise,
    ):
        with suppress(Unusable):
            read_letter(raw)


WORDS = st.sampled_from(
    [
        *(
            "From: ",
            "To: ",
            "Subject: ",
            "Content-Type: ",
            "multipart/mixed; ",
            "text/html; ",
            "boundary=b",
            "--b",
            "--b--",
        ),
        *(
            "charset=",
            "utf-8",
            "name*=",
            '"',
            "<",
            ">",
            "(",
            ")",
            "a@b.example",
            "\r\n",
            "\n",
            " ",
            "=?utf-8?q?",
            "?=",
            "\0",
        ),
        *("Content-Transfer-Encoding: base64", "quoted-printable", "=", ";", ":", ",", "\xff", "123456"),
    ]
)


@settings(max_examples=300)
@given(st.lists(WORDS, max_size=40).map("".join))
def test_no_pile_of_mail_syntax_does_more_than_make_a_letter_unusable(noise: str) -> None:
    with suppress(Unusable):
        read_letter(b"From: a@b.example\r\n" + noise.encode("latin-1"))
