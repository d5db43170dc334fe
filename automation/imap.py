"""A logged-in, read-only IMAP connection: the only commands it knows are those below."""

from __future__ import annotations

import imaplib
import re
import ssl
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError

from automation.errors import MailboxStop
from automation.fetched import fetched
from automation.login import log_in
from automation.wire import Stopped, Wire

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Sequence

    from automation.fetched import Fetched
    from automation.mailbox import MailboxSettings

__all__ = ["Connection", "Lost", "NotOpened", "Stopped"]

MAX_LETTER = 1024 * 1024
WHOLE = f"(UID INTERNALDATE BODY.PEEK[]<0.{MAX_LETTER + 1}>)"
BRIEF = "(UID INTERNALDATE BODY.PEEK[HEADER.FIELDS (FROM MESSAGE-ID)])"
MAX_FOLDERS_TRIED = 3
JUNK_NAMES = (
    *("junk", "spam", "junk e-mail", "junk email", "bulk mail", "bulk", "posta indesiderata", "indesiderata"),
    *("spamverdacht", "unerwünscht", "unerwünschte werbung", "junk-e-mail", "courrier indésirable", "indésirables"),
    *("pourriel", "correo no deseado", "correo basura", "lixo eletrônico", "lixo electrónico", "lixo", "спам"),
    *("нежелательная почта", "wiadomości-śmieci", "niechciane", "垃圾邮件", "スパム"),  # noqa: RUF001 - names of folders
)
"""Where the server doesn't say which folder holds the junk."""


class Lost(Exception):  # noqa: N818 - the connection is lost, which may be mended
    """The connection is gone, or the server can't do it now: worth another try."""


class NotOpened(Exception):  # noqa: N818 - an answer of the server
    """The server refuses to open a folder; the text is its own."""


@dataclass(frozen=True)
class Opened:
    """A folder as it was when it was opened."""

    uidvalidity: int | None
    uidnext: int | None
    exists: int


class Connection:
    """One login. Every method raises Lost, Stopped, or a MailboxStop that no further try would mend."""

    def __init__(self, settings: MailboxSettings, stop: threading.Event) -> None:
        self._settings = settings
        self._wire = _translated(lambda: log_in(settings, stop), settings)
        self._box = _Box(self._wire)

    def junk_folder(self) -> str | None:
        """The folder that the server calls junk, else one that is named so; None where there is none."""
        with self._asking():
            folders = [folder for folder in self._box.folder.list() if r"\noselect" not in _lower(folder.flags)]
        for folder in folders:
            if r"\junk" in _lower(folder.flags):
                return folder.name
        named = [folder.name for folder in folders if _last_part(folder.name, folder.delim) in JUNK_NAMES]
        return min(named, key=len, default=None)

    def open(self, folder: str) -> Opened:
        """Look into a folder, read-only."""
        with self._asking(folder):
            _, data = self._box.folder.set(folder, readonly=True)
            exists = _number(data)
            return Opened(self._said("UIDVALIDITY"), self._said("UIDNEXT"), exists or 0)

    def news(self) -> bool:
        """Whether the number of letters in the open folder was announced anew since the last question."""
        with self._asking():
            self._wire.noop()
            told = "EXISTS" in self._wire.untagged_responses
            self._wire.untagged_responses.clear()
            return told

    def status(self, folder: str) -> tuple[int, ...]:
        """Numbers of another folder that change when a letter comes in."""
        with self._asking(folder):
            found = self._box.folder.status(folder, ("UIDNEXT", "MESSAGES"))
            self._wire.untagged_responses.clear()
            return tuple(sorted(found.values()))

    def uids_from(self, first: int) -> list[int]:
        """The UIDs in the open folder from `first` on, in order."""
        with self._asking():
            found = self._box.uids(f"UID {first}:*", charset=None)
            self._wire.untagged_responses.clear()
            # "n:*" names the last letter even where n is beyond it.
            return sorted(number for number in (int(uid) for uid in found if uid.isdigit()) if number >= first)

    def newest(self, exists: int, count: int) -> list[Fetched]:
        """The first lines of the newest letters, by their place in the open folder."""
        if exists == 0:
            return []
        with self._asking():
            _, data = self._wire.fetch(f"{max(1, exists - count + 1)}:*", BRIEF)
            return fetched(data)

    def briefs(self, uids: Sequence[int]) -> list[Fetched]:
        """The first lines of these letters."""
        return self._fetched(uids, BRIEF)

    def letter(self, uid: int) -> Fetched | None:
        """A whole letter, up to the cap and one byte; None where the server sent nothing."""
        return next((each for each in self._fetched([uid], WHOLE) if each.uid == uid), None)

    def close(self, *, politely: bool = True) -> None:
        """Log out, or just hang up."""
        with suppress(OSError, imaplib.IMAP4.error, Stopped):
            if politely:
                self._wire.logout()
        with suppress(OSError):
            self._wire.shutdown()

    def _fetched(self, uids: Sequence[int], what: str) -> list[Fetched]:
        with self._asking():
            _, data = self._wire.uid("FETCH", ",".join(str(int(uid)) for uid in uids), what)
            self._wire.untagged_responses.clear()
            return fetched(data)

    def _said(self, name: str) -> int | None:
        _, data = self._wire.response(name)
        return _number(data)

    def _asking(self, folder: str | None = None) -> _Asking:
        return _Asking(self, folder)
