"""The letters that come after a baseline, each looked at once, until one of them has the code."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from automation.arrivals import Arrivals
from automation.baseline import KNOWN_LETTERS
from automation.cadence import SEARCH_EVERY_S
from automation.codes import Found, NotTaken, misdirected, read_code
from automation.fetched import message_id, recipients, sender
from automation.imap import Lost, NotOpened
from automation.mailbox import Code
from automation.message import Unusable, read_letter
from automation.watched import Acceptable, WatchedFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from automation.cadence import Cadence
    from automation.errors import NeedsPerson, NoCode
    from automation.fetched import Fetched
    from automation.imap import Connection, Opened
    from automation.mailbox import Arrival, Baseline
    from automation.wanted import Wanted

MAX_OPENED = 50
"""Letters read in one wait."""
MAX_LISTED = 500
"""Letters looked at, at one time."""
AT_A_TIME = 100
OPENED_AT_ONCE = 5
"""So few letters are read without looking first whom they are from and to, which takes a question more."""
MAX_TRIES = 5
CLOCKS_APART = timedelta(seconds=2)
"""The store's clock and the mail server's may differ by that; requests closer together can't be told apart by it."""
AGAIN_S = 1.0
"""Some servers say OK and send no letter; a second later they do."""


class Watch:
    """One wait for one code."""

    def __init__(
        self, baseline: Baseline, wanted: Wanted, *, clicked_at: float, on_arrival: Callable[[Arrival], None]
    ) -> None:
        self.clicked_at = clicked_at
        self._arrivals = Arrivals(wanted, clicked_at, on_arrival)
        self._wanted = wanted
        self._folders = [WatchedFolder(mark, (mark.uidnext, mark.exists)) for mark in baseline.folders]
        self._judged_in: dict[str, WatchedFolder] = {}
        """Where each letter of this wait was seen first, by its Message-ID."""
        self._known = {found for mark in baseline.folders for found in mark.known_ids}
        dates = [mark.newest_internaldate for mark in baseline.folders if mark.newest_internaldate]
        self._not_before = max(dates, default=None)
        self._acceptable: list[Acceptable] = []
        """Kept until the look is over: the connection may break off after the right letter was read."""
        self._opened = 0
        self._connection: Connection | None = None
        self._searched_at = self._others_at = 0.0

    def no_code(self, deadline: float) -> NoCode | NeedsPerson:
        """The reason to stop at the deadline, with what did arrive."""
        return self._arrivals.no_code([folder.mark.folder for folder in self._folders], deadline - self.clicked_at)

    def look(self, connection: Connection, cadence: Cadence) -> Code | None:
        """Judge what is new; the code of the newest acceptable letter, None while there is none."""
        now = time.monotonic()
        primary, *others = self._folders
        due = now - self._others_at >= cadence.others_every_s(now - self.clicked_at)
        if self._connection is not connection:
            self._reopen(connection, primary)
            self._search(connection, primary)
            due = True
        elif now - self._searched_at >= SEARCH_EVERY_S or now >= primary.again_at or connection.news():
            self._search(connection, primary)
        if due:
            self._others_at = now
            self._look_elsewhere(connection, primary, others)
        return self._chosen()

    def _look_elsewhere(self, connection: Connection, primary: WatchedFolder, others: Iterable[WatchedFolder]) -> None:
        """Ask about the folders that are not open; look into those that changed, then back into the first."""
        for folder in others:
            try:
                now = connection.status(folder.mark.folder)
                status = (now.uidnext, now.exists)
                unchanged = status == folder.seen and not folder.is_another(now.uidvalidity)
                if unchanged and time.monotonic() < folder.again_at:
                    continue
                self._connection = None  # if this breaks off, the first folder is to be opened again
                self._reopen(connection, folder)
                self._search(connection, folder)
                folder.seen = status
            except NotOpened:
                folder.again_at = float("inf")
        if self._connection is not connection:
            self._reopen(connection, primary)
            self._search(connection, primary)

    def _reopen(self, connection: Connection, folder: WatchedFolder) -> None:
        opened = connection.open(folder.mark.folder)
        if folder.is_another(opened.uidvalidity):
            self._renumbered(connection, folder, opened)
        if folder is self._folders[0]:
            self._connection = connection

    def _renumbered(self, connection: Connection, folder: WatchedFolder, opened: Opened) -> None:
        """The server gave every letter a new number: from now on only date and Message-ID tell what is new."""
        newest = connection.newest(opened.exists, KNOWN_LETTERS)
        first = min((item.uid for item in newest), default=1)
        folder.mark = replace(folder.mark, uidvalidity=opened.uidvalidity, uidnext=first)
        folder.judged.clear()
        folder.tries.clear()

    def _search(self, connection: Connection, folder: WatchedFolder) -> None:
        """Judge each letter of the open folder that was not there at the baseline."""
        self._searched_at = time.monotonic()
        folder.again_at = float("inf")
        new = [uid for uid in connection.uids_from(folder.mark.uidnext) if uid not in folder.judged]
        newest_first = list(reversed(new))[:MAX_LISTED]
        if len(newest_first) > OPENED_AT_ONCE or self._opened > OPENED_AT_ONCE or folder.mark.copies:
            newest_first = self._well_directed(connection, folder, newest_first)
        for uid in newest_first:
            self._read(connection, folder, uid)

    def _well_directed(self, connection: Connection, folder: WatchedFolder, uids: Sequence[int]) -> list[int]:
        """Of many letters those that may be the store's to this address, by their first lines."""
        kept = []
        for start in range(0, len(uids), AT_A_TIME):
            some = uids[start : start + AT_A_TIME]
            briefs = {item.uid: item.raw for item in connection.briefs(some)}
            for uid in some:
                if self._is_copy(folder, message_id(briefs.get(uid))):
                    folder.judged.add(uid)
                    continue
                address, to = sender(briefs.get(uid)), recipients(briefs.get(uid))
                wrong = misdirected(address, to, self._wanted) if address and to is not None else None
                if wrong is None:
                    kept.append(uid)
                else:
                    folder.judged.add(uid)
                    self._arrivals.refused(folder.mark.folder, uid, wrong, address)
        return kept

    def _read(self, connection: Connection, folder: WatchedFolder, uid: int) -> None:
        if self._opened >= MAX_OPENED:
            folder.judged.add(uid)
            reason = f"not opened: {MAX_OPENED} letters were opened already"
            self._arrivals.refused(folder.mark.folder, uid, reason)
            return
        item = self._fetched(connection, folder, uid)
        if item is not None:
            folder.judged.add(uid)
            self._opened += 1
            self._judge(folder, item)

    def _fetched(self, connection: Connection, folder: WatchedFolder, uid: int) -> Fetched | None:
        """The whole letter; None where the server didn't send it, and it is asked for again."""
        tries = folder.tries[uid] = folder.tries.get(uid, 0) + 1
        try:
            item = connection.letter(uid)
        except Lost as lost:
            if lost.flooded or tries > 1:
                folder.judged.add(uid)
                self._arrivals.refused(folder.mark.folder, uid, "can't be fetched: the connection breaks off")
            raise
        if item is not None and item.raw:
            return item
        folder.again_at = time.monotonic() + AGAIN_S
        if tries >= MAX_TRIES:
            folder.judged.add(uid)
            self._arrivals.refused(folder.mark.folder, uid, "gone, or withheld by the server")
        return None

    def _is_copy(self, folder: WatchedFolder, identity: str | None) -> bool:
        """Whether a letter is one that was judged already, shown in All Mail and in its own folder."""
        if identity is None:
            return False
        first = self._judged_in.setdefault(identity, folder)
        return first is not folder and (first.mark.copies or folder.mark.copies)

    def _judge(self, folder: WatchedFolder, item: Fetched) -> None:
        name = folder.mark.folder
        if self._is_copy(folder, message_id(item.raw)):
            return
        try:
            letter = read_letter(item.raw or b"")
            wanted = self._wanted_of(folder, item)
            verdict = self._not_new(letter.message_id, item) or read_code(letter, wanted, item.received)
        except Unusable as odd:
            self._arrivals.refused(name, item.uid, f"unusable: it {odd}", sender(item.raw))
            return
        except Exception as bug:  # noqa: BLE001 - a letter must not end the wait, whatever is odd about it or about us
            self._arrivals.refused(name, item.uid, f"unusable: it can't be read ({type(bug).__name__})")
            return
        if letter.message_id:
            self._known.add(letter.message_id)
        if isinstance(verdict, Found):
            self._acceptable.append(Acceptable(name, item, letter.sender, letter.subject, verdict))
        else:
            self._arrivals.pictured = self._arrivals.pictured or verdict.in_picture
            self._arrivals.refused(name, item.uid, verdict.reason, letter.sender, letter.subject)

    def _wanted_of(self, folder: WatchedFolder, item: Fetched) -> Wanted:
        """What is wanted, with the moment of the click told by the mail server's clock, not by ours."""
        wanted = self._wanted
        if folder.mark.is_junk:
            wanted = replace(wanted, trust_sender=False)  # the server has its doubts already
        if not wanted.since_click or item.received is None:
            return wanted
        since_click = timedelta(seconds=time.monotonic() - self.clicked_at)
        return replace(wanted, dated_from=item.received - since_click - CLOCKS_APART)

    def _not_new(self, identity: str | None, item: Fetched) -> NotTaken | None:
        if identity in self._known:
            return NotTaken("known: it was in the mailbox before, or came twice")
        if self._not_before and item.received and item.received < self._not_before:
            return NotTaken("older than letters that were here before (moved in)")
        return None

    def _chosen(self) -> Code | None:
        """The newest letter's code; the older ones are dropped for good."""
        earliest = datetime.min.replace(tzinfo=UTC)
        order = sorted(self._acceptable, key=lambda each: (each.item.received or earliest, each.item.uid))
        if not order:
            return None
        *older, newest = order
        for each in older:
            reason = "a newer letter has the code"
            self._arrivals.refused(each.folder, each.item.uid, reason, each.sender, each.subject)
        arrival = self._arrivals.taken(newest.folder, newest.item.uid, newest.found.why, newest.sender, newest.subject)
        return Code(
            value=newest.found.value,
            sender=newest.sender,
            folder=newest.folder,
            uid=newest.item.uid,
            arrived_after_s=arrival.after_s,
            why=newest.found.why,
            rejected=newest.found.rejected,
            valid_for_s=newest.found.valid_for_s,
            proof=newest.found.proof,
        )
