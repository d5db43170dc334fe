"""A Letter becomes the code it carries, or the reason why it is not taken. Pure.

A wrong code costs one of the user's attempts at the store, no code costs seconds: in doubt nothing is taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from automation.address import addresses_in, fits, same_mailbox_name
from automation.characters import cleaned
from automation.labels import brand
from automation.purpose import other_purpose, validity_s
from automation.quotation import own
from automation.reading import reading_of
from automation.trust import AT_ITS_WORD, Proved, Unproved, judged
from automation.vocabulary import vocabulary

if TYPE_CHECKING:
    from datetime import datetime

    from automation.message import Letter
    from automation.quotation import Own
    from automation.wanted import Wanted

GRACE = timedelta(minutes=1)
"""So much the clocks of sender and mailbox may differ."""

NOWHERE = "\0"
"""Stands in no letter: all of it says what a code would be for."""

_ORIGIN = re.compile(r"@([a-z0-9.-]+)(?::\d+)?(?:\s+[#%](\w{4,10}))?", re.IGNORECASE)
_ORIGIN_LINE = re.compile(r"\s*@[\w.:-]+ #\w{4,10}(?: [@%]\S+)*\s*")


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
    proof: str = ""
    """What says that the sender is who the letter says: "mx.example.org says dmarc=pass for shop.example"."""


@dataclass(frozen=True)
class NotTaken:
    """A letter whose code is not taken."""

    reason: str
    """Part of a sentence: "from another sender (x@example.org)"."""
    rejected: tuple[tuple[str, str], ...] = ()
    in_picture: bool = False
    """A proved letter speaks of a code that is not in its text, and brings a picture along."""


def read_code(letter: Letter, wanted: Wanted, received: datetime | None = None) -> Found | NotTaken:
    """The code that this letter carries for this request, or why none is taken from it.

    `received` is when the mailbox got it; None: how old the letter was by then is not looked at.
    """
    wrong = misdirected(letter.sender, letter.recipients, wanted) or _date(letter, wanted)
    if wrong:
        return NotTaken(wrong)
    said = own(letter)
    if wrong := _named_address(said, wanted):
        return NotTaken(wrong)
    reading = reading_of(said, wanted.shape, brand(letter.sender, letter.sender_name))
    if reading.best is None:
        wrong = reading.doubt or (_purpose(said, NOWHERE, wanted) if reading.rejected else None)
        return NotTaken(wrong or "no code in it", reading.rejected, not wrong and _is_in_picture(letter, said, wanted))
    value, valid_for_s = reading.best.value, validity_s(said.shown)
    wrong = _purpose(said, value, wanted) or _origin(letter, said, value, wanted)
    wrong = wrong or _used(value, wanted) or _out_of_date(letter, valid_for_s, received)
    if wrong:
        return NotTaken(wrong, reading.rejected)
    proof = _proof(letter, wanted)  # last: it may have to ask DNS
    if isinstance(proof, Unproved):
        return NotTaken(f"not authenticated: {proof.why}", reading.rejected)
    return Found(value, reading.best.why, reading.rejected, valid_for_s, proof.by)


def _is_sender(address: str, wanted: Wanted) -> bool:
    return not wanted.senders.isdisjoint((address, address.rpartition("@")[2]))


def misdirected(sender: str, recipients: tuple[str, ...], wanted: Wanted) -> str | None:
    """Why a letter from there to there can't carry the code; None where it may."""
    if not _is_sender(sender, wanted):
        return f"from another sender ({sender[:80]})"
    if any(same_mailbox_name(address, wanted.recipient) for address in recipients):
        return None
    return "to another address" if recipients else "to nobody by name"


def _is_in_picture(letter: Letter, said: Own, wanted: Wanted) -> bool:
    if not letter.has_picture or isinstance(_proof(letter, wanted), Unproved):
        return False
    return any(vocabulary().code.search(each.text) for each in said.shown.sentences)


def _proof(letter: Letter, wanted: Wanted) -> Proved | Unproved:
    proof = judged(letter, wanted.trust)
    if wanted.trust_sender and isinstance(proof, Unproved) and not proof.refuted:
        return Proved(AT_ITS_WORD)
    return proof


def _date(letter: Letter, wanted: Wanted) -> str | None:
    if wanted.dated_from is None:
        return None
    if letter.date is None:
        return "without a date, while an earlier code may still be on its way"
    # A letter's date has no fractions of a second.
    early = letter.date < wanted.dated_from.replace(microsecond=0)
    return "written before this code was asked for" if early else None


def _named_address(said: Own, wanted: Wanted) -> str | None:
    """A letter that names somebody else's address carries somebody else's code."""
    ours = [address for address in {*wanted.own_addresses, wanted.recipient} if address]
    for line in said.shown.lines:
        if _ORIGIN_LINE.fullmatch(line.text):
            continue
        for shown in addresses_in(line.text):
            if not any(fits(shown, address) for address in ours) and not _is_the_stores(shown, wanted.senders):
                return "names another e-mail address"
    return None


def _is_the_stores(shown: str, senders: frozenset[str]) -> bool:
    domain = shown.lower().rpartition("@")[2]
    theirs = {sender.rpartition("@")[2] for sender in senders}
    return any(domain == each or ("." in domain and each.endswith(f".{domain}")) for each in theirs)


def _purpose(said: Own, value: str, wanted: Wanted) -> str | None:
    stated = None if wanted.purpose == "any" else other_purpose(said, value, wanted.purpose)
    if stated is None:
        return None
    words = re.sub(r"\d", "•", stated[:60])  # they are the letter's own, and might hold the code
    return f"for something else (“{words}”)"


def _origin(letter: Letter, said: Own, value: str, wanted: Wanted) -> str | None:
    """A code bound to a site is typed on that site only."""
    lines = [line.text for line in said.shown.lines[-2:] if _ORIGIN_LINE.fullmatch(line.text)]
    for text in [*lines, cleaned(letter.one_time_code or "")]:
        for host, code in _ORIGIN.findall(text):
            if host.lower() not in wanted.origins:
                return f"bound to another site ({host[:60]})"
            if code and code != value:
                return "its last line names another code"
    return None


def _used(value: str, wanted: Wanted) -> str | None:
    return "its code was typed already" if value in wanted.tried else None


def _out_of_date(letter: Letter, valid_for_s: float | None, received: datetime | None) -> str | None:
    if valid_for_s is None or received is None or letter.date is None:
        return None
    late = received - letter.date > timedelta(seconds=valid_for_s) + GRACE
    return "its code was out of date on arrival" if late else None
