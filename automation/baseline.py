"""How far a mailbox has come, before a letter is asked for."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from automation.fetched import message_id, results
from automation.imap import NotOpened
from automation.mailbox import Baseline, FolderMark

if TYPE_CHECKING:
    from automation.imap import Connection

INBOX = "INBOX"
KNOWN_LETTERS = 50
"""So many of a folder's newest letters are remembered, to know them again."""
FUTURE = timedelta(days=1)
"""A letter dated further ahead (a badly moved one) says nothing about the server's clock."""


def baseline_of(connection: Connection) -> Baseline:
    """How far INBOX, junk and the folder of all letters have come; NotOpened where the INBOX can't be opened."""
    marks = []
    junk, everything = connection.special_folders()
    for folder in (junk, everything):
        if folder is not None and folder.upper() != INBOX:
            with suppress(NotOpened):  # then it is not watched
                mark = _mark(connection, folder)
                marks.append(replace(mark, is_junk=folder == junk, copies=folder == everything))
    return Baseline((_mark(connection, INBOX), *marks))


def _mark(connection: Connection, folder: str) -> FolderMark:
    opened = connection.open(folder)
    newest = connection.newest(opened.exists, KNOWN_LETTERS)
    dates = _likely([item.received for item in newest if item.received])
    return FolderMark(
        folder=folder,
        uidvalidity=opened.uidvalidity,
        uidnext=opened.uidnext or max((item.uid + 1 for item in newest), default=1),
        exists=opened.exists,
        newest_internaldate=max(dates, default=None),
        known_ids=frozenset(found for item in newest if (found := message_id(item.raw))),
        results=tuple(results(item.raw) for item in newest),
    )


def _likely(dates: list[datetime]) -> list[datetime]:
    """Without a few that lie ahead; where most of them do, it is our own clock that is wrong."""
    past = [date for date in dates if date < datetime.now(UTC) + FUTURE]
    return past if len(past) * 2 >= len(dates) else dates
