"""No secret leaves: not the passwords, not the codes; not in a file, an output, an argument or an environment."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
from sample_canaries import encodings, leaks, leaks_in, secrets_of
from sample_paused import paused
from sample_processes import ON_LINUX, browser_of, driver_of, pages_of, told_to

if TYPE_CHECKING:
    from collections.abc import Callable

    from sample_runs import Command

    from automation.stand_in import StandIn

pytestmark = ON_LINUX


def check_nothing_leaked(command: Command, store: StandIn, output: str) -> None:
    """Zero hits in what was said and in every file that the run has left."""
    secrets = secrets_of(store)
    found = list(leaks(command.home, secrets))
    assert not found, found
    assert not leaks_in(output.encode(), secrets)


@pytest.mark.parametrize("generation", ["legacy", "center"])
def test_a_whole_run_leaks_nothing(generation: str, command: Command, fresh: Callable[[str], StandIn]) -> None:
    store = fresh(generation)
    with paused(command, store, "arrived:A8d") as run:
        seen = told_to(command.home)
        assert {browser_of(command.home), driver_of(command.home), *pages_of(command.home)} < set(seen)
        output = run.output()
    del seen[run.process.pid]  # it was given its settings that way
    secrets = secrets_of(store)
    assert len(secrets) == 5, "the account's password, the mailboxes' and both codes"
    assert not [told for told in seen.values() if leaks_in(told, secrets) or b"READDRESS_" in told]
    assert '"outcome": "changed"' in output
    check_nothing_leaked(command, store, output)


@pytest.mark.parametrize("field", ["act:password", "act:code_field", "act:new_address"])
def test_a_field_that_is_lost_while_it_is_filled_leaks_nothing(
    field: str, command: Command, fresh: Callable[[str], StandIn]
) -> None:
    store = fresh("legacy")
    with paused(command, store, field) as run:
        for page in pages_of(command.home):
            os.kill(page, signal.SIGKILL)
        output = run.output()
    assert '"outcome": "site"' in output
    check_nothing_leaked(command, store, output)


def test_a_signal_while_a_page_hangs_in_the_middle_of_a_code_leaks_nothing(
    command: Command, fresh: Callable[[str], StandIn]
) -> None:
    store = fresh("legacy")
    with paused(command, store, "act:code_field", "stopped:") as run:
        for page in pages_of(command.home):
            os.kill(page, signal.SIGSTOP)
        run.send(signal.SIGTERM)
        run.next_stop()
        for page in pages_of(command.home):
            os.kill(page, signal.SIGCONT)
        output = run.output()
    assert '"exit": 143' in output
    assert store.truth()["codes_typed"] == []
    check_nothing_leaked(command, store, output)


def test_the_canaries_are_found_in_every_encoding(command: Command) -> None:
    secret = 'canary "ünï" 5e1f%\\'
    for number, form in enumerate(encodings(secret)):
        (command.home / str(number)).write_bytes(b"before " + form + b" after")
    assert len(list(leaks(command.home, {secret}))) >= len(encodings(secret)) > 5
    (command.home / "code").write_bytes(b"id 9912345678, code 12345678.")
    assert [path.name for path, _ in leaks(command.home, {"12345678"})] == ["code"]
    assert not list(leaks(command.home, {"99123456"}))
