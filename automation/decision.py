"""D0, the guide's first decision: can the old mailbox be read? Only the person says that it is lost."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from automation.attempt import Ended, attempt, facts, told
from automation.errors import Stop
from automation.journal import Journal, run_id
from automation.mailbox_choice import MailboxChoice
from automation.outcomes import outcome_named
from automation.result import FOLLOWED_KEYS, result_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from automation.attempt import Around
    from automation.flow import Flow, Party
    from automation.settings import Settings
    from automation.store import Store

GOES_ON = {"saved", "already", "planned", "refused", "off_path"}
"""Ends of path B after which support is asked all the same: a second address only makes it likelier to help."""
YES = {"y", "yes"}


@dataclass(frozen=True)
class Paths:
    """The guide's three paths."""

    change: Flow
    backup: Flow
    support: Flow


def decide(settings: Settings, store: Store, paths: Paths, around: Around) -> Ended:
    """Change the address; a mailbox that can't be read is asked about at a terminal."""
    if settings.lost_mailbox:
        return by_the_other_paths(settings, store, paths, around)
    ended = attempt(settings, store, paths.change, around)
    while (party := ended.unread) is not None and around.person.there and not around.signals.received:
        around.person.tell(f"  {ended.result['reason']['text']}")
        if _yes(around, f"Can you open the {party} mailbox yourself, and type its codes here?"):
            settings = by_hand(settings, party)
            ended = attempt(settings, store, paths.change, around)
        elif party == "old" and _yes(around, "Is the old mailbox lost, so that nobody can open it any more?"):
            return by_the_other_paths(settings, store, paths, around)
        else:
            return ended
    return ended


def by_hand(settings: Settings, party: Party) -> Settings:
    """The same settings, with one mailbox's codes typed by the person."""
    if party == "old":
        return replace(settings, old=MailboxChoice(settings.old.address))
    return replace(settings, new=MailboxChoice(settings.new.address))


def by_the_other_paths(settings: Settings, store: Store, paths: Paths, around: Around) -> Ended:
    """Add the new address as the second one, then ask support: this alone never changes the address."""
    settings = by_hand(by_hand(settings, "old"), "new")  # no mailbox is needed, and the old one is left alone
    with Journal(settings.runs_dir, run_id(), around.listeners) as journal:
        journal.write("run", **facts(settings, store, paths.change, journal))
        result: Mapping[str, Any] = {}
        for flow in (paths.backup, paths.support):
            result = _followed(settings, store, flow, around)
            journal.write(
                "followed", **{**{key: result[key] for key in FOLLOWED_KEYS}, "flow": flow.name}, title=flow.title
            )
            if result["outcome"] not in GOES_ON:
                break
        outcome, reason = _in_the_end(result)
        code = result["exit"] if outcome == result["outcome"] else outcome_named(outcome).exit_code
        return told(journal, outcome, code, reason)


def _followed(settings: Settings, store: Store, flow: Flow, around: Around) -> Mapping[str, Any]:
    try:
        return attempt(settings, store, flow, around).result
    except Stop as stop:
        return result_of([], outcome=stop.outcome, exit_code=stop.exit_code, reason=asdict(stop.reason))


def _in_the_end(result: Mapping[str, Any]) -> tuple[str, Mapping[str, Any] | None]:
    """How the change ends, from its last sub-run: with a person where support was asked, else as that did."""
    if result["outcome"] != "asked":
        return result["outcome"], result["reason"]
    text = "The address is not changed yet: support was asked to do it. " + " ".join(result["proofs"])
    return "needs_person", {"kind": "asked", "text": text}


def _yes(around: Around, question: str) -> bool:
    """The person's answer; a Ctrl-C instead of one ends the command."""
    answer = around.person.ask_now(f"{question} [y/N]", around.signals)
    return answer is not None and answer.casefold() in YES
