"""How old the kept session is, and what `check` says of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from automation.checks import session_check
from automation.kept_session import KeptSession, SignInsNoted, in_days, note_sign_in, noted_sign_in
from automation.settings import Settings, load

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def settings_with(tmp_path: Path, **environment: str) -> Settings:
    return load({}, {"READDRESS_STORE_USER": "anna.rossi@example.org", **environment}, None, tmp_path, need=("store",))


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(), "less than an hour"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(days=2), "2 days"),
        (timedelta(days=15, hours=23), "15 days"),
    ],
)
def test_an_age_is_said_in_hours_and_then_in_days(span: timedelta, said: str) -> None:
    assert in_days(span) == said


def test_a_clock_that_was_set_back_makes_no_session_younger_than_new() -> None:
    assert KeptSession(NOW + timedelta(days=1), "person").age(NOW) == timedelta()


def test_a_note_is_private_and_the_newest_counts(tmp_path: Path) -> None:
    note_sign_in(tmp_path / "profile", "tool")
    noted = note_sign_in(tmp_path / "profile", "person")
    [note] = (tmp_path / "profile").iterdir()
    assert note.stat().st_mode & 0o777 == 0o600
    read = noted_sign_in(tmp_path / "profile")
    assert read is not None
    assert (read.by, read.began) == ("person", noted.began.replace(microsecond=0))


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"signed_in": 5}', '{"signed_in": "2026-11-23T12:00:00", "by": "x"}']
)
def test_a_note_that_can_not_be_read_is_none(content: str, tmp_path: Path) -> None:
    (tmp_path / "readdress.json").write_text(content)
    assert noted_sign_in(tmp_path) is None
    assert noted_sign_in(tmp_path / "not there") is None


@pytest.mark.parametrize(("name", "by", "noted"), [("sign_in", "tool", "tool"), ("sign_in", "person", "person")])
def test_a_run_notes_its_sign_in(name: str, by: str, noted: str, tmp_path: Path) -> None:
    listener = SignInsNoted(tmp_path)
    listener({"event": "interruption", "name": "cookie_banner", "by": "tool"})
    listener({"event": "step", "id": "A1"})
    assert noted_sign_in(tmp_path) is None
    listener({"event": "interruption", "name": name, "by": by})
    session = noted_sign_in(tmp_path)
    assert session is not None
    assert session.by == noted


def test_check_says_how_old_the_session_is_and_how_long_such_ones_last(tmp_path: Path) -> None:
    began = datetime.now(UTC) - timedelta(days=3, minutes=1)
    check = session_check(settings_with(tmp_path), "signed in", KeptSession(began, "person"))
    assert check.ok
    assert "begun 3 days ago by you" in check.text
    assert "about 15 days" in check.text


def test_check_fails_where_nobody_is_signed_in_and_no_password_is_set(tmp_path: Path) -> None:
    check = session_check(settings_with(tmp_path), "signed out", None)
    assert (check.ok, check.outcome, check.exit_code) == (False, "needs_person", 3)
    assert "readdress login" in check.text
    with_password = session_check(settings_with(tmp_path, READDRESS_STORE_PASSWORD="x"), "signed out", None)
    assert (with_password.ok, with_password.exit_code) == (True, 0)


def test_check_says_so_where_it_can_not_tell(tmp_path: Path) -> None:
    check = session_check(settings_with(tmp_path), "could not tell", None)
    assert check.ok
    assert "could not tell" in check.text
