"""`readdress …`, killed at its n-th failpoint: python killed.py SCOPE N ARGUMENTS…

A write that is killed is torn: half of its line is on the disk. Ends as usual when there is no n-th failpoint.
Scopes: `all` failpoints, `acts` (pages opened, clicks, typing, lines of the ledger), `after-intent` (all that come
once the ledger has the intent).
"""

import itertools
import os
import signal
import sys

from automation import failpoint
from automation.cli import main


def kill_at(scope: str, number: int) -> None:
    """End this process without a word at its n-th failpoint."""
    passed, intended = itertools.count(1), False

    def reached(name: str, descriptor: int, line: bytes) -> None:
        nonlocal intended
        in_ledger = b'"entry"' in line
        counts = {"all": True, "acts": not line or in_ledger, "after-intent": intended}[scope]
        intended = intended or (name == "after a line" and b'"entry": "intent"' in line)
        if not counts or next(passed) != number:
            return
        if name == "before a line":
            os.write(descriptor, line[: len(line) // 2])
            os.fsync(descriptor)
        os.kill(os.getpid(), signal.SIGKILL)

    failpoint.listener = reached


if __name__ == "__main__":
    kill_at(sys.argv.pop(1), int(sys.argv.pop(1)))
    main()
