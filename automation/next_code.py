"""The next code in any one mailbox, for `readdress code`: shell scripts and other people's test suites."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from automation.address import mask
from automation.arrivals import line_of
from automation.errors import Cancelled, NoCode
from automation.mailbox import Code, ImapMailbox, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from automation.code_request import Request
    from automation.mailbox import Arrival

ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Told:
    """How a wait ended."""

    request: Request
    code: Code | None = None
    """None: none came in time, or none that could be taken."""
    folders: tuple[str, ...] = ()
    """Those that were watched."""
    letters: list[Arrival] = field(default_factory=list)
    """All that arrived."""

    def reason(self) -> NoCode:
        """Why there is no code: what did arrive, and why each was not taken."""
        to, seconds = mask(self.request.wanted.recipient), f"{self.request.timeout_s:g} s"
        watched = " and ".join(self.folders)
        if not self.letters:
            text = f"No letter came to {to} within {seconds} ({watched} were watched). Try a longer --timeout."
            return NoCode(text, kind="no_letter")
        count = "1 letter" if len(self.letters) == 1 else f"{len(self.letters)} letters"
        listed = "\n".join(f"  {line_of(letter)}" for letter in self.letters)
        return NoCode(f"{count} came within {seconds}, and no code was taken:\n{listed}", kind="none_acceptable")

    @property
    def exit_code(self) -> int:
        return 0 if self.code else NoCode.exit_code

    def provenance(self) -> str:
        """Where the code comes from, in a line; else why there is none."""
        code = self.code
        if code is None:
            return self.reason().reason.text
        where = f"from {code.sender}, {code.folder}, uid {code.uid}, after {code.arrived_after_s:.1f} s"
        return f"{where}, {code.why}; {code.proof}"

    def as_json(self) -> dict[str, Any]:
        """Everything known, as one object; addresses masked, the code as it is."""
        known = asdict(self.code) if self.code else {each.name: None for each in fields(Code)}
        stop = None if self.code else self.reason()
        return {
            "version": 1,
            "outcome": stop.outcome if stop else "found",
            "exit": stop.exit_code if stop else 0,
            "code": known.pop("value", None),
            "to": mask(self.request.wanted.recipient),
            **known,
            "folders": self.folders,
            "letters": [asdict(letter) for letter in self.letters],
            "reason": stop and asdict(stop.reason),
        }


def next_code(request: Request, ready: Callable[[], None], on_arrival: Callable[[Arrival], None]) -> Told:
    """Wait for the next code; `ready` is called once the baseline is taken: now the letter may be asked for.

    Raises MailboxStop, and Cancelled on Ctrl-C or SIGTERM.
    """
    told, box = Told(request), ImapMailbox(request.mailbox)

    def note(arrival: Arrival) -> None:
        told.letters.append(arrival)
        on_arrival(arrival)

    with _stoppable() as stop:
        try:
            baseline = box.baseline(stop)
            told.folders = tuple(mark.folder for mark in baseline.folders)
            began = time.monotonic()
            ready()
            wait = {"clicked_at": began, "deadline": began + request.timeout_s}
            told.code = box.wait(baseline, request.wanted, stop=stop, on_arrival=note, **wait)
        except NoCode:
            pass
        finally:
            box.close()
    return told


@contextmanager
def _stoppable() -> Iterator[threading.Event]:
    """An event that signals set; the wait that ends by it is a cancelled one."""
    stop, received = threading.Event(), list[int]()

    def note(number: int, _: object) -> None:
        received.append(number)
        stop.set()

    before = {number: signal.signal(number, note) for number in ENDS}
    try:
        yield stop
    except Stopped:
        raise Cancelled("Stopped before a code came.", by_signal=received[0]) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
