"""The one connection of a mailbox: made at the first use, made anew when it is lost, within limits."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from automation.address import mask
from automation.baseline import INBOX, baseline_of
from automation.cadence import Cadence
from automation.errors import MailboxStop
from automation.imap import Connection, Lost, NotOpened, Unreachable
from automation.login import is_nearby, place
from automation.mailbox import Stopped
from automation.vocabulary import prepare

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from automation.mailbox import Baseline, Code, MailboxSettings
    from automation.watch import Watch

MAX_LOGINS = 6
"""Some providers lock out whom they see logging in too often."""
BACK_OFF_S = (0.5, 1.0, 2.0, 4.0, 8.0)
BASELINE_TRIES = 3
LAST_LOOK_S = 3.0
"""So long before the end the last login is made."""


class Session:
    """Logs in when needed; every method ends by itself, and soon after `stop` is set."""

    def __init__(self, settings: MailboxSettings) -> None:
        self._settings = settings
        self._connection: Connection | None = None
        self._logins = 0

    def baseline(self, stop: threading.Event) -> Baseline:
        """The mailbox as it is; MailboxStop with the remedy, at once where there is no connection at all."""
        prepare()  # in good time: when the letter is there, nobody should wait for that
        for back_off_s in (*BACK_OFF_S[: BASELINE_TRIES - 1], None):
            try:
                with self._keeping():
                    return baseline_of(self._connected(stop))
            except NotOpened as answer:
                raise self._not_opened(answer) from None
            except Lost as lost:
                if back_off_s is None or isinstance(lost, Unreachable):
                    raise self._unreachable(lost) from None
                self._pause(back_off_s, stop)
        raise AssertionError  # pragma: no cover - the last try returns or raises

    def wait(self, watch: Watch, *, deadline: float, stop: threading.Event) -> Code:
        """The first acceptable code; NoCode at the deadline (monotonic)."""
        cadence = Cadence(is_nearby(self._settings))
        self._logins = 1 if self._connection else 0
        failures = 0
        while True:
            over = time.monotonic() >= deadline
            lost: Exception | None = None
            try:
                with self._keeping():
                    code = watch.look(self._connected(stop), cadence)
                if code is not None:
                    return code
                pause_s = cadence.pause_s(time.monotonic() - watch.clicked_at)
            except (Lost, NotOpened) as error:
                lost, failures = error, failures + 1
                pause_s = self._back_off_s(failures, deadline - time.monotonic())
            if over or (lost and self._logins >= MAX_LOGINS):
                raise self._unreachable(lost) if lost else watch.no_code(deadline)
            self._pause(min(pause_s, deadline - time.monotonic()), stop)

    def _back_off_s(self, failures: int, left_s: float) -> float:
        """How long to rest before the next login; the last two are spread over the time that is left.

        So a server that hangs up again and again is still looked into shortly before the end.
        """
        usual = BACK_OFF_S[min(failures, len(BACK_OFF_S)) - 1]
        logins_left = MAX_LOGINS - self._logins
        if logins_left > 2:  # noqa: PLR2004 - as the sentence above says
            return usual
        return max(usual, left_s / 2 if logins_left == 2 else left_s - LAST_LOOK_S)  # noqa: PLR2004 - as above

    def close(self) -> None:
        """Log out."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self, stop: threading.Event) -> Connection:
        if self._connection is None:
            self._logins += 1
            try:
                self._connection = Connection(self._settings, stop)
            except Unreachable:
                self._logins -= 1  # it never came to that
                raise
        self._connection.heed(stop)
        return self._connection

    @contextmanager
    def _keeping(self) -> Iterator[None]:
        """Keep the connection only where nothing went wrong: else nobody knows what it would answer next."""
        try:
            yield
        except BaseException:
            if self._connection is not None:
                self._connection.close(politely=False)
                self._connection = None
            raise

    def _pause(self, seconds: float, stop: threading.Event) -> None:
        if stop.wait(max(0.0, seconds)):
            raise Stopped

    def _unreachable(self, lost: Exception) -> MailboxStop:
        return MailboxStop(
            f"The mailbox of {mask(self._settings.address)} can't be read: {lost}. "
            "Check its IMAP URL and the connection, then run again.",
            kind="unreachable",
        )

    def _not_opened(self, answer: NotOpened) -> MailboxStop:
        return MailboxStop(
            f"{place(self._settings)} accepts the login of {mask(self._settings.address)} but opens no {INBOX}: "
            f"“{answer}”. IMAP may be switched off for this account, or it wants another kind of login; "
            "see its provider's settings.",
            kind="baseline",
        )
