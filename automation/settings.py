"""The environment, `.env` and the command line's options become one frozen Settings.

Nothing else reads the environment, and `load` tells everything that is wrong at once.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Literal, TypedDict
from urllib.parse import urlsplit

from automation.env_file import read_env_file
from automation.given import Given, Wrong, line, yes_or_no
from automation.mailbox_choice import MailboxChoice, address_choice, mailbox_choice, old_address, tell_twins
from automation.origins import is_loopback
from automation.password import password_of
from automation.url import debugging_url, plain_hosts, web_origins, web_url
from automation.variables import SETTINGS, scrub_environment, unknown_names

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from automation.trust import Trust

__all__ = [
    "SETTINGS",
    "MailboxChoice",
    "Options",
    "Settings",
    "is_loopback",
    "load",
    "scrub_environment",
    "state_folder",
]

Need = Literal["account", "store", "old", "new"]
"""`account` is the name at the store alone, `store` with its password."""
EVERYTHING: tuple[Need, ...] = ("store", "old", "new")


class Options(TypedDict, total=False):
    """What the command line may say; None counts as not said."""

    to: str | None
    store: str | None
    store_url: str | None
    runs_dir: Path | str | None
    imap_ca: Path | str | None
    code_timeout: float | None
    timeout: float | None
    settle: float | None
    headed: bool | None
    browser_url: str | None
    trust_sender: bool
    dry_run: bool
    yes: bool
    because: str | None
    lost_mailbox: bool
    json: bool
    quiet: bool


@dataclass(frozen=True)
class Settings:
    """All that one command was told, checked."""

    store: str
    """The name of the store's file."""
    store_url: str | None
    """Where it is served instead; None: at its own addresses."""
    store_url_named: bool
    """Whether the URL stood on the command line, where somebody has just read it."""
    store_origins: tuple[str, ...]
    """Further origins of `store_url` that may be typed on."""
    store_user: str
    """Empty where the command has no use for it."""
    store_password: str | None = field(repr=False)
    """None: a kept session, else a person."""
    old: MailboxChoice
    new: MailboxChoice
    browser_path: Path | None
    """None: found by itself."""
    browser_url: str | None
    """Where a browser that the person has started can be attached to; None: one is launched."""
    profile_dir: Path | None
    """None: kept per store and account."""
    runs_dir: Path
    plain_hosts: frozenset[str]
    """Hosts off this machine that may speak plain http and IMAP."""
    code_timeout_s: float
    timeout_s: float
    settle_s: float
    dkim: bool
    """Whether DNS may be asked for the keys of signatures."""
    trust_sender: bool
    """Asked for by the option; see also `trusts_senders_to`."""
    headed: bool | None
    """None: decided by the place where it runs."""
    has_display: bool
    """Whether a window could be shown."""
    dry_run: bool
    yes: bool
    because: str | None
    """What support is told to have happened; None: the usual sentence."""
    lost_mailbox: bool
    """Whether the person says that nobody can open the old mailbox any more."""
    json: bool
    quiet: bool
    warnings: tuple[str, ...] = ()
    """Things that are no reason to stop, such as a mistyped name."""

    def is_near(self, host: str | None) -> bool:
        """Whether a host is this machine or one of the user's containers."""
        return is_loopback(host) or host in self.plain_hosts

    def trusts_senders_to(self, mailbox: MailboxChoice) -> bool:
        """Whether a letter's From counts unproved: on request, or where store and mailbox are both near."""
        if self.trust_sender or self.store_url is None or mailbox.imap is None:
            return self.trust_sender
        near = self.is_near(urlsplit(self.store_url).hostname) and self.is_near(mailbox.imap.host)
        return near and not mailbox.is_a_providers

    def trust_in(self, mailbox: MailboxChoice) -> Trust:
        """How the senders of letters to a mailbox are proved."""
        from automation.signature import txt_record  # noqa: PLC0415 - not needed for --help
        from automation.trust import Trust  # noqa: PLC0415 - not needed for --help

        return Trust(mailbox.servers, nameless=mailbox.nameless, records=txt_record if self.dkim else None)


