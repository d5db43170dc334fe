"""How a run ends that is stopped somewhere: what it may say of itself then."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from playwright.sync_api import Error as PlaywrightError

from automation.errors import Cancelled, NeedsPerson, SiteStop, Stop, Unknown
from automation.flow import CHANGE
from automation.patience import heeding
from automation.walk import take

if TYPE_CHECKING:
    from automation.flow import Flow
    from automation.run import Run


def taken(flow: Flow, run: Run) -> str:
    """Take the flow and keep a picture of where it stopped; a stop in doubt is `unknown`, whatever its cause."""
    try:
        with heeding(run.heed_signals):
            return take(flow, run)
    except Exception as cause:
        if run.proved:
            return run.deed.outcome  # a full disk, a closed terminal, a dead browser: nothing takes the proof back
        stop = _stop_for(cause, run)
        if stop is None:
            raise
        with suppress(Exception):  # the disk may be full, the browser dead: the stop itself is what matters
            picture = None if isinstance(stop, Cancelled) else run.picture("stop")  # who cancels does not wait for it
            run.journal.write("stopped", step=run.step_id, kind=stop.reason.kind, picture=picture)
        if stop is cause:
            raise
        raise stop from None


def _stop_for(cause: Exception, run: Run) -> Stop | None:
    """What a run that ended this way is to say; None for a bug before anything was submitted."""
    if run.sent:
        return cause if isinstance(cause, NeedsPerson) else _broken_off(cause)
    if run.intending:
        return in_doubt(cause, run.deed.done)
    if isinstance(cause, Cancelled):
        return cause
    if run.signals.received:
        return Cancelled("Stopped before anything was changed.", by_signal=run.signals.received[0])
    if not run.tabs.alive or isinstance(cause, PlaywrightError) or "playwright" in type(cause).__module__:
        return reason_of(cause) if isinstance(cause, SiteStop) else BROWSER_LOST
    return cause if isinstance(cause, Stop) else None


def _broken_off(cause: Exception) -> NeedsPerson:
    then = "and the run was stopped." if isinstance(cause, Cancelled) else f"and then: {reason_of(cause).reason.text}"
    return NeedsPerson(f"Your message was sent, {then} Run again to take the conversation up.", kind="talk_broken_off")


BROWSER_LOST = SiteStop("The browser was closed, crashed or lost its page. Run again.", kind="browser_lost")


def reason_of(cause: Exception) -> Stop:
    """The reason to stop; what anything else says may quote what was typed, so it stays here."""
    return cause if isinstance(cause, Stop) else BROWSER_LOST


def in_doubt(cause: Exception, done: str = CHANGE.done) -> Stop:
    """The same stop once the deed may have been done: nobody knows yet."""
    if isinstance(cause, Unknown):
        return cause
    return Unknown(f"{done}, and then: {reason_of(cause).reason.text} Run again to find out.", kind="unreadable")
