"""The talk with support: what the other side says goes to the person, what the person answers goes into the chat."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from automation.chat import Chat
from automation.errors import NeedsPerson
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
END = "/end"
HOW = f"Type your answers here, a line each; {END} ends the conversation."


class Conversation:
    """One run's talk in a chat."""

    def __init__(self, run: Run) -> None:
        self.chat = Chat(run)
        self._run = run
        self._told = 0
        self._theirs: Line | None = None
        self._heard_at = self._spoke_at = time.monotonic()
        self._owed = False
        self._promise: str | None = None
        self._asked_about: str | None = None

    # -- until the message is sent -----------------------------------------------------------------

    def holds_plea(self) -> bool:
        """Whether the message stands in the chat."""
        return any(is_plea(line.text, self._run.old, self._run.new) for line in self.chat.lines())

    def reach_operator(self, ask: str) -> None:
        """Get past the assistant: ask for a person, and wait until one is there."""
        run, began, asked = self._run, time.monotonic(), sum(line.mine for line in self.chat.lines())
        with run.not_counted():
            while not run.shows("chat_operator"):
                waited = time.monotonic() - began
                if self.chat.is_closed or waited > run.task.code_timeout_s:
                    raise _no_operator(waited)
                self.follow()
                if asked == 0 or (
                    self._assistant_waits() and asked <= len(ASK_AGAIN_S) and waited > ASK_AGAIN_S[asked - 1]
                ):
                    asked += 1
                    self.chat.say(ask)
                self._pass_on()
                run.tick(pace_ms(waited))

    def _assistant_waits(self) -> bool:
        lines = self.chat.lines()
        return bool(lines) and not lines[-1].mine

    # -- afterwards ----------------------------------------------------------------------------------

    def until_promised(self) -> str:
        """Pass questions and answers on until something is promised; the deed's outcome."""
        run = self._run
        if run.person.there:
            run.person.tell(HOW)
        self._spoke_at = time.monotonic()
        with run.not_counted():
            while True:
                self.follow()
                if self.chat.is_closed or self._pass_on() or self._is_over():
                    return self._end()
                self._heed_silence()
                run.tick(pace_ms(time.monotonic() - max(self._heard_at, self._spoke_at)))

    def follow(self) -> None:
        """Tell the person and the journal what was said since the last look."""
        run, lines = self._run, self.chat.lines()
        for line in lines[self._told :]:
            run.journal.write("said", by="you" if line.mine else "support", text=line.text)
            if run.person.there:
                run.person.tell(f"  {'you' if line.mine else 'chat'} | {line.text}")
            if not line.mine:
                self._heed(line)
        self._told = max(self._told, len(lines))

    def _heed(self, line: Line) -> None:
        self._theirs, self._heard_at, self._owed = line, time.monotonic(), True
        if self._means("promised", line.text):
            self._promise = line.text

    def _pass_on(self) -> bool:
        """Say what the person has typed; True when that was the word to end."""
        run, typed = self._run, self._run.person.typed()
        if typed is None or not typed.strip():
            return False
        if typed.strip() == END:
            return True
        question = self._theirs.text if self._theirs else ""
        why = unsayable(typed, question=question, secrets=[run.task.password or ""])
        if why is not None:
            run.journal.write("unsaid", why=why)
            run.person.tell(f"  Not sent: {why}. Support never needs one; say it in other words.")
            return False
        self.chat.say(typed.strip())
        self._owed, self._spoke_at, self._promise = False, time.monotonic(), None
        return False

    def _is_over(self) -> bool:
        """Whether what was promised last ends the conversation; the person decides where one is there."""
        if self._promise is None or not self._is_quiet() or self._asked_about == self._promise:
            return False
        self._asked_about = self._promise
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
