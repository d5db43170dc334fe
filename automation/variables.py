"""The names under which settings are given, in the environment or in `.env`."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, MutableMapping

PREFIX = "READDRESS_"


class Variable(NamedTuple):
    """One setting as the README's table and `.env.example` tell it."""

    name: str
    meaning: str
    default: str


def _secret(name: str, whose: str) -> tuple[Variable, Variable]:
    return (
        Variable(name, whose, "—"),
        Variable(f"{name}_COMMAND", "a command that prints it instead, run without a shell: `pass show mail`", "—"),
    )


def _mailbox(which: str, whose: str) -> tuple[Variable, ...]:
    user = " A URL without a user means the address itself."
    return (
        Variable(f"{PREFIX}{which}_EMAIL", whose, "—"),
        Variable(
            f"{PREFIX}{which}_IMAP_URL",
            "where its codes are read: `imaps://user%40domain@host:993`; `imap://` for STARTTLS; "
            f"`ask` to type the code yourself.{user}",
            "known for the providers of the table",
        ),
        *_secret(f"{PREFIX}{which}_IMAP_PASSWORD", "that mailbox's (app) password"),
        *_server(which),
    )


def _server(which: str) -> tuple[Variable, ...]:
    return (
        Variable(
            f"{PREFIX}{which}_IMAP_CA",
            "certificate (PEM) of that mail server's own authority, as Proton Mail Bridge exports it; `--imap-ca` is "
            "for all mailboxes",
            "the system's",
        ),
        Variable(
            f"{PREFIX}{which}_OAUTH_CLIENT",
            "instead of a password: the client id of your own application at Microsoft or Google; `readdress init` "
            "signs in with it",
            "—",
        ),
        *_secret(f"{PREFIX}{which}_OAUTH_SECRET", "Google's secret of that application, where it has one"),
        Variable(
            f"{PREFIX}{which}_OAUTH_URL", "another place that gives out the tokens (for tests), https only", "its own"
        ),
        Variable(
            f"{PREFIX}{which}_AUTHSERV_ID",
            "the name with which its server's `Authentication-Results` begin; `readdress check` looks for it",
            "—",
        ),
    )


SETTINGS: tuple[Variable, ...] = (
    Variable(f"{PREFIX}STORE", "which store's file describes the site", "`aliexpress`"),
    Variable(f"{PREFIX}STORE_URL", "the same store served from another place, such as a stand-in", "its own"),
    Variable(
        f"{PREFIX}STORE_ORIGINS",
        "further origins of that place that may be typed on, exact, separated by commas",
        "—",
    ),
    Variable(f"{PREFIX}STORE_USER", "the name to sign in with", "the old address"),
    *_secret(f"{PREFIX}STORE_PASSWORD", "the store's password; without it a kept session, else a person signs in"),
    *_mailbox("OLD", "the address that the account has now"),
    *_mailbox("NEW", "the address that it shall have (`--to` overrides it)"),
    *_secret(f"{PREFIX}MAILBOX_PASSWORD", "the password of the mailbox that `readdress code` looks into"),
    *_server("MAILBOX"),
    Variable(
        f"{PREFIX}DKIM",
        "`yes`: where a mail server says nothing about a letter, its signature is checked with the key from DNS",
        "`no`",
    ),
    Variable(f"{PREFIX}BROWSER_PATH", "the Chromium, Chrome or Edge to use", "found by itself"),
    Variable(f"{PREFIX}PROFILE_DIR", "folder that keeps the browser's session", "one per store and account"),
    Variable(f"{PREFIX}RUNS_DIR", "folder for journals, pictures and reports", "in your state folder"),
    Variable(
        f"{PREFIX}PLAIN_HOSTS",
        "hosts off this machine (containers) that may speak plain http and IMAP, separated by commas",
        "—",
    ),
)

NAMES = frozenset(variable.name for variable in SETTINGS)


def unknown_names(given: Iterable[str]) -> tuple[str, ...]:
    """One sentence for each name that looks like a setting and is none."""
    strange = sorted(name for name in given if name.startswith(PREFIX) and name not in NAMES)
    return tuple(f"{name!a}".strip("'") + f" is not a setting{_nearest(name)}" for name in strange)


def _nearest(name: str) -> str:
    close = get_close_matches(name, NAMES, n=1, cutoff=0.8)
    return f"; did you mean {close[0]}?" if close else " and is not used"


def scrub_environment(environ: MutableMapping[str, str]) -> None:
    """Take out what a browser and its driver have no business to know or obey; changes `environ`."""
    for name in [name for name in environ if name.startswith(PREFIX) or name in {"DEBUG", "PWDEBUG"}]:
        del environ[name]
