"""The loop that takes a flow: do a step, see where the page is, go on from there."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from automation.errors import OffPath, Refused, SignInRefused, Stop
from automation.flow import SECOND
from automation.obstacles import Obstacles
from automation.place import START, Place, at_start, furthest
from automation.refusals import WRONG_CODE
from automation.waiting import pace_ms

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from automation.flow import Flow, Step
    from automation.ledger import Settlement
    from automation.look import Sighting
    from automation.run import Run

ARRIVE_S = 45.0
"""How long a step's landmark may take to show."""
ELSEWHERE_S = 0.5
"""How often the tabs behind the one that was acted on are looked at too: the person may go on there."""
BACK_S = 2.0
"""How long, after an interruption, the path gets to go on before an earlier place counts."""
NOT_TAKEN = frozenset({"address_in_use", "address_invalid", "refused"})
"""Refusals of a second address."""


def take(flow: Flow, run: Run) -> str:
    """Walk the flow to its end and return the outcome; every other end is a `Stop`."""
    walk = Walk(flow, run)
    index = walk.begin()
    while True:
        step = flow.steps[index + 1]
        if run.task.dry_run and not step.safe:
            return "planned"
        try:
            outcome = walk.do(step, index + 1)
            if outcome is not None:
                return outcome
            index = walk.place
        except Refused as refusal:
            index = walk.back_to_the_request(step, refusal)


