"""What a command prints: a result for people, or one JSON object."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO

from automation.commands.shipped import FLOWS, flow_named

if TYPE_CHECKING:
    from collections.abc import Mapping


def say(line: str) -> None:
    """Progress, on stderr."""
    print(line, file=sys.stderr, flush=True)


def tell(result: Mapping[str, Any], *, as_json: bool, stream: TextIO | None = None, mend: tuple[str, ...] = ()) -> None:
    """The result for whoever asked, and is still there: JSON on stdout, or one screen of text."""
    with suppress(OSError):
        print_json(result) if as_json else _print_text(result, stream or sys.stdout, mend)


def _print_text(result: Mapping[str, Any], out: TextIO, mend: tuple[str, ...]) -> None:
    from automation.columns import columns  # noqa: PLC0415 - only at the end
    from automation.screen import as_text  # noqa: PLC0415 - as above

    colour = out.isatty() and not os.environ.get("NO_COLOR")
    flow = flow_named(result["flow"]) if result["step"] and result["flow"] in FLOWS else None
    intents = {step.id: step.intent for step in flow.steps} if flow else {}
    print(as_text(result, width=columns(), colour=colour, intents=intents, mend=mend), file=out, flush=True)


def print_json(value: Mapping[str, Any]) -> None:
    """The one object that `--json` promises."""
    print(json.dumps(value, ensure_ascii=False), flush=True)
