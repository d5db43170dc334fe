"""The command line as its users meet it: a subprocess, its exit code, its stdout and its stderr."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sample_runs import STORES, some

from automation.store import load_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from sample_runs import Command

    from automation.stand_in import StandIn

COMMANDS = [
    "change",
    "backup",
    "support",
    "init",
    "check",
    "login",
    "code",
    "demo",
    "steps",
    "store",
    "runs",
    "browser where",
    "browser install",
]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_starts_with_an_example(name: str, command: Command) -> None:
    done = command(*name.split(), "--help")
    usage, blank, first, *_ = done.stdout.strip().splitlines()
    assert usage.startswith("Usage: readdress")
    assert blank == ""
    assert first.strip().startswith(f"Example: readdress {name}")


def test_the_module_is_the_command(command: Command, readdress: str) -> None:
    module = subprocess.run([sys.executable, "-m", "automation", "steps"], capture_output=True, text=True, check=True)
    assert module.stdout == command("steps").stdout


def test_steps_prints_the_three_paths_and_where_each_commits(command: Command) -> None:
    lines = command("steps").stdout.splitlines()
    assert lines[:2] == ["Change the account's e-mail address", "  A1  Open the account menu"]
    assert [line.split()[0] for line in lines if line.endswith("[point of no return]")] == ["A8d", "B5a", "C3c"]
    told = json.loads(command("steps", "--json").stdout)
    assert [each["flow"] for each in told["flows"]] == ["change_email", "backup_email", "support_chat"]
    assert (told["flow"], told["steps"]) == ("change_email", told["flows"][0]["steps"])
    assert sum(len(each["steps"]) for each in told["flows"]) == len([line for line in lines if line[:2] == "  "])


def test_all_missing_settings_are_told_at_once(command: Command) -> None:
    result = command.json("change", "--yes")
    assert (result["outcome"], result["exit"]) == ("settings", 2)
    for name in ("READDRESS_OLD_EMAIL", "READDRESS_NEW_EMAIL", "READDRESS_OLD_IMAP_URL", "READDRESS_NEW_IMAP_URL"):
        assert name in result["reason"]["text"]
    assert len(command("change", "--yes").stderr.splitlines()) <= 24


def test_a_mistyped_option_is_one_json_object_too(command: Command) -> None:
    result = command.json("change", "--frobnicate")
    assert (result["outcome"], result["reason"]["kind"]) == ("settings", "usage")
    assert "--frobnicate" in result["reason"]["text"]


def test_without_a_terminal_and_without_yes_nothing_begins(
    command: Command, make_store: Callable[..., StandIn]
) -> None:
    store = make_store()
    result = command.json("change", **store.environment())
    assert (result["outcome"], result["reason"]["kind"]) == ("settings", "no_terminal")
    assert store.truth()["sign_ins"] == []


def test_an_env_file_that_others_can_read_is_refused(command: Command, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("READDRESS_STORE_PASSWORD=canary-7f3a\n")
    (tmp_path / ".env").chmod(0o644)
    done = command("change", "--yes")
    assert done.returncode == 2
    assert "chmod 600" in done.stderr
    assert "canary-7f3a" not in done.stdout + done.stderr


def test_a_store_that_is_not_there_ends_with_site(command: Command, make_store: Callable[..., StandIn]) -> None:
    store = make_store()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        result = command.json("change", "--yes", "--store-url", url, **store.environment())
    assert (result["outcome"], result["reason"]["kind"]) == ("site", "unreachable")
    assert "ERR_CONNECTION_REFUSED" in result["reason"]["text"]


def test_a_store_without_working_tls_ends_with_site(command: Command, make_store: Callable[..., StandIn]) -> None:
    store = make_store()
    url = store.url.replace("http://", "https://")
    result = command.json("change", "--yes", "--store-url", url, **store.environment())
    assert (result["outcome"], result["reason"]["kind"]) == ("site", "tls")
    assert store.truth()["sign_ins"] == []


def test_plain_text_off_this_machine_is_refused_before_anything_is_sent(command: Command) -> None:
    result = command.json(
        "change",
        "--yes",
        READDRESS_STORE_URL="http://shop.example",
        READDRESS_OLD_EMAIL="anna@example.org",
        READDRESS_OLD_IMAP_URL="ask",
        READDRESS_NEW_EMAIL="ANNA@example.org",
        READDRESS_NEW_IMAP_URL="ask",
    )
    assert (result["outcome"], result["exit"]) == ("settings", 2)
    assert "READDRESS_STORE_URL" in result["reason"]["text"]
    assert "READDRESS_NEW_EMAIL: is the old address again" in result["reason"]["text"]


def test_letters_that_can_not_be_proved_genuine_stop_the_run_unless_it_is_said(command: Command) -> None:
    far = {
        "READDRESS_OLD_EMAIL": "anna@example.org",
        "READDRESS_OLD_IMAP_URL": "imaps://imap.example.org",
        "READDRESS_OLD_IMAP_PASSWORD": "x",
        "READDRESS_NEW_EMAIL": "bruno@example.org",
        "READDRESS_NEW_IMAP_URL": "imaps://imap.example.org",
        "READDRESS_NEW_IMAP_PASSWORD": "x",
    }
    result = command.json("change", "--yes", **far)
    assert (result["outcome"], result["reason"]["kind"]) == ("settings", "unproved_senders")
    assert "READDRESS_OLD_AUTHSERV_ID" in result["reason"]["text"]
    assert "--trust-sender" in result["reason"]["text"]


def test_a_mailbox_that_can_not_be_reached_ends_with_mailbox(
    command: Command, make_store: Callable[..., StandIn]
) -> None:
    store = make_store()
    environment = {**store.environment(), "READDRESS_OLD_IMAP_URL": "imap://anna@127.0.0.1:9"}
    result = command.json("change", "--yes", **environment)
    assert (result["outcome"], result["reason"]["kind"]) == ("mailbox", "unreachable")
    assert "127.0.0.1" in result["reason"]["text"]


def test_a_machine_without_any_browser_is_told_how_to_get_one(
    command: Command, make_store: Callable[..., StandIn]
) -> None:
    store = make_store()
    nowhere = {"PATH": "/nonexistent", "PLAYWRIGHT_BROWSERS_PATH": "/nonexistent"}
    result = command.json("change", "--yes", **{**store.environment(), **nowhere})
    assert (result["outcome"], result["reason"]["kind"]) == ("site", "no_browser")
    assert "readdress browser install" in result["reason"]["text"]


@pytest.mark.full
def test_the_new_address_can_be_said_on_the_command_line(command: Command, make_store: Callable[..., StandIn]) -> None:
    store = make_store()
    environment = {**store.environment(), "READDRESS_NEW_EMAIL": "somebody@else.example"}
    result = command.json("change", "--yes", "--to", store.new, "--settle", "5", **environment)
    assert result["outcome"] == "changed"
    [account] = store.truth()["accounts"].values()
    assert account["email"] == store.new


def test_a_browser_that_is_none_ends_with_site(command: Command, make_store: Callable[..., StandIn]) -> None:
    store = make_store()
    result = command.json("change", "--yes", **{**store.environment(), "READDRESS_BROWSER_PATH": "/nonexistent"})
    assert (result["outcome"], result["reason"]["kind"]) == ("site", "browser")
    assert "/nonexistent" in result["reason"]["text"]


def test_a_refused_mailbox_stops_before_the_store_is_opened(
    command: Command, make_store: Callable[..., StandIn]
) -> None:
    store = make_store()
    environment = {**store.environment(), "READDRESS_NEW_IMAP_PASSWORD": "not it"}
    result = command.json("change", "--yes", **environment)
    assert (result["outcome"], result["reason"]["kind"]) == ("mailbox", "login_refused")
    assert store.truth()["sign_ins"] == []


def test_the_change_runs_and_keeps_everything_private(command: Command, make_store: Callable[..., StandIn]) -> None:
    store = make_store(generation="legacy", language="it")

    done = command("change", "--yes", "--settle", "5", **store.environment())

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("Changed: the account now has a***i@example.net")
    assert "from account@notice.aliexpress.com, INBOX" in done.stdout
    secrets = [store.password, *store.mail.passwords.values(), store.user, store.new]
    for path in command.home.glob("runs/**/*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
    kept = [path for path in command.home.glob("runs/**/*") if path.suffix in {".jsonl", ".html"}]
    assert len(kept) == 2
    for text in [done.stdout, done.stderr, *(path.read_text() for path in kept)]:
        assert not [secret for secret in secrets if secret in text]


def test_a_rehearsal_requests_nothing_and_reports_ranks(command: Command, make_store: Callable[..., StandIn]) -> None:
    store = make_store()
    result = command.json("change", "--dry-run", **store.environment())
    assert (result["outcome"], result["exit"]) == ("planned", 0)
    assert [step["id"] for step in result["steps"]] == ["A1", "A2", "A3", "A4", "A5"]
    assert all(isinstance(step["rank"], int) for step in result["steps"])
    assert store.truth()["codes_requested"] == []


def test_check_tells_each_part_in_a_line(command: Command, make_store: Callable[..., StandIn]) -> None:
    store = make_store()
    done = command("check", **store.environment())
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [
        ["ok", "browser"], ["ok", "store"], ["ok", "session"], ["ok", "old"], ["ok", "new"],
    ]  # fmt: skip
    assert "not signed in" in done.stdout
    assert "INBOX and Junk watched" in done.stdout
    assert "letters are proved by mx.stand-in.example" in done.stdout


def test_check_tells_what_fails_and_goes_on(command: Command, make_store: Callable[..., StandIn]) -> None:
    store = make_store()
    done = command("check", "--json", **{**store.environment(), "READDRESS_OLD_IMAP_PASSWORD": "not it"})
    told = json.loads(done.stdout)
    assert done.returncode == 6
    assert (told["outcome"], told["exit"]) == ("mailbox", 6)
    assert [(check["name"], check["ok"]) for check in told["checks"]] == [
        ("browser", True), ("store", True), ("session", True), ("old mailbox", False), ("new mailbox", True),
    ]  # fmt: skip


def test_store_serves_with_a_working_env_until_it_is_stopped(command: Command) -> None:
    with command.start("store", "--json", "--env-out", "shop.env", "--generation", "legacy") as serving:
        assert serving.stdout is not None
        told = json.loads(serving.stdout.readline())
        env = Path(told["env"])
        assert env.stat().st_mode & 0o777 == 0o600
        done = command("change", "--yes", "--settle", "5", "--env-file", str(env))
        serving.send_signal(signal.SIGINT)
        serving.wait(20)
    assert done.returncode == 0, done.stdout + done.stderr
    assert serving.returncode == 0
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", int(told["store"].rstrip("/").rsplit(":", 1)[1])), 2)


def test_demo_shows_the_path_and_leaves_a_report(command: Command) -> None:
    done = command("demo", "--generation", "legacy", "--language", "it")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("Changed:")
    for step in ("A1 ", "A5 ", "A8d ", "A9 "):
        assert f"  {step}" in done.stderr
    # In a pipe a line that is longer than 80 columns stays whole.
    assert re.search(r"(?m)^ +old mailbox: a letter was not taken: from another sender \(\S+\)$", done.stderr)
    report = Path(done.stdout.strip().splitlines()[-1].split()[-1])
    assert report.read_text().startswith("<!doctype html>")


@pytest.mark.full
@pytest.mark.parametrize(("flow", "word"), [("backup", "Saved:"), ("support", "Asked:")])
def test_demo_shows_the_other_paths_too(flow: str, word: str, command: Command) -> None:
    done = command("demo", "--flow", flow, "--language", "de")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(word)


def test_a_demo_of_no_path_is_a_usage_error(command: Command) -> None:
    result = command.json("demo", "--flow", "refund")
    assert (result["outcome"], result["reason"]["kind"]) == ("settings", "usage")


def test_runs_lists_what_was_run_and_tells_it_again(command: Command) -> None:
    demo = command("demo")
    listed = command("runs").stdout.splitlines()
    assert listed[0].startswith("1 run in ")
    assert "changed" in listed[1]
    assert command("runs", "last").stdout == demo.stdout
    missing = command("runs", "nonesuch")
    assert missing.returncode == 2
    assert "There is no run “nonesuch”" in missing.stderr


@pytest.mark.parametrize(
    ("sent", "code"), some([(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)], {(signal.SIGINT, 130)})
)
def test_a_signal_before_the_commit_is_cancelled(
    sent: signal.Signals, code: int, command: Command, make_store: Callable[..., StandIn]
) -> None:
    store = make_store(switches={"no_letter": True})
    with command.start("change", "--yes", "--json", **store.environment()) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if line.lstrip().startswith("A6"):
                break
        running.send_signal(sent)
        out, _ = running.communicate(timeout=30)
    result = json.loads(out)
    assert (result["outcome"], running.returncode) == ("cancelled", code)
    assert store.truth()["submits"] == []


def test_browser_where_names_a_browser_that_starts(command: Command) -> None:
    done = command("browser", "where", "--json")
    told = json.loads(done.stdout)
    assert Path(told["path"]).exists()
    assert told["browser"]


def test_every_shipped_store_can_be_loaded() -> None:
    assert load_store(STORES, "aliexpress").landmarks
