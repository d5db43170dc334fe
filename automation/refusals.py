"""What the store says no with: messages that were not there before, and codes that it asks for once more."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from automation.errors import OffPath, Refused
from automation.hands import complaints
from automation.network import RATE_LIMIT_S

if TYPE_CHECKING:
    from automation.flow import Step
    from automation.look import Sighting
    from automation.run import Run

UNSURE_S = 3.0
"""How long a message whose words are not known may stand before it counts as a refusal."""
WRONG_CODE = frozenset({"wrong_code", "code_expired"})
"""Refusals that allow one new request and one more try."""


class Refusals:
    """Hears a no, and knows its kind."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._unsure_since = math.inf
        self._back_since = math.inf

    def heed(self, step: Step | None, sightings: list[Sighting]) -> None:
        """Stop when the store shows a refusal that was not there before the step's last act."""
        in_front = self._run.tabs.in_front
        mine = [sighting for sighting in sightings if sighting.frame.page in in_front]
        fresh = self.fresh(mine) if self._run.hands.acted else None
        if fresh is None:
            self._unsure_since = math.inf
            return
        kind = self.kind(fresh)
        self._unsure_since = min(self._unsure_since, time.monotonic())
        if kind is None and time.monotonic() - self._unsure_since < UNSURE_S:
            return  # it may be a mere notice: the page gets time to go on
        unknown = "wrong_code" if step and step.again and not step.commits else "refused"
        retry_after_s = RATE_LIMIT_S if kind == "rate_limit" else None
        raise Refused(
            f"The store said no: “{fresh}”", kind=kind or unknown, store_said=fresh, retry_after_s=retry_after_s
        )

    def heed_return(self, step: Step | None, sightings: list[Sighting]) -> None:
        """Take it as a no when the page, loaded anew, asks once more for the code that was submitted.

        At the committing step only what the store says in words is a no: there it means that the account has to tell.
        """
        submitted = self._run.hands.form.submitted
        if step is None or step.again is None or submitted is None:
            return
        in_front = self._run.tabs.in_front
        anew = [each for each in sightings if each.born != submitted.seen.born and each.frame.page in in_front]
        back = any(submitted.is_back(sighting) for sighting in anew)
        self._back_since = min(self._back_since, time.monotonic()) if back else math.inf
        if time.monotonic() - self._back_since > UNSURE_S:
            asks = "The store asks for the code once more and does not say why."
            raise OffPath(asks, kind="asked_again") if step.commits else Refused(asks, kind="wrong_code")

    def fresh(self, sightings: list[Sighting]) -> str | None:
        hands, shown = self._run.hands, complaints(sightings)
        # One that went away in between may come again and then counts.
        hands.complaints &= shown
        return next((text for _, text in sorted(shown - hands.complaints)), None)

    def kind(self, said: str) -> str | None:
        """The kind of a refusal by its words; None where they are not known."""
        kinds = self._run.store.refusals
        return next((kind for kind, words in kinds.items() if any(word in said.casefold() for word in words)), None)
