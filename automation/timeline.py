"""What happened in a run, in the order it is told: the journal's events folded into rows and waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.result import number
from automation.row import Match, Row, Wait, items_in, match_in, moment, pairs_in, picture_in, said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from automation.result import Event


class Timeline:
    """The rows and waits of a run."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.rows: list[Row] = []
        self.waits: list[Wait] = []
        self.said: list[Event] = []
        """The conversation with support."""
        self.followed: list[Event] = []
        """The runs of other paths that this one led to."""
        self._baselines: dict[str, Event] = {}
        for event in events:
            told = getattr(self, f"_on_{event.get('event')}", None)
            if told is not None:
                told(event)
        last = max((t for t in map(moment, events) if t is not None), default=None)
        for row in self.rows:
            row.ended = last if row.state == "open" else row.ended

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
        before = self._open_step()
        if before is not None:
            before.state, before.ended = "left", moment(event)
        self.rows.append(Row(said(event, "id"), said(event, "intent"), "step", "open", began=moment(event)))

    def _on_act(self, event: Event) -> None:
        row = self._row(event)
        if said(event, "landmark"):
            row.matches.append(match_in(said(event, "action"), event))
        else:
            row.notes.append(f"{said(event, 'action').capitalize()}.")

    def _on_arrived(self, event: Event) -> None:
        row = self._arriving(event)
        row.state, row.by = "done", said(event, "by") or "tool"
        row.ended, row.seconds, row.url = moment(event), number(event.get("seconds")), said(event, "url")
        if row.by != "skipped" and said(event, "landmark"):
            row.matches.append(match_in("shows", event))
        row.pictures += picture_in(event)

    def _on_met(self, event: Event) -> None:
        name = said(event, "name").replace("_", " ")
        self._insert(Row("", f"In between: {name}", "interruption", "open", began=moment(event)))

    def _on_interruption(self, event: Event) -> None:
        row = self._open_interruption()
        if row is None:
            self._on_met(event)
            return self._on_interruption(event)
        row.title = said(event, "intent") or row.title
        row.state, row.by = "done", said(event, "by") or "tool"
        row.ended, row.seconds = moment(event), number(event.get("seconds"))
        if row.ended is not None and row.began == row.ended:
            row.began = max(0.0, row.ended - (row.seconds or 0.0))
        row.pictures += picture_in(event)
        return None

    def _on_address(self, event: Event) -> None:
        verdict = {
            "old": "the old address",
            "new": "the new address",
            "both": "a mask that fits both addresses, so it proves nothing",
            "neither": "neither of the two addresses",
        }.get(said(event, "fits"), "not compared")
        self._row(event).notes.append(
            f"The {said(event, 'where')} page shows {said(event, 'shown') or 'no address'}: {verdict}."
        )

    def _on_second_address(self, event: Event) -> None:
        shown = said(event, "shown")
        fits = {"new": "the wanted one", "both": "a mask, so it proves nothing", "neither": "of another account"}
        about = fits.get(said(event, "fits"), "not the wanted one")
        text = f"the second address {shown}: {about}" if shown else "no second address"
        self._row(event).notes.append(f"The profile shows {text}.")

    def _on_message(self, event: Event) -> None:
        self._row(event).notes.append(f"The message: {said(event, 'text')}")

    def _on_said(self, event: Event) -> None:
        self.said.append(event)

    def _on_unsaid(self, event: Event) -> None:
        self.said.append({**event, "by": "unsaid", "text": f"An answer of yours was not sent: {said(event, 'why')}."})

    def _on_followed(self, event: Event) -> None:
        self.followed.append(event)

    def _on_baseline(self, event: Event) -> None:
        self._baselines[said(event, "mailbox")] = event

    def _on_requested(self, event: Event) -> None:
        row = self._row(event)
        wait = self._new_wait(said(event, "mailbox"), said(event, "step") or row.id, row)
        wait.began, wait.sent_to = moment(event), said(event, "sent_to")

    def _on_waiting(self, event: Event) -> None:
        self._wait(event).limit = number(event.get("seconds"))

    def _on_letter(self, event: Event) -> None:
        self._wait(event).letters.append(event)

    def _on_code(self, event: Event) -> None:
        wait = self._wait(event)
        wait.code, wait.rejected = event, tuple(pairs_in(event.get("rejected")))

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
        self._row(event).pictures += picture_in(event)

    def _on_stopped(self, event: Event) -> None:
        self._row(event).pictures += picture_in(event)

    def _on_refused(self, event: Event) -> None:
        words = said(event, "store_said")
        self._row(event).notes.append(f"The store said no: “{words}”" if words else "The store said no.")

    def _on_doubt(self, event: Event) -> None:
        self._row(event).notes.append(f"Not known whether it took effect: {said(event, 'why')}")

    def _on_unreadable(self, event: Event) -> None:
        self._row(event).notes.append(f"The account could not be read: {said(event, 'why')}")

    def _row(self, event: Event) -> Row:
        """The row that an event belongs to: what is in between now, else its step's, else the last."""
        wanted, between = said(event, "step"), self._open_interruption()
        if between is not None:
            return between
        for row in reversed(self.rows):
            if row.kind == "step" and (row.id == wanted or not wanted):
                return row
        return self._insert(Row(wanted, "" if wanted else "Before the first step", "step", "done", began=moment(event)))

    def _arriving(self, event: Event) -> Row:
        row = self._open_step()
        if row is not None and row.id == said(event, "step"):
            return row
        return self._insert(Row(said(event, "step"), said(event, "intent"), "step", "done", began=moment(event)))

    def _open_step(self) -> Row | None:
        last = self.rows[-1] if self.rows else None
        return last if last is not None and last.kind == "step" and last.state == "open" else None

    def _open_interruption(self) -> Row | None:
        return next((row for row in self.rows if row.kind == "interruption" and row.state == "open"), None)

    def _insert(self, row: Row) -> Row:
        """Put a row at the end, but before the step that is still going on."""
        self.rows.insert(len(self.rows) - (self._open_step() is not None), row)
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
        wait.folders = tuple(str(name) for name in items_in(folders))
        row.waits.append(len(self.waits))
        self.waits.append(wait)
        return wait
