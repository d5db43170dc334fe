"""The steps of a flow as a table: for `readdress steps` and the README."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automation.flow import Flow


@dataclass(frozen=True)
class Row:
    """One step as the table shows it."""

    id: str
    intent: str
    proved_by: str | None
    """The landmark that proves it done; None where the step proves itself."""
    safe: bool
    """Whether `--dry-run` walks it."""
    commits: bool


def rows(flow: Flow) -> list[Row]:
    """One row a step, in order."""
    return [Row(step.id, step.intent, step.arrives, step.safe, step.commits) for step in flow.steps]


def as_markdown(flow: Flow) -> str:
    """The table for the README."""
    lines = ["| step | what is done | what proves it |", "|---|---|---|"]
    for row in rows(flow):
        shown = f"`{row.proved_by}` shows" if row.proved_by else "—"
        lines.append(f"| {row.id} | {row.intent}{' **(commits)**' if row.commits else ''} | {shown} |")
    return "\n".join(lines)
