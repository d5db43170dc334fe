"""The text of a letter that a person sees, line by line: hidden text is not there.

Pure. No library drops hidden text properly, so the HTML is walked here with what its styles say.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

from automation.characters import REVERSED, cleaned
from automation.sheet import sheet_of
from automation.style import VISIBLE, Sheet, TooComplex, style_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from selectolax.lexbor import LexborNode

    from automation.style import Style

MAX_LINES = 2_000
MAX_LINE = 2_000
MAX_NESTING = 500
MARGINS = range(60, 81)
"""Characters in a line of plain text after which programs break it."""

# fmt: off
_UNSEEN = frozenset(
    (
        "head", "script", "style", "template", "title", "noframes", "iframe", "object", "embed",
        "applet", "svg", "math", "audio", "video", "canvas", "map", "select", "datalist", "textarea",
        "input", "del", "s", "strike",
    )
)
_BLOCKS = frozenset(
    (
        "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "dir",
        "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4",
        "h5", "h6", "header", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre",
        "section", "summary", "table", "tbody", "tfoot", "thead", "caption", "tr", "ul",
    )
)
_OPTIONAL_ENDS = frozenset(
    (
        "p", "li", "td", "th", "tr", "dt", "dd", "option", "br", "img", "hr", "meta", "link", "input",
        "col", "source", "wbr", "area", "base", "tbody", "thead", "tfoot",
    )
)
# fmt: on
_APART = frozenset(("td", "th", "img", "button"))
_RAISED = frozenset(("sup", "sub"))
_BLANKS = " \t\r\n"
_SPACES = re.compile(r"\s+")
_WIDE = re.compile(" {2,}")
_OPENED = re.compile(r"<([a-zA-Z][a-zA-Z0-9]*)")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_QUOTES = re.compile(r"\b(?:gmail_quote|yahoo_quoted|moz-cite-prefix|divRplyFwdMsg|appendonsend)\b")


@dataclass(frozen=True)
class Line:
    """One line of visible text."""

    text: str
    r"""Cells and boxes that stand side by side are separated by \t."""
    quoted: bool = False
    """Part of an older letter, quoted below an answer."""


def plain_lines(text: str) -> tuple[Line, ...]:
    """The lines of a plain-text part, not broken at a margin any more; those that begin with ">" are quoted."""
    lines = _Lines()
    for line in _unbroken(cleaned(text).split("\n")):
        lines.add(line.lstrip("> \t"), quoted=line.lstrip().startswith(">"))
        lines.end_line()
    return lines.done()


def _unbroken(lines: list[str]) -> list[str]:
    """The lines, with those put together that a program has broken: the next word would not have found room."""
    margin = max((len(line.rstrip()) for line in lines if " " in line.strip() and "://" not in line), default=0)
    if margin not in MARGINS:
        return lines
    whole: list[str] = []
    last = ""
    for line in lines:
        first = line.split(maxsplit=1)[:1]
        quoted = ">" in {last.lstrip()[:1], line.lstrip()[:1]}
        full = first and last.strip() and len(last.rstrip()) <= margin < len(last.rstrip()) + 1 + len(first[0])
        if full and not quoted and len(whole[-1]) < MAX_LINE:
            whole[-1] += f" {line.strip()}"
        else:
            whole.append(line)
        last = line
    return whole


def visible_lines(html: str) -> tuple[Line, ...]:
    """The lines of the HTML that show; TooComplex where it nests beyond reason."""
    if not html.strip():
        return ()
    _check_nesting(html)
    tree = LexborHTMLParser(html)
    lines = _Lines()
    if tree.root is not None:
        _walk(tree.root, sheet_of(tree), lines)
    return lines.done()


def _check_nesting(html: str) -> None:
    """Refuse what the parser would need quadratic time for."""
    counts: Counter[str] = Counter()
    for name, count in Counter(_OPENED.findall(html)).items():
        counts[name.lower()] += count
    if all(count <= MAX_NESTING for name, count in counts.items() if name not in _OPTIONAL_ENDS):
        return
    depth: defaultdict[str, int] = defaultdict(int)
    for end, name in _TAG.findall(html):
        if name.lower() in _OPTIONAL_ENDS:
            continue
        depth[name.lower()] += -1 if end else 1
        if depth[name.lower()] > MAX_NESTING:
            raise TooComplex(f"has HTML nested more than {MAX_NESTING} deep")


_Stop = tuple["LexborNode | None", "Style", str]
"""On the way through the tree: an element or text to look at, or (None) a border to write."""


def _walk(root: LexborNode, sheet: Sheet, lines: _Lines) -> None:
    """Go through the tree without recursion: letters may nest as deep as they like."""
    waiting: list[_Stop] = [(root, VISIBLE, "")]
    while waiting:
        node, outer, border = waiting.pop()
        if node is None:
            lines.add(border)
            continue
        tag = node.tag or ""
        if tag == "-text":
            _show(node.text_content or "", outer, lines)
        elif tag not in _UNSEEN and not tag.startswith("-"):
            attributes = node.attributes
            style = style_of(node, tag, attributes, outer, sheet)
            if style is not None:
                waiting += _opened(node, tag, _with_quoting(tag, attributes, style), lines)


def _opened(node: LexborNode, tag: str, style: Style, lines: _Lines) -> list[_Stop]:
    """Write the border before an element; what is left to do is its children and the border after it."""
    border = _border(tag, style.display)
    if border:
        lines.add(border)
    stops: list[_Stop] = [(None, style, border)] if border and tag != "br" else []
    child = node.last_child
    while child is not None:
        stops.append((child, style, ""))
        child = child.prev
    return stops


@cache
def _border(tag: str, display: str) -> str:
    """What stands before and after an element: a new line, a gap, a space or nothing."""
    if tag == "br":
        return "\n"
    if tag in _APART or display in {"inline-block", "table-cell", "inline-flex", "inline-table"}:
        return "\t"
    if tag in _RAISED:
        return " "  # a footnote's mark must not grow onto a number
    if display in {"block", "flex", "grid", "table", "list-item", "table-row"}:
        return "\n"
    return "\n" if tag in _BLOCKS and display != "inline" else ""


def _show(source: str, style: Style, lines: _Lines) -> None:
    if not style.seen:
        return
    if not (style.keeps_lines or source.strip(_BLANKS)):  # most of what stands between elements
        lines.add(" ")
        return
    text = cleaned(source)
    if not style.keeps_lines:
        text = " " if text.isspace() else _SPACES.sub(" ", text)
    lines.add(REVERSED + text if style.reversed and text.strip() else text, quoted=style.quoted)


def _with_quoting(tag: str, attributes: Mapping[str, str | None], style: Style) -> Style:
    if tag == "blockquote":
        return style.inside_quotation
    if "class" not in attributes and "id" not in attributes:
        return style
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    return style.inside_quotation if _QUOTES.search(names) else style


class _Lines:
    """Collects text until a line ends."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._pieces: list[str] = []
        self._quoted = False

    def add(self, text: str, *, quoted: bool = False) -> None:
        if text == "\n":
            self.end_line()
            return
        if text == " " and not self._pieces:
            return
        if "\n" not in text:
            self._piece(text, quoted=quoted)
            return
        for number, piece in enumerate(text.split("\n")):
            if number:
                self.end_line()
            self._piece(piece, quoted=quoted)

    def _piece(self, text: str, *, quoted: bool) -> None:
        if text:
            self._pieces.append(text)
            self._quoted = self._quoted or (quoted and bool(text.strip()))

    def end_line(self) -> None:
        if not self._pieces:
            return
        text = "".join(self._pieces)
        if text.strip() and len(self._lines) < MAX_LINES:
            self._lines.append(Line(_cut(_spaced(text)), self._quoted))
        self._pieces, self._quoted = [], False

    def done(self) -> tuple[Line, ...]:
        self.end_line()
        return tuple(line for line in self._lines if line.text)


def _spaced(text: str) -> str:
    if "\t" in text:
        text = "\t".join(filter(None, (cell.strip(" ") for cell in text.split("\t"))))
    return (_WIDE.sub(" ", text) if "  " in text else text).strip()


def _cut(text: str) -> str:
    """A long line ends at a space, so that no long number is cut into a short one."""
    return text if len(text) <= MAX_LINE else text[:MAX_LINE].rpartition(" ")[0]
