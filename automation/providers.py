"""Well-known mail providers: where an address's letters are read, and what the login there wants. Pure facts."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from automation.origins import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

Login = Literal["password", "oauth2"]
UserForm = Literal["address", "local"]
_ENDING = re.compile(r"(?:(?:co|com|net|org)\.)?[a-z]{2,}")
"""What `*` stands for in `yahoo.*`: a country's or another top-level name."""


@dataclass(frozen=True)
class Provider:
    """One row of the table."""

    name: str
    domains: tuple[str, ...]
    not_domains: tuple[str, ...]
    host: str
    port: int
    tls: Literal["implicit", "starttls"]
    user_forms: tuple[UserForm, ...]
    """What may be the user name, in the order in which it is tried."""
    logins: tuple[Login, ...]
    secret: str
    """What the provider calls the password that works over IMAP."""
    form: str | None
    """A pattern of such a password without spaces and hyphens; None where there is no set form."""
    remedy: str
    """One sentence for somebody whose login was refused."""
    how: str
    """How the password is made."""
    oauth: Literal["microsoft", "google"] | None
    """Whose way of signing in by OAuth2 it is; None where there is none."""
    authserv: tuple[str, ...]
    """Ids under which it writes Authentication-Results; empty where none is known."""
    unnamed: bool
    """It writes them without an id."""
    id_first: bool
    """It opens no folder before the client has said its name."""
    folders: str
    remark: str
    as_of: date
    """When the row was looked over last."""

    def users(self, address: str) -> tuple[str, ...]:
        """The user names to try for an address, the likeliest first."""
        local = address.rpartition("@")[0]
        return tuple(local if form == "local" else address for form in self.user_forms)

    def password(self, text: str) -> str:
        """The password as the server wants it: without the spaces that it is shown with."""
        bare = re.sub(r"[\s-]", "", text)
        return bare if self.form and re.fullmatch(self.form, bare) else text

    @property
    def takes_passwords(self) -> bool:
        """Whether a password of any kind opens a mailbox here."""
        return "password" in self.logins


@cache
def providers() -> tuple[Provider, ...]:
    """The whole table."""
    data = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    return tuple(_provider(row) for row in data["provider"])


def provider_of(address: str) -> Provider | None:
    """Whose mailbox an address is, by its domain; None where the table doesn't know."""
    domain = address.rpartition("@")[2].lower()
    named = (each for each in providers() if domain in each.domains)
    alike = (each for each in providers() if domain not in each.not_domains and _is_like(domain, each.domains))
    return next(named, None) or next(alike, None)


def provider_at(host: str, port: int) -> Provider | None:
    """Who serves mailboxes there; None where the table doesn't know."""
    name = "127.0.0.1" if is_loopback(host) else host.lower()
    return next((each for each in providers() if (each.host, each.port) == (name, port)), None)


def _is_like(domain: str, domains: tuple[str, ...]) -> bool:
    name, _, ending = domain.partition(".")
    return f"{name}.*" in domains and _ENDING.fullmatch(ending) is not None


def _provider(row: Mapping[str, Any]) -> Provider:
    return Provider(
        name=row["name"],
        domains=tuple(row["domains"]),
        not_domains=tuple(row.get("not", ())),
        host=row["host"],
        port=row.get("port", 993),
        tls=row.get("tls", "implicit"),
        user_forms=tuple(row["users"]),
        logins=tuple(row["logins"]),
        secret=row["secret"],
        form=row.get("form"),
        remedy=row["remedy"],
        how=row["how"],
        oauth=row.get("oauth"),
        authserv=tuple(row.get("authserv", ())),
        unnamed=row.get("unnamed", False),
        id_first=row.get("id_first", False),
        folders=row.get("folders", ""),
        remark=row.get("remark", ""),
        as_of=row["as_of"],
    )


def table() -> str:
    """The table in Markdown, for the README."""
    lines = ["| provider | addresses | read at | user | what works | remark | as of |", "|---|---|---|---|---|---|---|"]
    return "\n".join([*lines, *(f"| {' | '.join(_cells(each))} |" for each in providers())])


def _cells(provider: Provider) -> tuple[str, ...]:
    forms = {"address": "address", "local": "the part before the @"}
    works = [provider.secret if login == "password" else "OAuth2" for login in provider.logins]
    notes = [provider.folders and f"folders {provider.folders}", provider.remark]
    notes += [f"says who wrote a letter as {each}" for each in provider.authserv]
    return (
        provider.name,
        ", ".join(f"`{domain}`" for domain in provider.domains),
        f"{provider.host}:{provider.port}{' STARTTLS' if provider.tls == 'starttls' else ''}",
        ", then ".join(forms[form] for form in provider.user_forms),
        " or ".join(works),
        "; ".join(note for note in notes if note) or "—",
        str(provider.as_of),
    )
