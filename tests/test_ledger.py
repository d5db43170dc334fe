"""The ledger knows every intent until it is settled, and the lock keeps two runs apart."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from automation.errors import Busy, SettingsStop
from automation.ledger import Ledger, account_key, address_key, lock

if TYPE_CHECKING:
    from pathlib import Path

NEW = "bruno@example.net"


def test_an_intent_stays_open_until_it_is_settled(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "k")
    ledger.intend("run-1", NEW)

    later = Ledger(tmp_path, "k")
    intent = later.open_intent()
    assert intent is not None
    assert (intent.run, intent.new) == ("run-1", address_key(NEW))

    later.settle("run-1", NEW, "no_effect")
    assert Ledger(tmp_path, "k").open_intent() is None


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


def test_a_ledger_of_another_version_stops_the_run(tmp_path: Path) -> None:
    (tmp_path / "k.jsonl").write_text(json.dumps({"entry": "intent", "version": 2}) + "\n")
    with pytest.raises(SettingsStop, match=r"Line 1 of the ledger .* another version"):
        Ledger(tmp_path, "k")


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
        with pytest.raises(Busy, match=rf"pid {other.pid}, since \d\d:\d\d:\d\d UTC"), lock(tmp_path, "k"):
            pass
        other.communicate("")
    with lock(tmp_path, "k"):
        assert (tmp_path / "k.lock").read_text().startswith(f"pid {os.getpid()}")


def test_accounts_are_told_apart_by_store_and_name_but_not_by_case() -> None:
    assert account_key("https://a.example", "Anna@x.org") == account_key("https://a.example", "anna@x.org")
    assert account_key("https://a.example", "anna@x.org") != account_key("https://b.example", "anna@x.org")
