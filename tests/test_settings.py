"""Settings: what the user gives becomes one checked object."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sample_settings import CANARY, ENOUGH, NOWHERE, changed, only_problem, problems, settings, written

from automation.errors import SettingsStop
from automation.settings import MailboxChoice, load, state_folder

# --- what is enough ---


def test_two_addresses_with_their_mailboxes_and_a_password_are_enough() -> None:
    got = settings(ENOUGH)
    assert (got.store, got.store_url, got.store_user) == ("aliexpress", None, "anna@old.example")
    assert got.store_password == "store-" + CANARY
    assert (got.code_timeout_s, got.timeout_s, got.settle_s) == (600, 1800, 90)
    assert got.runs_dir == state_folder() / "runs"
    assert got.warnings == ()


def test_a_mailbox_is_served_where_its_url_says_for_the_user_of_its_address() -> None:
    box = settings(ENOUGH).old.imap
    assert box is not None
    assert (box.host, box.port, box.tls) == ("imap.old.example", 993, "implicit")
    assert (box.user, box.password) == ("anna@old.example", "old-" + CANARY)


def test_a_user_in_a_mailbox_s_url_is_not_the_address() -> None:
    box = settings(changed(NEW_IMAP_URL="imap://me%40box.example@mail", PLAIN_HOSTS="mail")).new.imap
    assert box is not None
    assert (box.address, box.user, box.tls) == ("anna@new.example", "me@box.example", "plain")
    assert box.plain_hosts == {"mail"}


def test_the_store_s_password_may_be_missing() -> None:
    assert settings(changed(STORE_PASSWORD="")).store_password is None


def test_ask_means_that_a_person_reads_the_code() -> None:
    got = settings(changed(OLD_IMAP_URL="ask", OLD_IMAP_PASSWORD=""))
    assert got.old == MailboxChoice("anna@old.example", None)


def test_nothing_given_names_every_missing_setting_at_once() -> None:
    told = problems({})
    assert [line.split(":")[0] for line in told] == [
        "READDRESS_OLD_EMAIL",
        "READDRESS_OLD_IMAP_URL",
        "READDRESS_OLD_IMAP_PASSWORD",
        "READDRESS_NEW_EMAIL",
        "READDRESS_NEW_IMAP_URL",
        "READDRESS_NEW_IMAP_PASSWORD",
    ]
    assert "READDRESS_OLD_IMAP_URL=imaps://user%40domain@host:993, or READDRESS_OLD_IMAP_URL=ask" in told[1]


def test_wrong_settings_end_with_2() -> None:
    with pytest.raises(SettingsStop) as stop:
        settings({})
    assert (stop.value.outcome, stop.value.exit_code, stop.value.reason.kind) == ("settings", 2, "settings")


def test_a_command_without_mailboxes_asks_for_none() -> None:
    got = load({}, {"READDRESS_OLD_IMAP_URL": "nonsense"}, None, NOWHERE, need=())
    assert (got.old, got.new, got.store_user) == (MailboxChoice(), MailboxChoice(), "")


def test_a_command_that_only_signs_in_asks_for_the_user() -> None:
    with pytest.raises(SettingsStop, match=r"READDRESS_STORE_USER: missing; .*READDRESS_OLD_EMAIL"):
        load({}, {}, None, NOWHERE, need=("store",))
    got = load({}, {"READDRESS_OLD_EMAIL": "anna@old.example"}, None, NOWHERE, need=("store",))
    assert got.store_user == "anna@old.example"


def test_empty_counts_as_missing() -> None:
    assert only_problem(changed(OLD_EMAIL="")).startswith("READDRESS_OLD_EMAIL: missing")


def test_a_mistyped_name_in_the_file_or_the_environment_is_told(tmp_path: Path) -> None:
    written(tmp_path, "READDRESS_NEW_MAIL=x\n")
    assert len(load({}, changed(OLD_MAIL="x"), None, tmp_path).warnings) == 2


# --- which one counts ---


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    written(tmp_path, "READDRESS_STORE_USER='from the file'\nREADDRESS_RUNS_DIR=there\n")
    got = load({}, changed(STORE_USER="from the environment"), None, tmp_path)
    assert (got.store_user, got.runs_dir) == ("from the environment", tmp_path / "there")


def test_an_empty_variable_takes_back_what_the_file_says(tmp_path: Path) -> None:
    written(tmp_path, "READDRESS_STORE_USER=file\n")
    assert load({}, changed(STORE_USER=""), None, tmp_path).store_user == "anna@old.example"


def test_options_override_the_environment() -> None:
    environ = changed(STORE="a", STORE_URL="https://a.example", RUNS_DIR="/a")
    url = "https://b.example:8443/"
    got = settings(environ, to="bert@new.example", store="b", store_url=url, runs_dir=Path("/b"))
    assert (got.new.address, got.store, got.runs_dir) == ("bert@new.example", "b", Path("/b"))
    assert (got.store_url, got.store_url_named) == (url, True)


def test_a_store_url_from_the_environment_was_not_named_on_the_command_line() -> None:
    assert not settings(changed(STORE_URL="https://a.example")).store_url_named


def test_numbers_and_switches_come_from_options() -> None:
    got = settings(ENOUGH, settle=5.0, timeout=60, code_timeout=30, dry_run=True, headed=False, json=True)
    assert (got.settle_s, got.timeout_s, got.code_timeout_s) == (5, 60, 30)
    assert (got.dry_run, got.headed, got.json, got.yes, got.quiet) == (True, False, True, False, False)


def test_problems_of_the_file_are_told_with_the_others(tmp_path: Path) -> None:
    written(tmp_path, f"{CANARY}\n")
    with pytest.raises(SettingsStop) as stop:
        load({}, changed(OLD_EMAIL=""), None, tmp_path)
    first, second = stop.value.reason.text.splitlines()
    assert first.startswith(f"{tmp_path}/.env, line 1: ")
    assert second.startswith("READDRESS_OLD_EMAIL: ")


# --- whom to trust, where it runs ---

NEAR = changed(STORE_URL="http://127.0.0.1:1", OLD_IMAP_URL="imap://localhost:2")


def test_senders_are_trusted_unproved_where_store_and_mailbox_are_on_this_machine() -> None:
    got = settings(NEAR)
    assert got.trusts_senders_to(got.old)
    assert not got.trusts_senders_to(got.new)


def test_a_real_store_s_senders_are_not_trusted_unproved() -> None:
    got = settings(changed(OLD_IMAP_URL="imap://localhost:2"))
    assert not got.trusts_senders_to(got.old)


def test_a_bridge_on_this_machine_carries_the_world_s_mail() -> None:
    got = settings(NEAR | {"READDRESS_OLD_EMAIL": "anna@Proton.me"})
    assert not got.trusts_senders_to(got.old)


def test_on_request_every_sender_is_trusted() -> None:
    got = settings(ENOUGH, trust_sender=True)
    assert got.trusts_senders_to(got.old)


def test_a_mail_server_s_name_or_dns_makes_senders_provable() -> None:
    got = settings(changed(OLD_AUTHSERV_ID="MX.old.example"))
    assert got.trust_in(got.old).servers == {"mx.old.example"}
    assert got.trust_in(got.old).can_prove
    assert not got.trust_in(got.new).can_prove
    assert settings(changed(DKIM="yes")).trust_in(got.new).can_prove


def test_dns_is_asked_for_nothing_unless_it_is_said() -> None:
    got = settings(ENOUGH)
    assert got.trust_in(got.old).records is None


@pytest.mark.parametrize(("name", "value"), [("OLD_AUTHSERV_ID", "mx.example; dmarc=pass"), ("DKIM", "maybe")])
def test_what_can_be_no_name_and_no_answer_is_told(name: str, value: str) -> None:
    assert only_problem(changed(**{name: value})).startswith(f"READDRESS_{name}: ")


def test_a_window_needs_a_display() -> None:
    assert settings(ENOUGH | {"DISPLAY": ":0"}).has_display
    assert settings(ENOUGH).has_display is (sys.platform == "darwin")


def test_paths_are_taken_from_the_working_folder_and_home(tmp_path: Path) -> None:
    got = load({}, changed(BROWSER_PATH="~/chrome", PROFILE_DIR="here"), None, tmp_path)
    assert (got.browser_path, got.profile_dir) == (Path.home() / "chrome", tmp_path / "here")


def test_importing_the_settings_brings_no_heavy_package_along() -> None:
    code = "import automation.settings, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert not {"playwright", "imap_tools", "email_validator", "dotenv", "platformdirs"} & set(loaded.split())
