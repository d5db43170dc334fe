"""The runs that were kept: listed, and told again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automation.errors import SettingsStop
from automation.report import landmarks_to_mend, read_journal
from automation.result import result_of

if TYPE_CHECKING:
    from pathlib import Path


def kept_runs(folder: Path) -> list[dict[str, Any]]:
    """The results of all runs in the folder, oldest first."""
    journals = sorted(folder.glob("*/journal.jsonl"))
    return [_result(journal) for journal in journals]


def kept_run(folder: Path, name: str) -> dict[str, Any]:
    """The result of one run, or of the `last`; a settings stop lists the names there are."""
    names = sorted(journal.parent.name for journal in folder.glob("*/journal.jsonl"))
    wanted = names[-1] if name == "last" and names else name
    if wanted not in names:
        there = "The newest: " + ", ".join(names[-5:]) if names else "There are none yet."
        raise SettingsStop(f"There is no run “{name}” in {folder}. {there}", kind="no_run")
    return _result(folder / wanted / "journal.jsonl")


def mended_in(folder: Path, name: str) -> tuple[str, ...]:
    """The landmarks that a kept run did not find by their first way."""
    return landmarks_to_mend(read_journal(folder / name / "journal.jsonl"))


def _result(journal: Path) -> dict[str, Any]:
    report = journal.with_name("report.html")
    try:
        events = read_journal(journal)
    except ValueError:
        return {**result_of([], outcome="unreadable", exit_code=None), "run": journal.parent.name}
    told = next((e.get("result") for e in reversed(events) if e.get("event") == "outcome"), None)
    unfinished = result_of(events, outcome="unfinished", exit_code=None)
    return {**(told or unfinished), "report": str(report) if report.exists() else None}
