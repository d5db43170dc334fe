"""What happened in one run, written before it happens: append-only JSON lines, fsynced."""

from __future__ import annotations

import json
import os
import secrets
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from automation.errors import SettingsStop
from automation.files import append_line, open_private, private_folder, sync_folder, write_private
from automation.scrub import scrub

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Event = dict[str, Any]
AS_IT_IS = {"sender", "url", "site", "report"}


def run_id() -> str:
    """A name for a run that sorts by time."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


class Journal:
    """One run's folder: journal, pictures, report."""

    def __init__(self, runs_dir: Path, name: str, listeners: tuple[Callable[[Event], None], ...] = ()) -> None:
        self.name = name
        self.folder = private_folder(runs_dir / name)
        self.events: list[Event] = []
        self.pictures: dict[str, bytes] = {}
        self.needed = True
        """False: a disk that refuses an event is borne, because what is under way must not stop for that."""
        self._began = time.monotonic()
        self._listeners = listeners
        try:
            self._descriptor = open_private(self.folder / "journal.jsonl", os.O_WRONLY | os.O_APPEND)
            sync_folder(self.folder)
        except OSError as error:
            raise _not_writable(self.folder, error) from error

    def write(self, event: str, **fields: Any) -> None:
        """Put one event on the disk, then tell the listeners; a settings stop when the disk refuses what is needed."""
        entry: Event = {
            "event": event,
            "t": round(time.monotonic() - self._began, 3),
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            **(fields if event == "outcome" else {name: _shown(name, value) for name, value in fields.items()}),
        }
        try:
            append_line(self._descriptor, json.dumps(entry).encode())
        except OSError as error:
            if self.needed:
                raise _not_writable(self.folder, error) from error
        self.events.append(entry)
        for listener in self._listeners:
            listener(entry)

    def picture(self, label: str, content: bytes) -> str | None:
        """Keep a picture beside the journal; its file name, or None where the disk has no room for it."""
        name = f"{len(self.pictures) + 1:02d}-{label}.jpeg"
        try:
            write_private(self.folder / name, content)
        except OSError:
            return None  # a picture is evidence, not the job
        self.pictures[name] = content
        return name

    def seconds(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._began

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _shown(name: str, value: Any) -> Any:
    """A value fit to be kept: pages' and stores' words may hold addresses. Senders were made fit with their letter."""
    return scrub(value) if isinstance(value, str) and name not in AS_IT_IS else value


def _not_writable(folder: Path, error: OSError) -> SettingsStop:
    return SettingsStop(
        f"The run's folder {folder} can't be written: {error.strerror}. "
        "Free some space or choose another place with --runs-dir.",
        kind="folder",
    )
