"""Questions on a terminal, with answers that may be hidden."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import typer

from automation.columns import broken

if TYPE_CHECKING:
    from collections.abc import Iterator

HEED_S = 0.2
"""After so long at most a Ctrl-C at a question is obeyed."""


class Asker(Protocol):
    """Somebody at a terminal."""

    def say(self, text: str) -> None:
        """Tell them something."""

    def ask(self, question: str, default: str = "") -> str:
        """One line; the default where nothing is typed."""

    def ask_unseen(self, question: str) -> str:
        """One line that doesn't show while it is typed; may be empty."""

    def agrees(self, question: str) -> bool:
        """Yes or no."""


class Prompts:
    """Asks on stderr: stdout is for results. Ctrl-C raises typer.Abort."""

    def say(self, text: str) -> None:
        """Tell something, in a paragraph of its own."""
        typer.echo(f"\n{_paragraphs(text)}", err=True)

    def ask(self, question: str, default: str = "") -> str:
        """One line; the default where nothing is typed."""
        text = f"\n{_paragraphs(question)}"
        with heeding_ctrl_c():
            return str(typer.prompt(text, default=default, show_default=bool(default), err=True)).strip()

    def ask_unseen(self, question: str) -> str:
        """One line that doesn't show while it is typed; may be empty."""
        with heeding_ctrl_c():
            return str(typer.prompt(question, default="", show_default=False, hide_input=True, err=True))

    def agrees(self, question: str) -> bool:
        """Yes or no; Enter means no."""
        with heeding_ctrl_c():
            return bool(typer.confirm(_paragraphs(question), default=False, err=True))


@contextmanager
def heeding_ctrl_c() -> Iterator[None]:
    """Obey a Ctrl-C that comes just before the terminal is read, too; for the main thread.

    Python notes a signal, and looks at the note once the reading is interrupted. Where the signal came first nothing
    interrupts it but this alarm.
    """
    before = signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, HEED_S, HEED_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _paragraphs(text: str) -> str:
    """The text broken at the terminal's width; its own line ends stay."""
    return "\n".join("\n".join(broken(line)) for line in text.split("\n"))
