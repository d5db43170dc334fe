"""Imports point one way: cli → flows → engine → mail; the engine knows no store; nothing imports the stand-ins."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT_FLOWS = {"shipped.py", "pytest_plugin.py"}
COMMANDS = ROOT / "automation" / "commands"
PURE = {
    "address.py", "advice.py", "codes.py", "message.py", "origins.py", "outcomes.py", "place.py", "report.py",
    "result.py", "screen.py", "scrub.py", "timeline.py",
}  # fmt: skip
INPUT_AND_OUTPUT = {"imaplib", "imap_tools", "playwright", "socket", "subprocess", "requests", "urllib.request"}


def imported(path: Path) -> set[str]:
    """The modules that a file imports when it runs; those for type checkers don't count."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(node)
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and ast.unparse(branch.test) == "TYPE_CHECKING"
        for node in ast.walk(branch)
    }
    names: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).glob("**/*.py"))


def within(names: set[str], package: str) -> set[str]:
    return {name for name in names if name == package or name.startswith(package + ".")}


@pytest.mark.parametrize("path", modules("automation"), ids=lambda path: path.name)
def test_the_engine_knows_no_flow_and_no_store(path: Path) -> None:
    if path.name not in MAY_IMPORT_FLOWS:
        assert not within(imported(path), "flows")
        assert "aliexpress" not in path.read_text(encoding="utf-8").lower().replace("readdress_store", "") or (
            path.parent == COMMANDS or path.name in {"variables.py", "settings.py", "stand_in.py"}  # the default store
        )


@pytest.mark.parametrize("path", modules("automation") + modules("flows"), ids=lambda path: path.name)
def test_nothing_imports_the_stand_ins(path: Path) -> None:
    assert not within(imported(path), "fixtures")


@pytest.mark.parametrize("path", modules("fixtures"), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_stand_ins_import_nothing_of_the_tool(path: Path) -> None:
    assert not within(imported(path), "automation")
    assert not within(imported(path), "flows")


@pytest.mark.parametrize("name", sorted(PURE))
def test_what_thinks_does_no_input_or_output(name: str) -> None:
    names = imported(ROOT / "automation" / name)
    assert not {found for package in INPUT_AND_OUTPUT for found in within(names, package)}


def test_only_settings_and_the_command_line_read_the_environment() -> None:
    readers = {
        path.name
        for path in modules("automation")
        if path.parent != COMMANDS
        if "os.environ" in path.read_text(encoding="utf-8") or "getenv" in path.read_text(encoding="utf-8")
    }
    assert readers <= {"settings.py"}


def test_help_loads_neither_the_browsers_driver_nor_the_imap_client() -> None:
    program = (
        "import sys; sys.argv = ['readdress', '--help']\n"
        "from automation.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print([n for n in ('playwright', 'imap_tools', 'jinja2', 'email_validator') if n in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1] == "[]"
