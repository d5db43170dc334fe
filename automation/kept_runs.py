"""The runs that were kept: listed, and told again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automation.errors import SettingsStop
from automation.files import MOST_BYTES
from automation.report import landmarks_to_mend, read_journal, retold
from automation.result import result_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from automation.result import Event


def kept_runs(folder: Path) -> list[dict[str, Any]]:
    """The results of all runs in the folder, oldest first."""
    return [_result(folder, name) for name in _names(folder)]


def kept_run(folder: Path, name: str) -> dict[str, Any]:
    """The result of one run, or of the `last`; a settings stop lists the names there are."""
    names = _names(folder)
    wanted = names[-1] if name == "last" and names else name
    if wanted not in names:
        there = "The newest: " + ", ".join(names[-5:]) if names else "There are none yet."
        raise SettingsStop(f"There is no run “{name}” in {folder}. {there}", kind="no_run")
    return _result(folder, wanted)


def mended_in(folder: Path, name: str) -> tuple[str, ...]:
    """The landmarks that a kept run did not find by their first way."""
    return landmarks_to_mend(_events(folder / name) or [])


def _names(folder: Path) -> list[str]:
    return sorted(journal.parent.name for journal in folder.glob("*/journal.jsonl") if journal.is_file())


def _result(folder: Path, name: str) -> dict[str, Any]:
    """A run's result, called by its folder's name, whatever its journal says."""
    events, report = _events(folder / name), folder / name / "report.html"
    told = result_of([], outcome="unreadable", exit_code=None) if events is None else retold(events)
    return {**told, "run": name, "report": str(report) if report.exists() else None}


def _events(run: Path) -> Sequence[Event] | None:
    """What a run's journal says; None for one that can't be read or is too long to be ours."""
    journal = run / "journal.jsonl"
    try:
        return read_journal(journal) if journal.stat().st_size <= MOST_BYTES else None
    except (OSError, ValueError):
        return None
