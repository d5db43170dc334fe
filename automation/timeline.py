"""What happened in a run, in the order it is told: the journal's events folded into rows and waits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from automation.result import Event, number


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
        """True when a better way to find it failed: tomorrow's failure."""
        return self.rank is not None and self.rank > 1


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


class Timeline:
    """The rows and waits of a run."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.rows: list[Row] = []
        self.waits: list[Wait] = []
        self._baselines: dict[str, Event] = {}
        for event in events:
            told = getattr(self, f"_on_{event.get('event')}", None)
            if told is not None:
                told(event)

    @property
    def weak(self) -> list[tuple[Row, Match]]:
        """Landmarks that were not found by their first rank, each once."""
        found = {(m.landmark, m.rank): (row, m) for row in self.rows for m in row.matches if m.weak}
        return list(found.values())

    @property
    def seconds(self) -> float:
        """When the last thing ended, in seconds since the run began; never 0."""
        ends = [row.ended or row.began or 0.0 for row in self.rows]
        return max([*ends, 0.001])

    def _on_step(self, event: Event) -> None:
        if self.rows and self.rows[-1].state == "open":
            self.rows[-1].state = "left"
            self.rows[-1].ended = _t(event)
        self.rows.append(Row(said(event, "id"), said(event, "intent"), "step", "open", began=_t(event)))

    def _on_act(self, event: Event) -> None:
        row = self._row(event)
        if said(event, "landmark"):
            row.matches.append(_match(said(event, "action"), event))
        else:
            row.notes.append(f"{said(event, 'action').capitalize()}.")

    def _on_arrived(self, event: Event) -> None:
        row = self._arriving(event)
        row.state, row.by = "done", said(event, "by") or "tool"
        row.ended, row.seconds, row.url = _t(event), number(event.get("seconds")), said(event, "url")
        if row.by != "skipped" and said(event, "landmark"):
            row.matches.append(_match("shows", event))
        row.pictures += _picture(event)

    def _on_interruption(self, event: Event) -> None:
        ended, seconds = _t(event), number(event.get("seconds"))
        began = None if ended is None else max(0.0, ended - (seconds or 0.0))
        title = said(event, "intent") or said(event, "name").replace("_", " ")
        row = Row("", title, "interruption", "done", "tool", began, ended, seconds, pictures=_picture(event))
        row.by = said(event, "by") or "tool"
        before_open = bool(self.rows) and self.rows[-1].state == "open"
        self.rows.insert(len(self.rows) - before_open, row)

    def _on_address(self, event: Event) -> None:
        verdict = {
            "old": "the old address",
            "new": "the new address",
            "both": "a mask that fits both addresses, so it proves nothing",
            "neither": "neither of the two addresses",
        }.get(said(event, "fits"), "not compared")
        self._row(event).notes.append(
            f"The {said(event, 'where') or 'page'} shows {said(event, 'shown') or 'no address'}: {verdict}."
        )

    def _on_baseline(self, event: Event) -> None:
        self._baselines[said(event, "mailbox")] = event

    def _on_requested(self, event: Event) -> None:
        row = self._row(event)
        wait = self._new_wait(said(event, "mailbox"), said(event, "step") or row.id, row)
        wait.began, wait.sent_to = _t(event), said(event, "sent_to")

    def _on_waiting(self, event: Event) -> None:
        self._wait(event).limit = number(event.get("seconds"))

    def _on_letter(self, event: Event) -> None:
        self._wait(event).letters.append(event)

    def _on_code(self, event: Event) -> None:
        wait = self._wait(event)
        wait.code, wait.rejected = event, tuple(_pairs(event.get("rejected")))

    def _on_intent(self, event: Event) -> None:
        row = self._row(event)
        row.commits = True
        row.notes.append("The point of no return: written down before the click.")

    def _on_settled(self, event: Event) -> None:
        verdict = {
            "applied": "it took effect",
            "no_effect": "it had no effect",
            "refused": "the store refused it, so it had no effect",
        }.get(said(event, "as"), said(event, "as"))
        how = said(event, "how")
        self._row(event).notes.append(f"Afterwards: {verdict}{' - ' + how if how else ''}.")

    def _on_proof(self, event: Event) -> None:
        self._row(event).pictures += _picture(event)

    def _on_refused(self, event: Event) -> None:
        words = said(event, "store_said")
        self._row(event).notes.append(f"The store said no: “{words}”" if words else "The store said no.")

    def _on_doubt(self, event: Event) -> None:
        self._row(event).notes.append(f"Not known whether it took effect: {said(event, 'why')}")

    def _on_unreadable(self, event: Event) -> None:
        self._row(event).notes.append(f"The account could not be read: {said(event, 'why')}")

    def _row(self, event: Event) -> Row:
        """The row that an event belongs to: its step's last one, else the last of all."""
        wanted = said(event, "step")
        for row in reversed(self.rows):
            if row.kind == "step" and (row.id == wanted or not wanted):
                return row
        self.rows.append(Row(wanted, "", "step", "open", began=_t(event)))
        return self.rows[-1]

    def _arriving(self, event: Event) -> Row:
        last = self.rows[-1] if self.rows else None
        if last is not None and last.state == "open" and last.id == said(event, "step"):
            return last
        row = Row(said(event, "step"), said(event, "intent"), "step", "done", began=_t(event))
        before_open = last is not None and last.state == "open"
        self.rows.insert(len(self.rows) - before_open, row)
        return row

    def _wait(self, event: Event) -> Wait:
        mailbox = said(event, "mailbox")
        for wait in reversed(self.waits):
            if wait.mailbox == mailbox:
                return wait
        row = self._row(event)
        return self._new_wait(mailbox, said(event, "step") or row.id, row)

    def _new_wait(self, mailbox: str, step: str, row: Row) -> Wait:
        before = self._baselines.get(mailbox, {})
        count, folders = number(before.get("letters")), before.get("folders")
        wait = Wait(mailbox, step, letters_before=None if count is None else int(count))
        wait.folders = tuple(str(name) for name in _items(folders))
        row.waits.append(len(self.waits))
        self.waits.append(wait)
        return wait


def said(event: Event, key: str) -> str:
    """The text under that key; empty where there is none."""
    value = event.get(key)
    return "" if value is None or isinstance(value, dict | list) else str(value)


def _t(event: Event) -> float | None:
    return number(event.get("t"))


def _match(did: str, event: Event) -> Match:
    rank, ranks = number(event.get("rank")), number(event.get("ranks"))
    return Match(
        did=did,
        landmark=said(event, "landmark"),
        rank=None if rank is None else int(rank),
        ranks=None if ranks is None else int(ranks),
        how=said(event, "how").replace("_", " "),
        detail=said(event, "detail"),
        fitting=tuple(int(fit) for fit in map(number, _items(event.get("matched"))) if fit is not None),
    )


def _picture(event: Event) -> list[str]:
    name = said(event, "picture")
    return [name] if name else []


def _pairs(rejected: Any) -> Iterable[tuple[str, str]]:
    for pair in _items(rejected):
        if isinstance(pair, list | tuple) and len(pair) == 2:  # noqa: PLR2004 - candidate and reason
            yield str(pair[0]), str(pair[1])


def _items(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()
