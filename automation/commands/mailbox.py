"""The command that reads any one mailbox."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from automation.commands.options import EnvFile, ImapCa, Json
from automation.commands.output import print_json, say
from automation.commands.running import asking_unseen, somebody_is_there
from automation.commands.shipped import store_named
from automation.settings import scrub_environment


def code(
    mailbox: Annotated[
        str | None,
        typer.Option("--mailbox", help="imaps://user%40domain@host, or an address of a known provider.", metavar="URL"),
    ] = None,
    senders: Annotated[
        list[str] | None,
        typer.Option("--from", help="Whom the letter is from: address or whole domain; repeatable.", metavar="SENDER"),
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", help="Whom the letter is to (the mailbox's own address).", metavar="ADDRESS")
    ] = None,
    store: Annotated[
        str | None, typer.Option("--store", help="From that store's senders (aliexpress).", metavar="NAME")
    ] = None,
    env_file: EnvFile = None,
    *,
    timeout: Annotated[float | None, typer.Option("--timeout", help="Seconds to wait (120).", metavar="S")] = None,
    digits: Annotated[
        int | None, typer.Option("--digits", help="How many digits the code has (4 to 8).", metavar="N")
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option("--origin", help="A site that the code may be bound to; repeatable.", metavar="HOST"),
    ] = None,
    trust_sender: Annotated[
        bool, typer.Option("--trust-sender", help="Take letters by their From address alone.")
    ] = False,
    imap_ca: ImapCa = None,
    as_json: Json = False,
) -> int:
    """Example: readdress code --mailbox me@gmail.com --from account@notice.aliexpress.com

    Wait for the next code in a mailbox and print it alone.

    Says “waiting” on stderr once the letter may be asked for. The password comes from READDRESS_MAILBOX_PASSWORD or
    what READDRESS_MAILBOX_PASSWORD_COMMAND prints (such as `keyring get mail me`), else from you at the terminal.
    """
    from automation.arrivals import line_of  # noqa: PLC0415 - only here
    from automation.code_request import Asked, request_of  # noqa: PLC0415 - only here
    from automation.env_file import read_env_file  # noqa: PLC0415 - only here
    from automation.next_code import next_code  # noqa: PLC0415 - brings the IMAP client along
    from automation.oauth import see_signed_in  # noqa: PLC0415 - only here

    asked = Asked(
        mailbox=mailbox,
        to=to,
        senders=tuple(senders or ()),
        origins=tuple(origin or ()),
        timeout=timeout,
        digits=digits,
        imap_ca=imap_ca,
        trust_sender=trust_sender,
    )
    if store:
        asked = asked.at(store_named(store))
    request = request_of(asked, os.environ, read_env_file(env_file, Path.cwd()), Path.cwd(), asking_unseen())
    scrub_environment(os.environ)
    if request.mailbox.tokens is not None and somebody_is_there():
        see_signed_in(request.mailbox.tokens, say)
    told = next_code(request, lambda: say("waiting"), lambda letter: say(f"  {line_of(letter)}"))
    say(told.provenance())
    if as_json:
        print_json(told.as_json())
    elif told.code:
        print(told.code.value, flush=True)
    return told.exit_code
