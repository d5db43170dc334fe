"""The origins a run may type on: exact, no wildcards."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit


@lru_cache(maxsize=1000)
def is_loopback(host: str | None) -> bool:
    """Whether a host name means this machine."""
    if host is None:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=1000)
def origin_of(url: str) -> str:
    """`https://host[:port]` of a URL; `null` where it has none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "null"
    if parts.scheme not in {"http", "https"} or not host:
        return "null"
    default = {"http": 80, "https": 443}[parts.scheme]
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}" + ("" if port in {None, default} else f":{port}")


@dataclass(frozen=True)
class Origins:
    """The pinned origins of one run; on loopback any port of the same host counts."""

    pinned: frozenset[str]
    plain_hosts: frozenset[str] = frozenset()
    """Hosts that may speak plain http though not on loopback (containers)."""

    def hold(self, url: str) -> bool:
        """Whether the URL's origin is one of ours and safe to type on."""
        origin = origin_of(url)
        host = urlsplit(origin).hostname
        if origin == "null" or not self._safe(origin, host):
            return False
        return origin in self.pinned or (is_loopback(host) and host in self._loopback_hosts())

    def _safe(self, origin: str, host: str | None) -> bool:
        return origin.startswith("https://") or is_loopback(host) or host in self.plain_hosts

    def _loopback_hosts(self) -> set[str]:
        hosts = (urlsplit(origin).hostname or "" for origin in self.pinned)
        return {host for host in hosts if is_loopback(host)}

    def hosts(self) -> frozenset[str]:
        """The bare host names, for codes that carry an origin."""
        return frozenset(urlsplit(origin).hostname or "" for origin in self.pinned)
