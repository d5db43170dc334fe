"""A logged-in, read-only IMAP connection: the only commands it knows are those below."""

from __future__ import annotations

import imaplib
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError

from automation.fetched import fetched
from automation.login import Lost, Unreachable, log_in, place, said
from automation.mailbox import Stopped

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Sequence

    from imap_tools import FolderInfo

    from automation.fetched import Fetched
    from automation.mailbox import MailboxSettings
    from automation.wire import Wire

__all__ = ["Connection", "Lost", "NotOpened", "Opened", "Stopped", "Unreachable"]

MAX_LETTER = 1024 * 1024
WHOLE = f"(UID INTERNALDATE BODY.PEEK[]<0.{MAX_LETTER + 1}>)"
ADDRESSED = "FROM TO CC DELIVERED-TO X-ORIGINAL-TO ENVELOPE-TO MESSAGE-ID AUTHENTICATION-RESULTS"
BRIEF = f"(UID INTERNALDATE BODY.PEEK[HEADER.FIELDS ({ADDRESSED})])"
JUNK_NAMES = (
    *("junk", "spam", "junk e-mail", "junk email", "bulk mail", "bulk", "posta indesiderata", "indesiderata"),
    *("spamverdacht", "unerwünscht", "unerwünschte werbung", "junk-e-mail", "courrier indésirable", "indésirables"),
    *("pourriel", "correo no deseado", "correo basura", "lixo eletrônico", "lixo electrónico", "lixo", "спам"),
    *("нежелательная почта", "wiadomości-śmieci", "niechciane", "垃圾邮件", "スパム"),
)
"""Where the server doesn't say which folder holds the junk."""


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
        self._wire = log_in(settings, stop)
        self._box = _Box(self._wire)
        self._announced = False

    def heed(self, stop: threading.Event) -> None:
        """From now on end every wait for an answer when this event is set."""
        self._wire.stop = stop

    def special_folders(self) -> tuple[str | None, str | None]:
        """(the folder that the server calls junk, else one that is named so; the one that holds all letters).

        None where there is none.
        """
        with self._asking():
            listed = self._box.folder.list()
            self._settle()
        folders = [folder for folder in listed if r"\noselect" not in _lower(folder.flags)]
        named = [folder.name for folder in folders if _last_part(folder.name, folder.delim) in JUNK_NAMES]
        junk = _used_as(r"\junk", folders) or min(named, key=len, default=None)
        return junk, _used_as(r"\all", folders)

    def open(self, folder: str) -> Opened:
        """Look into a folder, read-only; a server that refuses is told our name, and asked once more."""
        try:
            return self._examined(folder)
        except NotOpened:
            if self._wire.introduced:
                raise
            with self._asking():
                self._wire.introduce()
                self._settle()
            return self._examined(folder)

    def _examined(self, folder: str) -> Opened:
        with self._asking(opening=folder):
            _, data = self._box.folder.set(folder, readonly=True)
            opened = Opened(self._said("UIDVALIDITY"), self._said("UIDNEXT"), _number(data) or 0)
            self._settle()
            self._announced = False
            return opened

    def news(self) -> bool:
        """Whether the number of letters in the open folder was announced anew since the last question."""
        with self._asking():
            self._wire.noop()
            self._settle()
            told, self._announced = self._announced, False
            return told

    def status(self, folder: str) -> Opened:
        """Another folder as it is now; NotOpened where the server won't say."""
        with self._asking(opening=folder):
            found = self._box.folder.status(folder, ("UIDVALIDITY", "UIDNEXT", "MESSAGES"))
            self._settle()
            return Opened(found.get("UIDVALIDITY"), found.get("UIDNEXT"), found.get("MESSAGES") or 0)

    def uids_from(self, first: int) -> list[int]:
        """The UIDs in the open folder from `first` on, in order."""
        with self._asking():
            found = self._box.uids(f"UID {first}:*", charset=None)
            self._settle()
            # "n:*" names the last letter even where n is beyond it.
            return sorted(number for number in (int(uid) for uid in found if uid.isdigit()) if number >= first)

    def newest(self, exists: int, count: int) -> list[Fetched]:
        """The first lines of the newest letters, by their place in the open folder."""
        if exists == 0:
            return []
        with self._asking():
            _, data = self._wire.fetch(f"{max(1, exists - count + 1)}:*", BRIEF)
            self._settle()
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
            self._settle()
            return fetched(data)

    def _settle(self) -> None:
        """Remember that letters were announced, forget the rest of what came unasked."""
        self._announced = self._announced or "EXISTS" in self._wire.untagged_responses
        self._wire.untagged_responses.clear()

    def _said(self, name: str) -> int | None:
        _, data = self._wire.response(name)
        return _number(data)

    @contextmanager
    def _asking(self, *, opening: str | None = None) -> Iterator[None]:
        """Whatever goes wrong in the conversation, as Lost or, of a folder that is to be opened, as NotOpened."""
        try:
            yield
        except imaplib.IMAP4.abort as error:
            lost = Lost(self._broken(error))
            lost.flooded = self._wire.flooded
            raise lost from None
        except (ImapToolsError, imaplib.IMAP4.error) as error:
            answer = getattr(error, "command_result", error.args)
            raise (NotOpened if opening else Lost)(said(answer, self._settings)) from None
        except OSError as error:
            raise Lost(self._broken(error)) from None
        except (ValueError, IndexError, KeyError, TypeError, AttributeError):
            raise Lost(f"{place(self._settings)} sent an answer that can't be read") from None

    def _broken(self, error: Exception) -> str:
        return f"{place(self._settings)}: {said(error.args, self._settings) or type(error).__name__}"


class _Box(BaseMailBox):
    """imap-tools on a connection of ours."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        super().__init__()

    def _get_mailbox_client(self) -> Wire:
        return self._wire


def _number(data: object) -> int | None:
    last = data[-1] if isinstance(data, list) and data else None
    return int(last) if isinstance(last, bytes) and last.isdigit() else None


def _lower(flags: Sequence[str]) -> list[str]:
    return [flag.lower() for flag in flags]


def _used_as(use: str, folders: Sequence[FolderInfo]) -> str | None:
    return next((folder.name for folder in folders if use in _lower(folder.flags)), None)


def _last_part(name: str, delimiter: str) -> str:
    return name.rpartition(delimiter)[2].lower() if delimiter and delimiter != "NIL" else name.lower()
