"""What was committed for one account, and the lock that keeps two runs apart.

Both live in the user's state folder under a hash of store and account, so that every later run knows them.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from automation.errors import Busy, SettingsStop
from automation.files import append_line, open_private, private_folder, read_lines, sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REQUEST_MEMORY = timedelta(minutes=30)
"""How long an earlier request's letter may still arrive."""

VERSION = 1
FIELDS = {
    "intent": ("run", "new"),
    "settled": ("run", "new", "as"),
    "requested": ("mailbox",),
    "sign_in_refused": ("name",),
}
"""What an entry of each kind says beside its time and version."""
BEGINNING = b'{"entry": "'
LONGEST = 1_000
"""Bytes of a line: more than any entry has."""
PRINTABLE = range(0x20, 0x7F)

CHANGE, SUPPORT = "change", "support"
"""The deeds that every other run has to know of, because the sign-in name follows what they bring about."""
Settlement = Literal["applied", "no_effect", "refused"]


def account_key(store_origin: str, account: str) -> str:
    """The name under which an account's ledger and profile are kept."""
    return hashlib.sha256(f"{store_origin}\n{account.casefold()}".encode()).hexdigest()[:24]


def address_key(address: str) -> str:
    """A one-way name for an address, so that the ledger holds none."""
    return hashlib.sha256(address.casefold().encode()).hexdigest()[:24]


@dataclass(frozen=True)
class Intent:
    """A committing step that was about to be done."""

    run: str
    new: str
    """The wanted address, hashed."""


class Ledger:
    """Intents, settlements and requests of one account, oldest first.

    Intents and settlements are those of one kind of deed (`Deed.name`): others stand in the same file, apart.
    """

    def __init__(self, folder: Path, key: str, deed: str = CHANGE) -> None:
        self._deed = deed
        self.path = private_folder(folder) / f"{key}.jsonl"
        try:
            lines = read_lines(self.path)
        except OSError as error:
            raise _stop(self.path, f"can't be read: {error.strerror}. Mend its rights, then run again.") from error
        read = (_entry(self.path, n, line) for n, line in enumerate(lines, start=1))
        self._entries = [entry for entry in read if entry is not None]

    def open_intent(self) -> Intent | None:
        """The last intent when nothing settled it; None otherwise."""
        return self._open(self._deed)

    def is_open_for(self, new: str) -> bool:
        """Whether nobody knows which address the account has: one was submitted, or support was asked to change it."""
        intent, last = self._open(CHANGE), self._last_about(new)
        return (intent is not None and intent.new == address_key(new)) or (last is not None and _is_of(last, SUPPORT))

    def was_applied(self, new: str) -> bool:
        """Whether this deed was done for the address before, as far as is known."""
        mine = [e for e in self._entries if _is_of(e, self._deed) and e["new"] == address_key(new)]
        return any(e["entry"] == "settled" and e["as"] == "applied" for e in mine)

    def _open(self, deed: str) -> Intent | None:
        last = next((e for e in reversed(self._entries) if _is_of(e, deed)), None)
        return Intent(last["run"], last["new"]) if last and last["entry"] == "intent" else None

    def requested_recently(self, mailbox: str, now: datetime) -> bool:
        """Whether an earlier letter to this mailbox may still be under way."""
        asked = (e for e in self._entries if e["entry"] == "requested" and e["mailbox"] == mailbox)
        return any(now - datetime.fromisoformat(entry["at"]) < REQUEST_MEMORY for entry in asked)

    def sign_in_with_new(self, new: str) -> bool:
        """Whether the new address is the name to sign in with first.

        Only after it was submitted: then for good once it took effect, and in doubt the one of the two names
        that the store has not refused last. After support was asked for it: once the old name was refused.
        """
        last = self._last_about(new)
        if last is None:
            return False
        since = self._entries[self._entries.index(last) :]
        refused = next((e["name"] for e in reversed(since) if e["entry"] == "sign_in_refused"), None)
        likely = _is_of(last, CHANGE) and (last["entry"] == "intent" or last["as"] == "applied")
        return likely if refused is None else bool(refused == "old")

    def _last_about(self, new: str) -> dict[str, Any] | None:
        """The last entry that may have given the account this address."""
        mine = (e for e in reversed(self._entries) if e.get("new") == address_key(new))
        return next((e for e in mine if _is_of(e, CHANGE) or (_is_of(e, SUPPORT) and e.get("as") == "applied")), None)

    def intend(self, run: str, new: str) -> None:
        """Write that the committing step comes now."""
        self._write({"entry": "intent", "of": self._deed, "run": run, "new": address_key(new)})

    def settle(self, run: str, new: str, how: Settlement) -> None:
        """Write what became of the intent."""
        self._write({"entry": "settled", "of": self._deed, "run": run, "new": address_key(new), "as": how})

    def settle_intent(self, intent: Intent, how: Settlement) -> None:
        """Write what became of an earlier run's intent, under the address that it was for."""
        self._write({"entry": "settled", "of": self._deed, "run": intent.run, "new": intent.new, "as": how})

    def requested(self, mailbox: str) -> None:
        """Write that a code is asked for now."""
        self._write({"entry": "requested", "mailbox": mailbox})

    def sign_in_refused(self, name: Literal["old", "new"]) -> None:
        """Write which name the store refused, so that the next run tries the other."""
        self._write({"entry": "sign_in_refused", "name": name})

    def _write(self, fields: dict[str, Any]) -> None:
        entry = {**fields, "version": VERSION, "at": datetime.now(UTC).isoformat(timespec="milliseconds")}
        try:
            descriptor = open_private(self.path, os.O_RDWR | os.O_APPEND)
            try:
                _end_torn_line(descriptor)
                append_line(descriptor, json.dumps(entry).encode())
            finally:
                os.close(descriptor)
            sync_folder(self.path.parent)
        except OSError as error:
            text = f"can't be written: {error.strerror}. Nothing more was clicked; free some space or mend its rights,"
            raise _stop(self.path, f"{text} then run again.") from error
        self._entries.append(entry)


