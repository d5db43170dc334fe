"""`.env`: read only where nobody else can read it, and never quoted in a message."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.env_file import read_env_file

CANARY = "c4n4ry-Ünïque"


def written(folder: Path, text: str | bytes, mode: int = 0o600) -> Path:
    path = folder / ".env"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)
    return path


def only_problem(folder: Path, path: Path | None = None) -> str:
    file = read_env_file(path, folder)
    assert file.values == {} or "line" in file.problems[0]
    (problem,) = file.problems
    return problem


def test_the_one_in_the_working_folder_is_read(tmp_path: Path) -> None:
    written(tmp_path, "\ufeffA=1\nexport B='2'\n# a comment\nC=\n")
    assert read_env_file(None, tmp_path).values == {"A": "1", "B": "2", "C": ""}


def test_parents_are_not_searched(tmp_path: Path) -> None:
    written(tmp_path, "A=1\n")
    (tmp_path / "below").mkdir()
    assert read_env_file(None, tmp_path / "below").values == {}


def test_none_in_the_working_folder_is_no_problem(tmp_path: Path) -> None:
    assert read_env_file(None, tmp_path).problems == ()


def test_a_named_one_must_be_there(tmp_path: Path) -> None:
    told = only_problem(tmp_path, Path("other.env"))
    assert told.startswith(f"{tmp_path}/other.env: can't be read (No such file")


def test_a_name_that_is_none_is_refused(tmp_path: Path) -> None:
    assert "no usable file name" in only_problem(tmp_path, Path("a\0b"))


def test_a_named_file_is_read_instead(tmp_path: Path) -> None:
    written(tmp_path, "A=1\n").rename(tmp_path / "other.env")
    written(tmp_path, "A=2\n")
    assert read_env_file(Path("other.env"), tmp_path).values == {"A": "1"}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o666, 0o644])
def test_a_file_that_others_can_get_at_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    path = written(tmp_path, f"PASSWORD='{CANARY}'\n", mode)
    told = only_problem(tmp_path)
    assert told.endswith(f"chmod 600 {path}")
    assert CANARY not in told


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_file_of_one_s_own_is_read(tmp_path: Path, mode: int) -> None:
    written(tmp_path, "A=1\n", mode)
    assert read_env_file(None, tmp_path).values == {"A": "1"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_somebody_else_s_file_is_refused(tmp_path: Path) -> None:
    os.chown(written(tmp_path, "A=1\n"), 65_534, 65_534)
    assert "belongs to another user" in only_problem(tmp_path)


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert "is not a regular file" in only_problem(tmp_path, Path("pipe"))


def test_a_folder_of_that_name_is_somebody_s_virtual_environment(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    assert read_env_file(None, tmp_path).problems == ()


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "bad", [CANARY, f"{CANARY} {CANARY}", f"A='{CANARY}", f'A="{CANARY}" {CANARY}', f"'A={CANARY}"]
)
def test_a_line_that_cant_be_understood_is_named_by_its_number(tmp_path: Path, bad: str, newline: str) -> None:
    written(tmp_path, newline.join(["# a comment", "B=1", "", "  ", bad, ""]))
    assert only_problem(tmp_path) == f"{tmp_path}/.env, line 5: can't be understood; write NAME='value'"


def test_dollar_signs_stay_as_they_are(tmp_path: Path) -> None:
    written(tmp_path, "A=1\nB='${A}$A'\nC=${A}\n")
    assert read_env_file(None, tmp_path).values == {"A": "1", "B": "${A}$A", "C": "${A}"}


@pytest.mark.parametrize("text", ["half # a comment", "half\t#x", " half #", " # half"])
def test_a_password_that_would_be_cut_is_refused(tmp_path: Path, text: str) -> None:
    written(tmp_path, f"\nSTORE_PASSWORD={text}\n")
    told = only_problem(tmp_path)
    assert told.startswith(f"{tmp_path}/.env, line 2: STORE_PASSWORD would be cut at the")
    assert "half" not in told


def test_a_comment_after_another_value_is_a_comment(tmp_path: Path) -> None:
    written(tmp_path, "USER=me # that is me\nPASSWORD='a # b' # mine\nSTORE_PASSWORD= \n")
    assert read_env_file(None, tmp_path).values == {"USER": "me", "PASSWORD": "a # b", "STORE_PASSWORD": ""}


@pytest.mark.parametrize(("raw", "why"), [(b"A=\xff", "UTF-8"), (b"#" * 70_000, "longer than 65,536 bytes")])
def test_what_is_no_settings_file_is_refused(tmp_path: Path, raw: bytes, why: str) -> None:
    written(tmp_path, raw)
    assert why in only_problem(tmp_path)


def test_its_values_are_not_shown(tmp_path: Path) -> None:
    written(tmp_path, f"A={CANARY}\n")
    assert CANARY not in repr(read_env_file(None, tmp_path))


@given(password=st.text(st.characters(codec="utf-8")))
def test_every_text_in_single_quotes_comes_out_as_it_went_in(
    tmp_path_factory: pytest.TempPathFactory, password: str
) -> None:
    folder = tmp_path_factory.mktemp("quoted")
    quoted = password.replace("\\", "\\\\").replace("'", "\\'")
    written(folder, f"PASSWORD='{quoted}'\n")
    assert read_env_file(None, folder).values == {"PASSWORD": password}


@given(raw=st.binary(max_size=200))
def test_no_content_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    folder = tmp_path_factory.mktemp("odd")
    written(folder, raw)
    file = read_env_file(None, folder)
    assert all(str(folder) in problem for problem in file.problems)
