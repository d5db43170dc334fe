"""What CSS says about whether a text of a letter shows. Pure; far from a browser, on the side of hiding."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from automation.colour import alike, background, colour, is_transparent

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

    from automation.colour import Colour

MAX_VALUE = 200
"""Characters of a declaration that are read."""
SMALLEST_PX = 3.0
FAR_AWAY_PX = -400.0


class TooComplex(ValueError):  # noqa: N818 - the letter is too complex, nothing of ours failed
    """HTML that would take too long to read."""


Sheet = Mapping[int, tuple[tuple[str, str], ...]]
"""What a letter's `<style>` says, by element."""

COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))")
_LENGTH = re.compile(r"(-?\d*\.?\d+)(px|pt|em|rem|ex|%|vh|vw)?")
_PX = {"px": 1.0, "pt": 1.33, "em": 16.0, "rem": 16.0, "ex": 8.0, "%": 0.16, "vh": 8.0, "vw": 10.0}
_FONT_SIZE = re.compile(r"(?:^|\s)(\d*\.?\d+(?:px|pt|em|rem|ex|%|vh|vw)?)(?:\s*/|\s)")


@dataclass(frozen=True, eq=False)
class Style:
    """What an element hands down to its texts; the same is one object."""

    visible: bool = True
    size: float = 16.0
    """Of the letters, in pixels."""
    colour: Colour | None = (0, 0, 0)
    """None: not known."""
    background: Colour | None = (255, 255, 255)
    transparent: bool = False
    reversed: bool = False
    struck: bool = False
    keeps_lines: bool = False
    quoted: bool = False
    display: str = ""
    """Of this element alone; empty: as its tag has it."""

    @cached_property
    def seen(self) -> bool:
        """Whether a person sees the text."""
        hidden_in_colour = self.transparent or alike(self.colour, self.background)
        return self.visible and not (self.size <= SMALLEST_PX or self.struck or hidden_in_colour)

    @cached_property
    def inside_quotation(self) -> Style:
        """The same within an older letter."""
        return self if self.quoted else replace(self, quoted=True)


VISIBLE = Style()


@lru_cache(maxsize=500)
def declarations(text: str) -> Mapping[str, str]:
    """`color: Red; x: y !important` as {"color": "red", "x": "y"}."""
    found = {}
    if "\\" in text or "/*" in text:
        text = _ESCAPE.sub(_unescaped, COMMENT.sub("", text))
    for declaration in text.split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            found[name.strip().lower()] = value.strip()[:MAX_VALUE].lower().replace("!important", "").strip()
    return found


def _unescaped(found: re.Match[str]) -> str:
    point = int(found[1], 16) if found[1] else ord(found[2])
    return chr(point) if 0 < point < 0x110000 else ""  # noqa: PLR2004 - the end of Unicode


def style_of(
    node: LexborNode, tag: str, attributes: Mapping[str, str | None], outer: Style, sheet: Sheet
) -> Style | None:
    """The element's style inside its parent's; None where nothing in it can show."""
    if "hidden" in attributes:
        return None
    ruled = sheet.get(node.mem_id, ()) if sheet else ()
    own = attributes.get("style") or ""
    presented = _presentation(attributes) if attributes else ()
    return _style(tag if tag in {"bdo", "pre"} else "", (*presented, *ruled), own, outer)


@lru_cache(maxsize=2000)
def _style(tag: str, given: tuple[tuple[str, str], ...], own: str, outer: Style) -> Style | None:
    """Letters say the same again and again."""
    css = {**dict(given), **declarations(own)}
    if not css and not tag:
        return replace(outer, display="") if outer.display else outer
    return None if _gone(css) else _inherited(tag, outer, css)


def _presentation(attributes: Mapping[str, str | None]) -> tuple[tuple[str, str], ...]:
    if not attributes.keys() & {"bgcolor", "color", "background"}:
        return ()
    pairs = [("background-color", attributes.get("bgcolor")), ("color", attributes.get("color"))]
    if attributes.get("background"):
        pairs.append(("background-image", "url()"))
    return tuple((name, value.lower()) for name, value in pairs if value)


