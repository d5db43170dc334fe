"""Questions on a terminal, with answers that may be hidden."""

from __future__ import annotations

from typing import Protocol

import typer

from automation.columns import broken


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
        answer = typer.prompt(f"\n{_paragraphs(question)}", default=default, show_default=bool(default), err=True)
        return str(answer).strip()

    def ask_unseen(self, question: str) -> str:
        """One line that doesn't show while it is typed; may be empty."""
        return str(typer.prompt(question, default="", show_default=False, hide_input=True, err=True))

    def agrees(self, question: str) -> bool:
        """Yes or no; Enter means no."""
        return bool(typer.confirm(_paragraphs(question), default=False, err=True))


def _paragraphs(text: str) -> str:
    """The text broken at the terminal's width; its own line ends stay."""
    return "\n".join("\n".join(broken(line)) for line in text.split("\n"))
