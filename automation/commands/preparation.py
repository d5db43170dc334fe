"""Commands for before the first run: settings, checks, a browser."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from automation.commands.options import EnvFile, Headed, ImapCa, Json, StoreName, StoreUrl, To
from automation.commands.output import print_json, say
from automation.commands.running import around_of, somebody_is_there
from automation.commands.shipped import shipped, store_of
from automation.errors import SettingsStop
from automation.settings import load, scrub_environment, state_folder

if TYPE_CHECKING:
    from automation.settings import Options


def init(env_file: EnvFile = None, *, imap_ca: ImapCa = None, as_json: Json = False) -> int:
    """Example: readdress init

    Ask for everything that is needed, try each login at once, and write it into ./.env.

    Nothing in an existing file is overwritten without a question. Ctrl-C leaves everything as it is.
    """
    from automation.prompts import Prompts  # noqa: PLC0415 - only here
    from automation.written_env import asked_and_written  # noqa: PLC0415 - brings the IMAP client along

    if not somebody_is_there():
        raise SettingsStop(
            "This is no terminal where questions could be asked. Write the settings by hand: .env.example explains "
            "every line.",
            kind="no_terminal",
        )
    place = Path.cwd() / (env_file or Path(".env")).expanduser()
    written = asked_and_written(Prompts(), os.environ, place, state_folder() / "tokens", imap_ca)
    say(f"\nWritten to {place} (readable by you alone). Now try: readdress check")
    if as_json:
        print_json({"version": 1, "outcome": "written", "exit": 0, "env": str(place), "settings": written})
    return 0


def check(
    to: To = None,
    store: StoreName = None,
    store_url: StoreUrl = None,
    env_file: EnvFile = None,
    *,
    headed: Headed = None,
    as_json: Json = False,
    imap_ca: ImapCa = None,
) -> int:
    """Example: readdress check

    Try browser, store and both mailboxes, one line each; nothing is clicked.
    """
    from automation.checks import all_checks  # noqa: PLC0415 - brings the browser's driver along
    from automation.columns import columns  # noqa: PLC0415 - as above

    options: Options = {
        "to": to, "store": store, "store_url": store_url, "headed": headed, "json": as_json, "imap_ca": imap_ca,
    }  # fmt: skip
    settings = load(options, os.environ, env_file, Path.cwd(), shipped_hosts=shipped())
    scrub_environment(os.environ)
    with around_of(settings, state_folder()) as around:
        checks, width = [], columns() if sys.stdout.isatty() else None
        for one in all_checks(settings, store_of(settings), around):
            checks.append(one)
            if not as_json:
                print(one.line(width), flush=True)
    code = next((one.exit_code for one in checks if one.exit_code), 0)
    if as_json:
        outcome = next((one.outcome for one in checks if one.exit_code), "ready")
        print_json({"version": 1, "outcome": outcome, "exit": code, "checks": [asdict(one) for one in checks]})
    return code


def browser_where(*, as_json: Json = False, env_file: EnvFile = None) -> int:
    """Example: readdress browser where

    Tell which browser would be used.
    """
    from automation.installing import look_up  # noqa: PLC0415 - brings the browser's driver along

    settings = load({}, os.environ, env_file, Path.cwd(), need=())
    scrub_environment(os.environ)
    found = look_up(settings.browser_path)
    facts = {"path": str(found.path), "where": found.where, "browser": found.version()}
    print_json({"version": 1, **facts}) if as_json else print(f"{facts['path']}  ({facts['browser']}, {found.where})")
    return 0


def browser_install(*, as_json: Json = False) -> int:
    """Example: readdress browser install

    Install a Chromium: Playwright's own, else the system's package.
    """
    from automation.installing import install  # noqa: PLC0415 - brings the browser's driver along

    scrub_environment(os.environ)
    found = install(lambda line: print(line, file=sys.stderr))
    facts = {"path": str(found.path), "where": found.where, "browser": found.version()}
    print_json({"version": 1, **facts}) if as_json else print(f"{facts['path']}  ({facts['browser']}, {found.where})")
    return 0
