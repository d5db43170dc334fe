"""The journal told to a reader: the result as JSON, as text, and as one HTML file with pictures."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from automation.advice import advice_for
from automation.outcomes import outcome_named
from automation.result import Event, number, of_kind, result_of, senders_in
from automation.row import items_in, said
from automation.screen import MAILBOXES, as_text, found_code, headline, seconds
from automation.scrub import scrub
from automation.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jinja2 import Template
    from jinja2.runtime import Context
    from markupsafe import Markup

__all__ = [
    "Event", "advice_for", "as_html", "as_text", "landmarks_to_mend", "prepare", "read_journal", "result_of", "retold",
]  # fmt: skip

_PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def read_journal(path: Path) -> list[dict[str, Any]]:
    """The events of a run, in order; a last line that was torn while it was written is left out.

    An earlier line that is no event is a ValueError which names its number.
    """
    lines = path.read_bytes().split(b"\n")
    last = max((at for at, line in enumerate(lines) if line.strip()), default=0)
    events = []
    for at, line in enumerate(lines[: last + 1]):
        try:
            events += [_event(line)] if line.strip() else []
        except (ValueError, RecursionError) as error:
            if at < last:
                raise ValueError(f"{path}, line {at + 1} is no event of a run: {error}") from error
    return events


def as_html(events: Sequence[Event], pictures: Mapping[str, bytes]) -> str:
    """One self-contained page: no script, no request, every text escaped and every address masked.

    `pictures` are PNG or JPEG by the names that the events give; others are left out. A run without an
    outcome is told as unfinished.
    """
    result, timeline = retold(events), Timeline(events)
    word, _, sentence = headline(result).partition(": ")
    shown = _data_uris(pictures)
    return _template().render(
        senders=senders_in(events),
        result=result,
        reason=result["reason"] or {},
        outcome=outcome_named(result["outcome"]),
        word=word,
        sentence=sentence[:1].upper() + sentence[1:],
        run=next(of_kind(events, "run"), {}),
        timeline=timeline,
        browser=_browser(events),
        boxes=list(of_kind(events, "mailbox")),
        bars=_bars(timeline),
        began=_began(events),
        undecided=_undecided(events),
        pictures=shown,
        left_over=[name for name in shown if not any(name in row.pictures for row in timeline.rows)],
    )


def retold(events: Sequence[Event]) -> dict[str, Any]:
    """The result again, from the events and what the run itself said of its end; it may be a foreign journal."""
    ends = [event.get("result") for event in of_kind(events, "outcome")]
    told = ends[-1] if ends and isinstance(ends[-1], Mapping) else {}
    reason, code, took = told.get("reason"), number(told.get("exit")), number(told.get("seconds"))
    result = result_of(
        events,
        outcome=said(told, "outcome") or "unfinished",
        exit_code=None if code is None else int(code),
        reason=reason if isinstance(reason, Mapping) else None,
    )
    return result if took is None else {**result, "seconds": took}


def landmarks_to_mend(events: Sequence[Event]) -> tuple[str, ...]:
    """The landmarks whose structure no longer fits, so that only words or a link found them."""
    return tuple(dict.fromkeys(match.landmark for _, match in Timeline(events).weak))


def _event(line: bytes) -> dict[str, Any]:
    event = json.loads(line)
    if not isinstance(event, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one error for every line that is no event
    return event


def _browser(events: Sequence[Event]) -> str:
    """Chromium 149.0.7827.2, without a window; empty when no browser was started."""
    for event in of_kind(events, "browser"):
        version = said(event, "version")
        name = f"Chromium {version}" if version[:1].isdigit() else version
        return f"{name}, without a window" if event.get("headed") is False else name
    return said(next(of_kind(events, "run"), {}), "browser")


def _undecided(events: Sequence[Event]) -> bool:
    """True when something was submitted and nothing tells what became of it."""
    marks = [event["event"] for event in events if event.get("event") in ("intent", "settled", "proof")]
    return bool(marks) and marks[-1] == "intent"


def _began(events: Sequence[Event]) -> str:
    """23 November 2026, 06:45 UTC; empty when no event tells."""
    try:
        at = datetime.fromisoformat(said(events[0], "at")).astimezone(UTC)
    except (IndexError, ValueError, OverflowError):
        return ""
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def prepare() -> None:
    """Make the page's template, which takes a tenth of a second, while there is time."""
    _template()


@cache
def _template() -> Template:
    """The page, in which every printed text is scrubbed, then escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context  # noqa: PLC0415 - slow, seldom needed

    environment = Environment(
        loader=PackageLoader("automation", "templates"),
        autoescape=True,
        finalize=pass_context(_printed),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"number": number, "seconds": seconds, "said": said, "items_in": items_in}
    environment.globals["tone_of"] = lambda event: outcome_named(said(event, "outcome")).tone
    environment.globals |= {"found_code": found_code, "mailboxes": MAILBOXES}
    return environment.get_template("report.html.j2")


def _printed(context: Context, value: object) -> object:
    if hasattr(value, "__html__"):  # markup of our own: a picture, a bar
        return value
    return scrub("" if value is None else str(value), keep=context["senders"])


def _bars(timeline: Timeline) -> dict[int, Markup]:
    """Where each row lies in the run's time, as the style of its bar."""
    from markupsafe import Markup  # noqa: PLC0415 - comes with jinja2

    bars = {}
    for at, row in enumerate(timeline.rows):
        began = row.began or 0.0
        start, end = began / timeline.seconds, max(began, row.ended or began) / timeline.seconds
        bars[at] = Markup(f"left:{100 * start:.2f}%;width:{100 * (end - start):.2f}%")  # noqa: S704 - numbers
    return bars


def _data_uris(pictures: Mapping[str, bytes]) -> dict[str, Markup]:
    from markupsafe import Markup  # noqa: PLC0415 - comes with jinja2

    kinds = {name: _picture_type(content) for name, content in pictures.items()}
    return {
        name: Markup(f"data:{kinds[name]};base64,{b64encode(content).decode('ascii')}")  # noqa: S704 - base64
        for name, content in pictures.items()
        if kinds[name]
    }


def _picture_type(content: bytes) -> str:
    """Empty for what is neither PNG nor JPEG: an SVG could hold more than a picture."""
    return next((kind for start, kind in _PICTURES.items() if content.startswith(start)), "")
