"""What a letter must be like for its code to be typed.   (pure)"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from automation.shape import Shape
from automation.trust import Trust

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Wanted:
    """What a letter must be like for its code to be typed."""

    recipient: str
    """The address it must be to."""
    senders: frozenset[str]
    """The store's: exact addresses, or exact domains."""
    purpose: str
    """`change`, `sign-in`, or `any` where it makes no difference."""
    shape: Shape = field(default_factory=Shape)
    own_addresses: frozenset[str] = frozenset()
    """This run's addresses; a letter that names another one is for somebody else."""
    origins: frozenset[str] = frozenset()
    """Hosts to which a code that is bound to a site may be bound."""
    tried: frozenset[str] = field(default=frozenset(), repr=False)
    """Codes already typed."""
    since_click: bool = False
    """Only letters dated after the click are taken: an earlier request's letter may still be under way."""
    dated_from: datetime | None = None
    """Letters dated before are not taken; None: the date doesn't matter."""
    trust: Trust = field(default_factory=Trust)
    """How the sender is to be proved."""
    trust_sender: bool = False
    """Take the From header at its word where nothing proves it and nothing speaks against it."""
