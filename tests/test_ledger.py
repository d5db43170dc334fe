"""The ledger knows every intent until it is settled, and the lock keeps two runs apart."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from automation.errors import Busy, SettingsStop
from automation.files import MOST_BYTES
from automation.ledger import Ledger, account_key, address_key, lock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NEW = "bruno@example.net"
ENTRY = json.dumps(
    {"entry": "intent", "run": "run-2", "new": address_key(NEW), "version": 1, "at": "2026-11-23T10:00:00.000+00:00"}
).encode()


@contextmanager
def limited(size: int) -> Iterator[None]:
    """No file of this process may grow beyond so many bytes: what comes after is refused as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_an_intent_stays_open_until_it_is_settled(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "k")
    ledger.intend("run-1", NEW)

    later = Ledger(tmp_path, "k")
    intent = later.open_intent()
    assert intent is not None
    assert (intent.run, intent.new) == ("run-1", address_key(NEW))

    later.settle("run-1", NEW, "no_effect")
    assert Ledger(tmp_path, "k").open_intent() is None


def test_each_kind_of_deed_has_intents_of_its_own(tmp_path: Path) -> None:
    change, backup, support = (Ledger(tmp_path, "k", deed) for deed in ("change", "backup", "support"))
    backup.intend("run-1", NEW)
    assert not Ledger(tmp_path, "k").is_open_for(NEW)
    assert Ledger(tmp_path, "k", "change").open_intent() is None
    assert not change.sign_in_with_new(NEW)
    assert Ledger(tmp_path, "k", "backup").open_intent() is not None
    support.intend("run-2", NEW)
    support.settle("run-2", NEW, "applied")
    assert Ledger(tmp_path, "k", "backup").open_intent() is not None
    assert Ledger(tmp_path, "k", "support").was_applied(NEW)
    assert not Ledger(tmp_path, "k", "backup").was_applied(NEW)
    assert not Ledger(tmp_path, "k", "support").was_applied("somebody@else.example")


def test_once_support_was_asked_the_new_address_signs_in_after_the_old_ones_refusal(tmp_path: Path) -> None:
    support, ledger = Ledger(tmp_path, "k", "support"), Ledger(tmp_path, "k")
    support.intend("run-1", NEW)
    assert not Ledger(tmp_path, "k").is_open_for(NEW)
    support.settle("run-1", NEW, "applied")
    ledger = Ledger(tmp_path, "k")
    assert ledger.is_open_for(NEW)
    assert not ledger.sign_in_with_new(NEW)
    ledger.sign_in_refused("old")
    assert ledger.sign_in_with_new(NEW)
    ledger.sign_in_refused("new")
    assert not ledger.sign_in_with_new(NEW)
    assert not ledger.is_open_for("somebody@else.example")


def test_an_intent_that_does_not_say_of_what_is_the_changes(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "k")
    ledger.intend("run-1", NEW)
    ledger.path.write_text(ledger.path.read_text().replace('"of": "change", ', ""))
    assert Ledger(tmp_path, "k").open_intent() is not None
    assert Ledger(tmp_path, "k").sign_in_with_new(NEW)
    assert Ledger(tmp_path, "k", "backup").open_intent() is None


def test_the_ledger_holds_no_address_and_is_private(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "k")
    ledger.intend("run-1", NEW)
    assert NEW not in ledger.path.read_text()
    assert ledger.path.stat().st_mode & 0o777 == 0o600
    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_a_line_torn_by_a_crash_is_passed_over_and_the_next_one_stands(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "k")
    ledger.intend("run-1", NEW)
    with ledger.path.open("ab") as stream:
        stream.write(b'{"entry": "settled", "ru')

    Ledger(tmp_path, "k").requested("old")

    after = Ledger(tmp_path, "k")
    assert after.open_intent() is not None
    assert after.requested_recently("old", datetime.now(UTC))


