"""Every letter of fixtures/letters is read as the file beside it says, whichever way its lines end."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sample_letters import ANNA, BEN, SERVER, SHOP

from automation.codes import Found, NotTaken, read_code
from automation.message import Unusable, read_letter
from automation.scrub import scrub
from automation.shape import Shape
from automation.trust import Trust
from automation.wanted import Wanted

LETTERS = Path(__file__).parent.parent / "fixtures/letters"
NAMES = sorted(path.relative_to(LETTERS).with_suffix("").as_posix() for path in LETTERS.rglob("*.eml"))
KEYS = {
    *("case", "code", "refused", "purpose", "digits", "letters", "sender", "trust_sender", "dkim"),
    *("received", "asked", "tried", "in_picture"),
}


@dataclass(frozen=True)
class Expected:
    """What the file beside a letter says; README.md there tells what each key means."""

    said: dict[str, Any]

    def wanted(self) -> Wanted:
        """What the run asks for."""
        said = self.said
        return Wanted(
            recipient=ANNA,
            senders=frozenset({said.get("sender", SHOP)}),
            purpose=said.get("purpose", "change"),
            shape=Shape(said.get("digits", 6), letters=said.get("letters", False)),
            own_addresses=frozenset({ANNA, BEN}),
            origins=frozenset({"www.shop.example"}),
            tried=frozenset({said["tried"]} if "tried" in said else ()),
            dated_from=said.get("asked"),
            trust=Trust(frozenset({SERVER}), records=records().get if said.get("dkim") else None),
            trust_sender=said.get("trust_sender", False),
        )


@cache
def records() -> dict[str, bytes]:
    """What DNS says about those who signed letters of the corpus."""
    table = tomllib.loads((LETTERS / "signed/records.toml").read_text("utf-8"))
    return {name: record.encode() for name, record in table.items()}


@cache
def expected(name: str) -> Expected:
    return Expected(tomllib.loads((LETTERS / f"{name}.toml").read_text("utf-8")))


def verdict(name: str, line_end: bytes) -> Found | NotTaken:
    raw = (LETTERS / f"{name}.eml").read_bytes().replace(b"\n", line_end)
    received = expected(name).said.get("received", datetime(2026, 11, 23, 8, 0, 1, tzinfo=UTC))
    try:
        return read_code(read_letter(raw), expected(name).wanted(), received)
    except Unusable as odd:
        return NotTaken(f"unusable: it {odd}")


@pytest.mark.parametrize("name", NAMES)
def test_a_letter_is_read_as_the_file_beside_it_says(name: str) -> None:
    said = expected(name).said
    for line_end in (b"\r\n", b"\n"):
        found = verdict(name, line_end)
        if "code" in said:
            assert isinstance(found, Found), found
            assert found.value == said["code"]
        else:
            assert isinstance(found, NotTaken), found.value
            assert said["refused"] in found.reason
            assert found.in_picture is said.get("in_picture", False)


def test_nothing_that_is_told_of_a_letter_moves_the_cursor_or_shows_its_code() -> None:
    for name in NAMES:
        found = verdict(name, b"\r\n")
        told = found.why + found.proof if isinstance(found, Found) else found.reason
        assert scrub(told) == scrub(scrub(told)), name
        assert "482913" not in told, name


def test_the_corpus_is_large_and_each_case_stands_in_it_twice() -> None:
    cases = Counter(expected(name).said["case"] for name in NAMES)

    assert len(NAMES) >= 150
    assert {case for case, count in cases.items() if count < 2} == set()


def test_beside_each_letter_stands_what_is_expected_and_nothing_else() -> None:
    beside = {path.relative_to(LETTERS).with_suffix("").as_posix() for path in LETTERS.rglob("*.toml")}

    assert {name for name in beside if not name.startswith("generator/")} - {"signed/records"} == set(NAMES)
    for name in NAMES:
        said = expected(name).said
        assert said.keys() <= KEYS, name
        assert ("code" in said) != ("refused" in said), name
