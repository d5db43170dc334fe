"""`readdress …`, which stops itself (SIGSTOP) at moments of its run: python paused.py MOMENT,… ARGUMENTS…

A moment is a kind of event and a step, such as `step:A5`, `act:A8d` or `settled:`; it has come as soon as such an
event stands in the journal. At each the run stops once, and whoever started it does what it wants before it goes on.
"""

from __future__ import annotations

import json
import os
import signal
import sys

from automation import failpoint
from automation.cli import main


def stop_at(moments: list[tuple[str, str]]) -> None:
    """Stop this process once at each of these (kind, step), in this order."""

    def reached(name: str, _descriptor: int, line: bytes) -> None:
        event = json.loads(line) if name == "after a line" and line else {}
        passed = [(event.get("event"), event.get(name, "")) for name in ("step", "id", "no name")]
        if moments and moments[0] in passed:
            del moments[0]
            os.kill(os.getpid(), signal.SIGSTOP)

    failpoint.listener = reached


if __name__ == "__main__":
    stop_at([(kind, step) for kind, _, step in (moment.partition(":") for moment in sys.argv.pop(1).split(","))])
    main()
