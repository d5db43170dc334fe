"""`readdress init`: the answers go into `.env`, and nothing that stands there is overwritten without a yes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.env_file import EnvFile, changed_text, read_env_file
from automation.errors import SettingsStop
from automation.files import write_private
from automation.given import Given
from automation.interview import Interview
from automation.url import plain_hosts
from automation.variables import PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from automation.prompts import Asker

HEAD = "# Settings of readdress, written by `readdress init`. They are yours alone: mode 0600.\n"


def asked_and_written(
    asker: Asker, environ: Mapping[str, str], place: Path, tokens: Path, imap_ca: Path | None
) -> tuple[str, ...]:
    """Hold the interview and write the file; the names of the settings that were written."""
    file = read_env_file(place, place.parent) if place.exists() else EnvFile()
    given = Given({"imap_ca": imap_ca}, environ, file, place.parent)
    plain = given.read(f"{PREFIX}PLAIN_HOSTS", lambda text: plain_hosts(text, ()), default=frozenset[str]())
    given.file("--imap-ca")
    given.stop_if_wrong()
    answers = Interview(asker, given, tokens, plain).hold()
    given.stop_if_wrong()
    wanted = {name: value for name, value in answers.items() if _is_to_be_written(name, value, file.values, asker)}
    before = place.read_text("utf-8-sig") if place.exists() else HEAD
    try:
        write_private(place, changed_text(before, wanted).encode())
    except OSError as error:
        raise SettingsStop(f"{place} can't be written: {error.strerror}. Name another with --env-file.") from None
    return tuple(name for name, value in wanted.items() if value)


def _is_to_be_written(name: str, value: str, kept: Mapping[str, str], asker: Asker) -> bool:
    """Whether a value is new, or the person lets it take the place of another."""
    old = kept.get(name)
    if not old or old == value:
        return bool(value) and not old
    shown = "" if "PASSWORD" in name or "SECRET" in name else f" ({old})"
    change = "replace it" if value else "take it out"
    return asker.agrees(f"{name} is set already{shown}: {change}?")
