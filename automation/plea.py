"""What is written to support: a message from its parts, in one language.   (pure)"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.address import addresses_in, same_mailbox_name, which

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Wording:
    """One language's words for it; see flows/messages.toml."""

    agent: str
    """Said to an assistant, so that it lets a person take over."""
    message: str
    because: str
    """What happened, where the person has not said it in words of his own."""
    account: str
    second: str
    other: str
    thanks: str


def plea(wording: Wording, *, account: str, old: str, new: str, second: str | None, because: str | None) -> str:
    """The message in one paragraph, for in some chats a line break sends."""
    why = " ".join((because or wording.because).split())
    parts = [wording.message.format(old=old, new=new, because=why)]
    if not same_mailbox_name(account, old):
        parts.append(wording.account.format(account=account))
    if second is not None:
        also = wording.second if same_mailbox_name(second, new) else wording.other
        parts.append(also.format(second=second))
    return " ".join([*parts, wording.thanks])


def is_plea(text: str, old: str, new: str) -> bool:
    """Whether a line of a chat is such a message: it names both addresses, perhaps masked by the page."""
    return {"old", "new"} <= set(_named(text, old, new))


def _named(text: str, old: str, new: str) -> Iterable[str]:
    return (which(shown, old, new) for shown in addresses_in(text))
