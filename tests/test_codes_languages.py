"""The words of each language: a code is told from other numbers, and a purpose from another."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from sample_letters import code_in, raw_letter, refusal, wanted

from automation.characters import cleaned, folded
from automation.shape import Shape
from automation.vocabulary import WORDS, vocabulary

TEXTS = Path(__file__).parent.parent / "fixtures/store/texts"
IN_THE_STORE = sorted(path.stem for path in TEXTS.glob("*.toml"))
SIX = Shape(6)

# In each language: a code letter, and the same number as something else.
LANGUAGES = {
    "ar": ("رمز التحقق الخاص بك هو", "رقم الطلب هو"),
    "de": ("Ihr Bestätigungscode lautet", "Ihr Gutscheincode lautet"),
    "en": ("Your verification code is", "Your order number is"),
    "es": ("Su código de verificación es", "Su código de descuento es"),
    "fr": ("Votre code de vérification est", "Votre code promo est"),
    "he": ("קוד האימות שלך הוא", "מספר ההזמנה שלך הוא"),
    "id": ("Kode verifikasi Anda adalah", "Nomor pesanan Anda adalah"),
    "it": ("Il tuo codice di verifica è", "Il numero d'ordine è"),
    "ja": ("あなたの認証コードは", "あなたのクーポンコードは"),
    "ko": ("인증번호는", "주문번호는"),
    "nl": ("Uw verificatiecode is", "Uw kortingscode is"),
    "pl": ("Twój kod weryfikacyjny to", "Twój kod rabatowy to"),
    "pt": ("O seu código de verificação é", "O número do pedido é"),
    "ru": ("Ваш код подтверждения:", "Номер заказа:"),
    "th": ("รหัสยืนยันของคุณคือ", "หมายเลขคำสั่งซื้อของคุณคือ"),
    "tr": ("Doğrulama kodunuz:", "Sipariş no:"),
    "uk": ("Ваш код підтвердження:", "Номер замовлення:"),
    "vi": ("Mã xác minh của bạn là", "Mã đơn hàng của bạn là"),
    "zh": ("您的验证码是", "您的订单号是"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_each_language_tell_a_code_from_another_number(language: str) -> None:
    code, other = LANGUAGES[language]

    assert code_in(raw_letter(None, f"{code} 123456.", subject="!")) == "123456"
    assert code_in(raw_letter(None, f"{code}\n\n123456\n", subject="!")) == "123456"
    assert code_in(raw_letter(None, f"{other} 123456.", subject=code)) is None
    assert code_in(raw_letter(None, f"{other}\n\n123456\n", subject=code)) is None


def test_there_is_a_file_of_words_for_each_language_and_each_says_whether_a_native_speaker_saw_it() -> None:
    assert {path.stem for path in WORDS.glob("*.toml")} == LANGUAGES.keys()
    assert all("checked_by_native_speaker = " in path.read_text("utf-8") for path in WORDS.glob("*.toml"))


def _phrases(language: str) -> list[tuple[str, str]]:
    words = tomllib.loads((WORDS / f"{language}.toml").read_text("utf-8"))
    return [(name, phrase) for name, phrases in words.items() if isinstance(phrases, list) for phrase in phrases]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_word_is_written_as_a_letter_is_read_and_stands_once_in_its_list(language: str) -> None:
    phrases = _phrases(language)

    assert len(phrases) == len(set(phrases))
    assert all(phrase == phrase.lower().strip() and "  " not in phrase for _, phrase in phrases)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_word_is_found_where_it_stands_alone(language: str) -> None:
    for name, phrase in _phrases(language):
        if name != "attached":
            text = folded(cleaned(phrase.replace("*", "").strip("|")))
            pattern = getattr(vocabulary(), f"{name}_" if name == "is" else name)
            assert pattern.search(" ".join(text.split())), (name, phrase)


def _store_letter(language: str, asked: str) -> bytes:
    letter = tomllib.loads((TEXTS / f"{language}.toml").read_text("utf-8"))["letter"]
    lines = [letter["greeting"].format(name="Anna"), letter[asked], "123456", letter["code_valid"].format(minutes=10)]
    lines += [letter["team"], letter["footer"], "© 2010-2026 AliExpress.com"]
    html = "".join(f"<div>{line}</div>" for line in lines)
    return raw_letter(html, "\n\n".join(lines), subject=letter["code_subject"])


@pytest.mark.parametrize("language", IN_THE_STORE)
@pytest.mark.parametrize(
    ("asked", "purpose", "other"),
    [("code_old", "change", "sign-in"), ("code_new", "change", "sign-in"), ("code_sign_in", "sign-in", "change")],
)
def test_the_letters_of_the_built_in_store_are_taken_for_their_purpose_only(
    language: str, asked: str, purpose: str, other: str
) -> None:
    raw = _store_letter(language, asked)

    assert code_in(raw, wanted(purpose=purpose, shape=SIX)) == "123456"
    assert code_in(raw, wanted(purpose=other, shape=SIX)) is None, refusal(raw, wanted(purpose=other))


def _other_letters(language: str) -> list[bytes]:
    letter: dict[str, Any] = tomllib.loads((TEXTS / f"{language}.toml").read_text("utf-8"))["letter"]
    order = [letter["order"], f"{letter['order_number']}\t812345", f"{letter['order_parcel']}\t654321"]
    texts = {
        letter["order_subject"].format(number="812345"): [*order, f"{letter['order_price']}\t€ 1234.50"],
        letter["promotion_subject"]: [letter["promotion"], letter["promotion_link"]],
        letter["notice_subject"]: [letter["notice"].format(new="b***n@example.org"), letter["notice_more"]],
        letter["code_subject"]: order,
    }
    return [raw_letter(None, "\n\n".join(lines), subject=subject) for subject, lines in texts.items()]


@pytest.mark.parametrize("language", IN_THE_STORE)
def test_no_code_is_found_in_the_other_letters_of_the_built_in_store(language: str) -> None:
    for raw in _other_letters(language):
        assert code_in(raw) is None
        assert code_in(raw, wanted(purpose="sign-in", shape=SIX)) is None
