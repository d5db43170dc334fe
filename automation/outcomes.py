"""How a run can end: the name, the exit code and what it means."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """One way to end."""

    name: str
    """The word in JSON, such as `no_code`."""
    exit_codes: tuple[int, ...]
    """The usual exit code first; `cancelled` has one for each signal."""
    meaning: str
    """The row in the table of the README; Markdown."""
    headline: str
    """The first line on the screen; `{new}` is the masked new address."""
    tone: str
    """`good`, `wait` (a person has something to do or to find out) or `bad`: the colour."""

    @property
    def exit_code(self) -> int:
        return self.exit_codes[0]

    @property
    def exits(self) -> str:
        """As the table shows it: `130 / 143`."""
        return " / ".join(map(str, self.exit_codes))


OUTCOMES = (
    Outcome(
        "changed",
        (0,),
        "the address was changed, and the settings page, opened afresh, proved it (A9)",
        "Changed: the account now has {new}",
        "good",
    ),
    Outcome(
        "saved",
        (0,),
        "`backup`: the profile, opened afresh, shows the second address (B5)",
        "Saved: {new} is now the account's second address",
        "good",
    ),
    Outcome(
        "asked",
        (0,),
        "`support`: the message was sent, and the operator has promised something (C3); what, is shown",
        "Asked: support was asked to change the address to {new}",
        "good",
    ),
    Outcome(
        "already",
        (0,),
        "the account already has that address; nothing was requested",
        "Nothing to do: the account already has {new}",
        "good",
    ),
    Outcome(
        "planned",
        (0,),
        "`--dry-run` reached the last safe step",
        "Rehearsed: the path is there up to the last safe step; nothing was requested",
        "good",
    ),
    Outcome(
        "settings",
        (2,),
        "usage, missing or contradictory settings, wrong account signed in, folder not writable: "
        "which, and how to mend",
        "Stopped: a setting has to be mended first; this run changed nothing",
        "wait",
    ),
    Outcome(
        "needs_person",
        (3,),
        "captcha, a password wanted and none configured, an unknown question, and nobody answered",
        "Stopped: here a person is needed; the address was not changed",
        "wait",
    ),
    Outcome(
        "refused",
        (4,),
        "the store said no (wrong password, wrong code, address in use, too many attempts, rate limit); "
        "its own words are shown",
        "Refused: the store said no; this run changed nothing",
        "bad",
    ),
    Outcome(
        "no_code",
        (5,),
        "no acceptable code in time; what did arrive and why it was not taken",
        "No code: no acceptable letter came in time; this run changed nothing",
        "wait",
    ),
    Outcome(
        "mailbox",
        (6,),
        "a mailbox can't be reached or refuses the login; with the provider's remedy",
        "Stopped: a mailbox can't be read; this run changed nothing",
        "bad",
    ),
    Outcome(
        "off_path",
        (7,),
        "a page no landmark matches, or a site that is not this store; a masked picture and a list of "
        "what shows are kept",
        "Off the path: a page that nothing known fits; this run changed nothing",
        "bad",
    ),
    Outcome(
        "site",
        (8,),
        "store unreachable, TLS error, browser missing or dead, before the commit",
        "Stopped: the store or the browser can't be reached; this run changed nothing",
        "bad",
    ),
    Outcome(
        "busy",
        (9,),
        "another run for this account holds the lock: pid, since when",
        "Busy: another run works on this account; this run changed nothing",
        "wait",
    ),
    Outcome(
        "error",
        (70,),
        "a bug in the tool: where its scrubbed log lies",
        "Error: a bug in the tool stopped the run",
        "bad",
    ),
    Outcome(
        "unknown",
        (75,),
        "committed, not proved: `reason.kind` is `unreadable`, `still_old` or `pending`; run again to find out",
        "Not known: the change was submitted, and nothing proves yet that it worked",
        "wait",
    ),
    Outcome(
        "cancelled",
        (130, 143),
        'Ctrl-C or "no" / SIGTERM, before the commit',
        "Cancelled: nothing was submitted; this run changed nothing",
        "wait",
    ),
)

UNFINISHED = Outcome("unfinished", (), "", "Unfinished: the run ended without a word", "wait")
"""A journal without an outcome: the run goes on still, or was killed. Never printed by a run itself."""


def outcome_named(name: object) -> Outcome:
    """The outcome of that name; one of a newer version tells no more than its name."""
    known = {outcome.name: outcome for outcome in (*OUTCOMES, UNFINISHED)}
    return known.get(str(name)) or Outcome(str(name), (), "", f"Ended: {name}", "wait")
