"""What users install: the wheel alone, in an environment of its own, away from this checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]


def run(*words: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        words, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the programs of an environment that has nothing but the wheel and what it asks for."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, CHECKOUT, cwd=folder)
    [wheel] = folder.glob("readdress-*.whl")
    venv.create(folder / "empty", with_pip=True)
    programs = folder / "empty" / "bin"
    run(programs / "python", *pip[1:], "install", wheel, cwd=folder)
    return programs


@pytest.mark.full
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("generation", ["legacy", "center"])
def test_the_demo_works_from_the_wheel_in_an_empty_environment(
    generation: str, installed: Path, tmp_path: Path
) -> None:
    home = {"HOME": str(tmp_path), "READDRESS_RUNS_DIR": str(tmp_path / "runs"), "PYTHONPATH": ""}
    done = run(installed / "readdress", "demo", "--generation", generation, cwd=tmp_path, **home)
    assert "A9" in done.stderr
    assert list(tmp_path.glob("runs/*/report.html"))


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_the_wheel_brings_its_pytest_plugin(installed: Path, tmp_path: Path) -> None:
    names = run(installed / "python", "-c", PLUGINS, cwd=tmp_path, PYTHONPATH="").stdout.split()
    assert names == ["automation.pytest_plugin"]


PLUGINS = (
    "from importlib.metadata import entry_points;"
    "print(*(each.value for each in entry_points(group='pytest11') if each.name == 'readdress'))"
)
