"""Every reason to stop, each with its outcome and exit code.

::

    Stop
    ├── SettingsStop    settings      2  usage, missing or contradictory settings, wrong account
    ├── NeedsPerson     needs_person  3  something only a person can do, and nobody answered
    ├── Refused         refused       4  the store said no; its own words are kept
    │   └── SignInRefused                to signing in: the password is not typed again
    ├── NoCode          no_code       5  no acceptable code in time
    ├── MailboxStop     mailbox       6  a mailbox can't be reached or refuses the login
    ├── OffPath         off_path      7  a page no landmark matches, or not this store
    ├── SiteStop        site          8  store or browser unreachable, before the commit
    ├── Busy            busy          9  another run for this account holds the lock
    ├── Unknown         unknown      75  committed, not proved
    └── Cancelled       cancelled   130  Ctrl-C or "no" (143: SIGTERM), before the commit
"""

from __future__ import annotations

from dataclasses import dataclass
from signal import SIGINT, SIGTERM
from typing import ClassVar


@dataclass(frozen=True)
class Reason:
    """Why a run stopped, for one screen and for JSON."""

    kind: str
    """A short stable word, such as `wrong_code`."""
    text: str
    """One or two sentences a user reads: what happened and what to do next."""
    expected: str | None = None
    """What the step looked for."""
    seen: str | None = None
    """What showed instead, with addresses masked."""
    store_said: str | None = None
    """The store's own words."""
    retry_after_s: float | None = None
    """Seconds to wait before running again; None where the store named none."""


class Stop(Exception):  # noqa: N818 - a reason to stop, not always an error
    """A run ends here."""

    outcome: ClassVar[str] = "error"
    exit_code: int = 70
    default_kind: ClassVar[str] = "bug"

    def __init__(
        self,
        text: str,
        *,
        kind: str | None = None,
        expected: str | None = None,
        seen: str | None = None,
        store_said: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(text)
        self.reason = Reason(
            kind=kind or self.default_kind,
            text=text,
            expected=expected,
            seen=seen,
            store_said=store_said,
            retry_after_s=retry_after_s,
        )


class SettingsStop(Stop):
    outcome, exit_code, default_kind = "settings", 2, "settings"


class NeedsPerson(Stop):
    outcome, exit_code, default_kind = "needs_person", 3, "needs_person"


class Refused(Stop):
    outcome, exit_code, default_kind = "refused", 4, "refused"


class SignInRefused(Refused):
    default_kind = "wrong_password"


class NoCode(Stop):
    outcome, exit_code, default_kind = "no_code", 5, "no_code"


class MailboxStop(Stop):
    outcome, exit_code, default_kind = "mailbox", 6, "mailbox"


class OffPath(Stop):
    outcome, exit_code, default_kind = "off_path", 7, "unknown_page"


class SiteStop(Stop):
    outcome, exit_code, default_kind = "site", 8, "unreachable"


class Busy(Stop):
    outcome, exit_code, default_kind = "busy", 9, "locked"


class Unknown(Stop):
    outcome, exit_code, default_kind = "unknown", 75, "unreadable"


class Cancelled(Stop):
    outcome, exit_code, default_kind = "cancelled", 130, "interrupted"

    def __init__(self, text: str, *, by_signal: int | None = None) -> None:
        super().__init__(text, kind="terminated" if by_signal not in {None, SIGINT} else None)
        if by_signal not in {None, SIGINT}:
            self.exit_code = 128 + SIGTERM
