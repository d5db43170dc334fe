"""What arrived during a wait, told as it comes and in the end: without codes, addresses and escape sequences."""

from __future__ import annotations

import re
import time
from collections import deque
from typing import TYPE_CHECKING

from automation.address import mask, same_mailbox_name
from automation.characters import cleaned
from automation.errors import NeedsPerson, NoCode
from automation.mailbox import Arrival
from automation.scrub import scrub

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from automation.wanted import Wanted

MAX_SHOWN = 8
MAX_SUBJECT = 60
_MAYBE_A_CODE = re.compile(r"\d(?:[\s.-]?\d){3,}|(?=[^\W_]*\d)[^\W_]{4,}")


class Arrivals:
    """The letters of one wait."""

    def __init__(self, wanted: Wanted, clicked_at: float, on_arrival: Callable[[Arrival], None]) -> None:
        self._wanted = wanted
        self._clicked_at = clicked_at
        self._on_arrival = on_arrival
        self._kept: deque[Arrival] = deque(maxlen=MAX_SHOWN)
        self._count = 0
        self.pictured = False
        """A letter that is right in everything else may show its code in a picture."""

    def refused(self, folder: str, uid: int, reason: str, sender: str | None = None, subject: str = "") -> Arrival:
        """Note a letter that is not taken."""
        return self._note(folder, uid, sender, subject, taken=False, reason=reason)

    def taken(self, folder: str, uid: int, why: str, sender: str, subject: str) -> Arrival:
        """Note the letter whose code is taken."""
        return self._note(folder, uid, sender, subject, taken=True, reason=why)

    def no_code(self, folders: Sequence[str], waited_s: float) -> NoCode | NeedsPerson:
        """The reason to stop when the time is up."""
        watched = " and ".join(folders)
        to = mask(self._wanted.recipient)
        if not self._count:
            return NoCode(
                f"No letter came to {to} within {round(waited_s, 1):g} s of the click ({watched} were watched). "
                "Some take 20 minutes: look into the mailbox, then run again, with a longer --code-timeout.",
                kind="no_letter",
            )
        listed = "\n".join(f"  {line_of(arrival)}" for arrival in self._kept)
        more = f"\n  and {self._count - MAX_SHOWN} before" if self._count > MAX_SHOWN else ""
        letters = "1 letter" if self._count == 1 else f"{self._count} letters"
        if self.pictured:
            return NeedsPerson(
                f"A letter to {to} speaks of a code, and its text has none: it may be in its picture, which only a "
                f"person can read. Set the mailbox's IMAP URL to ask, run again and type it.\n{listed}{more}",
                kind="code_in_picture",
            )
        return NoCode(
            f"{letters} came to {to} within {round(waited_s, 1):g} s of the click, and no code was taken:\n"
            f"{listed}{more}\n"
            "Run again for a new code; to type the code yourself set the mailbox's IMAP URL to ask.",
            kind="none_acceptable",
        )

    def _note(self, folder: str, uid: int, sender: str | None, subject: str, *, taken: bool, reason: str) -> Arrival:
        arrival = Arrival(
            folder=scrub(folder),
            uid=uid,
            sender=self._shown(sender) if sender else None,
            subject=shown_subject(subject) or None,
            after_s=max(0.0, time.monotonic() - self._clicked_at),
            taken=taken,
            reason=self._shown_in(reason, sender),
        )
        self._count += 1
        self._kept.append(arrival)
        self._on_arrival(arrival)
        return arrival

    def _shown(self, sender: str) -> str:
        own = {*self._wanted.own_addresses, self._wanted.recipient}
        return (
            mask(sender) if any(same_mailbox_name(sender, each) for each in own) else scrub(sender, keep={sender})[:120]
        )

    def _shown_in(self, reason: str, sender: str | None) -> str:
        return reason.replace(sender, self._shown(sender)) if sender else reason


def shown_subject(subject: str) -> str:
    """A subject fit for a screen and a report: whatever may be a code is blotted out."""
    return scrub(_MAYBE_A_CODE.sub("••••", " ".join(cleaned(subject).split())), limit=MAX_SUBJECT)


def line_of(arrival: Arrival) -> str:
    """One letter that was not taken, and why."""
    subject = f" “{arrival.subject}”" if arrival.subject else ""
    return f"{arrival.folder}, {arrival.sender or 'sender not known'}{subject}: {arrival.reason}"