class Walk:
    """Where a run stands in its flow."""

    def __init__(self, flow: Flow, run: Run) -> None:
        self._flow, self._run = flow, run
        self.place = START
        self._tried_again: set[str] = set()
        self._obstacles = Obstacles(flow, run)

    def begin(self) -> int:
        """Open the store and see where that is, and that the mailboxes work."""
        self._run.tabs.open(self._run.store.start)
        self._run.check_mailboxes()
        self._began = time.monotonic()
        self.place = self._await_place(None, 0).index
        return self.place

    def do(self, step: Step, index: int) -> str | None:
        """Do one step and arrive; an outcome ends the flow."""
        run = self._run
        run.hands.begin(step)
        self._began, run.tabs.traffic.failed = time.monotonic(), None
        self._pictures = len(run.journal.pictures)
        run.journal.write("step", id=step.id, intent=step.intent)
        outcome = self._commit(step, index) if step.commits else self._act_and_arrive(step, index)
        if outcome is not None:
            self._tell(step, None)
        return outcome

    def back_to_the_request(self, step: Step, refusal: Refused) -> int:
        """After a wrong or expired code: once more from the request; any other refusal ends the run."""
        run = self._run
        if step.again is None or step.id in self._tried_again or refusal.reason.kind not in WRONG_CODE:
            raise refusal
        self._tried_again.add(step.id)
        run.journal.write("refused", step=step.id, kind=refusal.reason.kind, store_said=refusal.reason.store_said)
        index = self._flow.index(step.again)
        run.done -= {later.id for later in self._flow.steps[index:]}
        return index - 1

    def _act_and_arrive(self, step: Step, index: int) -> str | None:
        outcome = step.action(self._run)
        if outcome is not None:
            return outcome
        self._run.done.add(step.id)
        if step.arrives is None:
            self.place = index
            self._tell(step, None)
            return None
        found = self._await_place(step, index)
        self.place = found.index
        if found.index < index:
            return None  # the site went back: the steps from there are done again
        if step.commits:
            self._run.account.told_in(found.sighting.frame.page)
        if step.mailbox and step.after == step.id:
            self._run.awaited[step.mailbox].sent_to(found.sighting)
        self._tell(step, found)
        return None

    def _commit(self, step: Step, index: int) -> str | None:
        """Write the intent, do the step, and whatever happens go on to the proof."""
        run = self._run
        run.tick(0)
        run.heed_signals()  # the last moment at which a Ctrl-C means no; one may have come while the page lived
        run.ledger.intend(run.journal.name, run.new)
        run.journal.write("intent", step=step.id)
        run.intending, run.journal.needed = True, False
        run.account.forget()
        try:
            return self._act_and_arrive(step, index)
        except Exception as stop:  # a dead driver raises whatever it likes
            if not run.hands.acted:
                self._settle("no_effect", "nothing was typed or clicked")
                raise
            if isinstance(stop, Refused):
                run.store_said = stop.reason.store_said
                if self._had_no_effect(stop):
                    self._settle("refused", "the store said no, and the account is as before")
                    raise
            text = stop.reason.text if isinstance(stop, Stop) else "The browser lost the page."
            run.journal.write("doubt", step=step.id, why=text)
            self.place = index
            return None

    def _had_no_effect(self, refusal: Refused) -> bool:
        """Whether a refusal at the committing step may be believed: of a known kind, and the account is as before.

        A button that fires twice shows “expired” for its second request, though the first one was applied.
        """
        if isinstance(refusal, SignInRefused):
            return False
        believed = NOT_TAKEN if self._run.deed is SECOND else WRONG_CODE
        return refusal.reason.kind in believed and self._run.account.afresh_is_old()

    def _settle(self, how: Settlement, why: str) -> None:
        run = self._run
        run.ledger.settle(run.journal.name, run.new, how)
        run.intending, run.journal.needed = False, True
        run.journal.write("settled", **{"as": how}, how=why)

    # -- where are we ----------------------------------------------------------------------------

    def _await_place(self, step: Step | None, first: int) -> Place:
        """Race the landmarks of all remaining steps and all interruptions; the furthest step that shows wins."""
        run, steps = self._run, self._flow.steps
        began = time.monotonic()
        deadline, elsewhere_at = began + ARRIVE_S, began + ELSEWHERE_S
        # Once an interruption was dealt with, the site may go on from anywhere, from the start even.
        anywhere_from = began if step is None else math.inf
        while time.monotonic() < deadline:
            self._obstacles.heed_faults(step)
            pages = run.tabs.in_front
            if time.monotonic() > elsewhere_at:
                pages, elsewhere_at = run.tabs.pages, time.monotonic() + ELSEWHERE_S
            sightings = self._sweep(pages)
            if step is not None and step.commits:
                if self._obstacles.stand_in_the_way(sightings):
                    raise OffPath("The site asked for something else after the submit.", kind="interrupted")
            elif dealt_with := self._obstacles.dealt_with(sightings):
                began = time.monotonic()
                deadline = began + ARRIVE_S
                if not dealt_with.over or (step and step.safe):  # what came over the page may have taken the click
                    anywhere_from = began + BACK_S
                continue
            found = furthest(steps, sightings, first, run.known)
            if found is None and time.monotonic() > anywhere_from:
                found = furthest(steps, sightings, 0, run.known)
                found = found or at_start(self._flow, sightings)
            if found:
                self._obstacles.arrived()
                self._skipped(first, found)
                return found
            if (step is None or not step.commits) and self._obstacles.suspects(found):
                deadline, anywhere_from = time.monotonic() + ARRIVE_S, time.monotonic() + BACK_S
                continue
            self._obstacles.refusals.heed(step, sightings)
            self._obstacles.refusals.heed_return(step, sightings)
            run.tick(pace_ms(time.monotonic() - began))
        raise self._lost(step)

    def _sweep(self, pages: list[Page]) -> list[Sighting]:
        names = {step.arrives for step in self._flow.steps if step.arrives}
        names |= {item.shows for item in self._flow.interruptions} | {self._flow.start, "error"}
        submitted = self._run.hands.form.submitted
        names |= {submitted.seen.landmark.name} if submitted else set()
        return self._run.tabs.look(*sorted(names), pages=pages)

    def _skipped(self, first: int, found: Place) -> None:
        if found.index < first and self._run.step_id is not None:
            self._run.done -= {step.id for step in self._flow.steps[found.index + 1 :]}
            self._run.journal.write("back", to=found.index + 1, landmark=found.sighting.landmark.name)
        for step in self._flow.steps[first : max(found.index, 0)]:
            if step.id not in self._run.done:
                self._run.journal.write("arrived", step=step.id, intent=step.intent, seconds=0.0, by="skipped")

    def _lost(self, step: Step | None) -> Stop:
        run = self._run
        if run.tabs.traffic.failed is not None:
            return run.tabs.traffic.unreachable()
        what = f"Step {step.id} ({step.intent})" if step else "The start page"
        expected = step.arrives if step else self._flow.start
        if step is None and not run.tabs.look(*run.store.landmarks):
            return OffPath(
                f"{run.store.start} shows nothing that is known of {run.store.title}: it is not recognised as this "
                "store. Check READDRESS_STORE_URL.",
                kind="not_this_store",
                expected=expected,
                seen=run.tabs.seen(),
            )
        return OffPath(
            f"{what} ended on a page that no landmark matches. A masked picture is in the report; look at it, "
            "and run again or go on by hand.",
            expected=expected,
            seen=run.tabs.seen(),
        )

    def _tell(self, step: Step, found: Place | None) -> None:
        run, sighting = self._run, found.sighting if found else None
        pictured = self._is_worth_a_picture(sighting)
        run.journal.write(
            "arrived",
            step=step.id,
            intent=step.intent,
            seconds=round(time.monotonic() - self._began, 2),
            by="tool",
            landmark=sighting.landmark.name if sighting else None,
            rank=sighting.rank if sighting else None,
            ranks=sighting.landmark.ranks if sighting else None,
            how=sighting.how if sighting else None,
            url=sighting.frame.page.url.split("?")[0].split("#")[0] if sighting else None,
            picture=run.picture(step.id, sighting.frame.page if sighting else None) if pictured else None,
        )

    def _is_worth_a_picture(self, sighting: Sighting | None) -> bool:
        """False for a page that was not touched, and for one that led on as documented: a picture takes time."""
        run = self._run
        if len(run.journal.pictures) > self._pictures:
            return False  # the proof keeps a picture of its own
        led_on = sighting is not None and sighting.rank == 1
        return run.hands.acted and (run.task.dry_run or not led_on)
