"""Runs on a stand-in: in the test's own browser, or as the installed command."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from automation.attempt import Around, attempt
from automation.outcomes import OUTCOMES
from automation.person import Person
from automation.settings import Options, load
from automation.store import load_store
from automation.task import Signals
from flows.change_email import flow

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from automation.flow import Flow
    from automation.stand_in import StandIn

Listeners = tuple[Callable[[dict[str, Any]], None], ...]
STORES = Path(__file__).parents[1] / "flows" / "stores"
PASSED_ON = {"READDRESS_BROWSER_PATH", "NODE_COMPILE_CACHE"}
KEYS = {
    "version", "run", "flow", "store", "outcome", "exit", "seconds", "step", "old", "new", "reason", "proofs", "codes",
    "steps", "followed", "advice", "report",
}  # fmt: skip


def some(values: list[Any], quick: set[Any]) -> list[Any]:
    """All values; those that are not quick ones only in the full matrix. A tuple is a row of several arguments."""
    rows = [(value, value if isinstance(value, tuple) else (value,)) for value in values]
    return [pytest.param(*row, marks=() if value in quick else pytest.mark.full) for value, row in rows]


def in_turn(values: list[Any], *quick: tuple[str, Any]) -> list[Any]:
    """Rows (generation, value): each value on one of the two kinds of pages, in turn, and in the full matrix only.

    The `quick` rows name their kind of pages and are run by `make test` too. For what the engine does alike on both.
    """
    turns = [("legacy", "center")[n % 2] for n in range(len(values))]
    chosen = [next((kind for kind, each in quick if each == value), None) for value in values]
    rows = [(kind or turn, value) for kind, turn, value in zip(chosen, turns, values, strict=True)]
    return [
        pytest.param(kind, *(value if isinstance(value, tuple) else (value,)), marks=() if named else pytest.mark.full)
        for (kind, value), named in zip(rows, chosen, strict=True)
    ]


def ended(result: dict[str, Any]) -> tuple[str, int, str | None]:
    """Outcome, exit code and the kind of reason."""
    return result["outcome"], result["exit"], (result["reason"] or {}).get("kind")


def address(store: StandIn) -> str:
    """The address that the store's one account has."""
    [account] = store.truth()["accounts"].values()
    return str(account["email"])


def requested(store: StandIn) -> list[str]:
    """What the codes were for that were asked for, in order."""
    return [code["purpose"] for code in store.truth()["codes_requested"]]


def applied(store: StandIn) -> list[bool]:
    """Whether each submit of the committing step took effect."""
    return [submit["applied"] for submit in store.truth()["submits"]]


@dataclass(frozen=True)
class Change:
    """Runs the change on a stand-in, in the test's own browser context."""

    context: BrowserContext
    folder: Path

    def __call__(
        self,
        store: StandIn,
        *,
        listeners: Listeners = (),
        flow: Flow = flow,
        person: Person | None = None,
        **options: Any,
    ) -> dict[str, Any]:
        """The result of one run; options as on the command line."""
        environment = {**store.environment(), **options.pop("environment", {})}
        wanted: Options = {"yes": True, "settle": 3, "code_timeout": 20, "runs_dir": self.folder / "runs"}
        wanted.update(options)  # type: ignore[typeddict-item]  # a test may say any option
        settings = load(wanted, environment, None, self.folder, mailboxes=bool(flow.mailboxes))
        assert settings.store_url is not None
        described = load_store(STORES, settings.store).at(settings.store_url, (), frozenset())
        around = Around(self.folder / "state", Signals(), person or Person(), listeners)
        return attempt(settings, described, flow, around, self.context).result


def pictured(change: Change) -> list[str]:
    """What the runs in this folder have kept pictures of, by step."""
    return [picture.stem.partition("-")[2] for picture in sorted(change.folder.glob("runs/*/*.jpeg"))]


class Command:
    """The installed command with an environment of its own."""

    def __init__(self, program: str, home: Path) -> None:
        self.program, self.home = program, home
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "READDRESS_RUNS_DIR": str(home / "runs"),
            **{name: value for name, value in os.environ.items() if name in PASSED_ON},
        }

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self.program, *arguments],
            cwd=self.home,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        with self.start(*arguments, **environment) as running:
            out, err = running.communicate(timeout=120)
        return subprocess.CompletedProcess(arguments, running.returncode, out, err)

    def json(self, *arguments: str, **environment: str) -> dict[str, Any]:
        """The one JSON object on stdout, checked against the contract."""
        done = self(*arguments, "--json", **environment)
        result: dict[str, Any] = json.loads(done.stdout)
        assert set(result) == KEYS
        assert result["exit"] == done.returncode
        codes = next(outcome.exit_codes for outcome in OUTCOMES if outcome.name == result["outcome"])
        assert done.returncode in codes
        return result
