"""Some hundred generated letters of a fixed seed: never a wrong code, and hardly one not found."""

from __future__ import annotations

import pytest
from sample_generated import Generated, generated

from automation.codes import Found

COUNT = 500


@pytest.fixture(scope="module")
def letters() -> list[Generated]:
    return list(generated("a fixed seed", COUNT))


def test_a_seed_makes_letters_with_and_without_a_code_in_every_language(letters: list[Generated]) -> None:
    languages = {trait for letter in letters for trait in letter.traits if len(trait) == len("en")}

    assert len(letters) == COUNT
    assert len(languages) == 19
    assert COUNT / 4 < sum(letter.expected is None for letter in letters) < COUNT / 2


def test_the_same_seed_makes_the_same_letters_and_another_one_others(letters: list[Generated]) -> None:
    assert [letter.raw for letter in generated("a fixed seed", 20)] == [letter.raw for letter in letters[:20]]
    assert not {letter.raw for letter in generated("another", 20)} & {letter.raw for letter in letters}


def test_no_wrong_code_is_taken_from_any_generated_letter(letters: list[Generated]) -> None:
    taken = [(letter, found.value) for letter in letters if isinstance(found := letter.verdict(), Found)]

    assert [(letter.name, letter.traits) for letter, value in taken if value != letter.expected] == []


def test_the_code_is_found_in_at_least_ninety_nine_of_a_hundred_generated_letters(letters: list[Generated]) -> None:
    with_code = [letter for letter in letters if letter.expected is not None]
    missed = [letter.name for letter in with_code if not isinstance(letter.verdict(), Found)]

    assert len(missed) <= len(with_code) / 100, missed
