"""A flow is an ordered list of decorated functions; the guide, written down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from automation.run import Run

Party = Literal["old", "new"]
Action = Callable[["Run"], str | None]
"""Does one step; returns an outcome's name when the flow ends with it."""


@dataclass(frozen=True)
class Deed:
    """What a flow commits to, at the one step that can't be undone."""

    name: str
    """Its name in the ledger, where each kind of deed has its own intents."""
    outcome: str
    """How a run ends that has proved it."""
    done: str
    """What is true once it was done, as the beginning of a sentence."""
    wanted: str = "new address"
    """What the address is to the account that the run is for."""


CHANGE = Deed("change", "changed", "The new address was submitted")
SECOND = Deed("backup", "saved", "The second address was submitted", "second address")
MESSAGE = Deed("support", "asked", "The message was sent to support")


@dataclass(frozen=True)
class Step:
    """One step of the guide."""

    id: str
    """The guide's id, such as `A4`."""
    action: Action
    arrives: str | None = None
    """The landmark that shows when the step is done; None where the step proves itself."""
    mailbox: Party | None = None
    """Whose address must stand beside the landmark, where the page looks alike for both."""
    after: str | None = None
    """The step that this run must have done itself before the landmark counts; None where it always counts."""
    safe: bool = False
    """True for steps that only navigate: what `--dry-run` walks."""
    again: str | None = None
    """The step to go back to when the store says that the code was wrong or too old."""
    commits: bool = False
    """True for the point of no return."""

    @property
    def intent(self) -> str:
        """The step in the guide's words."""
        return (self.action.__doc__ or "").strip().splitlines()[0].rstrip(".")


@dataclass(frozen=True)
class Interruption:
    """What the site may put between two steps, and how to get past it."""

    name: str
    shows: str
    """The landmark that gives it away."""
    action: Action
    over: bool = False
    """True for what lies over a page (a banner): it may come back at any time, and the page goes on below it."""
    after: tuple[str, ...] = ()
    """It counts only right after one of these interruptions; empty where it counts always."""
    beside: str | None = None
    """Another landmark that must show in the same frame: “Switch account” alone stands in many a menu."""
    once_more: Action | None = None
    """What is done, once, when the store says that the code was wrong or too old; None where no code is asked for."""

    @property
    def intent(self) -> str:
        """The interruption in plain words."""
        return (self.action.__doc__ or "").strip().splitlines()[0].rstrip(".")


@dataclass
class Flow:
    """The documented steps in order."""

    name: str
    title: str
    start: str
    """The landmark that the first step acts on."""
    steps: list[Step] = field(default_factory=list)
    interruptions: tuple[Interruption, ...] = ()
    deed: Deed = CHANGE
    mailboxes: tuple[Party, ...] = ("old", "new")
    """Whose mailboxes have to be readable; a code that the site wants all the same is typed by the person."""

    def step(
        self,
        step_id: str,
        *,
        arrives: str | None = None,
        mailbox: Party | None = None,
        after: str | None = None,
        safe: bool = False,
        again: str | None = None,
        commits: bool = False,
    ) -> Callable[[Action], Action]:
        """Add a function as the next step; its docstring is its intent."""

        def add(action: Action) -> Action:
            self.steps.append(Step(step_id, action, arrives, mailbox, after, safe, again, commits))
            return action

        return add

    def checked(self) -> Flow:
        """The flow itself, after its rules were checked: exactly one committing step, known ids, an intent each."""
        ids = [step.id for step in self.steps]
        problems = [f"step {name} stands twice" for name in sorted({i for i in ids if ids.count(i) > 1})]
        problems += [f"{step.id} has no docstring" for step in self.steps if not step.action.__doc__]
        named = [(step.id, name) for step in self.steps for name in (step.again, step.after) if name]
        problems += [f"{step} names unknown {name}" for step, name in named if name not in ids]
        committing = [step.id for step in self.steps if step.commits]
        if len(committing) != 1:
            problems.append(f"exactly one step must commit, not {committing or 'none'}")
        if problems:
            raise ValueError(f"flow {self.name}: " + "; ".join(problems))
        return self

    def index(self, step_id: str) -> int:
        """Where a step stands in the list."""
        return next(number for number, step in enumerate(self.steps) if step.id == step_id)


def interruption(
    name: str,
    *,
    shows: str,
    over: bool = False,
    after: tuple[str, ...] = (),
    beside: str | None = None,
    once_more: Action | None = None,
) -> Callable[[Action], Interruption]:
    """Make a function an interruption; its docstring says what the site asks."""

    def make(action: Action) -> Interruption:
        return Interruption(name, shows, action, over, after, beside, once_more)

    return make
