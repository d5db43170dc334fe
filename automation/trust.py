"""Whether a letter really comes from the address in its From: its mail server's word, or its signature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.authentication import passed, refuted, results_in
from automation.signature import Unsigned, signer_of

if TYPE_CHECKING:
    from automation.message import Letter
    from automation.signature import Records

AT_ITS_WORD = "the sender is taken at its word"


@dataclass(frozen=True)
class Trust:
    """What a mailbox's letters are believed for."""

    servers: frozenset[str] = frozenset()
    """Names (authserv-ids) under which the mailbox's own server writes Authentication-Results."""
    nameless: bool = False
    """The mailbox's own server writes them without a name, and above everybody else's (Outlook)."""
    records: Records | None = None
    """Asks DNS for the keys of signatures; None: nothing is asked."""

    @property
    def can_prove(self) -> bool:
        """Whether there is a way to prove a sender at all."""
        return bool(self.servers) or self.nameless or self.records is not None


@dataclass(frozen=True)
class Proved:
    """The sender is who the letter says."""

    by: str
    """ "mx.example.org says dmarc=pass for shop.example"."""


@dataclass(frozen=True)
class Unproved:
    """The sender may be anybody."""

    why: str
    """Part of a sentence."""
    refuted: bool = False
    """The mail server says that it is somebody else."""


def judged(letter: Letter, trust: Trust) -> Proved | Unproved:
    """Whether the letter's sender is proved; asks for a signature's key only where no mail server has judged."""
    domain = letter.sender.rpartition("@")[2]
    results = None if letter.results is None else results_in(letter.results)
    if results is not None and _is_ours(results.server, trust):
        server = results.server or "the mail server"
        if against := refuted(results):
            return Unproved(f"not from its sender ({server} says {against})", refuted=True)
        proof = passed(results, domain)
        return Proved(f"{server} says {proof}") if proof else Unproved(f"{server} doesn't vouch for its sender")
    if trust.records is None:
        return Unproved(_why(results is None, trust))
    try:
        return Proved(f"signed by {signer_of(letter.raw, domain, trust.records)}")
    except Unsigned as why:
        return Unproved(str(why))


def _is_ours(server: str | None, trust: Trust) -> bool:
    return trust.nameless if server is None else server in trust.servers


def _why(missing: bool, trust: Trust) -> str:  # noqa: FBT001 - read in the line above
    if not trust.can_prove:
        return "nothing says whose letters are to be believed"
    whose = " or ".join(sorted(trust.servers)) or "the mail server"
    return f"{whose} hasn't written whether it is genuine" if missing else f"its topmost results are not {whose}'s"
