"""What a page's field for a code says of itself, and which codes may be typed there."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.shape import Shape, shape_of


def field(**said: Any) -> dict[str, Any]:
    """A field as `look.js` tells of it; one that says nothing of itself unless told otherwise."""
    return {"type": "text", "maxlength": None, "placeholder": "", "pattern": "", "inputmode": "", **said}


@pytest.mark.parametrize(
    ("fields", "shape"),
    [
        ([field()], Shape()),
        ([field(maxlength=6)], Shape(6)),
        ([field(maxlength=200)], Shape()),
        ([field(placeholder="Enter 6 digits")], Shape(6)),
        ([field(placeholder="valid for 15 minutes")], Shape()),
        ([field(pattern=r"\d{5}")], Shape(5)),
        ([field(pattern="[0-9]*")], Shape()),
        ([field(pattern="[0-9]{4,8}")], Shape()),
        ([field(pattern="[A-Za-z0-9]{6}")], Shape(6, letters=True)),
        ([field(pattern="[0-9a-f]+", maxlength=8)], Shape(8, letters=True)),
        ([field(pattern=r"\w{6}")], Shape(6, letters=True)),
        ([field(pattern=r"[\d]{6}", placeholder="4")], Shape(6)),
        ([field(pattern="[A-Z0-9]{6}", inputmode="numeric")], Shape(6)),
        ([field(pattern="[^a-z]{6}")], Shape()),
        ([field(pattern=r"\d{3}-[a-z]{3}")], Shape()),
        ([field(pattern=r"\d{12}")], Shape()),
        ([field(maxlength=1)] * 6, Shape(6, letters=True)),
        ([field(maxlength=1, pattern="[0-9]")] * 6, Shape(6)),
        ([field(maxlength=1, pattern=r"\w")] * 6, Shape(6, letters=True)),
        ([field(maxlength=1, type="tel")] * 4, Shape(4)),
        ([field(maxlength=1, inputmode="numeric")] * 8, Shape(8)),
    ],
)
def test_a_field_says_what_it_takes(fields: list[dict[str, Any]], shape: Shape) -> None:
    assert shape_of(fields) == shape


@given(st.text(max_size=400), st.text(max_size=400))
def test_whatever_a_page_says_a_code_has_four_to_eight_characters(pattern: str, placeholder: str) -> None:
    length = shape_of([field(pattern=pattern, placeholder=placeholder)]).length
    assert length is None or 4 <= length <= 8


@pytest.mark.parametrize("value", ["A1B2C3", "12345", "1234567", ""])
def test_a_code_of_another_shape_is_not_taken(value: str) -> None:
    assert not Shape(6).takes(value)


def test_letters_are_taken_only_where_the_page_takes_them() -> None:
    assert Shape(6, letters=True).takes("A1B2C3")
    assert not Shape(letters=False).takes("A1B2C3")
