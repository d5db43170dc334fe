r"""Makes foreign text fit to be shown: no address of a user in full, nothing that a terminal obeys.

>>> scrub("Hello anna.rossi@example.org\x1b[2J")
'Hello a***i@example.org\\x1b[2J'
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from automation.address import mask

if TYPE_CHECKING:
    from collections.abc import Collection

_WORD = r"""[^\s<>()\[\]\\,;:"“”„«»]"""
# At signs as texts, URLs and full-width pages write them.
_AT = "(?:@|%40|\uff20|\ufe6b)"
_ADDRESS = re.compile(
    rf"""(?:(?<!{_WORD})(?P<local>{_WORD}+)|(?P<quoted>"[^"\n]{{1,200}}")){_AT}"""
    rf"""(?P<domain>{_WORD}*[^\s<>()\[\]\\,;:"“”„«»'’.!?]|\[[^\]\s]+\])""",  # noqa: RUF001 - meant
    re.IGNORECASE,
)
_MASKED = re.compile(r"[*•●·…\u2217\u00d7]{2,}|…")
_EXAMPLE = "user%40domain@host"
"""How the settings tell a mailbox's URL is written; nobody's address."""
_HARMLESS = "\n\u00ad\u200c\u200d"
"""Line ends, soft hyphens, and the joiners that Persian and Hindi are written with."""


def scrub(text: str, *, keep: Collection[str] = (), limit: int = 2000) -> str:
    """The text with every full address masked, and every control and direction sign written out.

    `keep` are addresses shown in full: the store's senders. Longer texts end in "…" after `limit`
    characters. Scrubbing twice changes nothing.
    """
    masked = _ADDRESS.sub(lambda found: _masked(found, keep), written_out(text[: 8 * limit]))
    return masked if len(masked) <= limit else masked[: limit - 1] + "…"


def written_out(text: str) -> str:
    r"""The text with control and direction signs as `\x1b`, so that neither screen nor page obeys them."""
    if text.isprintable():
        return text
    return "".join(_sign(sign) for sign in text.replace("\r\n", "\n").expandtabs(4))


def _sign(sign: str) -> str:
    if sign in _HARMLESS or unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
        return sign
    return sign.encode("unicode_escape").decode("ascii")


def _masked(found: re.Match[str], keep: Collection[str]) -> str:
    local = (found["local"] or found["quoted"]).strip('"')
    before, name = _without_punctuation(local)
    whole = found.group()[len(before) :]
    if _MASKED.search(local) or whole in keep or whole.lower() in keep or whole == _EXAMPLE:
        return found.group()
    return before + mask(f"{name}@{found['domain']}") if name else f"***@{found['domain']}"


def _without_punctuation(local: str) -> tuple[str, str]:
    """("//", "anna") of "//anna": what stands before the first letter or digit is no part of a name."""
    start = next((at for at, sign in enumerate(local) if sign.isalnum()), len(local))
    return local[:start], re.sub(_AT, "", local[start:])
