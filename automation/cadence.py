"""How often a mailbox is asked for news: quick at first, then ever more patient. Pure.

A wait of 20 minutes takes fewer than 500 commands.
"""

from __future__ import annotations

from dataclasses import dataclass

QUICKEST_S, QUICK_S = 2.5, 5.0
MINUTE_S = 60.0
SEARCH_EVERY_S = 30.0


@dataclass(frozen=True)
class Cadence:
    """The rhythm of one wait; all times are seconds since the click."""

    nearby: bool
    """The server is on this machine, where a question costs nothing."""

    def pause_s(self, waited: float) -> float:
        """How long to rest before the next question."""
        if waited < QUICK_S:
            return 0.05 if self.nearby and waited < QUICKEST_S else 0.2
        return 1.0 if waited < MINUTE_S else 5.0

    def others_every_s(self, waited: float) -> float:
        """How often the folders that are not open are asked about."""
        if waited < QUICK_S:
            return 0.5 if self.nearby else 0.6
        return 3.0 if waited < MINUTE_S else 30.0
