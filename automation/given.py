"""What the user gave: options before the environment before the file, and all that is wrong with it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from automation.errors import SettingsStop

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from automation.env_file import EnvFile

T = TypeVar("T")
LONGEST_S = 86_400.0
"""No wait is longer than a day."""


class Wrong(ValueError):  # noqa: N818 - reads as `raise Wrong("has no host")`
    """A value can't be used; the text says why and how to mend it, and never quotes a secret."""


class Given:
    """Looks a setting up by its name and keeps every problem, so that all are told at once.

    A name is READDRESS_SOMETHING or the option `--something`; relative paths and commands start in `cwd`.
    """

    def __init__(self, options: Mapping[str, object], environ: Mapping[str, str], file: EnvFile, cwd: Path) -> None:
        self.environ = environ
        self.cwd = cwd
        self.problems = list(file.problems)
        self._options = {name: value for name, value in options.items() if value is not None}
        self._values = {**file.values, **environ}

    def text(self, name: str) -> str | None:
        """The text under a name; None where it is missing or empty."""
        if name.startswith("--"):
            value = self._options.get(name[2:].replace("-", "_"))
            return None if value is None else str(value)
        return self._values.get(name) or None

    def first(self, *names: str) -> str:
        """The first of these names that has a text, else the last."""
        return next((name for name in names if self.text(name) is not None), names[-1])

    def flag(self, option: str) -> bool:
        """Whether a switch of the command line is on."""
        return self.text(option) == "True"

    def wrong(self, name: str, why: str) -> None:
        """Keep one problem for the end, once."""
        if (problem := f"{name}: {why}") not in self.problems:
            self.problems.append(problem)

    def read(self, name: str, parse: Callable[[str], T], *, default: T, missing: str = "") -> T:
        """The parsed text; the default where there is none, a problem too where `missing` tells a remedy."""
        text = self.text(name)
        if text is None:
            if missing:
                self.wrong(name, f"missing; {missing}")
            return default
        try:
            return parse(text)
        except Wrong as wrong:
            self.wrong(name, str(wrong))
            return default

    def path(self, name: str) -> Path | None:
        """A file or folder, whether it exists or not."""
        return self.read(name, self._path, default=None)

    def file(self, name: str) -> str | None:
        """A file that exists."""
        path = self.path(name)
        if path is not None and not path.is_file():
            self.wrong(name, "there is no such file")
        return None if path is None else str(path)

    def seconds(self, name: str, default: float) -> float:
        """A length of time."""
        return self.read(name, seconds, default=default)

    def stop_if_wrong(self) -> None:
        """Raise one SettingsStop that lists every problem, a line each."""
        if self.problems:
            raise SettingsStop("\n".join(self.problems))

    def _path(self, text: str) -> Path | None:
        try:
            return self.cwd / Path(line(text)).expanduser()
        except RuntimeError:
            raise Wrong("begins with ~ and this user has no home folder; write the whole path") from None


def line(text: str) -> str:
    """Text without control characters."""
    if not text.isprintable():
        raise Wrong("holds a line break or another control character")
    return text


def yes_or_no(text: str) -> bool:
    """A switch among the settings."""
    if text.casefold() not in {"yes", "no"}:
        raise Wrong("must be yes or no")
    return text.casefold() == "yes"


def seconds(text: str) -> float:
    """A positive number of seconds, up to a day."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number <= LONGEST_S:
        raise Wrong(f"must be a number of seconds above 0 and up to {LONGEST_S:,.0f}")
    return number
