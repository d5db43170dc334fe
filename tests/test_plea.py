"""The message to support: its parts, in each language, and how it is known again."""

from __future__ import annotations

import re

import pytest

from automation.address import mask
from automation.plea import is_plea, plea
from flows.support_chat import wordings

OLD, NEW = "anna.rossi@example.org", "anna.bianchi@example.net"
WORDINGS = wordings()
LONG = f"{'a' * 40}@{'b' * 20}.example.org"


def written(language: str, **parts: str | None) -> str:
    given = {"account": OLD, "old": OLD, "new": NEW, "second": None, "because": None, **parts}
    return plea(WORDINGS[language], **given)  # type: ignore[arg-type]  # the names are plea's own


def test_the_message_is_there_in_every_language_of_the_stores_words() -> None:
    assert set(WORDINGS) == {"en", "it", "ru", "es", "pt", "fr", "de", "pl"}


@pytest.mark.parametrize("language", WORDINGS)
def test_the_message_is_known_again_in_full_and_masked_and_has_room_in_a_chat(language: str) -> None:
    message = written(language)
    assert is_plea(f"Anna {message}", OLD, NEW)
    assert is_plea(message.replace(OLD, mask(OLD)).replace(NEW, mask(NEW)), OLD, NEW)
    assert not is_plea(message.replace(NEW, "?"), OLD, NEW)
    assert "\n" not in message
    assert not re.search(r"[{}]", message)
    assert len(written(language, second=NEW, account="+39 333 1234567")) < 500


@pytest.mark.parametrize("language", WORDINGS)
def test_each_part_is_said_only_where_it_is_true(language: str) -> None:
    words = WORDINGS[language]
    assert words.second in written(language, second=NEW.upper())
    assert "third@example.com" in written(language, second="third@example.com")
    assert words.second not in written(language, second="third@example.com")
    assert words.account.format(account="anna77") in written(language, account="anna77")
    assert words.account.split("{")[0] not in written(language, account=OLD.upper())
    assert words.because not in written(language, because="It was closed.\nFor good.")
    assert "It was closed. For good." in written(language, because="It was closed.\nFor good.")
