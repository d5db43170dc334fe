"""What a wait knows of the folders and letters that it has seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automation.codes import Found
    from automation.fetched import Fetched
    from automation.mailbox import FolderMark


@dataclass
class WatchedFolder:
    """What is known of a watched folder."""

    mark: FolderMark
    seen: tuple[int | None, int | None]
    """(UIDNEXT, number of letters) when it was looked into last."""
    judged: set[int] = field(default_factory=set)
    tries: dict[int, int] = field(default_factory=dict)
    again_at: float = float("inf")
    """When a letter that could not be had is asked for again (monotonic)."""

    def is_another(self, uidvalidity: int | None) -> bool:
        """Whether the server gave every letter a new number, or made the folder anew."""
        return uidvalidity is not None and self.mark.uidvalidity not in {None, uidvalidity}


@dataclass(frozen=True)
class Acceptable:
    """A letter whose code may be typed."""

    folder: str
    item: Fetched
    sender: str
    subject: str
    found: Found
