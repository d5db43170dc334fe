"""From settings to a result: what the commands that drive a browser have in common."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from automation.commands.output import tell
from automation.commands.shipped import CHANGE_EMAIL, flow_named, shipped, store_of
from automation.settings import load, scrub_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from automation.attempt import Around
    from automation.settings import Options, Settings


def load_all(options: Options, env_file: Path | None, *, mailboxes: bool = True) -> Settings:
    """The settings of a command that walks on a store; afterwards no secret is in the environment."""
    settings = load(options, os.environ, env_file, Path.cwd(), mailboxes=mailboxes, shipped_hosts=shipped())
    for warning in settings.warnings:
        print(f"readdress: {warning}", file=sys.stderr)
    scrub_environment(os.environ)
    return settings


@contextmanager
def around_of(settings: Settings, state: Path) -> Iterator[Around]:
    """The person, the signals and the progress of one command."""
    from automation.attempt import Around  # noqa: PLC0415 - brings the browser's driver along
    from automation.person import Person  # noqa: PLC0415 - as above
    from automation.progress import Progress  # noqa: PLC0415 - as above
    from automation.task import Signals  # noqa: PLC0415 - as above

    signals, progress = Signals(), Progress(sys.stderr, quiet=settings.quiet)
    before = {number: signal.signal(number, signals.note) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    umask = os.umask(0o077)  # what the browser writes is the user's alone, too
    try:
        yield Around(state, signals, Person(), (progress,), progress.tick)
    finally:
        os.umask(umask)
        for number, handler in before.items():
            signal.signal(number, handler)


def attempted(settings: Settings, state: Path, flow: str = CHANGE_EMAIL) -> int:
    """Walk a path, tell how it ended; its exit code."""
    from automation.attempt import attempt  # noqa: PLC0415 - brings the browser's driver along

    with around_of(settings, state) as around:
        ended = attempt(settings, store_of(settings), flow_named(flow), around)
    tell(ended.result, as_json=settings.json, mend=ended.mend)
    return int(ended.result["exit"])


def somebody_is_there() -> bool:
    """Whether this is a terminal at which questions can be asked."""
    from automation.person import Person  # noqa: PLC0415 - not needed for --help

    return Person().there


def asking_unseen() -> Callable[[str], str] | None:
    """A question whose answer is not shown; None where nobody can be asked."""
    if not somebody_is_there():
        return None

    from automation.prompts import heeding_ctrl_c  # noqa: PLC0415 - as above

    def ask(question: str) -> str:
        with heeding_ctrl_c():
            return str(typer.prompt(question, hide_input=True, err=True))

    return ask
