"""When somebody last signed in with a kept profile: a note that lies in the profile's folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from automation.files import private_folder, write_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

By = Literal["person", "tool"]

NOTE = "readdress.json"
VERSION = 1
LASTS = timedelta(days=15)
"""How long the store's sessions are known to last, more or less (from public sources, never measured)."""
SIGN_INS = frozenset({"sign_in", "sign_in_code", "remembered_account"})
"""The interruptions after which a session has begun."""


@dataclass(frozen=True)
class KeptSession:
    """One beginning of a session."""

    began: datetime
    by: By

    def age(self, now: datetime) -> timedelta:
        """How old it is; a clock that was set back makes it none younger than new."""
        return max(now - self.began, timedelta())

    def told(self, now: datetime) -> str:
        """Its beginning and its age, for a person."""
        who = "by you, in a window" if self.by == "person" else "by the tool"
        return f"begun {in_days(self.age(now))} ago {who}; such sessions are known to last about {LASTS.days} days"


def in_days(span: timedelta) -> str:
    """A span as people say it."""
    hours = int(span.total_seconds() // 3600)
    if hours < 1:
        return "less than an hour"
    number, unit = (hours, "hour") if hours < 48 else (hours // 24, "day")  # noqa: PLR2004 - two days
    return f"{number} {unit}{'' if number == 1 else 's'}"


def note_sign_in(profile: Path, by: By) -> KeptSession:
    """Write that somebody has just signed in with this profile."""
    session = KeptSession(datetime.now(UTC), by)
    content = {"version": VERSION, "signed_in": session.began.isoformat(timespec="seconds"), "by": by}
    write_private(private_folder(profile) / NOTE, json.dumps(content).encode())
    return session


def noted_sign_in(profile: Path) -> KeptSession | None:
    """The last sign-in with this profile; None where none is noted, or the note can't be read."""
    try:
        noted = json.loads((profile / NOTE).read_bytes())
        began = datetime.fromisoformat(noted["signed_in"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    known = began.tzinfo is not None and noted.get("by") in {"person", "tool"}
    return KeptSession(began, noted["by"]) if known else None


class SignInsNoted:
    """A listener of the journal that notes each sign-in of a run."""

    def __init__(self, profile: Path) -> None:
        self._profile = profile

    def __call__(self, event: Mapping[str, Any]) -> None:
        """Note it where the event tells one."""
        if event["event"] == "interruption" and event["name"] in SIGN_INS:
            note_sign_in(self._profile, "person" if event.get("by") == "person" else "tool")
