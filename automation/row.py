"""What a run is told in: steps and what came in between, waits for a code, and how landmarks were found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from automation.result import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from automation.result import Event


@dataclass(frozen=True)
class Match:
    """How a landmark was found."""

    did: str
    """What for: `click`, `type`, `goto`, or `shows` for the one that was arrived at."""
    landmark: str
    rank: int | None
    ranks: int | None
    how: str
    detail: str
    fitting: tuple[int, ...] = ()
    """Every rank that matched, where the journal tells."""

    @property
    def weak(self) -> bool:
        """True when no structure fits any more, only words or a link: tomorrow's failure.

        A later structure is none: generations of a site live side by side, each with its own.
        """
        return self.rank is not None and self.rank > 1 and self.how != "structure"


@dataclass
class Wait:
    """One wait for a code in one mailbox."""

    mailbox: str
    step: str
    began: float | None = None
    sent_to: str = ""
    folders: tuple[str, ...] = ()
    letters_before: int | None = None
    letters: list[Event] = field(default_factory=list)
    limit: float | None = None
    """Seconds that the letter was given."""
    code: Event | None = None
    rejected: tuple[tuple[str, str], ...] = ()


@dataclass
class Row:
    """A step or an interruption."""

    id: str
    title: str
    kind: str
    """`step` or `interruption`."""
    state: str
    """`open`, `done`, or `left` for a step that the run went back from."""
    by: str = "tool"
    began: float | None = None
    ended: float | None = None
    seconds: float | None = None
    url: str = ""
    matches: list[Match] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    waits: list[int] = field(default_factory=list)
    """Places in the timeline's waits, from 0."""
    pictures: list[str] = field(default_factory=list)
    commits: bool = False


def said(event: Event, key: str) -> str:
    """The text under that key; empty where there is none."""
    value = event.get(key)
    return "" if value is None or isinstance(value, dict | list) else str(value)


def moment(event: Event) -> float | None:
    return number(event.get("t"))


def match_in(did: str, event: Event) -> Match:
    rank, ranks = number(event.get("rank")), number(event.get("ranks"))
    return Match(
        did=did,
        landmark=said(event, "landmark"),
        rank=None if rank is None else int(rank),
        ranks=None if ranks is None else int(ranks),
        how=said(event, "how").replace("_", " "),
        detail=said(event, "detail"),
        fitting=tuple(int(fit) for fit in map(number, items_in(event.get("matched"))) if fit is not None),
    )


def picture_in(event: Event) -> list[str]:
    name = said(event, "picture")
    return [name] if name else []


def pairs_in(rejected: Any) -> Iterable[tuple[str, str]]:
    for pair in items_in(rejected):
        if isinstance(pair, list | tuple) and len(pair) == 2:  # noqa: PLR2004 - candidate and reason
            yield str(pair[0]), str(pair[1])


def items_in(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()
