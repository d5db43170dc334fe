"""Keep a stand-in serving, and hand its settings to whoever plays with it."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from automation.errors import SettingsStop
from automation.files import write_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MARK = "# Written by `readdress store`; made anew at each start."


def serve() -> None:
    """Wait until Ctrl-C or SIGTERM."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    try:
        signal.sigwait(ENDS)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)


ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def write_env(path: Path, environment: Mapping[str, str]) -> Path:
    """Write a working `.env`, readable by its user only; somebody's own file is never overwritten."""
    if path.exists() and not path.read_text(encoding="utf-8", errors="replace").startswith(MARK):
        raise SettingsStop(
            f"--env-out: {path} exists and was not written by `readdress store`. Name another file.", kind="usage"
        )
    lines = [MARK, *(f"{name}='{value}'" for name, value in environment.items())]
    write_private(path.absolute(), ("\n".join(lines) + "\n").encode())
    return path.absolute()
