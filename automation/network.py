"""What went wrong on the way to the store, in words."""

from __future__ import annotations

import math
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from automation.errors import Refused, SiteStop

if TYPE_CHECKING:
    from datetime import datetime

    from playwright.sync_api import Error as PlaywrightError

RATE_LIMIT_S = 600.0
"""How long a store that has seen too much of somebody is best left alone (2, 5, 10 minutes are reported)."""
LONGEST_LIMIT_S = 86_400.0


def retry_after_s(header: str | None, now: datetime) -> float | None:
    """Seconds to wait, from a `Retry-After` of seconds or of a date (RFC 9110, 10.2.3); None where it says nothing."""
    try:
        wait = (
            float(header)
            if header and header.isdecimal()
            else (parsedate_to_datetime(header or "") - now).total_seconds()
        )
    except (TypeError, ValueError):
        return None
    return min(max(wait, 0.0), LONGEST_LIMIT_S)


def rate_limited(wait_s: float = RATE_LIMIT_S, *, said: str | None = None) -> Refused:
    """The stop for a store that wants to be left alone for a while."""
    return Refused(
        "The store says that it has seen too many requests from here. Leave it alone for a while, then run again.",
        kind="rate_limit",
        store_said=said,
        retry_after_s=math.ceil(wait_s),
    )


def unreachable(url: str, error: PlaywrightError) -> SiteStop:
    """The stop for an address that can't be opened."""
    reason = network_reason(error)
    kind = "tls" if "CERT" in reason or "SSL" in reason else "unreachable"
    return SiteStop(
        f"{url} can't be opened: {reason}. Check the address and the connection, then run again.", kind=kind
    )


def network_reason(error: PlaywrightError) -> str:
    """The browser's own short reason, such as `ERR_CONNECTION_REFUSED`."""
    for word in str(error).split():
        if word.startswith("net::"):
            return word.removeprefix("net::").rstrip(",.")
    return "it did not answer in time" if "Timeout" in str(error) else "the browser gave no reason"
