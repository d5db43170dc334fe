"""What a letter's `<style>` says about its elements, as far as it may hide or colour something. Pure."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from selectolax.lexbor import SelectolaxError

from automation.style import COMMENT, TooComplex, declarations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborHTMLParser, LexborNode

    from automation.style import Sheet

MAX_RULES = 400
MAX_MATCHES = 30_000
MAX_SELECTOR = 300
MAX_MEDIA = 20
"""Rules around a rule."""
MAX_STEPS = 100_000_000
"""Elements times the elements they stand in times the selectors that look at these."""

_TELLING = re.compile(
    r"display|visibility|opacity|font|height|width|overflow|mso-hide|color|background|text-indent|position|left"
    r"|top|right|clip|transform|direction|flex-flow|order\s*:|unicode-bidi|white-space|text-decoration",
    re.IGNORECASE,
)
_BRACE = re.compile(r"([{}])")
_EVERYWHERE = re.compile(r"@(?:media\s+(?:(?:only\s+)?screen|all)\s*|supports.*|layer.*)$", re.IGNORECASE | re.DOTALL)
_MOVED = re.compile(r":(?:hover|focus|active|visited|target|:|before|after|first-l)", re.IGNORECASE)
_ARGUMENT = re.compile(r"\([^()]*\)")
_PSEUDO = re.compile(r":[\w-]+")
_BESIDE = re.compile(r"[+~](?!=)")


def sheet_of(tree: LexborHTMLParser) -> Sheet:
    """The `<style>` rules that may hide or colour something, put to the elements they match."""
    sheet: dict[int, dict[str, str]] = {}
    source = COMMENT.sub("", "\n".join(node.text() for node in tree.css("style")))
    rules = [
        (part, body)
        for selector, body in _rules(source)
        if _TELLING.search(body) or "\\" in body
        for part in simplified(selector)
    ]
    if len(rules) > MAX_RULES:
        raise TooComplex(f"has more than {MAX_RULES} style rules")
    _check_steps(tree, sum(" " in selector for selector, _ in rules))
    matches = 0
    for selector, body in rules:
        said = declarations(body)
        nodes = _matching(tree, selector)
        matches += len(nodes)
        if matches > MAX_MATCHES:
            raise TooComplex(f"has style rules that match more than {MAX_MATCHES} elements")
        for node in nodes:
            sheet.setdefault(node.mem_id, {}).update(said)
    return {element: tuple(said.items()) for element, said in sheet.items()}


def _rules(source: str) -> Iterator[tuple[str, str]]:
    """(selector, body) of each rule, but for those meant for phones or print: they don't show here."""
    around: list[str] = []
    pieces = _BRACE.split(source)
    for text, brace in zip(pieces[::2], pieces[1::2], strict=False):  # what comes after the last brace is no rule
        if brace == "{":
            around.append(text.rpartition(";")[2].strip())
            if len(around) > MAX_MEDIA:
                raise TooComplex(f"has style rules nested more than {MAX_MEDIA} deep")
        elif around:
            selector = around.pop()
            if not selector.startswith("@") and all(_EVERYWHERE.match(rule) for rule in around):
                yield selector, text


def _check_steps(tree: LexborHTMLParser, selectors: int) -> None:
    """Refuse what selectors that look at the elements around an element would take long for."""
    if not selectors or tree.root is None:
        return
    elements = len(tree.css("*"))
    if elements * elements * selectors > MAX_STEPS and elements * _depth(tree.root) * selectors > MAX_STEPS:
        raise TooComplex("has too many style rules for its size")


def _depth(root: LexborNode) -> int:
    """How deep the elements nest."""
    deepest, waiting = 0, [(root, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting += [(child, depth + 1) for child in node.iter()]
    return deepest


def _matching(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    with suppress(SelectolaxError, ValueError, RuntimeError):
        return tree.css(selector)
    return []


def simplified(selector: str) -> Iterator[str]:
    """The selector's parts without what takes long to match: they match too much then, and too much is hidden.

    Parts for a pointer that hovers and the like are left out: nobody points at a letter here.
    """
    for part in selector.split(","):
        if not _MOVED.search(part):
            simple = part[:MAX_SELECTOR]
            while (shorter := _ARGUMENT.sub("", simple)) != simple:
                simple = shorter  # from the innermost bracket out
            steps = re.sub(r"\s*>\s*", " ", _PSEUDO.sub("", _BESIDE.split(simple)[-1])).split()
            yield " ".join(steps[-2:]) or "*"
