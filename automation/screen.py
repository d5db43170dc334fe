"""The end of a run on the terminal: one screen, readable at 40 columns."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from automation.columns import broken
from automation.outcomes import outcome_named
from automation.result import PASSED_OVER, number, why
from automation.scrub import scrub, written_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MAILBOXES = {"old": "old mailbox", "new": "new mailbox"}
_COLOURS = {"good": "32", "wait": "33", "bad": "31"}
_LABEL = 10
_NARROW = 60
_LONG = 480
"""Characters of a store's or a page's words on the screen, where a report has them whole."""
_ALL = 4000
"""The same where there is no report."""


def as_text(
    result: Mapping[str, Any],
    *,
    width: int = 80,
    colour: bool = False,
    intents: Mapping[str, str] = MappingProxyType({}),
    mend: Sequence[str] = (),
) -> str:
    """The result for a person: the outcome first, its proofs or its reason, and what to do next.

    `result` is the JSON object of the contract; `intents` are the flow's steps in words, to name the
    step where the run ended; `mend` is what `report.landmarks_to_mend` gives. Ends without a line
    feed.
    """
    keep = frozenset(str(code["sender"]) for code in result["codes"] if code.get("sender"))
    limit = _LONG if result.get("report") else _ALL
    rows = [(label, scrub(str(text), keep=keep, limit=limit).strip()) for label, text in _rows(result, intents, mend)]
    rows += _report(result)
    lines = [*_headline(result, width, colour=colour), ""]
    for label, text in rows:
        lines += _row(label, text, max(width, 24), colour=colour)
    return "\n".join(lines)


def headline(result: Mapping[str, Any]) -> str:
    """The outcome in one sentence."""
    new = str(result["new"] or "the new address")
    told = outcome_named(result["outcome"]).headline.replace("{new}", new)
    saved = any(each["outcome"] == "saved" for each in result.get("followed") or ())
    return told.replace("this run changed nothing", "the address was not changed") if saved else told


def found_code(code: Mapping[str, Any], *, briefly: bool = False) -> str:
    """Where a code was found, never the code; `briefly`: without the sender and what proved it."""
    if not code.get("sender"):
        return "typed by you" if code.get("why") is None else str(code["why"])
    after = number(code.get("arrived_after_s"))
    parts = [None if briefly else f"from {code['sender']}", code.get("folder")]
    parts += [None if after is None else f"{seconds(after)} after the click"]
    parts += [why({**code, "proof": None} if briefly else code)]
    return ", ".join(str(part).partition(PASSED_OVER)[0] for part in parts if part)


def seconds(value: float) -> str:
    """A span as people say it: 0.3 s, 42 s, 2 min 5 s."""
    if value < 10:  # noqa: PLR2004 - tenths matter only here
        return f"{value:.1f} s"
    whole = round(value)
    if whole < 100:  # noqa: PLR2004 - longer ones read better in minutes
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def _headline(result: Mapping[str, Any], width: int, *, colour: bool) -> list[str]:
    text = scrub(headline(result))
    tone = outcome_named(result["outcome"]).tone
    return [_painted(line, f"1;{_COLOURS[tone]}", colour=colour) for line in broken(text, width=width, whole=False)]


def _rows(result: Mapping[str, Any], intents: Mapping[str, str], mend: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield from (("proof", str(proof)) for proof in result["proofs"])
    if result["reason"]:
        yield from _reason(result, result["reason"], intents)
    for each in result.get("followed") or ():
        yield "path", f"{outcome_named(each['outcome']).name}: {each['flow']}; {each['report'] or 'no report'}"
    for code in result["codes"]:
        box = MAILBOXES.get(str(code.get("mailbox")), "mailbox")
        yield "code", f"{box}: {found_code(code)}"
    if mend:
        yield "mend", f"{', '.join(mend)}: found, but no longer by structure; the report tells more"
    if (took := number(result["seconds"])) is not None:
        count = len(result["steps"])
        yield "took", f"{seconds(took)}, {count} step{'' if count == 1 else 's'}"
    if result["advice"]:
        yield "next", result["advice"]


def _reason(
    result: Mapping[str, Any], reason: Mapping[str, Any], intents: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    if reason.get("text"):
        yield "why", reason["text"]
    if result["step"]:
        yield "step", f"{result['step']} {intents.get(str(result['step']), '')}"
    for label, key in (("expected", "expected"), ("seen", "seen")):
        if reason.get(key):
            yield label, reason[key]
    if reason.get("store_said"):
        yield "store", f"“{reason['store_said']}”"
    if (wait := number(reason.get("retry_after_s"))) is not None:
        yield "retry", f"in {seconds(wait)}, not earlier"


def _report(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The path, never masked: it has to open."""
    return [("report", written_out(str(result["report"])))] if result.get("report") else []


def _row(label: str, text: str, width: int, *, colour: bool) -> list[str]:
    """A label and its text, in two columns or, on a narrow screen, in one."""
    first = f"  {label:<{_LABEL}}" if width >= _NARROW else f"{label}: "
    further = " " * (_LABEL + 2 if width >= _NARROW else 2)
    lines: list[str] = []
    for line in text.splitlines():
        before = further if lines else first
        lines += broken(line, width=width, first=before, further=further, whole=label == "report")
    if lines:
        lines[0] = _painted(first, "2", colour=colour) + lines[0].removeprefix(first)
    return lines


def _painted(text: str, code: str, *, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text
