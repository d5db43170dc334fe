"""A code that was asked for: baseline before the click, provenance after the letter."""

from __future__ import annotations

import time
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from automation.address import which
from automation.errors import MailboxStop, NoCode, OffPath
from automation.shape import Shape, shape_of
from automation.trust import Trust
from automation.waiting import Worker
from automation.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

    from automation.flow import Party
    from automation.look import Sighting
    from automation.mailbox import Arrival, Baseline, Code, Mailbox
    from automation.run import Run

NO_TRUST = Trust()
MAX_REQUESTS = 2
"""Letters asked for in one run and mailbox."""


class Awaited:
    """The codes of one mailbox in one run."""

    def __init__(self, party: Party, mailbox: Mailbox, *, trust: Trust = NO_TRUST, trust_sender: bool = False) -> None:
        self.mailbox, self.party = mailbox, party
        self._trust, self._trust_sender = trust, trust_sender
        self._run: Run
        self._worker = Worker(f"{party} mailbox")
        self._arrivals: SimpleQueue[Arrival] = SimpleQueue()
        self._checked: Future[tuple[Baseline, float]] | None = None
        self._baseline: Baseline | None = None
        self._requests = 0
        self._purpose = ""
        self._clicked_at = 0.0
        self._strict = False
        self._tried: set[str] = set()
        self._code: Code | None = None

    def serve(self, run: Run) -> None:
        """From now on wait for this run's letters."""
        self._run = run

    def begin_check(self) -> None:
        """Begin to log in and take a first baseline, to see that the mailbox works; `end_check` tells."""

        def check() -> tuple[Baseline, float]:
            began = time.monotonic()
            return self.mailbox.baseline(self._worker.stop), time.monotonic() - began

        self._checked = self._worker.begin(check)

    def end_check(self) -> None:
        """Wait for the check, so that a mailbox that fails does so before anything is clicked."""
        if self._checked is None:
            return  # a flow that needs no mailbox has begun no check
        with self._named():
            baseline, seconds = self._worker.finish(self._checked, self._run.tick)
        self._run.journal.write(
            "mailbox",
            mailbox=self.party,
            kind=self.mailbox.kind,
            folders=[mark.folder for mark in baseline.folders],
            letters=baseline.letters,
            seconds=round(seconds, 2),
        )

    def baseline(self, pump: Callable[[float], object]) -> Baseline:
        """The mailbox as it is, logged in where need be."""
        return self._worker.call(lambda: self.mailbox.baseline(self._worker.stop), pump)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Note whose mailbox it is that can't be read."""
        try:
            yield
        except MailboxStop:
            self._run.journal.write("unread", mailbox=self.party)
            raise

    def prepare(self) -> None:
        """Take the baseline for a request; a failure here stops the run before anything is requested."""
        self.foresee()
        self._count_request()

    def foresee(self) -> None:
        """Take the baseline where the site may send a code unasked."""
        with self._named():
            self._baseline = self.baseline(self._run.tick)
        self._run.journal.write(
            "baseline",
            mailbox=self.party,
            folders=[mark.folder for mark in self._baseline.folders],
            letters=self._baseline.letters,
        )
        self._code = None

    def came_unasked(self) -> None:
        """Note that the site has sent the code that was foreseen."""
        self._count_request()

    def _count_request(self) -> None:
        if self._requests >= MAX_REQUESTS:
            raise NoCode(
                f"Two codes were already requested for {self._run.task.masked(self.mailbox.address)} in this run. "
                "Wait half an hour, then run again.",
                kind="too_many_requests",
            )
        self._strict = self._run.ledger.requested_recently(self.party, datetime.now(UTC))
        self._run.ledger.requested(self.party)
        self._requests += 1

    def requested(self, purpose: str, clicked_at: float) -> None:
        """Note that the click was made (monotonic seconds)."""
        self._purpose, self._clicked_at = purpose, clicked_at

    def sent_to(self, sighting: Sighting) -> None:
        """Compare the site's “code sent to …” with the address it should name."""
        shown = [token for item in sighting.items for token in item.near]
        fits = {which(token, self._run.old, self._run.new) for token in shown}
        self._run.journal.write(
            "requested",
            step=self._run.step_id,
            mailbox=self.party,
            sent_to=shown[0] if shown else None,
        )
        if fits and not fits & {self.party, "both"}:
            raise OffPath(
                f"The site says that it sent the code to {shown[0]}, which is not "
                f"{self._run.task.masked(self.mailbox.address)}. No code was typed; check the addresses.",
                kind="sent_elsewhere",
                expected=self._run.task.masked(self.mailbox.address),
                seen=shown[0],
            )

    def code(self, find_field: Callable[[], Sighting]) -> Code:
        """The code, from the letter that the page's field fits; waits as long as `--code-timeout` allows."""
        if self._code is not None and self._code.value in self._tried:
            raise OffPath(
                "The page asks again for a code that was typed already; it is not typed twice.", kind="code_spent"
            )
        if self._code is None:
            self._code = self._wait(self._wanted(shape_of([item.shape for item in find_field().items])))
            self._tell(self._code)
        return self._code

    def typed(self, code: Code) -> None:
        """Remember that this code was typed: it never is again."""
        if code is self._code:
            self._tried.add(code.value)

    def close(self) -> None:
        """Stop waiting and log out."""
        self._worker.close(self.mailbox.close)

    def _wanted(self, shape: Shape) -> Wanted:
        run = self._run
        return Wanted(
            recipient=self.mailbox.address,
            senders=run.store.senders,
            purpose=self._purpose,
            shape=shape,
            own_addresses=frozenset({run.old, run.new}),
            origins=run.store.origins.hosts(),
            tried=frozenset(self._tried),
            since_click=self._strict,
            trust=self._trust,
            trust_sender=self._trust_sender,
        )

    def _wait(self, wanted: Wanted) -> Code:
        baseline = self._baseline
        if baseline is None:
            raise NoCode("A code is wanted that was never requested.", kind="not_requested")
        deadline = self._clicked_at + self._run.task.code_timeout_s
        seconds = self._run.task.code_timeout_s
        self._run.journal.write("waiting", mailbox=self.party, kind=self.mailbox.kind, seconds=seconds)

        def wait() -> Code:
            return self.mailbox.wait(
                baseline,
                wanted,
                clicked_at=self._clicked_at,
                deadline=deadline,
                stop=self._worker.stop,
                on_arrival=self._arrivals.put,
            )

        try:
            with self._named(), self._run.not_counted() if self.mailbox.kind == "person" else nullcontext():
                return self._worker.call(wait, self._tick)
        finally:
            self._note_arrivals()

    def _tick(self, milliseconds: float) -> None:
        self._run.tick(milliseconds)
        self._note_arrivals()

    def _note_arrivals(self) -> None:
        while True:
            try:
                letter = self._arrivals.get_nowait()
            except Empty:
                return
            self._run.journal.write(
                "letter",
                mailbox=self.party,
                sender=letter.sender,
                folder=letter.folder,
                uid=letter.uid,
                after_s=round(letter.after_s, 2),
                taken=letter.taken,
                reason=letter.reason,
            )

    def _tell(self, code: Code) -> None:
        self._run.journal.write(
            "code",
            step=self._run.step_id,
            mailbox=self.party,
            sender=code.sender or None,
            folder=code.folder or None,
            uid=code.uid or None,
            arrived_after_s=round(code.arrived_after_s, 2),
            why=code.why,
            proof=code.proof or None,
            rejected=[list(pair) for pair in code.rejected],
        )
