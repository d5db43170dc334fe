"""`readdress runs` tells what it can of every journal that lies there: torn, empty, foreign or newer."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from sample_journal import JOURNAL

if TYPE_CHECKING:
    from pathlib import Path

    from sample_runs import Command

RUN = json.dumps(
    {"event": "run", "run": "another-name", "old": "a***i@example.org", "new": "b***i@example.net"}
).encode()
NEWER = {
    "version": 2, "run": "x", "outcome": {"kind": "changed"}, "exit": "none", "seconds": "1", "step": ["A"], "old": 7,
    "new": [], "reason": "words", "proofs": 5, "codes": {"a": 1}, "steps": None, "advice": 3, "report": None,
}  # fmt: skip
JOURNALS = {
    "whole": (JOURNAL.read_bytes(), "changed"),
    "empty": (b"", "unfinished"),
    "torn": (RUN + b'\n{"event": "outc', "unfinished"),
    "torn at once": (RUN[:-9], "unfinished"),
    "foreign": (b'{"hello": "world"}\n{"event": 5}\n{"event": "step", "id": [1]}\n', "unfinished"),
    "foreign result": (json.dumps({"event": "outcome", "result": "words"}).encode(), "unfinished"),
    "newer": (
        json.dumps({"event": "outcome", "result": {"version": 2, "outcome": "teleported"}}).encode(),
        "teleported",
    ),
    "of other types": (RUN + b"\n" + json.dumps({"event": "outcome", "result": NEWER}).encode(), "unfinished"),
    "garbage": (b"\x89\xff\n\x00\xfe" + RUN, "unreadable"),
    "garbage in the middle": (RUN + b"\n\xff\xfe\n" + RUN, "unreadable"),
    "deep": (b"[" * 500_000 + b"\n" + RUN, "unreadable"),
    "one long line": (b'{"event": "step", "id": "' + b"x" * 1_000_000 + b'"}\n', "unfinished"),
}


def kept(folder: Path, name: str, journal: bytes) -> None:
    (folder / name).mkdir(parents=True)
    (folder / name / "journal.jsonl").write_bytes(journal)


def told(command: Command, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = command("runs", *arguments, "--json")
    return done.returncode, json.loads(done.stdout)


def test_every_journal_is_listed_by_its_folder(command: Command) -> None:
    folder = command.home / "runs"
    for name, (journal, _) in JOURNALS.items():
        kept(folder, name, journal)
    _, listed = told(command)
    assert {run["run"]: run["outcome"] for run in listed["runs"]} == {name: end for name, (_, end) in JOURNALS.items()}
    done = command("runs")
    assert (done.returncode, done.stderr) == (0, "")
    assert all(f"  {name}  {end}" in done.stdout for name, (_, end) in JOURNALS.items())


@pytest.mark.parametrize("name", JOURNALS)
def test_every_journal_is_told(name: str, command: Command) -> None:
    journal, outcome = JOURNALS[name]
    kept(command.home / "runs", name, journal)
    code, result = told(command, "last")
    assert (code, result["run"], result["outcome"]) == (0, name, outcome)
    done = command("runs", name)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_what_is_no_file_is_no_run(command: Command) -> None:
    folder = command.home / "runs"
    (folder / "folder" / "journal.jsonl").mkdir(parents=True)
    for name in ("pipe", "gone"):
        (folder / name).mkdir()
    os.mkfifo(folder / "pipe" / "journal.jsonl")
    (folder / "gone" / "journal.jsonl").symlink_to("nowhere")
    assert told(command)[1]["runs"] == []


def test_a_run_without_a_report_says_so_when_it_is_to_be_opened(command: Command) -> None:
    kept(command.home / "runs", "torn", RUN)
    code, result = told(command, "torn", "--open")
    assert (code, result["reason"]["kind"]) == (2, "no_report")
