"""The result of a run: the one JSON object, built from its journal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from automation.advice import LOST, advice_for
from automation.scrub import scrub

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import PurePath

Event = Mapping[str, Any]

VERSION = 1
REASON_KEYS = ("kind", "text", "expected", "seen", "store_said", "retry_after_s")
CODE_KEYS = ("step", "mailbox", "sender", "folder", "uid", "arrived_after_s", "why")
FOLLOWED_KEYS = ("run", "flow", "outcome", "exit", "proofs", "reason", "report")
PAIR = 2
PASSED_OVER = "; not "
"""In a code's `why` the numbers that lost come after this."""
STEP_KEYS = ("id", "intent", "seconds", "by", "rank")


def result_of(
    events: Sequence[Event],
    *,
    outcome: str,
    exit_code: int | None,
    reason: Mapping[str, Any] | None = None,
    report: str | PurePath | None = None,
) -> dict[str, Any]:
    """The JSON object of the contract: always all keys, null where unknown, addresses masked.

    `events` may be empty: a run that stopped before its journal. `reason` is an `errors.Reason` as a
    mapping; `step` is where the run stood when it ended.
    """
    run: Event = next(of_kind(events, "run"), {})
    keep = senders_in(events)
    found = {
        "version": VERSION,
        "run": run.get("run"),
        "flow": run.get("flow"),
        "store": run.get("store"),
        "outcome": outcome,
        "exit": exit_code,
        "seconds": _seconds(events),
        "step": _last_step(events),
        "old": run.get("old"),
        "new": run.get("new"),
        "reason": None if reason is None else _only(REASON_KEYS, reason),
        "proofs": [event.get("text") for event in of_kind(events, "proof")],
        "codes": [{**_only(CODE_KEYS, event), "why": why(event)} for event in of_kind(events, "code")],
        "steps": _steps(events),
        "followed": [_only(FOLLOWED_KEYS, event) for event in of_kind(events, "followed")],
        "advice": _advice(events, outcome, run.get("flow") if reason is None else reason.get("kind")),
    }
    return {**_scrubbed(found, keep), "report": None if report is None else str(report)}


def why(code: Event) -> Any:
    """What chose a code, what proved its sender, and each number that lost, masked: one sentence's parts."""
    if code.get("proof") is None:
        return code.get("why")
    pairs = code.get("rejected")
    pairs = [pair for pair in pairs if isinstance(pair, list | tuple)] if isinstance(pairs, list | tuple) else []
    lost = ", ".join(f"{value} ({reason})" for value, reason in (pair for pair in pairs if len(pair) == PAIR))
    return f"{code.get('why')}; {code['proof']}{PASSED_OVER if lost else ''}{lost}"


def of_kind(events: Sequence[Event], kind: str) -> Iterator[Event]:
    """The events of that kind, in order."""
    return (event for event in events if event.get("event") == kind)


def senders_in(events: Sequence[Event]) -> frozenset[str]:
    """The store's own addresses: those whose letters were taken. They are shown in full."""
    senders = [event.get("sender") for event in of_kind(events, "code")]
    senders += [event.get("sender") for event in of_kind(events, "letter") if event.get("taken") is True]
    return frozenset(sender for sender in senders if isinstance(sender, str))


def number(value: object) -> float | None:
    """The number, or None for anything else; a foreign journal may hold what it likes."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e12 else None  # noqa: PLR2004 - also inf, nan and huge ones


def _advice(events: Sequence[Event], outcome: str, kind: object) -> str:
    """What to do next; where the old mailbox could not be read, the guide's other way too."""
    lost = outcome == "mailbox" and any(event.get("mailbox") == "old" for event in of_kind(events, "unread"))
    return f"{advice_for(outcome, kind)} {LOST}" if lost else advice_for(outcome, kind)


def _seconds(events: Sequence[Event]) -> float | None:
    times = [t for event in events if (t := number(event.get("t"))) is not None]
    return round(max(times), 1) if times else None


def _last_step(events: Sequence[Event]) -> Any:
    begun = [event.get("id") for event in of_kind(events, "step")]
    return begun[-1] if begun else None


def _steps(events: Sequence[Event]) -> list[dict[str, Any]]:
    intents = {str(event.get("id")): event.get("intent") for event in of_kind(events, "step")}
    arrived = [{**event, "id": event.get("step")} for event in of_kind(events, "arrived")]
    return [_only(STEP_KEYS, {"intent": intents.get(str(event["id"])), **event}) for event in arrived]


def _only(keys: tuple[str, ...], source: Mapping[str, Any]) -> dict[str, Any]:
    return {key: source.get(key) for key in keys}


def _scrubbed(value: Any, keep: frozenset[str]) -> Any:
    if isinstance(value, str):
        return scrub(value, keep=keep)
    if isinstance(value, Mapping):
        return {_scrubbed(key, keep): _scrubbed(inner, keep) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_scrubbed(inner, keep) for inner in value]
    return value
