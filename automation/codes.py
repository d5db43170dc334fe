"""A Letter becomes the code it carries, or the reason why it is not taken. Pure.

A wrong code costs one of the user's attempts at the store, no code costs seconds: in doubt nothing is taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from automation.address import addresses_in, fits, same_mailbox_name
from automation.candidates import MARGIN, candidates, sentences
from automation.characters import cleaned, folded
from automation.numbers import LONGEST, SHORTEST, masked
from automation.quotation import unquoted
from automation.visible import Line
from automation.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from automation.candidates import Candidate
    from automation.message import Letter

Purpose = Literal["change", "sign-in"]

MAX_REJECTED = 20
GRACE = timedelta(minutes=1)
"""So much the clocks of the sender and the mailbox may differ."""

_ORIGIN_LINE = re.compile(r"@([\w.:-]+)\s+#(\w{4,10})")


@dataclass(frozen=True)
class Shape:
    """What the page asks for."""

    length: int | None = None
    """Digits; None: 4 to 8."""
    letters: bool = False
    """The page takes letters too."""

    def takes(self, value: str) -> bool:
        """Whether a code of this form can be typed there."""
        fitting = SHORTEST <= len(value) <= LONGEST if self.length is None else len(value) == self.length
        return fitting and (self.letters or value.isdigit())

    def __str__(self) -> str:
        what = "characters" if self.letters else "digits"
        return f"{self.length} {what}" if self.length else f"{SHORTEST} to {LONGEST} {what}"


@dataclass(frozen=True)
class Wanted:
    """What the code must be like to be typed."""

    recipient: str
    """The address the letter must be to."""
    senders: frozenset[str]
    """The store's: exact addresses, or domains (exact too)."""
    purpose: str
    """`change` or `sign-in`."""
    shape: Shape = field(default_factory=Shape)
    own_addresses: frozenset[str] = frozenset()
    """This run's addresses; a letter that names another one is for somebody else."""
    origins: frozenset[str] = frozenset()
    """Hosts to which a code that is bound to a site may be bound."""
    tried: frozenset[str] = field(default=frozenset(), repr=False)
    """Codes already typed."""
    dated_from: datetime | None = None
    """Letters dated before are not taken; None: the date doesn't matter."""
    trust_sender: bool = False
    """Take the From header at its word."""


@dataclass(frozen=True)
class Found:
    """The code of a letter."""

    value: str = field(repr=False)
    why: str
    """Where it stands: "alone in its element"."""
    rejected: tuple[tuple[str, str], ...] = ()
    """The other numbers, masked, each with the reason against it."""
    valid_for_s: float | None = None
    """As the letter says; None where it doesn't."""


@dataclass(frozen=True)
class NotTaken:
    """Why a letter's code is not taken, to be read after "not taken: "."""

    reason: str
    rejected: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class _Reading:
    """What one part of the letter (its HTML, its plain text, its subject) says."""

    best: Candidate | None
    doubt: str | None
    rejected: tuple[tuple[str, str], ...]


def read_code(letter: Letter, wanted: Wanted, received: datetime | None = None) -> Found | NotTaken:
    """The code that this letter carries for this request, or why none is taken from it.

    `received` is when the mailbox got the letter; None: how old it was then is not looked at.
    """
    wrong = _sender(letter, wanted) or _recipient(letter, wanted) or _trust(wanted) or _date(letter, wanted)
    wrong = wrong or _named_address(letter, wanted)
    if wrong:
        return NotTaken(wrong)
    reading = _agreed(letter, wanted.shape)
    if reading.best is None or reading.doubt:
        return NotTaken(reading.doubt or "no number in it is a code", reading.rejected)
    best = reading.best
    valid_for_s = _validity(letter)
    wrong = (
        _purpose(letter, best, wanted)
        or _origin(letter, best, wanted)
        or ("its code was typed already" if best.value in wanted.tried else None)
        or _out_of_date(letter, valid_for_s, received)
    )
    if wrong:
        return NotTaken(wrong, reading.rejected)
    return Found(best.value, best.why, reading.rejected, valid_for_s)


# -- who wrote it, to whom, when -------------------------------------------------------------------


def _sender(letter: Letter, wanted: Wanted) -> str | None:
    domain = letter.sender.rpartition("@")[2]
    return None if {letter.sender, domain} & wanted.senders else f"from another sender ({letter.sender[:80]})"


