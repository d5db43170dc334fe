"""Whatever a letter is put together from: it is read or unusable, and only what fits is taken."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from sample_letters import raw_letter, wanted

from automation.codes import Found, NotTaken, read_code
from automation.message import Unusable, read_letter
from automation.shape import Shape

# fmt: off
PIECES = st.text(max_size=20) | st.sampled_from(
    (
        "code", "verification code", "验证码", "รหัสยืนยัน", "קוד", "رمز", "order number", "password", "reset", "is", ":",
        "123456", "654321", "2026", "8bit", "A1B2", "G-", "12 34 56", "1-2-3", "٤٨٢٩", "\uff14\uff18", "+39 ", "€", "#",
        " ", "\n", "\t", ".", "?", "、", "\u200b", "\u202e", "\u0301" * 5, "\0", "&#49;", "&amp;", "=?utf-8?q?", "@",
        "<p>", "</p>", "<div style='display:none'>", "</div>", "<td>", "<b>1</b>", "<style>b{color:#fff}</style>",
        "<!--", "-->", "<blockquote>", "<img src='cid:x'>", "On Monday Shop wrote:", "> ", "@www.shop.example #123456",
    )
)
LINES = st.lists(
    st.sampled_from(
        (
            b"From: ", b"To: a@b.example", b"Subject: ", b"Content-Type: multipart/mixed; boundary=b", b"--b", b"--b--",
            b"\r", b"\n", b"\r\n", b":", b" ", b"=?", b"?=", b'"', b"(", b"<", b"\xff", b"\0", b"123456", b"code",
            b"Content-Transfer-Encoding: base64", b"Content-Type: text/html", b"<p>", b"account@shop.example",
            b"anna@example.org", b"Authentication-Results: mx.example.org; dmarc=pass",
        )
    ),
    max_size=60,
).map(b"".join)
# fmt: on
TEXTS = st.lists(PIECES, max_size=30).map("".join)
SHAPES = st.builds(Shape, st.sampled_from([None, 4, 6, 8]), letters=st.booleans())


def verdict(raw: bytes, shape: Shape) -> Found | NotTaken | str:
    """What is made of a letter; everything but Unusable goes on, and fails the test."""
    try:
        return read_code(read_letter(raw), replace(wanted(shape=shape), trust_sender=True))
    except Unusable as odd:
        return str(odd)


@given(TEXTS, st.none() | TEXTS, TEXTS, SHAPES)
def test_texts_put_together_from_anything_are_read_the_same_way_each_time(
    html: str, plain: str | None, subject: str, shape: Shape
) -> None:
    raw = _raw(html, plain, subject)
    found = verdict(raw, shape)

    assert found == verdict(raw, shape)
    if isinstance(found, Found):
        assert shape.takes(found.value)
        assert found.value not in found.why
        assert found.value not in str(found.rejected)


@given(st.binary(max_size=600), SHAPES)
def test_any_bytes_are_read_or_unusable(raw: bytes, shape: Shape) -> None:
    assert not isinstance(verdict(raw, shape), Found)


@given(LINES, SHAPES)
def test_headers_and_borders_in_any_order_are_read_or_unusable(raw: bytes, shape: Shape) -> None:
    assert isinstance(verdict(raw, shape), str | NotTaken | Found)


def _raw(html: str, plain: str | None, subject: str) -> bytes:
    return raw_letter(_sent(html), None if plain is None else _sent(plain), subject=" ".join(_sent(subject).split()))


def _sent(text: str) -> str:
    """The text without what no program can send: halves of characters."""
    return text.encode("utf-8", "replace").decode()


def test_letters_and_digits_that_are_as_long_as_a_year_are_none() -> None:
    shape = Shape(4, letters=True)

    found = verdict(raw_letter("<p>Your verification code:</p><div>8B1T</div>"), shape)

    assert isinstance(found, Found)
    assert found.value == "8B1T"
