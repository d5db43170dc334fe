"""Settings that are enough for a change, and short ways to load them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import pytest

from automation.errors import SettingsStop
from automation.settings import Options, Settings, load

if TYPE_CHECKING:
    from collections.abc import Mapping

CANARY = "c4n4ry-Ünïque"
ENOUGH = {
    "READDRESS_STORE_PASSWORD": "store-" + CANARY,
    "READDRESS_OLD_EMAIL": "anna@old.example",
    "READDRESS_OLD_IMAP_URL": "imaps://imap.old.example",
    "READDRESS_OLD_IMAP_PASSWORD": "old-" + CANARY,
    "READDRESS_NEW_EMAIL": "anna@new.example",
    "READDRESS_NEW_IMAP_URL": "imaps://imap.new.example",
    "READDRESS_NEW_IMAP_PASSWORD": "new-" + CANARY,
}
NOWHERE = Path("/nonexistent")


def settings(environ: Mapping[str, str], **options: Unpack[Options]) -> Settings:
    return load(options, environ, None, NOWHERE)


def changed(**values: str) -> dict[str, str]:
    """The settings that are enough, some of them changed or, where empty, missing."""
    return ENOUGH | {f"READDRESS_{name}": value for name, value in values.items()}


def problems(environ: Mapping[str, str], **options: Unpack[Options]) -> list[str]:
    with pytest.raises(SettingsStop) as stop:
        settings(environ, **options)
    assert stop.value.__cause__ is stop.value.__context__ is None
    return stop.value.reason.text.splitlines()


def only_problem(environ: Mapping[str, str], **options: Unpack[Options]) -> str:
    (line,) = problems(environ, **options)
    return line


def written(folder: Path, text: str) -> None:
    path = folder / ".env"
    path.touch(0o600)
    path.write_text(text, encoding="utf-8")
