"""URLs and hosts that a user gives: taken only if they mean one thing, refused without being quoted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote, urlsplit

from automation.given import Wrong
from automation.origins import is_loopback, origin_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from urllib.parse import SplitResult

HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?")
PLAIN_ONLY = "plain http is for this machine and the hosts in READDRESS_PLAIN_HOSTS only; use https://"


@dataclass(frozen=True)
class ImapPlace:
    """Where a mailbox is served."""

    host: str
    port: int
    user: str | None
    """None: the mailbox's own address."""
    tls: Literal["implicit", "starttls", "plain"]
    """`plain` allows plain text where the server offers no STARTTLS; only on loopback and plain hosts."""


def web_url(text: str, plain_hosts: Collection[str]) -> str:
    """The URL of a store with its origin in the browser's own spelling."""
    parts = _parts(text, ("https", "http"))
    if parts.username is not None or parts.password is not None:
        raise Wrong("holds a user name or a password; take it out, READDRESS_STORE_USER is the place for it")
    host = checked_host(parts.hostname or "")
    if parts.scheme == "http" and not is_loopback(host) and host not in plain_hosts:
        raise Wrong(PLAIN_ONLY)
    return origin_of(f"{parts.scheme}://{_bracketed(host)}{_port(parts)}") + (parts.path or "/")


def web_origins(text: str, plain_hosts: Collection[str]) -> tuple[str, ...]:
    """Origins separated by commas or blanks."""
    urls = [web_url(each, plain_hosts) for each in words(text)]
    if any(urlsplit(url).path != "/" for url in urls):
        raise Wrong("an origin has no path; write https://host or https://host:port")
    return tuple(url.removesuffix("/") for url in urls)


def debugging_url(text: str) -> str:
    """Where a browser on this machine takes orders: `http://127.0.0.1:9222`, or the `ws://` URL that it prints."""
    parts = _parts(text, ("http", "ws"))
    if parts.port is None or parts.username is not None or not is_loopback(checked_host(parts.hostname or "")):
        raise Wrong("must be on this machine and have a port, such as http://127.0.0.1:9222")
    return text


def imap_place(text: str, plain_hosts: Collection[str]) -> ImapPlace:
    """`imaps://user%40domain@host:993`, or `imap://` for STARTTLS."""
    parts = _parts(text, ("imaps", "imap"))
    if parts.password is not None:
        raise Wrong("holds a password; take it out and set the variable that ends in _PASSWORD")
    if parts.path not in {"", "/"}:
        raise Wrong("has something after the host; write imaps://user%40domain@host:993")
    user = unquote(parts.username) if parts.username else None
    if user is not None and not user.isprintable():
        raise Wrong("has a user name with a control character")
    host = checked_host(parts.hostname or "")
    if parts.scheme == "imaps":
        return ImapPlace(host, parts.port or 993, user, "implicit")
    plain = is_loopback(host) or host in plain_hosts
    return ImapPlace(host, parts.port or 143, user, "plain" if plain else "starttls")


def plain_hosts(text: str, shipped_hosts: Collection[str]) -> frozenset[str]:
    """Exact host names, separated by commas or blanks; never one of a store that comes with the tool."""
    hosts = frozenset(checked_host(each.lower()) for each in words(text))
    if hosts & frozenset(shipped_hosts):
        raise Wrong("names a host of a real store, which is never spoken to in plain text; take it out")
    return hosts


def checked_host(host: str) -> str:
    """A host name or IP address that a browser and a mail client read alike."""
    try:
        return str(ip_address(host.strip("[]")))
    except ValueError:
        pass
    if not host.isascii():
        raise Wrong("has an international host name; write it in its xn-- form")
    if not HOST.fullmatch(host) or re.fullmatch(r"\d+|0x[0-9a-f]*", host.rpartition(".")[2]):
        raise Wrong("has a host that is neither a name nor an IP address")
    return host


def words(text: str) -> list[str]:
    """The parts of a list as people write it."""
    return [word for word in re.split(r"[\s,]+", text) if word]


def _parts(text: str, schemes: tuple[str, str]) -> SplitResult:
    """The URL taken apart; everything that readers disagree about is refused."""
    like = " or ".join(f"{scheme}://" for scheme in schemes)
    if not text.isprintable() or any(sign in text for sign in " \\?#"):
        raise Wrong(f"is not a plain URL; it begins with {like} and has no blanks, \\, ? or #")
    try:
        parts = urlsplit(text)
        usable = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise Wrong(f"is not a URL that begins with {like} and names a host")
    return parts


def _port(parts: SplitResult) -> str:
    return "" if parts.port is None else f":{parts.port}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
