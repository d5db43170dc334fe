"""The command line: Typer commands, and the only place where errors become messages and exit codes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer
from typer.exceptions import TyperException

from automation.errors import Cancelled, SettingsStop, Stop
from automation.settings import Options, load, scrub_environment, state_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from automation.attempt import Around
    from automation.flow import Flow
    from automation.settings import Settings
    from automation.stand_in import StandIn
    from automation.store import Store

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
app.add_typer(browser, name="browser")

CHANGE_EMAIL = "change_email"
FLOWS = (CHANGE_EMAIL, "backup_email", "support_chat")
"""The documented paths, in the guide's order."""
DEMOS = {"change": CHANGE_EMAIL, "backup": "backup_email", "support": "support_chat"}
DEMO_SETTINGS = {"READDRESS_BROWSER_PATH", "READDRESS_RUNS_DIR"}
"""What the demo takes from the environment; its accounts and mailboxes are its own."""

EnvFile = Annotated[Path | None, typer.Option("--env-file", help="Settings file instead of ./.env.", metavar="FILE")]
StoreName = Annotated[
    str | None, typer.Option("--store", help="Which store's file describes the site (aliexpress).", metavar="NAME")
]
StoreUrl = Annotated[
    str | None, typer.Option("--store-url", help="The same store served from another place.", metavar="URL")
]
Headed = Annotated[
    bool | None,
    typer.Option(
        "--headed/--headless", help="With or without a window (default: a window at a terminal with a display)."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="The result as one JSON object on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]
RunsDir = Annotated[
    Path | None, typer.Option("--runs-dir", help="Where journals, pictures and reports go.", metavar="DIR")
]
ImapCa = Annotated[
    Path | None, typer.Option("--imap-ca", help="Certificate of your own mail server (PEM).", metavar="FILE")
]
To = Annotated[str | None, typer.Option("--to", help="The new address (else READDRESS_NEW_EMAIL).", metavar="ADDRESS")]
BrowserUrl = Annotated[
    str | None, typer.Option("--browser-url", help="Attach to your own browser's debugging port.", metavar="URL")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Walk to the last safe step; request and submit nothing.")]
Timeout = Annotated[float | None, typer.Option("--timeout", help="Seconds for the whole run (1800).", metavar="S")]
Settle = Annotated[
    float | None, typer.Option("--settle", help="Seconds to read the account until it is known (90).", metavar="S")
]
Generation = Annotated[str, typer.Option("--generation", help="legacy or center: which pages the store shows.")]
Language = Annotated[str, typer.Option("--language", help="en it ru es pt fr de pl.")]
Switch = Annotated[
    list[str] | None,
    typer.Option("--switch", help="Turn a switch of the stand-in, such as password_again=true.", metavar="NAME=VALUE"),
]


@app.command()
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
    settings = _load(options, env_file, mailboxes=not lost_mailbox)
    from automation.decision import Paths, decide  # noqa: PLC0415 - brings the browser's driver along

    with _around(settings, state_folder()) as around:
        ended = decide(settings, _store(settings), Paths(*map(_flow, FLOWS)), around)
    _tell(ended.result, as_json=settings.json, mend=ended.mend)
    return int(ended.result["exit"])


@app.command()
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
    settings = _load(options, env_file, mailboxes=False)
    return _attempted(settings, state_folder(), "backup_email")


@app.command()
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
    settings = _load(options, env_file, mailboxes=False)
    return _attempted(settings, state_folder(), "support_chat")


@app.command()
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
    settings = load(options, os.environ, env_file, Path.cwd(), need=("account",), shipped_hosts=_shipped_hosts())
    scrub_environment(os.environ)
    with _around(settings, state_folder()) as around:
        signing_in = SigningIn(settings, _store(settings), around, lambda line: print(line, file=sys.stderr))
        signed_in = signing_in.done(plain=plain_chrome)
    _print_json(signed_in.as_json()) if as_json else print(signed_in.line())
    return 0


@app.command()
def init(env_file: EnvFile = None, *, imap_ca: ImapCa = None, as_json: Json = False) -> int:
    """Example: readdress init

    Ask for everything that is needed, try each login at once, and write it into ./.env.

    Nothing in an existing file is overwritten without a question. Ctrl-C leaves everything as it is.
    """
    from automation.prompts import Prompts  # noqa: PLC0415 - only here
    from automation.written_env import asked_and_written  # noqa: PLC0415 - brings the IMAP client along

    if not _somebody_is_there():
        raise SettingsStop(
            "This is no terminal where questions could be asked. Write the settings by hand: .env.example explains "
            "every line.",
            kind="no_terminal",
        )
    place = Path.cwd() / (env_file or Path(".env")).expanduser()
    written = asked_and_written(Prompts(), os.environ, place, state_folder() / "tokens", imap_ca)
    _say(f"\nWritten to {place} (readable by you alone). Now try: readdress check")
    if as_json:
        _print_json({"version": 1, "outcome": "written", "exit": 0, "env": str(place), "settings": written})
    return 0


@app.command()
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

    options: Options = {
        "to": to, "store": store, "store_url": store_url, "headed": headed, "json": as_json, "imap_ca": imap_ca,
    }  # fmt: skip
    settings = load(options, os.environ, env_file, Path.cwd(), shipped_hosts=_shipped_hosts())
    scrub_environment(os.environ)
    with _around(settings, state_folder()) as around:
        checks = []
        for one in all_checks(settings, _store(settings), around):
            checks.append(one)
            if not as_json:
                print(one.line(), flush=True)
    code = next((one.exit_code for one in checks if one.exit_code), 0)
    if as_json:
        outcome = next((one.outcome for one in checks if one.exit_code), "ready")
        _print_json({"version": 1, "outcome": outcome, "exit": code, "checks": [asdict(one) for one in checks]})
    return code


@app.command()
def code(
    mailbox: Annotated[
        str | None,
        typer.Option("--mailbox", help="imaps://user%40domain@host, or an address of a known provider.", metavar="URL"),
    ] = None,
    senders: Annotated[
        list[str] | None,
        typer.Option("--from", help="Whom the letter is from: address or whole domain; repeatable.", metavar="SENDER"),
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", help="Whom the letter is to (the mailbox's own address).", metavar="ADDRESS")
    ] = None,
    store: Annotated[
        str | None, typer.Option("--store", help="From that store's senders (aliexpress).", metavar="NAME")
    ] = None,
    env_file: EnvFile = None,
    *,
    timeout: Annotated[float | None, typer.Option("--timeout", help="Seconds to wait (120).", metavar="S")] = None,
    digits: Annotated[
        int | None, typer.Option("--digits", help="How many digits the code has (4 to 8).", metavar="N")
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option("--origin", help="A site that the code may be bound to; repeatable.", metavar="HOST"),
    ] = None,
    trust_sender: Annotated[
        bool, typer.Option("--trust-sender", help="Take letters by their From address alone.")
    ] = False,
    imap_ca: ImapCa = None,
    as_json: Json = False,
) -> int:
    """Example: readdress code --mailbox me@gmail.com --from account@notice.aliexpress.com

    Wait for the next code in a mailbox and print it alone.

    Says “waiting” on stderr once the letter may be asked for. The password comes from READDRESS_MAILBOX_PASSWORD or
    what READDRESS_MAILBOX_PASSWORD_COMMAND prints (such as `keyring get mail me`), else from you at the terminal.
    """
    from automation.arrivals import line_of  # noqa: PLC0415 - only here
    from automation.code_request import Asked, request_of  # noqa: PLC0415 - only here
    from automation.env_file import read_env_file  # noqa: PLC0415 - only here
    from automation.next_code import next_code  # noqa: PLC0415 - brings the IMAP client along
    from automation.oauth import see_signed_in  # noqa: PLC0415 - only here

    asked = Asked(
        mailbox=mailbox,
        to=to,
        senders=tuple(senders or ()),
        origins=tuple(origin or ()),
        timeout=timeout,
        digits=digits,
        imap_ca=imap_ca,
        trust_sender=trust_sender,
    )
    if store:
        asked = asked.at(_store_named(store))
    request = request_of(asked, os.environ, read_env_file(env_file, Path.cwd()), Path.cwd(), _asking_unseen())
    scrub_environment(os.environ)
    if request.mailbox.tokens is not None and _somebody_is_there():
        see_signed_in(request.mailbox.tokens, _say)
    told = next_code(request, lambda: _say("waiting"), lambda letter: _say(f"  {line_of(letter)}"))
    _say(told.provenance())
    if as_json:
        _print_json(told.as_json())
    elif told.code:
        print(told.code.value, flush=True)
    return told.exit_code


@app.command()
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
        return _attempted(settings, Path(state), DEMOS[flow])


@app.command()
def steps(*, as_json: Json = False) -> int:
    """Example: readdress steps

    List the steps of the documented paths.
    """
    from automation.path_table import as_data, as_lines  # noqa: PLC0415 - only here

    flows = [_flow(name) for name in FLOWS]
    if as_json:
        _print_json({"version": 1, **as_data(flows)})
    else:
        print("\n\n".join("\n".join(as_lines(flow)) for flow in flows))
    return 0


@app.command()
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
            _print_json({"version": 1, **served.addresses(), "env": written and str(written)})
        else:
            print(f"Store      {served.url}\nMailboxes  {served.mail_page}\nSMTP       {served.mail.smtp}")
            print(f"IMAP       {served.mail.imap}\nControl    {served.control}  (token {served.token})")
            print(f"Settings   {written}" if written else "Settings   --env-out FILE writes them")
            print("Ctrl-C ends it.", flush=True)
        serve()
    return 0


@app.command()
def runs(
    run: Annotated[str | None, typer.Argument(help="A run's name, or `last`; without one all are listed.")] = None,
    *,
    show: Annotated[bool, typer.Option("--open", help="Open its report in your browser.")] = False,
    runs_dir: RunsDir = None,
    env_file: EnvFile = None,
    as_json: Json = False,
) -> int:
    """Example: readdress runs last --open

    List the runs, or tell how one ended and open its report.
    """
    from automation.kept_runs import kept_run, kept_runs, mended_in  # noqa: PLC0415 - only here

    options: Options = {"runs_dir": runs_dir}
    folder = load(options, os.environ, env_file, Path.cwd(), need=()).runs_dir
    if run is None:
        found = kept_runs(folder)
        if as_json:
            _print_json({"version": 1, "folder": str(folder), "runs": found})
        else:
            print(f"{len(found)} run{'' if len(found) == 1 else 's'} in {folder}")
            for result in found:
                print(f"  {result['run']}  {result['outcome']:<13}{result['old'] or '?'} → {result['new'] or '?'}")
        return 0
    result = kept_run(folder, run)
    if show and result["report"] is None:
        raise SettingsStop(f"The run {result['run']} ended before it wrote a report.", kind="no_report")
    _tell(result, as_json=as_json, mend=mended_in(folder, result["run"]))
    if show:
        typer.launch(Path(result["report"]).as_uri())
    return 0


@browser.command("where")
def browser_where(*, as_json: Json = False, env_file: EnvFile = None) -> int:
    """Example: readdress browser where

    Tell which browser would be used.
    """
    from automation.installing import look_up  # noqa: PLC0415 - brings the browser's driver along

    settings = load({}, os.environ, env_file, Path.cwd(), need=())
    scrub_environment(os.environ)
    found = look_up(settings.browser_path)
    facts = {"path": str(found.path), "where": found.where, "browser": found.version()}
    _print_json({"version": 1, **facts}) if as_json else print(f"{facts['path']}  ({facts['browser']}, {found.where})")
    return 0


@browser.command("install")
def browser_install(*, as_json: Json = False) -> int:
    """Example: readdress browser install

    Install a Chromium: Playwright's own, else the system's package.
    """
    from automation.installing import install  # noqa: PLC0415 - brings the browser's driver along

    scrub_environment(os.environ)
    found = install(lambda line: print(line, file=sys.stderr))
    facts = {"path": str(found.path), "where": found.where, "browser": found.version()}
    _print_json({"version": 1, **facts}) if as_json else print(f"{facts['path']}  ({facts['browser']}, {found.where})")
    return 0


# -- from settings to a result ---------------------------------------------------------------------


def _flow(name: str = CHANGE_EMAIL) -> Flow:
    from importlib import import_module  # noqa: PLC0415 - the flows are not needed for --help

    flow: Flow = import_module(f"flows.{name}").flow
    return flow


def _load(options: Options, env_file: Path | None, *, mailboxes: bool = True) -> Settings:
    """The settings of a command that walks on a store; afterwards no secret is in the environment."""
    settings = load(options, os.environ, env_file, Path.cwd(), mailboxes=mailboxes, shipped_hosts=_shipped_hosts())
    for warning in settings.warnings:
        print(f"readdress: {warning}", file=sys.stderr)
    scrub_environment(os.environ)
    return settings


def _stores_folder() -> Path:
    import flows  # noqa: PLC0415 - not needed for --help

    return Path(flows.__file__).with_name("stores")


def _shipped_hosts() -> frozenset[str]:
    from automation.store import shipped_hosts  # noqa: PLC0415 - not needed for --help

    return shipped_hosts(_stores_folder())


def _store_named(name: str, plain_hosts: frozenset[str] = frozenset()) -> Store:
    from automation.store import load_store  # noqa: PLC0415 - not needed for --help

    return load_store(_stores_folder(), name, plain_hosts)


def _store(settings: Settings) -> Store:
    found = _store_named(settings.store, settings.plain_hosts)
    if settings.store_url is None:
        return found
    return found.at(settings.store_url, settings.store_origins, settings.plain_hosts)


@contextmanager
def _around(settings: Settings, state: Path) -> Iterator[Around]:
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


def _attempted(settings: Settings, state: Path, flow: str = CHANGE_EMAIL) -> int:
    from automation.attempt import attempt  # noqa: PLC0415 - brings the browser's driver along

    with _around(settings, state) as around:
        ended = attempt(settings, _store(settings), _flow(flow), around)
    _tell(ended.result, as_json=settings.json, mend=ended.mend)
    return int(ended.result["exit"])


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


def _somebody_is_there() -> bool:
    from automation.person import Person  # noqa: PLC0415 - not needed for --help

    return Person().there


def _asking_unseen() -> Callable[[str], str] | None:
    """A question whose answer is not shown; None where nobody can be asked."""
    if not _somebody_is_there():
        return None
    return lambda question: str(typer.prompt(question, hide_input=True, err=True))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


# -- results and errors ------------------------------------------------------------------------------


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
    _tell(result, as_json=as_json, stream=sys.stderr)
    return stop.exit_code


def _tell(
    result: Mapping[str, Any], *, as_json: bool, stream: TextIO | None = None, mend: tuple[str, ...] = ()
) -> None:
    """The result for whoever asked, and is still there: JSON on stdout, or one screen of text."""
    with suppress(OSError):
        _print_json(result) if as_json else _print_text(result, stream or sys.stdout, mend)


def _print_text(result: Mapping[str, Any], out: TextIO, mend: tuple[str, ...]) -> None:
    from automation.screen import as_text  # noqa: PLC0415 - only at the end

    colour = out.isatty() and not os.environ.get("NO_COLOR")
    width = min(shutil.get_terminal_size().columns, 100)
    flow = _flow(result["flow"]) if result["step"] and result["flow"] in FLOWS else None
    intents = {step.id: step.intent for step in flow.steps} if flow else {}
    print(as_text(result, width=width, colour=colour, intents=intents, mend=mend), file=out, flush=True)


def _print_json(value: Mapping[str, Any]) -> None:
    print(json.dumps(value, ensure_ascii=False), flush=True)
