"""What stands in a run's way: interruptions, refusals, pages that break."""

from __future__ import annotations

import math
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from playwright.sync_api import Error as PlaywrightError

from automation.errors import NeedsPerson, OffPath, SignInRefused, SiteStop
from automation.network import rate_limited
from automation.place import interrupted
from automation.refusals import WRONG_CODE, Refusals
from automation.tabs import OPEN_TIMEOUT_MS
from automation.waiting import pace_ms

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from automation.flow import Flow, Interruption, Step
    from automation.look import Sighting
    from automation.run import Run

LOOK_AGAIN_MS = 50.0
"""Between two looks while something is waited for that may take long."""
SUSPECT_S = 10.0
"""How long the path may stand still where an address or a header tells of a wall, before it is taken for one."""
GOAL_STAYS_S = 1.0
"""How long the path must show before the person is done: a header shows between two pages of a sign-in, too."""
ANSWER_S = 20.0
"""How long the site may take to answer an interruption that was dealt with."""
SIGNS_IN = {"sign_in_name", "password", "sign_in_code"}
"""Landmarks of the sign-in, all of them the person's where no password is configured."""
SIGN_IN_KINDS = {"wrong_password", "too_many_attempts", "rate_limit"}
MOST_RELOADS = 3
"""How often in a run an error page of the browser is opened again."""


