"""Nothing secret is typed into a chat: passwords, codes, card numbers; ordinary answers are."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.unsayable import unsayable

CARDS = [
    "4111 1111 1111 1111", "4111-1111-1111-1111", "5555555555554444", "378282246310005", "6011111111111117",
    "3530111333300000", "30569309025904", "2223003122003222", "6200000000000005",
    "\uff14\uff11\uff11\uff11 1111 1111 1111", "It is ٤١١١١١١١١١١١١١١١.",
]  # fmt: skip
PASSWORDS = [
    "my password is hunter22", "password: hunter2!", "La mia password è segreto1", "Mein Passwort lautet geheim1",
    "mi contraseña es secreto", "mon mot de passe est secret1", "hasło to tajne123", "hasło: tajne123", "Password=abc1",
    "пароль: ключик12",
]  # fmt: skip
CODES = [
    "123456", " 123 456. ", "G-123456", "the code is 4321", "codice 12345678", "my PIN is 9876", "код 123456",
    "The code: K7X2M9.", "the code is k7x2m9", "codice: A1B2C3D4",
]  # fmt: skip
HARMLESS = [
    "Anna Rossi", "In 2019.", "8012345678901234", "Order 8168842937451203, of May", "I forgot my password",
    "I never gave my password to anybody", "Yes, please.", "20 November 2019", "+39 333 1234567", "12.50 EUR",
    "anna.123456@example.org", "Via Roma 12, 20121 Milano", "3 orders, 2 parcels", "C-63425317",
    "The code did not come within 10min", "No code came on my iphone12 either", "K7X2M9",
]  # fmt: skip


@pytest.mark.parametrize("text", CARDS)
def test_a_card_number_is_refused(text: str) -> None:
    assert "card" in (unsayable(text) or "")


@pytest.mark.parametrize("text", PASSWORDS)
def test_a_password_is_refused(text: str) -> None:
    assert "password" in (unsayable(text) or "")


@pytest.mark.parametrize("text", CODES)
def test_a_code_is_refused(text: str) -> None:
    assert "code" in (unsayable(text) or "")


@pytest.mark.parametrize("text", HARMLESS)
def test_an_ordinary_answer_may_be_said(text: str) -> None:
    assert unsayable(text) is None


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What verification code did you get?", "4711"),
        ("Qual è il codice di verifica?", "12345678"),
        ("Please send the code", "K7X2M9"),
        ("The last digits: CVV?", "737"),
        ("What is your password?", "hunter2"),
        ("Напишите пароль", "ключик12"),
    ],
)
def test_what_the_other_side_asked_for_tells_what_an_answer_is(question: str, answer: str) -> None:
    assert unsayable(answer, question=question) is not None
    assert unsayable(answer, question="How many orders, please?") is None


@pytest.mark.parametrize("question", ["Your zip code?", "Le code postal ?", "Il codice postale?", "Postal code?"])
def test_a_postcode_is_no_code(question: str) -> None:
    assert unsayable("20121", question=question) is None


@given(st.text(string.ascii_letters + string.digits, min_size=4, max_size=20), st.text(max_size=20))
def test_a_secret_that_is_known_is_never_said_whatever_is_around_it(secret: str, around: str) -> None:
    assert unsayable(f"{around}{secret} {around}", secrets=[secret]) is not None


@given(st.text(max_size=300), st.text(max_size=100))
def test_no_text_is_too_odd(text: str, question: str) -> None:
    assert unsayable(text, question=question) in {None, unsayable(text, question=question)}
