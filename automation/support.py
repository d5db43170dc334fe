"""Asking support: the message, whether it was sent before, and the talk that follows."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from automation.account import MASKED
from automation.address import fits
from automation.conversation import Conversation
from automation.errors import NeedsPerson, OffPath, Refused, SettingsStop, SiteStop, Unknown
from automation.plea import plea
from automation.second_address import SecondAddress
from automation.unsayable import unsayable
from automation.waiting import pace_ms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from automation.plea import Wording
    from automation.run import Run

FALLBACK = "en"


class Support:
    """One run's request to support."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._talk = Conversation(run)
        self._wording: Wording | None = None
        self._message = ""

    def has_the_message(self, wordings: Mapping[str, Wording]) -> bool:
        """Whether an earlier run has sent it: then it stands in the chat, or nobody knows."""
        run = self._run
        self._talk.chat.wait()
        self._wording = wordings.get(self._talk.chat.language()) or wordings[FALLBACK]
        self._talk.chat.knows(self._wording.agent)
        intent = run.ledger.open_intent()
        if self._stands(run.task.settle_s if intent else 0):
            self._sent("the chat shows it")
            return True
        if intent is not None:
            self._settle_unseen()
        elif run.ledger.was_applied(run.new):
            run.confirm(
                "Support was asked about this address before, and the chat is a new one. Ask again?", always=True
            )
        return False

    def prepare(self) -> None:
        """Make the message, show it, and wait for a yes."""
        run, task = self._run, self._run.task
        assert self._wording is not None, "the chat was not read"
        why = unsayable(task.because or "", secrets=[task.password or ""])
        if why is not None:
            raise SettingsStop(f"--because: this is not sent to support, for {why}.", kind="secret")
        self._message = plea(
            self._wording,
            account=task.sign_in_name,
            old=task.old,
            new=task.new,
            second=self._second_address(),
            because=task.because,
        )
        run.journal.write("message", text=self._message)
        if run.person.there:
            run.person.tell(f"\n  {self._message}")
        run.confirm("Send this to support?")

    def reach_operator(self) -> None:
        """Ask the assistant for a person until one is there."""
        assert self._wording is not None, "the chat was not read"
        self._talk.reach_operator(self._wording.agent)

    def send(self) -> None:
        """Say it: the point of no return."""
        self._talk.follow()
        self._talk.chat.say(self._message)

    def talk(self) -> str:
        """See that the message stands in the chat, then talk until something is promised."""
        run = self._run
        if not run.sent:
            if not self._stands(run.task.settle_s):
                raise Unknown(
                    "The message was sent, and the chat does not show it. Run again to find out.", kind="unreadable"
                )
            self._sent("the chat shows it")
        return self._talk.until_promised()

    def _stands(self, seconds: float) -> bool:
        """Whether the message stands in the chat, looked for over so many seconds."""
        began = time.monotonic()
        while not (found := self._talk.holds_plea()) and time.monotonic() - began < seconds:
            self._run.tick(pace_ms(time.monotonic() - began))
        return found

    def _sent(self, how: str) -> None:
        run = self._run
        run.sent, run.intending = True, False
        intent = run.ledger.open_intent()
        if intent is not None:
            run.ledger.settle_intent(intent, "applied")
            run.journal.write("settled", **{"as": "applied"}, how=how)

    def _settle_unseen(self) -> None:
        """An earlier run's message does not stand here: not sent, where this is still that run's conversation."""
        run, intent = self._run, self._run.ledger.open_intent()
        assert intent is not None
        if not any(line.mine for line in self._talk.chat.lines()):
            question = "An earlier run may have sent the message, and this chat is a new one. Send it once more?"
            if not run.person.there:
                raise Unknown(f"{question} Only you can say: run again at a terminal.", kind="unreadable")
            run.confirm(question, always=True)
        run.ledger.settle_intent(intent, "no_effect")
        run.journal.write("settled", **{"as": "no_effect"}, how="the conversation does not show it")

    def _second_address(self) -> str | None:
        """The second address as the profile has it; None where it has none, or can't be read."""
        run = self._run
        try:
            shown = SecondAddress(run).read_afresh()
        except (SiteStop, OffPath, Refused, NeedsPerson):
            return None  # it only makes the message better
        if shown is not None and MASKED.search(shown):
            return run.new if fits(shown, run.new) and not fits(shown, run.old) else None
        return shown
