"""Colours of CSS, as far as needed to see that a text has the colour of what is behind it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

Colour = tuple[int, int, int]

NEAR = 12
"""So far apart on each channel two colours look the same."""

_NAMES: Mapping[str, Colour] = {
    "white": (255, 255, 255),
    "black": (0, 0, 0),
    "red": (255, 0, 0),
    "blue": (0, 0, 255),
    "green": (0, 128, 0),
    "yellow": (255, 255, 0),
    "gray": (128, 128, 128),
    "grey": (128, 128, 128),
    "silver": (192, 192, 192),
    "whitesmoke": (245, 245, 245),
    "snow": (255, 250, 250),
    "ivory": (255, 255, 240),
    "ghostwhite": (248, 248, 255),
    "floralwhite": (255, 250, 240),
}


def colour(value: str) -> Colour | None:
    """A colour as CSS or an old `color=` attribute writes it; None where it is not known."""
    value = value.strip().lower()
    digits = re.fullmatch(r"#?([0-9a-f]{6})(?:[0-9a-f]{2})?", value)
    if digits:
        number = digits[1]
        return int(number[:2], 16), int(number[2:4], 16), int(number[4:], 16)
    short = re.fullmatch(r"#?([0-9a-f])([0-9a-f])([0-9a-f])[0-9a-f]?", value)
    if short:
        return int(short[1] * 2, 16), int(short[2] * 2, 16), int(short[3] * 2, 16)
    parts = re.match(r"rgba?\(\s*(\d+)\D+(\d+)\D+(\d+)", value)
    if parts:
        return int(parts[1][:4]), int(parts[2][:4]), int(parts[3][:4])
    return _NAMES.get(value)


def background(css: Mapping[str, str], outer: Colour | None) -> Colour | None:
    """The colour behind a text; None behind which an image lies or nobody knows."""
    shorthand = css.get("background", "")
    if "url(" in shorthand + css.get("background-image", "") or "gradient" in shorthand:
        return None
    value = css.get("background-color") or shorthand
    if not value or value in {"none", "transparent", "inherit", "initial", "unset"}:
        return outer
    first = re.match(r"[^\s(]+(?:\([^)]*\))?", value)
    return colour(first.group()) if first else None


def alike(text: Colour | None, behind: Colour | None) -> bool:
    """Whether a person can't tell the text from what is behind it; unknown colours are told apart."""
    if text is None or behind is None:
        return False
    return all(abs(a - b) <= NEAR for a, b in zip(text, behind, strict=True))
