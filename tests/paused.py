"""`readdress …`, which stops itself (SIGSTOP) at moments of its run: python paused.py MOMENT,… ARGUMENTS…

A moment is a kind of event and a step or landmark, such as `step:A5`, `act:A8d`, `act:code_field` or `settled:`; it
has come as soon as such an event stands in the journal. At each the run stops once, and whoever started it does what
it wants before it goes on.
"""

from __future__ import annotations

import json
import os
import signal
import sys

from automation import failpoint
from automation.cli import main


def stop_at(moments: list[tuple[str, str]]) -> None:
    """Stop this process once at each of these (kind, name), in this order."""

    def reached(name: str, _descriptor: int, line: bytes) -> None:
        event = json.loads(line) if name == "after a line" and line else {}
        names = ["", *(event.get(field) for field in ("step", "id", "landmark"))]
        passed = [(event.get("event"), name) for name in names]
        if moments and moments[0] in passed:
            del moments[0]
            os.kill(os.getpid(), signal.SIGSTOP)

    failpoint.listener = reached


if __name__ == "__main__":
    stop_at([(kind, name) for kind, _, name in (moment.partition(":") for moment in sys.argv.pop(1).split(","))])
    main()
