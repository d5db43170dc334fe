"""A run's journal as tests need it: whole, cut short, with any text, or foreign altogether."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from automation.outcomes import outcome_named
from automation.report import read_journal, result_of

JOURNAL = Path(__file__).parent / "data" / "journal.jsonl"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c02"
    "0000000b4944415478da6364600000000600023081d02f0000000049454e44ae426082"
)
REASON = {
    "kind": "wrong_code",
    "text": "The store did not accept the code.",
    "expected": "new_address",
    "seen": "code_field, error",
    "store_said": "Il codice non è corretto.",
    "retry_after_s": 60.0,
}

Events = list[dict[str, Any]]


def sample() -> Events:
    """The journal of a run that changed the address."""
    return read_journal(JOURNAL)


def pictures_of(events: Events) -> dict[str, bytes]:
    """A picture for each name in the journal."""
    return {event["picture"]: PNG for event in events if event.get("picture")}


def plain(page: str) -> str:
    """The page's text without its marks, each space a single one."""
    body = page.partition("<body")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


class Marks(HTMLParser):
    """Every element and attribute that a page really has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {(name, value or "") for name, value in attrs}


def until(events: Events, kind: str, step: str) -> Events:
    """The journal of a run that was killed just after that event."""
    last = next(at for at, event in enumerate(events) if event["event"] == kind and step in event.values())
    return events[: last + 1]


def ended(events: Events, outcome: str, reason: dict[str, Any] | None = None) -> Events:
    """The journal with that end."""
    result = result_of(events, outcome=outcome, exit_code=outcome_named(outcome).exit_code, reason=reason)
    return [*events, {"event": "outcome", "t": 99.0, "result": result}]


def changed(events: Events) -> dict[str, Any]:
    return result_of(events, outcome="changed", exit_code=0, reason=None, report="/runs/one/report.html")


def with_text(events: Events, text: str) -> Events:
    """The same journal with that text at the end of everything said in it, senders excepted."""
    fixed = {"event", "picture", "mailbox", "by", "fits", "as", "sender", "at"}

    def said(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: said(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [said(inner) for inner in value]
        return f"{value} {text}" if isinstance(value, str) and key not in fixed else value

    return [said(event) for event in events]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
kinds = st.sampled_from(
    [
        *("run", "step", "act", "arrived", "met", "interruption", "address", "mailbox", "browser", "stopped"),
        *("baseline", "requested", "waiting", "letter", "code", "intent", "settled", "proof", "outcome"),
        *("refused", "doubt", "unreadable", "from_a_newer_version"),
    ]
)
fields = st.sampled_from(
    [
        *("run", "id", "intent", "step", "t", "at", "seconds", "by", "rank", "ranks", "how", "landmark"),
        *("picture", "mailbox", "folders", "letters", "sender", "taken", "rejected", "matched", "result"),
        *("old", "new", "plain_hosts", "text", "reason", "after_s", "uid", "name", "fits", "as"),
    ]
)
foreign_events = st.lists(
    st.builds(lambda kind, rest: {**rest, "event": kind}, kinds, st.dictionaries(fields, anything, max_size=8)),
    max_size=12,
)
