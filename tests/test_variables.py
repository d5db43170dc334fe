"""The names of the settings: one table for the README, `.env.example` and the clean environment."""

from __future__ import annotations

import re
from pathlib import Path

from automation.settings import SETTINGS, load, scrub_environment
from automation.variables import unknown_names

EXAMPLE = (Path(__file__).parent.parent / ".env.example").read_text(encoding="utf-8")


def written(folder: Path, text: str) -> Path:
    path = folder / "example.env"
    path.touch(0o600)
    path.write_text(text, encoding="utf-8")
    return path


def test_every_setting_stands_in_the_example_once_and_no_other() -> None:
    names = re.findall(r"^#?(READDRESS_\w+)=", EXAMPLE, re.MULTILINE)
    assert sorted(names) == sorted(each.name for each in SETTINGS)


def test_the_example_can_be_used_as_it_stands(tmp_path: Path) -> None:
    got = load({}, {}, written(tmp_path, EXAMPLE), tmp_path)
    assert got.old.imap is not None
    assert got.new.imap is not None


def test_every_line_of_the_example_can_be_used(tmp_path: Path) -> None:
    text = re.sub(r"^#(READDRESS_)", r"\1", EXAMPLE, flags=re.MULTILINE)
    text = re.sub(r"^READDRESS_\w+_(COMMAND|OAUTH_\w+)=.*$", "", text, flags=re.MULTILINE)
    (tmp_path / "bridge.pem").touch()
    assert load({}, {}, written(tmp_path, text), tmp_path).plain_hosts == {"store", "mail"}


def test_its_lines_for_oauth_can_be_used_at_a_provider_that_has_it(tmp_path: Path) -> None:
    text = re.sub(r"^#(READDRESS_\w+_OAUTH_)", r"\1", EXAMPLE, flags=re.MULTILINE)
    text = re.sub(r"^READDRESS_\w+_(COMMAND|IMAP_\w+)=.*$", "", text, flags=re.MULTILINE)
    text = text.replace("old.example", "outlook.com").replace("new.example", "gmail.com")
    (tmp_path / "bridge.pem").touch()
    got = load({}, {}, written(tmp_path, text), tmp_path)
    assert all(box and box.tokens and not box.password for box in (got.old.imap, got.new.imap))


def test_every_setting_has_a_meaning_and_a_default() -> None:
    assert all(each.meaning and each.default and "|" not in "".join(each) for each in SETTINGS)


def test_a_mistyped_name_is_told_with_the_likely_one() -> None:
    assert unknown_names(["READDRESS_OLD_MAIL", "READDRESS_QQ", "OTHER", "READDRESS_STORE"]) == (
        "READDRESS_OLD_MAIL is not a setting; did you mean READDRESS_OLD_EMAIL?",
        "READDRESS_QQ is not a setting and is not used",
    )


def test_a_name_with_control_characters_is_shown_without_them() -> None:
    (told,) = unknown_names(["READDRESS_\x1b[2J"])
    assert told.isprintable()


def test_the_environment_of_the_browser_holds_nothing_of_ours() -> None:
    environ = {"READDRESS_X": "1", "DEBUG": "pw:api", "PWDEBUG": "1", "PATH": "/bin", "MY_DEBUG": "1"}
    scrub_environment(environ)
    assert environ == {"PATH": "/bin", "MY_DEBUG": "1"}
