"""What a mail server wrote into Authentication-Results (RFC 8601) about where a letter comes from. Pure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.headers import unfolded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_FIELD = 8_000
MAX_RESULTS = 50
FEWEST_LETTERS = 3
"""So many letters at least must bear a server's name before it is proposed."""
MOST = 0.8
"""And so large a part of the newest ones: a name that somebody forged stands on few."""

_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_RESULT = re.compile(r"\s*([a-z][a-z0-9-]*)\s*(?:/\s*\d+\s*)?=\s*([a-z]+)(?=\s|$)", re.IGNORECASE)
_PROPERTY = re.compile(r"(?:^|\s)([a-z]+\.[a-z0-9-]+)\s*=\s*(\S+)", re.IGNORECASE)
_NAME = re.compile(r"\s*([^\s;=]+)(?:\s+\d+)?\s*")


@dataclass(frozen=True)
class Result:
    """What one method found: `dkim=pass header.d=shop.example`."""

    method: str
    verdict: str
    properties: tuple[tuple[str, str], ...] = ()

    def values(self, name: str) -> list[str]:
        """The values of a property, in lower case."""
        return [value for key, value in self.properties if key == name]


@dataclass(frozen=True)
class Results:
    """One Authentication-Results field."""

    server: str | None
    """The authserv-id, in lower case; None where the field begins with a result, as Outlook's does."""
    found: tuple[Result, ...]


def results_in(field: str) -> Results | None:
    """The field read; None where it can't be."""
    text = _bare(unfolded(field)) if len(field) <= MAX_FIELD else None
    if text is None:
        return None
    first, *rest = text.split(";")
    if _RESULT.match(first):
        server, rest = None, [first, *rest]
    elif name := _NAME.fullmatch(first):
        server = name[1].lower()
    else:
        return None
    return Results(server, tuple(_results(rest)))


def _bare(text: str) -> str | None:
    """The text without comments, what was quoted without what could be taken for a border; None where one is open."""
    text = _QUOTED.sub(lambda quoted: re.sub(r"[\s;()=\\]", "_", quoted[1]), text)
    for _ in range(MAX_RESULTS):
        shorter = _COMMENT.sub(" ", text)
        if shorter == text:
            break
        text = shorter  # from the innermost out
    return None if set(text) & set('()"') else text


def _results(parts: Sequence[str]) -> Iterable[Result]:
    for part in parts[:MAX_RESULTS]:
        if found := _RESULT.match(part):
            properties = tuple((name.lower(), value.lower()) for name, value in _PROPERTY.findall(part[found.end() :]))
            yield Result(found[1].lower(), found[2].lower(), properties)


def is_aligned(signer: str, sender_domain: str) -> bool:
    """Whether a signature of that domain speaks for the sender: the same domain, or one that it is under."""
    signer = signer.rstrip(".").lower()
    return "." in signer and (sender_domain == signer or sender_domain.endswith(f".{signer}"))


def passed(results: Results, sender_domain: str) -> str | None:
    """What proves the sender, such as `dmarc=pass`; None where nothing does. SPF alone proves nothing."""
    for each in results.found:
        if each.method == "dmarc" and each.verdict == "pass" and each.values("header.from") == [sender_domain]:
            return f"dmarc=pass for {sender_domain}"
    for each in results.found:
        if each.method == "dkim" and each.verdict == "pass":
            signers = [*each.values("header.d"), *(who.rpartition("@")[2] for who in each.values("header.i"))]
            if signers and all(is_aligned(signer, sender_domain) for signer in signers):
                return f"dkim=pass for {signers[0]}"
    return None


def refuted(results: Results) -> str | None:
    """What speaks against the sender: `dmarc=fail`; None where nothing does."""
    against = (each for each in results.found if each.method == "dmarc" and each.verdict not in {"pass", *_UNDECIDED})
    return next((f"dmarc={each.verdict}" for each in against), None)


_UNDECIDED = frozenset(("none", "bestguesspass", "temperror", "permerror", "neutral"))


def server_of(topmost: Sequence[str | None]) -> str | None:
    """The name under which a mailbox's own server vouches, by the topmost field of each of its newest letters.

    None in the sequence: a letter without one. None where too few bear the same name: somebody else may have written
    what there is.
    """
    names = Counter(found.server for field in topmost if field and (found := results_in(field)) and found.server)
    name, count = next(iter(names.most_common(1)), ("", 0))
    return name if count >= max(FEWEST_LETTERS, MOST * len(topmost)) else None
