"""What a run is asked to do, and how long it may take."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from automation.address import mask
from automation.errors import Cancelled

INSISTING = 3


@dataclass(frozen=True)
class Task:
    """One change of address, as the user named it."""

    old: str
    new: str
    sign_in_name: str
    password: str | None = field(default=None, repr=False)
    """None: a kept session must do."""
    yes: bool = False
    """True: the question before the new address gets its code is answered already."""
    dry_run: bool = False
    because: str | None = None
    """What happened, in the person's words; None: the usual sentence."""
    code_timeout_s: float = 600
    timeout_s: float = 1_800
    settle_s: float = 90

    def masked(self, address: str) -> str:
        """An address as it may be shown."""
        return mask(address)


class Signals:
    """Ctrl-C and its like, noted instead of obeyed at once."""

    def __init__(self) -> None:
        self.received: list[int] = []

    def note(self, number: int, _frame: object = None) -> None:
        """Remember a signal; the run looks at the next tick. Whoever insists a third time is obeyed at once."""
        self.received.append(number)
        if len(self.received) >= INSISTING:
            os._exit(128 + number)

    def heed(self) -> None:
        """Stop where the user has said so and nothing was changed."""
        if self.received:
            raise Cancelled("Stopped before anything was changed.", by_signal=self.received[0])
