"""The talk with support: what the other side says goes to the person, what the person answers goes into the chat."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

from automation.chat import Chat
from automation.errors import Cancelled, NeedsPerson
from automation.plea import is_plea
from automation.unsayable import unsayable
from automation.waiting import pace_ms

if TYPE_CHECKING:
    from automation.chat import Line
    from automation.run import Run

QUIET_S = 2.0
"""So long nothing more is said once somebody has finished."""
ASK_AGAIN_S = (15.0, 45.0)
"""When an assistant that did not understand is asked for a person once more."""
GONE_S = 30.0
"""How long the page may do without its chat."""
END, SEND = "/end", "/send"
WAITING = f"Waiting for a person in the chat. If one is there by now and this goes on, type {SEND}; {END} gives up."
HOW = f"Type your answers here, a line each; {END} ends the conversation."


class Conversation:
    """One run's talk in a chat."""

    def __init__(self, run: Run) -> None:
        self.chat = Chat(run)
        self._run = run
        self._told: Counter[str] = Counter()
        self._theirs: Line | None = None
        self._heard_at = self._spoke_at = self._seen_at = time.monotonic()
        self._owed = False
        self._promise: str | None = None
        self._promised_last = False
        """Whether the promise is the last thing that the other side said."""

    # -- until the message is sent -----------------------------------------------------------------

    def holds_plea(self) -> bool:
        """Whether the message stands in the chat."""
        return any(is_plea(line.text, self._run.old, self._run.new) for line in self.chat.lines())

    def reach_operator(self, ask: str) -> None:
        """Get past the assistant: ask for a person, and wait until one is there."""
        run, began, asked = self._run, time.monotonic(), sum(line.mine for line in self.chat.lines())
        self._tell(WAITING)
        self._seen_at = began
        with run.not_counted():
            while not run.shows("chat_operator"):
                waited = time.monotonic() - began
                if self.chat.is_closed or waited > run.task.code_timeout_s:
                    raise _no_operator(waited)
                self.follow()
                if asked <= len(ASK_AGAIN_S) and waited >= (0.0, *ASK_AGAIN_S)[asked]:
                    asked += 1
                    self.chat.say(ask)
                word = self._pass_on()
                if word == END:
                    raise Cancelled("You ended the conversation before the message was sent.")
                if word == SEND:
                    return
                run.tick(pace_ms(waited))

    # -- afterwards ----------------------------------------------------------------------------------

    def until_promised(self) -> str:
        """Pass questions and answers on until something is promised; the deed's outcome."""
        run = self._run
        self._tell(HOW)
        self._spoke_at = self._seen_at = time.monotonic()
        self._begin_anew()
        with run.not_counted():
            while True:
                self.follow()
                if self.chat.is_closed or self._pass_on() == END or self._is_over():
                    return self._end()
                self._heed_silence()
                run.tick(pace_ms(time.monotonic() - max(self._heard_at, self._spoke_at)))

    def follow(self) -> None:
        """Tell the person and the journal what was said since the last look."""
        run, heard, lines = self._run, self._told.copy(), self.chat.lines()
        self._heed_loss(gone=not lines)
        for line in lines:
            if heard[line.text] > 0:
                heard[line.text] -= 1  # told already, wherever it stands by now
                continue
            self._told[line.text] += 1
            run.journal.write("said", by="you" if line.mine else "support", text=line.text)
            self._tell(f"  {'you' if line.mine else 'chat'} | {line.text}")
            self._heed(line)

    def _heed_loss(self, *, gone: bool) -> None:
        """Stop where the chat does not come back: the session is over, or the page went elsewhere."""
        self._seen_at = self._seen_at if gone else time.monotonic()
        if time.monotonic() - self._seen_at > GONE_S:
            told = "Your message was sent, and then the" if self._run.sent else "The"
            raise NeedsPerson(f"{told} chat went away from the page.", kind="chat_gone", seen=self._run.tabs.seen())

    def _heed(self, line: Line) -> None:
        if is_plea(line.text, self._run.old, self._run.new):
            self._begin_anew()
        if line.mine:
            return
        self._theirs, self._heard_at, self._owed = line, time.monotonic(), True
        self._promised_last = self._means("promised", line.text)
        if self._promised_last or self._means("refused", line.text):
            self._promise = line.text if self._promised_last else None

    def _begin_anew(self) -> None:
        """What was said before the message is no answer to it."""
        self._promise, self._promised_last, self._owed = None, False, False

    def _pass_on(self) -> str | None:
        """Say what the person has typed; a command of his is returned instead."""
        run, typed = self._run, (self._run.person.typed() or "").strip()
        if not typed or typed in {END, SEND}:
            return typed or None
        question = self._theirs.text if self._theirs else ""
        why = unsayable(typed, question=question, secrets=[run.task.password or ""])
        if why is not None:
            run.journal.write("unsaid", why=why)
            self._tell(f"  Not sent: {why}. Support never needs one; say it in other words.")
            return None
        self.chat.say(typed)
        self._owed, self._promised_last, self._spoke_at = False, False, time.monotonic()
        return None

    def _tell(self, text: str) -> None:
        if self._run.person.there:
            self._run.person.tell(text)

    def _is_over(self) -> bool:
        """Whether what was promised last ends the conversation; the person decides where one is there."""
        if not self._promised_last or not self._is_quiet():
            return False
        self._promised_last = False  # asked about once
        return not self._run.person.there or self._run.is_fine("Is that all? Enter ends the conversation")

    def _heed_silence(self) -> None:
        """Stop where nobody answers: the person, or the other side."""
        run, now = self._run, time.monotonic()
        if self._owed and self._theirs is not None and not run.person.there and self._is_quiet():
            kind = "operator_refused" if self._means("refused", self._theirs.text) else "operator_asks"
            raise self._left(kind, "The operator has answered, and nobody is there to reply.")
        if self._owed and now - self._heard_at > run.task.code_timeout_s:
            raise self._left("unanswered", "Nobody answered the operator in time.")
        if not self._owed and now - self._spoke_at > run.task.code_timeout_s:
            raise self._left("no_answer", "The operator does not answer.")

    def _is_quiet(self) -> bool:
        return time.monotonic() - self._heard_at > QUIET_S

    def _end(self) -> str:
        run = self._run
        self.follow()
        told = "Support said" if self._promise else "You noted"
        promise = self._promise
        if promise is None and run.person.there:
            promise = run.ask("What did they promise? (Enter: nothing)") or None
        if promise is None:
            refused = self._theirs is not None and self._means("refused", self._theirs.text)
            closed = "closed the chat" if self.chat.is_closed else "promised nothing"
            raise self._left("operator_refused" if refused else "nothing_promised", f"Support {closed}.")
        run.journal.write("proof", text=f"{told}: “{promise}”", picture=run.picture("proof"))
        run.proved = True
        return run.deed.outcome

    def _left(self, kind: str, text: str) -> NeedsPerson:
        said = self._theirs.text if self._theirs else None
        return NeedsPerson(f"Your message was sent. {text}", kind=kind, store_said=said)

    def _means(self, what: str, text: str) -> bool:
        return any(word.casefold() in text.casefold() for word in self._run.store.support.get(what, ()))


def _no_operator(waited: float) -> NeedsPerson:
    return NeedsPerson(
        f"No operator came into the chat in {waited:.0f} s; your message was not sent. Run again later, or write to "
        "support by yourself.",
        kind="no_operator",
    )
