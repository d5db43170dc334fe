"""What stands in a run's way: interruptions, refusals, pages that break."""

from __future__ import annotations

import math
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from playwright.sync_api import Error as PlaywrightError

from automation.errors import NeedsPerson, OffPath, Refused, SignInRefused, SiteStop
from automation.hands import complaints
from automation.place import interrupted
from automation.tabs import OPEN_TIMEOUT_MS, RATE_LIMIT_S, rate_limited
from automation.waiting import pace_ms

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from automation.flow import Flow, Interruption, Step
    from automation.look import Sighting
    from automation.run import Run

LOOK_AGAIN_MS = 50.0
"""Between two looks while something is waited for that may take long."""
ANSWER_S = 20.0
"""How long the site may take to answer an interruption that was dealt with."""
SIGN_IN_KINDS = {"wrong_password", "too_many_attempts", "rate_limit"}
UNSURE_S = 3.0
"""How long a message whose words are not known may stand before it counts as a refusal."""
MOST_RELOADS = 3
"""How often in a run an error page of the browser is opened again."""


class Obstacles:
    """Deals with what it can, and stops at the rest."""

    def __init__(self, flow: Flow, run: Run) -> None:
        self._flow, self._run = flow, run
        self._reloads = 0
        self._unsure_since = math.inf
        self._back_since = math.inf
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
        if committing and tabs.failed is not None:
            raise tabs.unreachable()  # the answer is lost: only the account can tell
        if tabs.limited_s is not None:
            raise rate_limited(tabs.limited_s)
        for page in tabs.stuck():
            if self._reloads >= MOST_RELOADS or (step is not None and not step.safe):
                raise tabs.unreachable()
            self._reloads += 1
            with suppress(PlaywrightError):  # it is as stuck as before, and the next round says so
                page.reload(wait_until="commit", timeout=OPEN_TIMEOUT_MS)

    def heed_refusal(self, step: Step | None, sightings: list[Sighting]) -> None:
        """Stop when the store shows a refusal that was not there before the step's last act."""
        in_front = self._run.tabs.in_front
        mine = [sighting for sighting in sightings if sighting.frame.page in in_front]
        fresh = self._fresh_complaint(mine) if self._run.hands.acted else None
        if fresh is None:
            self._unsure_since = math.inf
            return
        kind = self._kind(fresh)
        self._unsure_since = min(self._unsure_since, time.monotonic())
        if kind is None and time.monotonic() - self._unsure_since < UNSURE_S:
            return  # it may be a mere notice: the page gets time to go on
        unknown = "wrong_code" if step and step.again and not step.commits else "refused"
        retry_after_s = RATE_LIMIT_S if kind == "rate_limit" else None
        raise Refused(
            f"The store said no: “{fresh}”", kind=kind or unknown, store_said=fresh, retry_after_s=retry_after_s
        )

    def heed_return(self, step: Step | None) -> None:
        """Take it as a no when the page, loaded anew, asks once more for the code that was submitted.

        Not at the committing step: there only what the store says in words is a no.
        """
        submitted = self._run.hands.form.submitted
        if step is None or step.again is None or step.commits or submitted is None:
            return
        shown = self._run.tabs.look(submitted.seen.landmark.name, pages=self._run.tabs.in_front)
        anew = [sighting for sighting in shown if sighting.born != submitted.seen.born]
        back = any(submitted.is_back(sighting) for sighting in anew)
        self._back_since = min(self._back_since, time.monotonic()) if back else math.inf
        if time.monotonic() - self._back_since > UNSURE_S:
            raise Refused("The store asks for the code once more and does not say why.", kind="wrong_code")

    def _fresh_complaint(self, sightings: list[Sighting]) -> str | None:
        hands, shown = self._run.hands, complaints(sightings)
        # One that went away in between may come again and then counts.
        hands.complaints &= shown
        return next((text for _, text in sorted(shown - hands.complaints)), None)

    def _kind(self, said: str) -> str | None:
        """The kind of a refusal by its words; None where they are not known."""
        kinds = self._run.store.refusals
        return next((kind for kind, words in kinds.items() if any(word in said.casefold() for word in words)), None)

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

    def _deal_with(self, interruption: Interruption, sighting: Sighting) -> None:
        run, began = self._run, time.monotonic()
        run.journal.write("met", name=interruption.name)
        if not (interruption.over or interruption.after):
            self._before = interruption.name
        interruption.action(run)
        if interruption.person:
            self._await_person(interruption)
        elif interruption.over:
            self._await_gone(interruption, sighting)
        else:
            self._await_answer(interruption, sighting)
        run.journal.write(
            "interruption",
            name=interruption.name,
            intent=interruption.intent,
            seconds=round(time.monotonic() - began, 2),
        )

    def _await_person(self, interruption: Interruption) -> None:
        """Wait until the path shows again; that what asked for a person has gone is no sign yet."""
        run = self._run
        names = {step.arrives for step in self._flow.steps if step.arrives}
        names |= {each.shows for each in self._flow.interruptions} | {self._flow.start}
        deadline = time.monotonic() + run.task.code_timeout_s
        with run.not_counted():
            while True:
                shown = {sighting.landmark.name for sighting in run.tabs.look(*sorted(names))}
                if shown and interruption.shows not in shown:
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
            fresh = self._fresh_complaint(sightings)
            if still and (fresh or still[0].born != before.born or time.monotonic() > deadline):
                self._not_let_in(interruption, fresh, before.frame.page)
                return
            if not still:
                return
            run.tick(pace_ms(time.monotonic() - began))

    def _not_let_in(self, interruption: Interruption, said: str | None, page: Page) -> None:
        """Stop; go back for the other name where nobody knows which of the two the account has."""
        run, told = self._run, self._kind(said or "")
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
