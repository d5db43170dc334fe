"""Where the run is, on stderr: one line a step as it ends, a live line while a letter is awaited."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, TextIO

from automation.columns import broken, columns
from automation.screen import MAILBOXES, found_code, seconds
from automation.scrub import scrub

if TYPE_CHECKING:
    from automation.journal import Event

LIVE_S = 0.2
"""Between two redraws of the live line."""
PLAIN_S = 15.0
"""Between two plain lines where there is no terminal."""


class Progress:
    """A listener of the journal that tells a person what happens."""

    def __init__(self, out: TextIO, *, quiet: bool = False) -> None:
        self._out, self._quiet = out, quiet
        self._live = out.isatty()
        self._drawn = False
        self._letters: dict[str, int] = {}
        self._waiting: tuple[str, float, float] | None = None
        self._told_at = 0.0

    def __call__(self, event: Event) -> None:
        """Tell one event, when there is something to tell."""
        if self._quiet:
            return
        told = getattr(self, f"_on_{event['event']}", None)
        if told is not None:
            told(event)

    def tick(self) -> None:
        """Redraw the live line of a wait; called as often as the run likes."""
        if self._quiet or self._waiting is None:
            return
        now = time.monotonic()
        if now - self._told_at < (LIVE_S if self._live else PLAIN_S):
            return
        self._told_at = now
        box, began, limit = self._waiting
        gone = now - began
        came = self._letters.get(box, 0)
        arrived = f"{came} other letter{'' if came == 1 else 's'} arrived" if came else "nothing arrived yet"
        text = f"{MAILBOXES[box]}: waiting for the letter, {gone:.0f} of {limit:.0f} s, {arrived}"
        self._draw(text) if self._live else self._line("", text)

    def _on_run(self, event: Event) -> None:
        self._say(f"{event['title']}: {event['old']} → {event['new']} on {event['site']}")

    def _on_mailbox(self, event: Event) -> None:
        if event["kind"] == "person":
            text = "you will be asked for its code"
        else:
            text = f"logged in, {' and '.join(event['folders'])} watched, {event['letters']} letters"
        self._line("", f"{MAILBOXES[event['mailbox']]}: {text}", event["seconds"])

    def _on_browser(self, event: Event) -> None:
        self._line("", f"Chromium {event['version']} ({event['where']}{', with a window' if event['headed'] else ''})")

    def _on_interruption(self, event: Event) -> None:
        self._line("·", event["intent"], event["seconds"])

    def _on_handed_over(self, event: Event) -> None:
        self._line("", f"{event['what']}: please do it in the browser's window. The run goes on by itself then "
                       f"({event['seconds']:.0f} s).")  # fmt: skip

    def _on_arrived(self, event: Event) -> None:
        text = event["intent"] + (" (the site skipped it)" if event["by"] == "skipped" else "")
        weak = f" [found by rank {event['rank']} of {event['ranks']}]" if (event.get("rank") or 1) > 1 else ""
        self._line(event["step"], text + weak, event["seconds"])

    def _on_waiting(self, event: Event) -> None:
        if event["kind"] == "person":
            return  # a live line would be drawn over the question
        self._waiting = (event["mailbox"], time.monotonic(), event["seconds"])
        self._told_at = time.monotonic() if not self._live else 0.0

    def _on_letter(self, event: Event) -> None:
        if not event["taken"]:
            box = event["mailbox"]
            self._letters[box] = self._letters.get(box, 0) + 1
            self._line("", f"{MAILBOXES[box]}: a letter was not taken: {event['reason']}")

    def _on_code(self, event: Event) -> None:
        self._waiting = None
        # Who sent it, and what proved that, stands in the result.
        self._line("", f"code in the {MAILBOXES[event['mailbox']]}: {found_code(event, briefly=True)}")

    def _on_followed(self, event: Event) -> None:
        self._say(f"{event['title']}: {event['outcome']}\n")

    def _on_refused(self, event: Event) -> None:
        self._line(event["step"], f"the store said no: “{event['store_said']}”; once more with a new code")

    def _on_doubt(self, event: Event) -> None:
        self._line(event["step"], f"{event['why']} Reading the account afresh.")

    def _on_stopped(self, event: Event) -> None:
        self._waiting = None
        self._line(event["step"] or "", f"stopped: {event['kind']}")

    def _on_outcome(self, _event: Event) -> None:
        self._waiting = None
        self._say("")  # apart from the result

    def _line(self, label: str, text: str, took: float | None = None) -> None:
        text = scrub(text)
        if took is None:
            self._say(f"  {label:<4}{text}")
            return
        room = max(columns() - 16, 20)
        self._say(f"  {label:<4}{text:<{room}}{seconds(took):>9}")

    def _say(self, text: str) -> None:
        self._erase()
        further = " " * (6 if text.startswith(" ") else 2)
        lines = broken(text, further=further) or [""] if self._live else [text.rstrip()]
        self._write("".join(f"{line}\n" for line in lines))

    def _draw(self, text: str) -> None:
        width = shutil.get_terminal_size().columns
        self._write("\r\x1b[K" + f"      {text}"[: width - 1])
        self._drawn = True

    def _erase(self) -> None:
        if self._drawn:
            self._write("\r\x1b[K")
            self._drawn = False

    def _write(self, text: str) -> None:
        try:
            self._out.write(text)
            self._out.flush()
        except OSError:
            self._quiet = True  # the terminal was closed, the pipe's reader has gone: the run goes on all the same
