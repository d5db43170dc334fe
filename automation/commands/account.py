"""Commands that deal with the account at the store."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from automation.commands.options import (
    BrowserUrl,
    DryRun,
    EnvFile,
    Headed,
    ImapCa,
    Json,
    Quiet,
    RunsDir,
    Settle,
    StoreName,
    StoreUrl,
    Timeout,
    To,
)
from automation.commands.output import print_json, tell
from automation.commands.running import around_of, attempted, load_all
from automation.commands.shipped import FLOWS, flow_named, shipped, store_of
from automation.settings import load, scrub_environment, state_folder

if TYPE_CHECKING:
    from automation.settings import Options


def change(
    to: To = None,
    store: StoreName = None,
    store_url: StoreUrl = None,
    env_file: EnvFile = None,
    *,
    dry_run: DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", help="Change without a last question.")] = False,
    headed: Headed = None,
    as_json: Json = False,
    runs_dir: RunsDir = None,
    code_timeout: Annotated[
        float | None, typer.Option("--code-timeout", help="Seconds to wait for a letter (600).", metavar="S")
    ] = None,
    timeout: Timeout = None,
    settle: Settle = None,
    trust_sender: Annotated[
        bool, typer.Option("--trust-sender", help="Take letters by their From address alone.")
    ] = False,
    imap_ca: ImapCa = None,
    browser_url: BrowserUrl = None,
    lost_mailbox: Annotated[
        bool,
        typer.Option("--lost-mailbox", help="Nobody can open the old mailbox: go by `backup`, then `support`."),
    ] = False,
    quiet: Quiet = False,
) -> int:
    """Example: readdress change --to new@example.org --dry-run

    Change the account's e-mail address along the documented path, and prove it.

    Settings come from the environment and from ./.env; `readdress check` tries them first.
    """
    options: Options = {
        "to": to,
        "store": store,
        "store_url": store_url,
        "runs_dir": runs_dir,
        "imap_ca": imap_ca,
        "code_timeout": code_timeout,
        "timeout": timeout,
        "settle": settle,
        "headed": headed,
        "browser_url": browser_url,
        "trust_sender": trust_sender,
        "lost_mailbox": lost_mailbox,
        "dry_run": dry_run,
        "yes": yes,
        "json": as_json,
        "quiet": quiet,
    }
    settings = load_all(options, env_file, mailboxes=not lost_mailbox)
    from automation.decision import Paths, decide  # noqa: PLC0415 - brings the browser's driver along

    with around_of(settings, state_folder()) as around:
        ended = decide(settings, store_of(settings), Paths(*map(flow_named, FLOWS)), around)
    tell(ended.result, as_json=settings.json, mend=ended.mend)
    return int(ended.result["exit"])


def backup(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The second address.")],
    store: StoreName = None,
    store_url: StoreUrl = None,
    env_file: EnvFile = None,
    *,
    dry_run: DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", help="Save without a last question.")] = False,
    headed: Headed = None,
    as_json: Json = False,
    runs_dir: RunsDir = None,
    timeout: Timeout = None,
    settle: Settle = None,
    browser_url: BrowserUrl = None,
    quiet: Quiet = False,
) -> int:
    """Example: readdress backup new@example.org

    Add a second address to the account's profile, and prove it.

    For an account whose mailbox is lost: support changes the address more readily when the new one stands in the
    profile already. Needs no mailbox. `readdress support` is the next step.
    """
    options: Options = {
        "to": address, "store": store, "store_url": store_url, "runs_dir": runs_dir, "timeout": timeout,
        "settle": settle, "headed": headed, "browser_url": browser_url, "dry_run": dry_run, "yes": yes,
        "json": as_json, "quiet": quiet,
    }  # fmt: skip
    settings = load_all(options, env_file, mailboxes=False)
    return attempted(settings, state_folder(), "backup_email")


def support(
    to: To = None,
    store: StoreName = None,
    store_url: StoreUrl = None,
    env_file: EnvFile = None,
    *,
    because: Annotated[
        str | None, typer.Option("--because", help="What happened, in your own words, one sentence.", metavar="TEXT")
    ] = None,
    dry_run: DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", help="Send the message without a question.")] = False,
    headed: Headed = None,
    as_json: Json = False,
    runs_dir: RunsDir = None,
    timeout: Timeout = None,
    settle: Settle = None,
    browser_url: BrowserUrl = None,
    quiet: Quiet = False,
) -> int:
    """Example: readdress support --to new@example.org

    Ask the store's support, in its chat, to change the account's address.

    For an account whose mailbox is lost. Asks for a person, shows you the message and sends it on a yes; then the
    operator's questions come to you and your answers go back, a line each. Passwords, codes and card numbers are
    never sent.
    """
    options: Options = {
        "to": to, "store": store, "store_url": store_url, "runs_dir": runs_dir, "timeout": timeout,
        "settle": settle, "headed": headed, "browser_url": browser_url, "because": because, "dry_run": dry_run,
        "yes": yes, "json": as_json, "quiet": quiet,
    }  # fmt: skip
    settings = load_all(options, env_file, mailboxes=False)
    return attempted(settings, state_folder(), "support_chat")


def login(
    store: StoreName = None,
    store_url: StoreUrl = None,
    env_file: EnvFile = None,
    *,
    plain_chrome: Annotated[
        bool,
        typer.Option("--plain-chrome", help="The installed browser without automation; close it when you are done."),
    ] = False,
    timeout: Annotated[float | None, typer.Option("--timeout", help="Seconds to sign in (1800).", metavar="S")] = None,
    as_json: Json = False,
) -> int:
    """Example: readdress login

    Open a window on the store's own sign-in; sign in there, and the next runs need no password.
    """
    from automation.signing_in import SigningIn  # noqa: PLC0415 - brings the browser's driver along

    options: Options = {"store": store, "store_url": store_url, "timeout": timeout, "json": as_json}
    settings = load(options, os.environ, env_file, Path.cwd(), need=("account",), shipped_hosts=shipped())
    scrub_environment(os.environ)
    with around_of(settings, state_folder()) as around:
        signing_in = SigningIn(settings, store_of(settings), around, lambda line: print(line, file=sys.stderr))
        signed_in = signing_in.done(plain=plain_chrome)
    print_json(signed_in.as_json()) if as_json else print(signed_in.line())
    return 0