class Obstacles:
    """Deals with what it can, and stops at the rest."""

    def __init__(self, flow: Flow, run: Run) -> None:
        self._flow, self._run = flow, run
        self.refusals = Refusals(run)
        self._walled_since = math.inf
        self._reloads = 0
        self._tried_again: set[str] = set()
        self._clearing = self._dealing = False
        self._before: str | None = None
        self._over = tuple(each for each in flow.interruptions if each.over)
        run.hands.over, run.hands.clear = tuple(each.shows for each in self._over), self.clear
        run.hands.in_the_way = tuple(sorted({each.shows for each in flow.interruptions} | {"error"}))
        run.hands.deal_with, run.hands.get_past = self._deals_with, self.get_past

    def heed_faults(self, step: Step | None) -> None:
        """A crashed tab or the browser's error page: opened again while that is safe, else a stop."""
        tabs = self._run.tabs
        tabs.close_foreign()
        if tabs.crashed:
            raise SiteStop("The store's page crashed. Run again.", kind="crashed")
        committing = step is not None and step.commits
        if committing and tabs.traffic.failed is not None:
            raise tabs.traffic.unreachable()  # the answer is lost: only the account can tell
        if tabs.traffic.limited_s is not None:
            raise rate_limited(tabs.traffic.limited_s)
        for page in tabs.stuck():
            if self._reloads >= MOST_RELOADS or (step is not None and not step.safe):
                raise tabs.traffic.unreachable()
            self._reloads += 1
            with suppress(PlaywrightError):  # it is as stuck as before, and the next round says so
                page.reload(wait_until="commit", timeout=OPEN_TIMEOUT_MS)

    def suspects(self, shown: object) -> bool:
        """Deal with a wall on which nothing is known, once the path has not gone on for a while; False where none is.

        `shown` is where the path stands, None while it does not go on.
        """
        if shown is not None or not self._run.tabs.walled:
            self._walled_since = math.inf
            return False
        self._walled_since = min(self._walled_since, time.monotonic())
        wall = next((each for each in self._flow.interruptions if each.shows == self._run.store.walls.shows), None)
        if wall is None or time.monotonic() - self._walled_since < SUSPECT_S:
            return False
        self._walled_since = math.inf
        self._deal_with(wall, None)
        return True

    def get_past(self, pages: list[Page]) -> bool:
        """Deal with whatever stands in the way on these tabs; False where nothing does."""
        run, any_met = self._run, False
        while self._deals_with(run.tabs.look(*run.hands.in_the_way, pages=pages)):
            any_met = True
        return any_met

    def _deals_with(self, sightings: list[Sighting]) -> bool:
        return self.dealt_with(sightings) is not None

    def arrived(self) -> None:
        """The path goes on: what was dealt with is over."""
        self._before = None

    def stand_in_the_way(self, sightings: list[Sighting]) -> bool:
        """Whether something shows that has to be dealt with first, other than what merely lies over the page."""
        return interrupted([each for each in self._flow.interruptions if not each.over], sightings) is not None

    def clear(self, sightings: list[Sighting]) -> bool:
        """Take away one thing that lies over the page; False when there is none, or while one is being taken away."""
        met = None if self._clearing else interrupted(self._over, sightings)
        if met is None:
            return False
        self._clearing = True
        try:
            self._deal_with(*met)
        finally:
            self._clearing = False
        return True

    def dealt_with(self, sightings: list[Sighting]) -> Interruption | None:
        """Deal with one interruption and return it; None when there is none."""
        met = interrupted(self._flow.interruptions, sightings, self._before)
        if met is None:
            return None
        if met[0].over:
            return met[0] if self.clear(sightings) else None
        if self._dealing:
            return None  # it is this one's own act that stumbled over another
        self._dealing = True
        try:
            self._deal_with(*met)
        finally:
            self._dealing = False
        return met[0]

    def _deal_with(self, interruption: Interruption, sighting: Sighting | None) -> None:
        run, began = self._run, time.monotonic()
        run.journal.write("met", name=interruption.name)
        if not (interruption.over or interruption.after):
            self._before = interruption.name
        run.handed_over = False
        interruption.action(run)
        if run.handed_over:
            self._await_person(interruption)
        elif sighting is not None and interruption.over:
            self._await_gone(interruption, sighting)
        elif sighting is not None:
            self._await_answer(interruption, sighting)
        run.journal.write(
            "interruption",
            name=interruption.name,
            intent=interruption.intent,
            seconds=round(time.monotonic() - began, 2),
            by="person" if run.handed_over else "tool",
        )

    def _await_person(self, interruption: Interruption) -> None:
        """Wait until the path shows again; that what asked for a person has gone is no sign yet."""
        run, flow = self._run, self._flow
        persons = {interruption.shows} | (SIGNS_IN if run.sign_in.is_the_persons else set())
        goal = {step.arrives for step in flow.steps if step.arrives} | {flow.start}
        goal |= {each.shows for each in flow.interruptions if not each.over}
        since = time.monotonic()
        deadline = since + run.task.code_timeout_s
        with run.not_counted():
            while True:
                shown = {sighting.landmark.name for sighting in run.tabs.look(*sorted(goal | persons))}
                goes_on = shown - {flow.start} or (shown and not run.tabs.walled)
                if not goes_on or shown & persons:
                    since = time.monotonic()
                if time.monotonic() - since > GOAL_STAYS_S:
                    return
                if time.monotonic() > deadline:
                    raise NeedsPerson(
                        f"{interruption.intent}, and nobody did it in time. Run again; nothing is lost.",
                        kind=interruption.name,
                    )
                run.tick(LOOK_AGAIN_MS)

    def _await_gone(self, interruption: Interruption, before: Sighting) -> None:
        """Wait until what lay over the page is gone from it; another document may bring its own."""
        deadline = time.monotonic() + ANSWER_S
        while any(s.born == before.born for s in self._run.tabs.look(interruption.shows)):
            if time.monotonic() > deadline:
                raise OffPath(
                    f"“{interruption.shows}” was clicked, and what lies over the page does not go away.",
                    kind="covered",
                    expected="the page below",
                    seen=self._run.tabs.seen(),
                )
            self._run.tick(LOOK_AGAIN_MS)

    def _await_answer(self, interruption: Interruption, before: Sighting) -> None:
        """Wait until the interruption is gone; one that comes back in a new document is a no."""
        run, began = self._run, time.monotonic()
        deadline = began + ANSWER_S
        while True:
            names = {each.shows for each in self._flow.interruptions} | {"error"}
            sightings = run.tabs.look(*sorted(names), pages=run.tabs.in_front)
            now = interrupted(self._flow.interruptions, sightings, self._before)
            still = [s for s in sightings if s.landmark.name == interruption.shows and now and now[0] is interruption]
            fresh = self.refusals.fresh(sightings)
            if still and (fresh or still[0].born != before.born or time.monotonic() > deadline):
                self._not_let_in(interruption, fresh, before.frame.page)
                return
            if not still:
                return
            run.tick(pace_ms(time.monotonic() - began))

    def _not_let_in(self, interruption: Interruption, said: str | None, page: Page) -> None:
        """Stop; once more where that is allowed: another code, or the other name where nobody knows the account's."""
        run, told = self._run, self.refusals.kind(said or "")
        if interruption.once_more:
            self._code_not_taken(interruption, told, said, page)
            return
        kind = told if told in SIGN_IN_KINDS else "wrong_password"
        if run.sign_in.refused(kind):
            run.tabs.open(run.store.start, page)
            return
        raise SignInRefused(
            f"The store refused to sign in{f': “{said}”' if said else ''}. What was typed is not typed again. "
            "Check READDRESS_STORE_USER and READDRESS_STORE_PASSWORD.",
            kind=kind,
            store_said=said,
            expected="signed in",
            seen=interruption.shows,
        )

    def _code_not_taken(self, interruption: Interruption, told: str | None, said: str | None, page: Page) -> None:
        """Once more with a new code; stop where that was done already, or nothing says that the code was the reason."""
        run = self._run
        if told in WRONG_CODE and interruption.once_more and interruption.name not in self._tried_again:
            self._tried_again.add(interruption.name)
            run.journal.write("refused", step=run.step_id, kind=told, store_said=said)
            shown = run.tabs.look(interruption.shows, pages=[page])
            interruption.once_more(run)
            if shown:
                self._await_answer(interruption, shown[0])
            return
        raise SignInRefused(
            f"The store did not take the code at the sign-in{f': “{said}”' if said else ''}. It is not typed again.",
            kind=told or "wrong_code",
            store_said=said,
            expected="signed in",
            seen=interruption.shows,
        )
