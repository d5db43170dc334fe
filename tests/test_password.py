"""Passwords: taken as they are or printed by a command, and never shown."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.given import Wrong
from automation.password import checked_password, printed_by

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "c4n4ry-Ünïque"
HERE = {"PATH": os.defpath}


def python(code: str) -> str:
    return f"{sys.executable} -c '{code}'"


@given(password=st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0")))
def test_every_text_on_one_line_is_taken_as_it_is(password: str) -> None:
    assert checked_password(password) == password


@pytest.mark.parametrize("sign", ["\r", "\n", "\0", "\r\n", "\udc80", "x" * 5000])
def test_what_cant_be_typed_is_refused_without_being_shown(sign: str) -> None:
    with pytest.raises(Wrong) as wrong:
        checked_password(f"{CANARY}{sign}{CANARY}")
    assert CANARY not in str(wrong.value)
    assert wrong.value.__cause__ is None


@pytest.mark.parametrize(
    ("printed", "password"),
    [(b"x y\\n", "x y"), (b"x", "x"), (b" x ", " x "), (b"\\xc3\\xbc\\n", "ü"), (b"a b", "a b")],
)
def test_a_command_prints_it_and_perhaps_a_line_break(tmp_path: Path, printed: bytes, password: str) -> None:
    code = f'import sys; sys.stdout.buffer.write(b"{printed.decode()}")'
    assert printed_by(python(code), tmp_path, HERE) == password


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (f'print("{CANARY}"); raise SystemExit(3)', "failed with status 3"),
        (f'raise ValueError("{CANARY}")', "failed with status 1"),
        (f'print("{CANARY}\\n{CANARY}")', "prints more than one line"),
        (f'print("{CANARY}\\r")', "holds a line break or a NUL"),
        ("pass", "prints nothing"),
        ("print()", "prints nothing"),
        ('import sys; sys.stdout.buffer.write(b"\\xff")', "not UTF-8"),
        ('print("x" * 5000)', "longer than 4,096 characters"),
    ],
)
def test_a_failure_is_told_without_the_output(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], code: str, why: str
) -> None:
    with pytest.raises(Wrong) as wrong:
        printed_by(python(code), tmp_path, HERE)
    assert why in str(wrong.value)
    assert CANARY not in "".join((str(wrong.value), *capfd.readouterr()))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (f"/no/such/{CANARY}", "can't be started"),
        (f"echo {CANARY}\0", "can't be started"),
        (f"echo '{CANARY}", "open quote"),
        (" ", "names no command"),
    ],
)
def test_what_cant_be_started_is_told_without_its_words(tmp_path: Path, line: str, why: str) -> None:
    with pytest.raises(Wrong, match=why) as wrong:
        printed_by(line, tmp_path, HERE)
    assert CANARY not in str(wrong.value)


def test_no_shell_reads_the_command(tmp_path: Path) -> None:
    assert printed_by("echo $HOME; touch x", tmp_path, HERE) == "$HOME; touch x"
    assert not list(tmp_path.iterdir())


def test_the_command_sees_none_of_our_settings(tmp_path: Path) -> None:
    code = 'import os; print([each for each in os.environ if "READDRESS" in each], "PATH" in os.environ)'
    secret = HERE | {"READDRESS_STORE_PASSWORD": CANARY}
    assert printed_by(python(code), tmp_path, secret) == "[] True"


def test_the_command_can_ask_nobody_on_our_input(tmp_path: Path) -> None:
    assert printed_by(python("import sys; print(len(sys.stdin.read()))"), tmp_path, HERE) == "0"