def _is_of(entry: dict[str, Any], deed: str) -> bool:
    """Whether it is an intent or a settlement of that deed; one that does not say is the change's."""
    return entry["entry"] in {"intent", "settled"} and entry.get("of", CHANGE) == deed


def _stop(path: Path, text: str, kind: str = "folder") -> SettingsStop:
    return SettingsStop(f"The ledger {path} {text}", kind=kind)


def _entry(path: Path, number: int, line: bytes) -> dict[str, Any] | None:
    """The entry of a line; None for what a crash has left of one, a settings stop for anything that is no entry."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        if _is_torn(line):
            return None
        raise _damaged(path, number) from None
    if isinstance(entry, dict) and "entry" in entry and entry.get("version") != VERSION:
        text = "was written by another version of readdress. Update it, or move the file away if you are sure that no"
        raise _stop(path, f"{text} change is under way (line {number}).", kind="ledger")
    if not _is_entry(entry):
        raise _damaged(path, number)
    return dict(entry)


def _is_torn(line: bytes) -> bool:
    """Whether it is the beginning of an entry: such a one was never acted on, for the act comes after the fsync.

    A power cut may leave zeros where the rest should be. A whole entry ends with its bracket, however damaged.
    """
    left = line.rstrip(b"\0")
    begins = left.startswith(BEGINNING) or BEGINNING.startswith(left)
    whole = left.endswith(b"}") or len(line) > LONGEST
    return begins and not whole and all(byte in PRINTABLE for byte in left)


def _is_entry(entry: Any) -> bool:
    fields = FIELDS.get(str(entry.get("entry"))) if isinstance(entry, dict) else None
    if fields is None or not all(isinstance(entry.get(field), str) for field in (*fields, "at")):
        return False
    try:
        return datetime.fromisoformat(entry["at"]).tzinfo is not None
    except ValueError:
        return False


def _damaged(path: Path, number: int) -> SettingsStop:
    text = f"is damaged, or is not readdress's own (line {number}), and may hide a change that is under way. Sign in"
    return _stop(path, f"{text} and see which address the account has; then move the file away.", kind="ledger")


def _end_torn_line(descriptor: int) -> None:
    size = os.fstat(descriptor).st_size
    if size and os.pread(descriptor, 1, size - 1) != b"\n":
        append_line(descriptor, b"")


@contextmanager
def lock(folder: Path, key: str) -> Iterator[None]:
    """Hold the account for this run; a second run stops with who holds it and since when."""
    path = private_folder(folder) / f"{key}.lock"
    try:
        descriptor = open_private(path, os.O_RDWR)
    except OSError as error:
        raise _no_lock(path, error) from error
    try:
        try:
            _hold(descriptor)
        except OSError as error:
            raise _no_lock(path, error) from error
        yield
    finally:
        os.close(descriptor)


def _hold(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 200, 0).decode(errors="replace").strip() or "unknown"
        raise Busy(f"Another run for this account is under way ({holder}). Wait for it to end, or stop it.") from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"pid {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC".encode(), 0)


def _no_lock(path: Path, error: OSError) -> SettingsStop:
    text = f"The lock {path} can't be used: {error.strerror}. Mend its rights or free some space, then run again."
    return SettingsStop(text, kind="folder")