def _gone(css: Mapping[str, str]) -> bool:
    """Whether the element is out of sight with all it holds."""
    number = length(css.get("opacity"))
    none = css.get("display") == "none" or css.get("mso-hide") == "all"
    faint = number is not None and number <= (8 if "%" in css["opacity"] else 0.05)
    flat = any(_at_most(css.get(name), 2) for name in ("max-height", "max-width"))
    cut = _cuts(css) and any(_at_most(css.get(name), 2) for name in ("height", "width"))
    return none or faint or flat or cut or _away(css)


def _cuts(css: Mapping[str, str]) -> bool:
    return any(css.get(name, "").startswith(("hidden", "clip")) for name in ("overflow", "overflow-x", "overflow-y"))


def _away(css: Mapping[str, str]) -> bool:
    placed = css.get("position", "") in {"absolute", "fixed", "relative"}
    edges = ("left", "top", "right", "bottom", "margin-left", "margin-top")
    away = any(_at_most(css.get(name), FAR_AWAY_PX) for name in edges if placed or "margin" in name)
    clipped = bool(re.match(r"rect\(\s*[01](px)?\b", css.get("clip", ""))) or bool(
        re.match(r"(?:inset\(\s*(?:50|100)%|circle\(\s*0|polygon\(\s*0)", css.get("clip-path", ""))
    )
    shrunk = bool(re.search(r"scale[xy3d]*\(\s*0(?:\.0\d*)?\s*[,)]", css.get("transform", "")))
    return away or clipped or shrunk or _at_most(css.get("text-indent"), FAR_AWAY_PX)


def _inherited(tag: str, outer: Style, css: Mapping[str, str]) -> Style:
    own_colour = css.get("color", "inherit") not in {"inherit", "currentcolor", "unset"}
    size = css.get("font-size") or _size_in(css.get("font", ""))
    visibility = css.get("visibility")
    return replace(
        outer,
        display=css.get("display", ""),
        visible=outer.visible if visibility in {None, "inherit"} else visibility == "visible",
        size=_size(size, outer.size),
        colour=colour(css["color"]) if own_colour else outer.colour,
        transparent=is_transparent(css["color"]) if own_colour else outer.transparent,
        background=background(css, outer.background),
        struck=outer.struck or "line-through" in css.get("text-decoration", "") + css.get("text-decoration-line", ""),
        reversed=outer.reversed or _reverses(tag, css),
        keeps_lines=_keeps_lines(tag, css, outer=outer.keeps_lines),
    )


def _keeps_lines(tag: str, css: Mapping[str, str], *, outer: bool) -> bool:
    if "white-space" in css:
        return css["white-space"].startswith("pre") or css["white-space"] == "break-spaces"
    return outer or tag == "pre"


def _reverses(tag: str, css: Mapping[str, str]) -> bool:
    turned = css.get("transform", "").startswith(("scalex(-", "scale(-", "rotate", "matrix"))
    rearranged = "reverse" in css.get("flex-direction", "") + css.get("flex-flow", "") or "order" in css
    return tag == "bdo" or "override" in css.get("unicode-bidi", "") or turned or rearranged


def _size(value: str | None, outer: float) -> float:
    number = length(value)
    if value is None or number is None:
        return outer
    relative = value.endswith(("em", "ex", "%")) and not value.endswith("rem")
    return number * outer / 16.0 if relative else number


def _size_in(font: str) -> str | None:
    """The size that the shorthand `font: bold 14px/20px Arial` sets."""
    found = _FONT_SIZE.search(font)
    return found[1] if found else None


def length(value: str | None) -> float | None:
    """A CSS length in pixels, roughly; None where it is none."""
    found = _LENGTH.fullmatch((value or "").strip())
    return float(found[1]) * _PX.get(found[2] or "px", 1.0) if found else None


def _at_most(value: str | None, limit: float) -> bool:
    number = length(value)
    return number is not None and number <= limit
