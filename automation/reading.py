"""Which number of a letter is its code: HTML, plain text and subject must not disagree. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from automation.candidates import MARGIN, Around, candidates
from automation.numbers import masked

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from automation.candidates import Candidate
    from automation.quotation import Own
    from automation.sentences import Text
    from automation.shape import Shape

MAX_REJECTED = 20


@dataclass(frozen=True)
class Reading:
    """What a letter, or one part of it, says."""

    best: Candidate | None
    """The code; None where there is none or it is in doubt."""
    doubt: str | None = None
    """Why the code is not sure."""
    rejected: tuple[tuple[str, str], ...] = ()
    """The other numbers, masked, each with the reason against it."""


def reading_of(own: Own, shape: Shape, name: re.Pattern[str] | None = None) -> Reading:
    """What HTML, plain text and subject say together; `name` is the sender's."""
    title = " ".join(line.text for line in own.subject.lines)
    around = Around(title, name, letters=shape.letters, year_too=shape.length == len("2026"))
    html = _part(own.html, shape, "element", around)
    plain = _part(own.plain, shape, "line", around)
    subject = _part(own.subject, shape, "element", replace(around, above=""))
    shown = html if own.html.lines else plain
    rejected = tuple(dict.fromkeys(shown.rejected + subject.rejected))[:MAX_REJECTED]
    doubt = shown.doubt or _disagreement(html, plain, subject)
    best = shown.best or subject.best
    if shown is html and not doubt and plain.best and not best:
        doubt = "its code is not in the part that shows"
    return Reading(None if doubt else best, doubt, rejected)


def _disagreement(*parts: Reading) -> str | None:
    codes = {part.best.value for part in parts if part.best}
    return "its parts show different codes" if len(codes) > 1 else None


def _part(text: Text, shape: Shape, where: str, around: Around) -> Reading:
    best_of: dict[str, Candidate] = {}
    for candidate in candidates(text, around):
        known = best_of.get(candidate.value)
        if known is None or candidate.rank > known.rank:
            best_of[candidate.value] = candidate
    against = [(masked(each.value), each.why) for each in best_of.values() if each.rank <= 0]
    order = sorted((each for each in best_of.values() if each.rank), key=lambda each: -abs(each.rank))
    best = next((each for each in order if each.rank > 0 and shape.takes(each.value)), None)
    if best is None:
        sure = [each for each in order if each.rank > 0]
        doubt = f"its code has {len(sure[0].value)} characters, the page asks for {shape}" if sure else None
        return Reading(None, doubt, tuple(against))
    others = [each for each in order if each is not best]
    against += [(masked(each.value), "ranks lower") for each in others if each.rank > 0]
    why = best.why.replace("in its element", f"in its {where}")
    return Reading(replace(best, why=why), _rivalry(best, others, shape), tuple(against))


def _rivalry(best: Candidate, others: Sequence[Candidate], shape: Shape) -> str | None:
    for other in others:
        if shape.takes(other.value) and abs(other.rank) > best.rank - MARGIN:
            return f"two possible codes of about equal rank ({masked(best.value)} and {masked(other.value)})"
        if not shape.takes(other.value) and other.rank > best.rank:
            return f"its likeliest code has {len(other.value)} characters, the page asks for {shape}"
    return None
