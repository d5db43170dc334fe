"""The steps of the flows as tables: for `readdress steps` and the README."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

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


def as_lines(flow: Flow) -> list[str]:
    """The steps for the screen, below the flow's title."""
    marks = ["  [point of no return]" if row.commits else "" for row in rows(flow)]
    return [flow.title, *(f"  {row.id:<4}{row.intent}{mark}" for row, mark in zip(rows(flow), marks, strict=True))]


def as_data(flows: Iterable[Flow]) -> dict[str, Any]:
    """The same for a program: the first flow's name and steps, and all of them under `flows`."""
    listed = [{"flow": each.name, "title": each.title, "steps": [asdict(row) for row in rows(each)]} for each in flows]
    return {"flow": listed[0]["flow"], "steps": listed[0]["steps"], "flows": listed}
