"""The `.env` file: read only where nobody else can read it, and never quoted in a message."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dotenv.parser import Binding

MOST_BYTES = 65_536
"""A longer file is no settings file."""


@dataclass(frozen=True)
class EnvFile:
    """What the file says, or what is wrong with it."""

    values: dict[str, str] = field(default_factory=dict, repr=False)
    problems: tuple[str, ...] = ()


def read_env_file(path: Path | None, cwd: Path) -> EnvFile:
    """The named file, else `.env` in the working folder (never in its parents), where there is one."""
    if path is None and not (cwd / ".env").is_file():
        return EnvFile()
    place = cwd / (path or ".env")
    try:
        descriptor = os.open(place.expanduser(), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        why = getattr(error, "strerror", None) or "no usable file name"
        return _refused(place, f"can't be read ({why}); name another with --env-file")
    with os.fdopen(descriptor, "rb") as file:
        why_not = _unsafe(os.fstat(descriptor), place)
        return _refused(place, why_not) if why_not else _parsed(place, file.read(MOST_BYTES + 1))


def changed_text(text: str, values: Mapping[str, str]) -> str:
    """The file's text with these values: in the place of those that were there, else at the end; an empty one goes.

    Comments and all other lines stay as they are.
    """
    from dotenv.parser import parse_stream  # noqa: PLC0415 - as below

    left, lines = dict(values), []
    for each in parse_stream(StringIO(text, newline="")):
        if each.key is not None and each.key in values:
            if value := left.pop(each.key, ""):
                lines.append(_blank_before(each.original.string) + f"{each.key}={quoted(value)}\n")
        else:
            lines.append(each.original.string)
    kept = "".join(lines)
    kept += "\n" if kept and not kept.endswith("\n") else ""
    return kept + "".join(f"{name}={quoted(value)}\n" for name, value in left.items() if value)


def quoted(value: str) -> str:
    """A value as the file wants it, whatever is in it."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _blank_before(text: str) -> str:
    return text[: len(text) - len(text.lstrip())]


def _refused(place: Path, why: str) -> EnvFile:
    return EnvFile(problems=(f"{place}: {why}",))


def _unsafe(status: os.stat_result, place: Path) -> str | None:
    if not stat.S_ISREG(status.st_mode):
        return "is not a regular file; name another with --env-file"
    if status.st_uid != os.geteuid():
        return "belongs to another user; only your own file is read"
    if status.st_mode & 0o077:
        return f"other users can get at it (mode {stat.S_IMODE(status.st_mode):04o}); chmod 600 {place}"
    return None


def _parsed(place: Path, raw: bytes) -> EnvFile:
    """The values as they stand, without `${}`; a bad line is known by its number only."""
    from dotenv.parser import parse_stream  # noqa: PLC0415 - only where there is a file to parse

    if len(raw) > MOST_BYTES:
        return _refused(place, f"is longer than {MOST_BYTES:,} bytes, so no settings file")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _refused(place, "is not UTF-8 text; save it as UTF-8")
    bindings = list(parse_stream(StringIO(text, newline="")))
    values = {each.key: each.value for each in bindings if each.key and each.value is not None}
    problems = tuple(f"{place}, line {_line(each)}: {why}" for each in bindings if (why := _wrong(each)))
    return EnvFile(values, problems)


def _line(binding: Binding) -> int:
    """The parser counts from the blank lines before."""
    text = binding.original.string
    blank = text[: len(text) - len(text.lstrip())].replace("\r\n", "\n")
    return binding.original.line + blank.count("\n") + blank.count("\r")


def _wrong(binding: Binding) -> str | None:
    if binding.error or (binding.key is not None and binding.value is None):
        return "can't be understood; write NAME='value'"
    if binding.key and "PASSWORD" in binding.key and _cut(binding):
        return f"{binding.key} would be cut at the “ #”; put the value into single quotes"
    return None


def _cut(binding: Binding) -> bool:
    """Whether an unquoted value lost what looks like a comment: a password may hold “ #”."""
    written = binding.original.string.partition("=")[2].strip()
    return not written.startswith(("'", '"')) and written != binding.value