@pytest.mark.parametrize(
    "torn", [b"", b"{", b'{"en', b'{"entry": "settl', ENTRY[:-1], b"\0\0\0", b'{"entry": "in\0\0\0']
)
@pytest.mark.parametrize("after", [b"", b"\n" + ENTRY])
def test_what_a_crash_has_left_of_a_line_is_passed_over_wherever_it_stands(
    torn: bytes, after: bytes, tmp_path: Path
) -> None:
    Ledger(tmp_path, "k").intend("run-1", NEW)
    with (tmp_path / "k.jsonl").open("ab") as stream:
        stream.write(torn + after)
    ledger = Ledger(tmp_path, "k")
    intent = ledger.open_intent()
    assert intent is not None
    assert intent.run == ("run-2" if after else "run-1")
    ledger.settle_intent(intent, "no_effect")
    assert Ledger(tmp_path, "k").open_intent() is None


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe\x00\x89PNG",
        ENTRY[:20] + b"\xff" + ENTRY[21:],
        ENTRY[:22] + b'"' + ENTRY[23:],
        ENTRY[:30] + b"\x07",
        b"\0" * 4096,
        b"[" * 1_000_000,
        b'{"entry": "' + b"x" * 1_000_000,
        json.dumps({"hello": "world"}).encode(),
        b"[1, 2]",
        b"null",
        json.dumps({"entry": "intent", "version": 1}).encode(),
        ENTRY.replace(b"intent", b"bought"),
        ENTRY.replace(b"run-2", b"").replace(b'"run": ""', b'"run": 2'),
        ENTRY.replace(b"+00:00", b""),
        ENTRY.replace(b"2026-", b"lately-"),
    ],
    ids=lambda line: repr(line[:40]),
)
@pytest.mark.parametrize("after", [b"", b"\n" + ENTRY + b"\n"], ids=["last", "in the middle"])
def test_a_damaged_or_foreign_line_stops_the_run_for_it_may_hide_an_intent(
    line: bytes, after: bytes, tmp_path: Path
) -> None:
    (tmp_path / "k.jsonl").write_bytes(ENTRY + b"\n" + line + after)
    with pytest.raises(SettingsStop, match=r"is damaged, or is not readdress's own \(line 2\)") as stop:
        Ledger(tmp_path, "k")
    assert (stop.value.outcome, stop.value.reason.kind) == ("settings", "ledger")
    assert len(stop.value.reason.text) < 500 + len(str(tmp_path))


@pytest.mark.parametrize("version", [2, "1", None, 1.5])
def test_a_ledger_of_another_version_stops_the_run(version: object, tmp_path: Path) -> None:
    (tmp_path / "k.jsonl").write_text(json.dumps({"entry": "something new", "version": version}) + "\n")
    with pytest.raises(SettingsStop, match=r"another version of readdress.*\(line 1\)"):
        Ledger(tmp_path, "k")


def test_an_empty_ledger_knows_nothing(tmp_path: Path) -> None:
    (tmp_path / "k.jsonl").touch()
    ledger = Ledger(tmp_path, "k")
    assert ledger.open_intent() is None
    ledger.intend("run-1", NEW)
    assert Ledger(tmp_path, "k").open_intent() is not None


def test_a_ledger_that_can_not_be_read_stops_the_run(tmp_path: Path) -> None:
    (tmp_path / "k.jsonl").mkdir()
    with pytest.raises(SettingsStop, match=r"can't be read: Is a directory"):
        Ledger(tmp_path, "k")


def test_a_ledger_that_is_far_too_long_stops_the_run(tmp_path: Path) -> None:
    with (tmp_path / "k.jsonl").open("wb") as stream:
        stream.truncate(MOST_BYTES + 1)
    with pytest.raises(SettingsStop, match=r"can't be read: File too large"):
        Ledger(tmp_path, "k")


@pytest.mark.parametrize("room", [0, 1, 40])
def test_a_disk_without_room_keeps_no_half_line_and_stops_the_run(room: int, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "k")
    ledger.requested("old")
    before = ledger.path.read_bytes()
    with limited(len(before) + room), pytest.raises(SettingsStop, match=r"can't be written: File too large"):
        ledger.intend("run-1", NEW)
    assert ledger.path.read_bytes() == before
    assert ledger.open_intent() is None


def test_a_request_is_remembered_for_half_an_hour(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "k")
    ledger.requested("old")
    now = datetime.now(UTC)
    assert ledger.requested_recently("old", now)
    assert not ledger.requested_recently("new", now)
    assert not ledger.requested_recently("old", now + timedelta(minutes=31))


def test_after_a_change_the_new_address_signs_in_and_after_its_refusal_the_old_one(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "k")
    ledger.sign_in_refused("old")  # a mistyped password, long before
    assert not ledger.sign_in_with_new(NEW)
    ledger.intend("run-1", NEW)
    assert ledger.sign_in_with_new(NEW)
    ledger.sign_in_refused("new")
    assert not ledger.sign_in_with_new(NEW)
    ledger.sign_in_refused("old")
    assert ledger.sign_in_with_new(NEW)
    ledger.settle("run-1", NEW, "applied")
    assert ledger.sign_in_with_new(NEW)
    assert not ledger.sign_in_with_new("somebody@else.example")


def test_a_second_run_is_told_who_holds_the_account_and_since_when(tmp_path: Path) -> None:
    holder = (
        "import sys; from pathlib import Path; from automation.ledger import lock\n"
        f"with lock(Path({str(tmp_path)!r}), 'k'): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with (
            pytest.raises(Busy, match=rf"pid {other.pid}, since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC"),
            lock(tmp_path, "k"),
        ):
            pass
        other.communicate("")
    with lock(tmp_path, "k"):
        assert (tmp_path / "k.lock").read_text().startswith(f"pid {os.getpid()}")


def test_accounts_are_told_apart_by_store_and_name_but_not_by_case() -> None:
    assert account_key("https://a.example", "Anna@x.org") == account_key("https://a.example", "anna@x.org")
    assert account_key("https://a.example", "anna@x.org") != account_key("https://b.example", "anna@x.org")
