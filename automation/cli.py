"""The command line: which commands there are, and the only place where errors become messages and exit codes."""

from __future__ import annotations

import gc
import inspect
import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer
from typer.exceptions import TyperException

from automation.commands import account, built_in, mailbox, preparation, records
from automation.commands.output import tell
from automation.errors import Cancelled, SettingsStop, Stop
from automation.settings import state_folder

if TYPE_CHECKING:
    from collections.abc import Callable

COMMANDS = (
    account.change, account.backup, account.support, account.login, preparation.init, preparation.check, mailbox.code,
    built_in.demo, records.steps, built_in.store, records.runs,
)  # fmt: skip
"""In the order in which `--help` lists them."""
app = typer.Typer(
    name="readdress",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Example: readdress change --to new@example.org\n\n"
    "Changes the e-mail address of your own store account, and proves it.",
)
browser = typer.Typer(no_args_is_help=True, help="Example: readdress browser where\n\nFind or install a browser.")


def _purpose(command: Callable[..., int]) -> str:
    """What a command is for, in a line: its help says it below the example."""
    return inspect.cleandoc(command.__doc__ or "").split("\n\n")[1]


for command in COMMANDS:
    app.command(short_help=_purpose(command))(command)
app.add_typer(browser, name="browser", short_help="Find or install a browser.")
browser.command("where", short_help=_purpose(preparation.browser_where))(preparation.browser_where)
browser.command("install", short_help=_purpose(preparation.browser_install))(preparation.browser_install)


def main() -> None:
    """Run the command line; every end is a message, a result and an exit code."""
    as_json = "--json" in sys.argv[1:]
    try:
        code = app(standalone_mode=False)
    except Stop as stop:
        code = _stopped(stop, as_json=as_json)
    except TyperException as usage:
        code = _stopped(SettingsStop(usage.format_message(), kind="usage"), as_json=as_json)
    except (typer.Abort, KeyboardInterrupt):
        code = _stopped(Cancelled("Stopped by Ctrl-C."), as_json=as_json)
    except BrokenPipeError:
        code = 141  # whoever read us has gone: nothing is left to tell
    except Exception as bug:  # noqa: BLE001 - a bug ends in a message too, never in a traceback that may quote a secret
        code = _stopped(_bug(bug), as_json=as_json)
    _let_go_of_output()
    gc.freeze()  # at the end nothing need be collected: to look for it takes longer than to start
    sys.exit(int(code or 0))


def _let_go_of_output() -> None:
    """What nobody takes (a closed terminal, a pipe without a reader, a full disk) must not change the exit code."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _bug(bug: Exception) -> Stop:
    from automation.files import private_folder  # noqa: PLC0415 - only when all is lost
    from automation.scrubbed_log import keep_log  # noqa: PLC0415 - as above

    log = keep_log(private_folder(state_folder()) / "error.log", bug)
    return Stop(f"readdress itself failed ({type(bug).__name__}). Its log: {log}")


def _stopped(stop: Stop, *, as_json: bool) -> int:
    from automation.result import result_of  # noqa: PLC0415 - only at the end

    result = result_of([], outcome=stop.outcome, exit_code=stop.exit_code, reason=asdict(stop.reason))
    tell(result, as_json=as_json, stream=sys.stderr)
    return stop.exit_code
