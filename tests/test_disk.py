"""Disks that are full, folders that can't be written, accounts that are held, files that others could read."""

from __future__ import annotations

import resource
import stat
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sample_paused import paused
from sample_processes import ON_LINUX
from sample_runs import some

from automation.ledger import Ledger, account_key
from automation.origins import origin_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sample_paused import Paused
    from sample_runs import Command

    from automation.stand_in import StandIn

pytestmark = [ON_LINUX, pytest.mark.usefixtures("windowless_browser")]
PAGE = 4096
"""Bytes that a tmpfs gives out at a time: a file may grow within its last page, however full the disk."""


@pytest.fixture
def store(fresh: Callable[[str], StandIn]) -> StandIn:
    """A fresh account."""
    return fresh("center")


def address(store: StandIn) -> str:
    [account] = store.truth()["accounts"].values()
    return str(account["email"])


def state_of(command: Command) -> Path:
    return command.home / ".local" / "state" / "readdress"


def ledger_of(command: Command, store: StandIn) -> Path:
    return state_of(command) / "ledgers" / f"{account_key(origin_of(store.url), store.user)}.jsonl"


def allow(run: Paused, size: int) -> None:
    """From now on no file of the run may grow beyond so many bytes; the system refuses what comes after."""
    resource.prlimit(run.process.pid, resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.full
def test_a_ledger_that_can_not_be_written_stops_the_run_before_the_click(command: Command, store: StandIn) -> None:
    with paused(command, store, "step:A8d") as run:
        allow(run, ledger_of(command, store).stat().st_size)
        result = run.result()
    assert (result["outcome"], result["exit"], result["reason"]["kind"]) == ("settings", 2, "folder")
    assert "The ledger" in result["reason"]["text"]
    assert store.truth()["submits"] == []
    assert command.json("change", "--yes", **store.environment())["outcome"] == "changed"


@pytest.mark.parametrize("moment", some(["step:A2", "step:A7"], {"step:A7"}))
def test_a_journal_that_can_not_be_written_before_the_commit_stops_the_run(
    moment: str, command: Command, store: StandIn
) -> None:
    with paused(command, store, moment) as run:
        allow(run, 0)
        result = run.result()
    assert (result["outcome"], result["exit"], result["reason"]["kind"]) == ("settings", 2, "folder")
    assert result["report"] is None
    assert store.truth()["submits"] == []


@pytest.mark.parametrize("moment", some(["intent:", "act:A8d", "step:A9", "settled:", "arrived:A9"], {"act:A8d"}))
def test_a_disk_that_is_full_after_the_intent_keeps_no_proof_away(
    moment: str, command: Command, store: StandIn
) -> None:
    with paused(command, store, moment) as run:
        allow(run, 0)
        result = run.result()
    assert (result["outcome"], result["exit"], result["report"]) == ("changed", 0, None), result["reason"]
    assert result["proofs"]
    assert address(store) == store.new
    again = command.json("change", "--yes", "--settle", "0.5", **store.environment())
    assert again["outcome"] == "already"
    assert len(store.truth()["submits"]) == 1


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[None]:
    """A disk of its own for a folder; skips where none may be mounted."""
    folder.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k,mode=0700", "none", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"no tmpfs can be mounted here: {mounted.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> None:
    """Leave no room on a folder's disk."""
    with (folder / "full").open("wb", buffering=0) as stream:
        try:
            while stream.write(bytes(PAGE)):
                pass
        except OSError:
            return


def fill_last_page(file: Path) -> None:
    """Let a ledger end just before the end of a page."""
    ledger = Ledger(file.parent, file.stem)
    while PAGE - file.stat().st_size % PAGE > 120:  # an intent is longer
        ledger.requested("new")


@pytest.mark.full
def test_a_full_disk_at_the_intent_stops_the_run_before_the_click(command: Command, store: StandIn) -> None:
    with small_disk(state_of(command) / "ledgers", 64), paused(command, store, "step:A8d") as run:
        fill_last_page(ledger_of(command, store))
        fill(state_of(command) / "ledgers")
        result = run.result()
        assert (result["outcome"], result["exit"], result["reason"]["kind"]) == ("settings", 2, "folder")
        assert "No space left on device" in result["reason"]["text"]
        assert store.truth()["submits"] == []
        (state_of(command) / "ledgers" / "full").unlink()
        assert command.json("change", "--yes", **store.environment())["outcome"] == "changed"


@pytest.mark.full
def test_a_ledger_that_became_read_only_stops_the_run_before_the_click(command: Command, store: StandIn) -> None:
    ledgers = state_of(command) / "ledgers"
    with small_disk(ledgers, 64), paused(command, store, "step:A8d") as run:
        subprocess.run(["mount", "-o", "remount,ro", str(ledgers)], check=True)
        result = run.result()
    assert (result["outcome"], result["exit"], result["reason"]["kind"]) == ("settings", 2, "folder")
    assert "Read-only file system" in result["reason"]["text"]
    assert store.truth()["submits"] == []


@pytest.mark.full
def test_a_full_disk_after_the_change_loses_the_report_and_not_the_result(command: Command, store: StandIn) -> None:
    with small_disk(command.home / "runs", 4096), paused(command, store, "settled:") as run:
        fill(command.home / "runs")
        result = run.result()
    assert (result["outcome"], result["exit"], result["report"]) == ("changed", 0, None)
    assert address(store) == store.new


@pytest.mark.full
def test_a_result_that_nobody_can_take_changes_no_exit_code(command: Command, store: StandIn) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device, no file
        done = subprocess.run(
            [command.program, "change", "--yes", "--json"],
            cwd=command.home,
            env={**command.environment, **store.environment()},
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=full,
            timeout=100,
            check=False,
        )
    assert done.returncode == 0
    assert address(store) == store.new


@pytest.mark.parametrize("place", ["file/runs", "/proc/runs"])
def test_a_runs_folder_that_can_not_be_made_stops_the_run_at_once(place: str, command: Command, store: StandIn) -> None:
    (command.home / "file").touch()
    result = command.json("change", "--yes", "--runs-dir", place, **store.environment())
    assert (result["outcome"], result["exit"], result["reason"]["kind"]) == ("settings", 2, "folder")
    assert store.truth()["sign_ins"] == []


def test_a_runs_folder_that_is_read_only_stops_the_run_at_once(command: Command, store: StandIn) -> None:
    with small_disk(command.home / "runs", 64):
        subprocess.run(["mount", "-o", "remount,ro", str(command.home / "runs")], check=True)
        result = command.json("change", "--yes", **store.environment())
    assert (result["outcome"], result["exit"], result["reason"]["kind"]) == ("settings", 2, "folder")
    assert "Read-only file system" in result["reason"]["text"]


def test_a_damaged_ledger_stops_the_run_before_anything_is_asked_for(command: Command, store: StandIn) -> None:
    ledger = ledger_of(command, store)
    ledger.parent.mkdir(parents=True)
    ledger.write_bytes(b"\x89garbage\n")
    result = command.json("change", "--yes", **store.environment())
    assert (result["outcome"], result["exit"], result["reason"]["kind"]) == ("settings", 2, "ledger")
    assert store.truth()["codes_requested"] == []


def test_a_second_run_for_the_account_says_who_holds_it(command: Command, store: StandIn) -> None:
    with paused(command, store, "step:A5") as run:
        second = command.json("change", "--yes", **store.environment())
        assert (second["outcome"], second["exit"]) == ("busy", 9)
        assert f"pid {run.process.pid}, since " in second["reason"]["text"]
        assert run.result()["outcome"] == "changed"


@pytest.mark.full
def test_a_run_that_is_killed_lets_go_of_the_account_at_once(command: Command, store: StandIn) -> None:
    with paused(command, store, "step:A5") as run:
        run.process.kill()
        run.process.wait()
        assert command.json("change", "--yes", **store.environment())["outcome"] == "changed"


def test_whatever_the_umask_nobody_else_can_read_a_file(command: Command, store: StandIn) -> None:
    done = subprocess.run(
        [command.program, "change", "--yes"],
        cwd=command.home,
        env={**command.environment, **store.environment()},
        stdin=subprocess.DEVNULL,
        umask=0,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0
    made = [*(command.home / ".local").rglob("*"), command.home / "runs", *(command.home / "runs").rglob("*")]
    open_to_others = [path for path in made if not path.is_symlink() and path.stat().st_mode & 0o077]
    assert not open_to_others
    kinds = {stat.S_IMODE(path.stat().st_mode) for path in made if path.parent.parent == command.home / "runs"}
    assert kinds == {0o600}
