"""Where the run is: from what shows to the furthest step that is done.   (pure)"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.address import which

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from automation.flow import Flow, Interruption, Step
    from automation.look import Sighting

START = -1
"""The place before the first step."""


@dataclass(frozen=True)
class Known:
    """What the run knows by itself, to read a page with."""

    old: str
    new: str
    done: frozenset[str]
    """Ids of the steps that it did."""


@dataclass(frozen=True)
class Place:
    """The furthest step that is done, and what showed it."""

    index: int
    sighting: Sighting


def evidence(sighting: Sighting, known: Known) -> set[str]:
    """Which of the two addresses the masks beside a landmark fit: `old`, `new`, `both`, `neither`."""
    return {which(shown, known.old, known.new) for item in sighting.items for shown in item.near}


def counts(step: Step, sighting: Sighting, known: Known) -> bool:
    """Whether the landmark shows that the step is done.

    Pages that look alike for both mailboxes are told apart by the address printed there; where that says
    nothing, by whether this run did the step.
    """
    if step.after is not None and step.after not in known.done:
        return False
    if step.mailbox is None:
        return True
    fits = evidence(sighting, known)
    other = "new" if step.mailbox == "old" else "old"
    if step.mailbox in fits:
        return True
    return other not in fits and step.id in known.done


def furthest(steps: Sequence[Step], sightings: Sequence[Sighting], first: int, known: Known) -> Place | None:
    """The furthest step from `first` on whose landmark shows; None when none does."""
    for index in range(len(steps) - 1, first - 1, -1):
        for sighting in sightings:
            if sighting.landmark.name == steps[index].arrives and counts(steps[index], sighting, known):
                return Place(index, sighting)
    return None


def at_start(flow: Flow, sightings: Sequence[Sighting]) -> Place | None:
    """The place before the first step, when its landmark shows."""
    return next((Place(START, s) for s in sightings if s.landmark.name == flow.start), None)


def interrupted(
    interruptions: Iterable[Interruption], sightings: Sequence[Sighting], before: str | None = None
) -> tuple[Interruption, Sighting] | None:
    """The first interruption whose landmark shows; some count only right after another, the one `before`."""
    for interruption in interruptions:
        if interruption.after and before not in interruption.after:
            continue
        for sighting in sightings:
            if sighting.landmark.name == interruption.shows and _stands_beside(
                interruption.beside, sighting, sightings
            ):
                return interruption, sighting
    return None


def _stands_beside(name: str | None, sighting: Sighting, sightings: Sequence[Sighting]) -> bool:
    return name is None or any(each.landmark.name == name and each.frame is sighting.frame for each in sightings)
