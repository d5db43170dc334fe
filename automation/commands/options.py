"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EnvFile = Annotated[Path | None, typer.Option("--env-file", help="Settings file instead of ./.env.", metavar="FILE")]
StoreName = Annotated[
    str | None, typer.Option("--store", help="Which store's file describes the site (aliexpress).", metavar="NAME")
]
StoreUrl = Annotated[
    str | None, typer.Option("--store-url", help="The same store served from another place.", metavar="URL")
]
Headed = Annotated[
    bool | None,
    typer.Option(
        "--headed/--headless", help="With or without a window (default: a window at a terminal with a display)."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="The result as one JSON object on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]
RunsDir = Annotated[
    Path | None, typer.Option("--runs-dir", help="Where journals, pictures and reports go.", metavar="DIR")
]
ImapCa = Annotated[
    Path | None, typer.Option("--imap-ca", help="Certificate of your own mail server (PEM).", metavar="FILE")
]
To = Annotated[str | None, typer.Option("--to", help="The new address (else READDRESS_NEW_EMAIL).", metavar="ADDRESS")]
BrowserUrl = Annotated[
    str | None, typer.Option("--browser-url", help="Attach to your own browser's debugging port.", metavar="URL")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Walk to the last safe step; request and submit nothing.")]
Timeout = Annotated[float | None, typer.Option("--timeout", help="Seconds for the whole run (1800).", metavar="S")]
Settle = Annotated[
    float | None, typer.Option("--settle", help="Seconds to read the account until it is known (90).", metavar="S")
]
Generation = Annotated[str, typer.Option("--generation", help="legacy or center: which pages the store shows.")]
Language = Annotated[str, typer.Option("--language", help="en it ru es pt fr de pl.")]
Switch = Annotated[
    list[str] | None,
    typer.Option("--switch", help="Turn a switch of the stand-in, such as password_again=true.", metavar="NAME=VALUE"),
]
