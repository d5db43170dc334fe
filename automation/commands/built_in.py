"""Commands of the built-in store."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from automation.commands.options import Generation, Headed, Json, Language, Quiet, RunsDir, Switch
from automation.commands.output import print_json
from automation.commands.running import attempted
from automation.commands.shipped import CHANGE_EMAIL
from automation.errors import SettingsStop
from automation.settings import load, scrub_environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from automation.settings import Options
    from automation.stand_in import StandIn

DEMOS = {"change": CHANGE_EMAIL, "backup": "backup_email", "support": "support_chat"}
DEMO_SETTINGS = {"READDRESS_BROWSER_PATH", "READDRESS_RUNS_DIR"}
"""What the demo takes from the environment; its accounts and mailboxes are its own."""


def demo(
    generation: Generation = "center",
    language: Language = "en",
    *,
    flow: Annotated[str, typer.Option("--flow", help="Which path to show: change, backup or support.")] = "change",
    headed: Headed = None,
    switch: Switch = None,
    as_json: Json = False,
    runs_dir: RunsDir = None,
    settle: Annotated[
        float, typer.Option("--settle", help="Seconds to read the account until it is known.", metavar="S")
    ] = 10,
    code_timeout: Annotated[
        float, typer.Option("--code-timeout", help="Seconds to wait for a letter.", metavar="S")
    ] = 60,
    quiet: Quiet = False,
) -> int:
    """Example: readdress demo --generation legacy --language it --headed

    Show the whole path on the built-in store: real browser, real letters, made-up accounts.
    """
    from tempfile import TemporaryDirectory  # noqa: PLC0415 - only here

    if flow not in DEMOS:
        raise SettingsStop(f"--flow: “{flow}” is none of {', '.join(DEMOS)}.", kind="usage")
    if flow == "support" and not sys.stdin.isatty():
        switch = ["operator=answers", *(switch or [])]  # nobody is there whom the operator could ask
    kept = {name: value for name, value in os.environ.items() if name in DEMO_SETTINGS}
    scrub_environment(os.environ)
    options: Options = {
        "yes": True, "headed": headed, "json": as_json, "runs_dir": runs_dir, "settle": settle,
        "code_timeout": code_timeout, "quiet": quiet,
    }  # fmt: skip
    with (
        _served(generation, language, switch) as served,
        TemporaryDirectory(prefix="readdress-demo-") as state,
    ):
        settings = load(options, {**kept, **served.environment()}, None, Path(state))
        return attempted(settings, Path(state), DEMOS[flow])


def store(
    generation: Generation = "center",
    language: Language = "en",
    *,
    port: Annotated[int, typer.Option("--port", help="Fixed port of the store (0: any).")] = 0,
    frame_port: Annotated[int, typer.Option("--frame-port", help="Fixed port of its frames.")] = 0,
    smtp_port: Annotated[int, typer.Option("--smtp-port", help="Fixed port for letters in.")] = 0,
    imap_port: Annotated[int, typer.Option("--imap-port", help="Fixed port for letters out.")] = 0,
    env_out: Annotated[
        Path | None, typer.Option("--env-out", help="Write a working .env here (mode 0600).", metavar="FILE")
    ] = None,
    switch: Switch = None,
    as_json: Json = False,
) -> int:
    """Example: readdress store --env-out .env

    Serve the built-in store with its mail server until Ctrl-C, to play with or to test against.
    """
    from automation.serving import serve, write_env  # noqa: PLC0415 - only here

    scrub_environment(os.environ)
    ports = {"port": port, "frame_port": frame_port, "smtp_port": smtp_port, "imap_port": imap_port}
    with _served(generation, language, switch, ports) as served:
        written = write_env(env_out, served.environment()) if env_out else None
        if as_json:
            print_json({"version": 1, **served.addresses(), "env": written and str(written)})
        else:
            print(f"Store      {served.url}\nMailboxes  {served.mail_page}\nSMTP       {served.mail.smtp}")
            print(f"IMAP       {served.mail.imap}\nControl    {served.control}\nToken      {served.token}")
            print(f"Settings   {written}" if written else "Settings   --env-out FILE writes them")
            print("Ctrl-C ends it.", flush=True)
        serve()
    return 0


@contextmanager
def _served(
    generation: str, language: str, switch: list[str] | None, ports: Mapping[str, int] | None = None
) -> Iterator[StandIn]:
    from automation.stand_in import stand_in  # noqa: PLC0415 - only where a stand-in is wanted

    if generation not in {"legacy", "center"}:
        raise SettingsStop(f"--generation: “{generation}” is neither legacy nor center.", kind="usage")
    switches = dict(_switch(text) for text in switch or [])
    with stand_in(generation=generation, language=language, ports=ports, switches=switches) as served:
        yield served


def _switch(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise SettingsStop(f"--switch: “{text}” is not NAME=VALUE.", kind="usage")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
