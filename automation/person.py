"""The person at the terminal: typed questions, asked while the page stays alive."""

from __future__ import annotations

import os
import re
import select
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO

from automation.columns import broken
from automation.errors import NoCode
from automation.scrub import written_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from automation.mailbox import Arrival, Baseline, Code
    from automation.task import Signals
    from automation.wanted import Wanted

POLL_S = 0.2
PATIENCE_S = 600.0


class Person:
    """Somebody who can be asked; nobody is there when the terminal is none."""

    def __init__(self, stdin: TextIO | None = None, stderr: TextIO | None = None) -> None:
        self._in = stdin or sys.stdin
        self._out = stderr or sys.stderr
        self._lines: list[str] = []

    @property
    def there(self) -> bool:
        """Whether both ends of the conversation are a terminal."""
        try:
            return self._in.isatty() and self._out.isatty()
        except (AttributeError, ValueError):  # none at all, or closed
            return False

    def ask(self, question: str, *, deadline: float, stop: threading.Event) -> str | None:
        """One line typed by the person; None when nobody answered by the deadline (monotonic) or `stop` was set.

        Runs in a worker thread, and looks up often enough never to hold a run back.
        """
        if not self.there:
            return None
        self._out.write("\n" + "\n".join(_lines(question)) + " ")
        self._out.flush()
        while time.monotonic() < deadline and not stop.is_set():
            ready, _, _ = select.select([self._in], [], [], POLL_S)
            if ready:
                line = os.read(self._in.fileno(), 4096).decode(errors="replace")
                return line.strip() if line else None
        return None

    def tell(self, text: str) -> None:
        """Print a text, with nothing in it that the terminal would obey."""
        with suppress(OSError):  # a terminal that was closed hears nothing, and a signal says so
            self._out.write("".join(f"{line}\n" for line in _lines(text)))
            self._out.flush()

    def typed(self) -> str | None:
        """A line that was typed since, without waiting for one; None when there is none."""
        if not self._lines and self.there and select.select([self._in], [], [], 0)[0]:
            self._lines = os.read(self._in.fileno(), 4096).decode(errors="replace").splitlines()
        return self._lines.pop(0) if self._lines else None

    def ask_now(self, question: str, signals: Signals) -> str | None:
        """One line, asked where no page is open; a Ctrl-C instead of one ends the command."""
        answer = self.ask(question, deadline=time.monotonic() + PATIENCE_S, stop=_Heeding(signals))
        if answer is None:
            self.tell("")  # what follows is not to stand behind the question
        signals.heed()
        return answer


class _Heeding(threading.Event):
    """Set as soon as a signal has come."""

    def __init__(self, signals: Signals) -> None:
        super().__init__()
        self._signals = signals

    def is_set(self) -> bool:
        return bool(self._signals.received)


def _lines(text: str) -> list[str]:
    """The text as it may be printed, broken at the terminal's width."""
    return [line for each in written_out(text).split("\n") for line in _broken(each)]


def _broken(line: str) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()))
    return broken(line, further=f"{indent}  ") or [""]


class TypedMailbox:
    """A mailbox whose letters the person reads: the terminal asks for the code (`ask`)."""

    kind = "person"

    def __init__(self, address: str, person: Person) -> None:
        self.address = address
        self._person = person

    def baseline(self, stop: threading.Event | None = None) -> Baseline:
        """Nothing to log in to."""
        from automation.mailbox import Baseline  # noqa: PLC0415 - kept out of `--help`

        del stop
        return Baseline(folders=())

    def wait(
        self,
        baseline: Baseline,
        wanted: Wanted,
        *,
        clicked_at: float,
        deadline: float,
        stop: threading.Event,
        on_arrival: Callable[[Arrival], None],
    ) -> Code:
        """Ask until what is typed looks like the code the page wants; no code when nobody answers in time."""
        from automation.characters import cleaned  # noqa: PLC0415 - kept out of `--help`
        from automation.mailbox import Code  # noqa: PLC0415 - as above

        del baseline, on_arrival
        question = self._question(wanted, clicked_at)
        while (typed := self._person.ask(question, deadline=deadline, stop=stop)) is not None:
            value = re.sub(r"[\s-]", "", cleaned(typed))
            wrong = _not_to_be_typed(value, wanted)
            if wrong is None:
                return Code(
                    value=value,
                    sender="",
                    folder="",
                    uid=0,
                    arrived_after_s=time.monotonic() - clicked_at,
                    why="typed by you",
                    rejected=(),
                )
            question = f"{wrong}; once more:"
        raise NoCode("Nobody typed the code in time. Run again when the letter is at hand.", kind="nobody_typed")

    def _question(self, wanted: Wanted, clicked_at: float) -> str:
        """Says when the letter was asked for, as a mailbox may hold older ones that look the same."""
        asked = time.strftime("%H:%M:%S", time.localtime(time.time() - (time.monotonic() - clicked_at)))
        return (
            f"A letter to {self.address} was asked for at {asked}; the code of an older one would be wrong.\n"
            f"Type the code from the newest letter ({wanted.shape}):"
        )

    def close(self) -> None:
        """Nothing to log out of."""


def _not_to_be_typed(value: str, wanted: Wanted) -> str | None:
    """What is wrong with what was typed; None: nothing that can be seen from here.

    Letters are taken whatever the field looks like: the person sees the letter, and the tool only guesses.
    """
    if not re.fullmatch(r"[0-9A-Za-z]+", value) or not replace(wanted.shape, letters=True).takes(value):
        return f"That is not {wanted.shape}"
    if value in wanted.tried:
        return "The store refused that code already; wait for a newer letter"
    return None
