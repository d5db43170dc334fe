"""Letters made to cost time and memory: each is read or refused within two seconds, all within a hundred megabytes."""

from __future__ import annotations

import pytest
from sample_large_letters import HOSTILE, costs, typical_letter
from sample_letters import code_in

LIMIT_S, LIMIT_MB = 2.0, 100.0


@pytest.fixture(scope="module")
def measured() -> tuple[dict[str, float], float]:
    return costs()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_letter_is_dealt_with_within_two_seconds(name: str, measured: tuple[dict[str, float], float]) -> None:
    assert measured[0][name] < LIMIT_S


def test_hostile_letters_need_less_than_a_hundred_megabytes(measured: tuple[dict[str, float], float]) -> None:
    assert measured[1] < LIMIT_MB


def test_the_code_is_found_in_a_letter_of_the_usual_size_and_make() -> None:
    raw = typical_letter()

    assert 50_000 < len(raw) < 80_000
    assert code_in(raw) == "123456"