def _recipient(letter: Letter, wanted: Wanted) -> str | None:
    if any(same_mailbox_name(address, wanted.recipient) for address in letter.recipients):
        return None
    return "to another address" if letter.recipients else "to no address that it names"


def _trust(wanted: Wanted) -> str | None:
    return None if wanted.trust_sender else "not authenticated (--trust-sender takes the sender at its word)"


def _date(letter: Letter, wanted: Wanted) -> str | None:
    if wanted.dated_from is None:
        return None
    if letter.date is None:
        return "undated, while an earlier code may still be on its way"
    # A letter's date has no fractions of a second.
    early = letter.date < wanted.dated_from.replace(microsecond=0)
    return "written before this code was asked for" if early else None


def _named_address(letter: Letter, wanted: Wanted) -> str | None:
    """A letter that names somebody else's address carries somebody else's code."""
    own = {address for address in wanted.own_addresses | {wanted.recipient} if address}
    for line in unquoted(letter.lines):
        for shown in addresses_in(line.text):
            if not any(fits(shown, address) for address in own) and not _is_the_stores(shown, wanted.senders):
                return "it names another e-mail address"
    return None


def _is_the_stores(shown: str, senders: frozenset[str]) -> bool:
    domain = shown.lower().rpartition("@")[2]
    for sender in senders:
        theirs = sender.rpartition("@")[2]
        if domain == theirs or ("." in domain and theirs.endswith(f".{domain}")):
            return True
    return False


# -- which number it is ----------------------------------------------------------------------------


def _agreed(letter: Letter, shape: Shape) -> _Reading:
    """What HTML, plain text and subject say together; where they disagree, there is a doubt."""
    html = _reading(unquoted(letter.html_lines), shape, "element")
    plain = _reading(unquoted(letter.plain_lines), shape, "line")
    subject = _reading([Line(cleaned(letter.subject))], shape, "subject")
    shown = html if letter.html_lines else plain
    bests = {each.best.value for each in (html, plain, subject) if each.best}
    rejected = tuple(dict.fromkeys(shown.rejected + subject.rejected))[:MAX_REJECTED]
    if len(bests) > 1:
        return _Reading(None, "its parts show different codes", rejected)
    if shown.doubt:
        return _Reading(None, shown.doubt, rejected)
    if shown is html and plain.best and not (html.best or subject.best):
        return _Reading(None, "the code is not in the part that shows", rejected)
    best = shown.best or subject.best
    if best and not _names_a_code(letter):
        return _Reading(None, "no word for a code in it", rejected)
    return _Reading(best, None, rejected)


def _names_a_code(letter: Letter) -> bool:
    pattern = vocabulary().code
    texts = [cleaned(letter.subject), *(line.text for line in letter.lines)]
    return any(pattern.search(folded(text)) for text in texts)


def _reading(lines: Sequence[Line], shape: Shape, where: str) -> _Reading:
    ranked = candidates(lines, letters=shape.letters, year_too=shape.length == len("2026"))
    best_of: dict[str, Candidate] = {}
    for candidate in ranked:
        known = best_of.get(candidate.value)
        if known is None or candidate.rank > known.rank:
            best_of[candidate.value] = candidate
    order = sorted((each for each in best_of.values() if each.rank), key=lambda each: -each.rank)
    against = [(masked(each.value), each.why) for each in best_of.values() if not each.rank]
    fitting = [each for each in order if shape.takes(each.value)]
    if not fitting:
        doubt = f"its code has {len(order[0].value)} digits, the page asks for {shape}" if order else None
        return _Reading(None, doubt, tuple(against))
    best, others = fitting[0], [each for each in order if each is not fitting[0]]
    against += [(masked(each.value), "ranks lower") for each in others]
    return _Reading(_placed(best, where), _rivals(best, others, shape), tuple(against))


def _rivals(best: Candidate, others: Sequence[Candidate], shape: Shape) -> str | None:
    for other in others:
        if not shape.takes(other.value) and other.rank > best.rank:
            return f"its likeliest code has {len(other.value)} digits, the page asks for {shape}"
        if shape.takes(other.value) and other.rank > best.rank - MARGIN:
            return f"two possible codes of about equal rank ({masked(best.value)} and {masked(other.value)})"
    return None


def _placed(best: Candidate, where: str) -> Candidate:
    why = best.why.replace("its element", {"element": "its element", "line": "its line"}.get(where, "the subject"))
    return best if why == best.why else type(best)(best.value, best.line, best.rank, why)
