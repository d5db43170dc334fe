"""Passwords: given as they are or printed by a command, never shown."""

from __future__ import annotations

import shlex
import subprocess
from typing import TYPE_CHECKING

from automation.given import Wrong
from automation.variables import PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from automation.given import Given

COMMAND_TIMEOUT_S = 60.0
"""Long enough for a person to unlock a password store."""
MOST_CHARACTERS = 4_096


def password_of(given: Given, name: str, *, missing: str = "") -> str | None:
    """The password under that name or printed by its command; None where neither is given."""
    command = f"{name}_COMMAND"
    if given.text(name) is not None and given.text(command) is not None:
        given.wrong(name, f"given twice, as itself and by {command}; keep one of the two")
        return None
    if given.text(command) is not None:
        return given.read(command, lambda line: printed_by(line, given.cwd, given.environ), default=None)
    return given.read(name, checked_password, default=None, missing=missing)


def checked_password(text: str) -> str:
    """The password as it is, if it can be typed and sent."""
    if any(sign in text for sign in "\r\n\0"):
        raise Wrong("holds a line break or a NUL, which no password can; set it anew")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Wrong("is not UTF-8 text; set it anew") from None
    if len(text) > MOST_CHARACTERS:
        raise Wrong(f"is longer than {MOST_CHARACTERS:,} characters, so no password")
    return text


def printed_by(line: str, cwd: Path, environ: Mapping[str, str]) -> str:
    """What the command prints, less the last line break; the command sees none of our settings."""
    words = _words(line)
    clean = {name: value for name, value in environ.items() if not name.startswith(PREFIX)}
    try:
        done = subprocess.run(  # noqa: S603 - the user's own command, without a shell
            words,
            cwd=cwd,
            env=clean,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=COMMAND_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Wrong(f"the command gave no answer in {COMMAND_TIMEOUT_S:.0f} s; try it by hand") from None
    except (OSError, ValueError):
        raise Wrong("the command can't be started; try it by hand") from None
    return _answer(done.returncode, done.stdout)


def _words(line: str) -> list[str]:
    try:
        words = shlex.split(line)
    except ValueError:
        raise Wrong("the command has an open quote; close it") from None
    if not words:
        raise Wrong("names no command")
    return words


def _answer(status: int, output: bytes) -> str:
    if status != 0:
        raise Wrong(f"the command failed with status {status}; try it by hand")
    try:
        text = output.decode().removesuffix("\n")
    except UnicodeDecodeError:
        raise Wrong("the command prints something that is not UTF-8 text") from None
    if not text:
        raise Wrong("the command prints nothing; try it by hand")
    if "\n" in text:
        raise Wrong("the command prints more than one line; only the password shall be there")
    return checked_password(text)
