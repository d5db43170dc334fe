"""`readdress …`, killed at its n-th failpoint: python killed.py SCOPE N ARGUMENTS…

Failpoints: before each write (the ledger's three times over: nothing, half and all but the end of its line is on the
disk; the journal's in turn one of these), after each write, after each page opened, each click and each typing. Ends
as usual when there is no n-th failpoint.

Scopes: `until-intent` all failpoints before the ledger is given the intent; `acts-until-intent` of these only the
ledger's and the acts on pages; `from-intent` all from there on; `from-submit` all from the first typing after it.
"""

from __future__ import annotations

import os
import signal
import sys

from automation import failpoint
from automation.cli import main


class Killer:
    """Counts the failpoints of its scope, and ends this process without a word at the n-th."""

    def __init__(self, scope: str, number: int) -> None:
        self._scope, self._left = scope, number
        self._intended = self._submitting = False

    def reached(self, name: str, descriptor: int, line: bytes) -> None:
        in_ledger = b'"entry"' in line
        self._intended = self._intended or (in_ledger and b'"intent"' in line)
        self._submitting = self._submitting or (self._intended and name == "typed")
        if not self._counts(on_page=not line, in_ledger=in_ledger):
            return
        for written in self._written(name, line, in_ledger=in_ledger):
            self._left -= 1
            if self._left == 0:
                kill(descriptor, line[:written])

    def _counts(self, *, on_page: bool, in_ledger: bool) -> bool:
        return {
            "until-intent": not self._intended,
            "acts-until-intent": (on_page or in_ledger) and not self._intended,
            "from-intent": self._intended,
            "from-submit": self._submitting,
        }[self._scope]

    def _written(self, name: str, line: bytes, *, in_ledger: bool) -> list[int]:
        """How much of the line is on the disk, for each of the kills that this failpoint stands for."""
        if name != "before a line":
            return [0]
        lengths = [0, len(line) // 2, len(line)]
        return lengths if in_ledger else [lengths[self._left % 3]]


def kill(descriptor: int, torn: bytes) -> None:
    """End as in a power cut, with this much of a line written."""
    if torn:
        os.write(descriptor, torn)
        os.fsync(descriptor)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    failpoint.listener = Killer(sys.argv.pop(1), int(sys.argv.pop(1))).reached
    main()