def load(
    options: Options,
    environ: Mapping[str, str],
    env_file: Path | None,
    cwd: Path,
    *,
    need: tuple[Need, ...] = EVERYTHING,
    mailboxes: bool = True,
    shipped_hosts: Collection[str] = (),
) -> Settings:
    """Everything the user said; raises one SettingsStop that lists all problems.

    An account or mailbox not in `need` is neither asked for nor looked at; without `mailboxes` the two addresses
    will do, and whatever code is wanted a person types. No `env_file` means `.env` in
    `cwd`, if it is there. `shipped_hosts` are those of the stores that come with the tool. The user's
    password commands are run.
    """
    file = read_env_file(env_file, cwd)
    given = Given(options, environ, file, cwd)
    plain = _plain_hosts(given, shipped_hosts)
    read = partial(mailbox_choice, plain=plain, tokens=state_folder() / "tokens")
    choose = read if mailboxes else address_choice
    old = choose(given, "old") if "old" in need else MailboxChoice()
    new = choose(given, "new") if "new" in need else MailboxChoice()
    tell_twins(given, old, new)
    url_name = given.first("--store-url", "READDRESS_STORE_URL")
    settings = Settings(
        store=given.read(given.first("--store", "READDRESS_STORE"), _store_name, default="aliexpress"),
        store_url=given.read(url_name, lambda text: web_url(text, plain), default=None),
        store_url_named=url_name == "--store-url",
        store_origins=_origins(given, url_name, plain),
        store_user=_store_user(given, need, old),
        store_password=password_of(given, "READDRESS_STORE_PASSWORD") if "store" in need else None,
        old=old,
        new=new,
        browser_path=given.path("READDRESS_BROWSER_PATH"),
        browser_url=given.read("--browser-url", debugging_url, default=None),
        profile_dir=given.path("READDRESS_PROFILE_DIR"),
        runs_dir=given.path(given.first("--runs-dir", "READDRESS_RUNS_DIR")) or state_folder() / "runs",
        plain_hosts=plain,
        code_timeout_s=given.seconds("--code-timeout", 600.0),
        timeout_s=given.seconds("--timeout", 1_800.0),
        settle_s=given.seconds("--settle", 90.0),
        dkim=given.read("READDRESS_DKIM", yes_or_no, default=False),
        trust_sender=given.flag("--trust-sender"),
        headed=options.get("headed"),
        has_display=_has_display(environ),
        dry_run=given.flag("--dry-run"),
        yes=given.flag("--yes"),
        lost_mailbox=given.flag("--lost-mailbox"),
        because=given.read("--because", line, default=None),
        json=given.flag("--json"),
        quiet=given.flag("--quiet"),
        warnings=unknown_names({**file.values, **environ}),
    )
    given.stop_if_wrong()
    return settings


def state_folder() -> Path:
    """Where the ledger, the lock, profiles and runs are kept; the system's own place for this user."""
    from platformdirs import user_state_path  # noqa: PLC0415 - not needed for --help

    return user_state_path("readdress", appauthor=False)


def _plain_hosts(given: Given, shipped_hosts: Collection[str]) -> frozenset[str]:
    nothing: frozenset[str] = frozenset()
    return given.read("READDRESS_PLAIN_HOSTS", lambda text: plain_hosts(text, shipped_hosts), default=nothing)


def _store_user(given: Given, need: tuple[Need, ...], old: MailboxChoice) -> str:
    """The name given, else the old address."""
    user, email = "READDRESS_STORE_USER", "READDRESS_OLD_EMAIL"
    if not {"account", "store"} & set(need) or (given.text(user) is None and "old" in need):
        return old.address
    if given.text(user) is None and given.text(email) is not None:
        return old_address(given)  # as a run spells it: the same name leads to the same profile
    remedy = f"set it, or {email}, to the name you sign in with"
    return given.read(given.first(user, email, user), line, default="", missing=remedy)


def _origins(given: Given, url_name: str, plain: frozenset[str]) -> tuple[str, ...]:
    name = "READDRESS_STORE_ORIGINS"
    if given.text(name) is not None and given.text(url_name) is None:
        given.wrong(name, "is only for a store at another place; set READDRESS_STORE_URL or take it out")
    return given.read(name, lambda text: web_origins(text, plain), default=())


def _store_name(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", text):
        raise Wrong("is not the name of a store: small letters, digits, - and _ only")
    return text


def _has_display(environ: Mapping[str, str]) -> bool:
    return sys.platform == "darwin" or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))
