"""Commands that only tell: the steps, and the runs that were kept."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from automation.commands.options import EnvFile, Json, RunsDir
from automation.commands.output import print_json, tell
from automation.commands.shipped import FLOWS, flow_named
from automation.errors import SettingsStop
from automation.settings import load

if TYPE_CHECKING:
    from automation.settings import Options


def steps(*, as_json: Json = False) -> int:
    """Example: readdress steps

    List the steps of the documented paths.
    """
    from automation.path_table import as_data, as_lines  # noqa: PLC0415 - only here

    flows = [flow_named(name) for name in FLOWS]
    if as_json:
        print_json({"version": 1, **as_data(flows)})
    else:
        print("\n\n".join("\n".join(as_lines(flow)) for flow in flows))
    return 0


def runs(
    run: Annotated[str | None, typer.Argument(help="A run's name, or `last`; without one all are listed.")] = None,
    *,
    show: Annotated[bool, typer.Option("--open", help="Open its report in your browser.")] = False,
    runs_dir: RunsDir = None,
    env_file: EnvFile = None,
    as_json: Json = False,
) -> int:
    """Example: readdress runs last --open

    List the runs, or tell how one ended and open its report.
    """
    from automation.kept_runs import kept_run, kept_runs, mended_in  # noqa: PLC0415 - only here

    options: Options = {"runs_dir": runs_dir}
    folder = load(options, os.environ, env_file, Path.cwd(), need=()).runs_dir
    if run is None:
        found = kept_runs(folder)
        if as_json:
            print_json({"version": 1, "folder": str(folder), "runs": found})
        else:
            print(f"{len(found)} run{'' if len(found) == 1 else 's'} in {folder}")
            for result in found:
                print(f"  {result['run']}  {result['outcome']:<13}{result['old'] or '?'} → {result['new'] or '?'}")
        return 0
    result = kept_run(folder, run)
    if show and result["report"] is None:
        raise SettingsStop(f"The run {result['run']} ended before it wrote a report.", kind="no_report")
    tell(result, as_json=as_json, mend=mended_in(folder, result["run"]))
    if show:
        typer.launch(Path(result["report"]).as_uri())
    return 0
