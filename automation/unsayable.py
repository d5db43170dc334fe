"""What must never be typed into a chat: passwords, codes, card numbers.   (pure)

Rather one answer too many is refused than one secret said: the person can still type it in the window.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from automation.shape import LONGEST, SHORTEST

if TYPE_CHECKING:
    from collections.abc import Iterable

SHORTEST_SECRET = 4
NUMBER = re.compile(r"\d(?:[ .\-]?\d)*")
CODE = re.compile(r"(?<![\d.,/-])(?:[a-z]-)?\d{3}(?:[ -]?\d{1,5})?(?![\d/]|[.,-]\d)")
ONLY_A_CODE = re.compile(r"\W*(?:[a-z]-)?\d{3}[ -]?\d{3}\W*")
CARD_PREFIXES = re.compile(
    r"4|5[0-8]|6[0-9]|2[2-7]|3[4-7]|30[0-5]|38|39|35"
)  # Visa, Mastercard, Maestro, UnionPay, Mir, Amex, JCB, Diners (ISO/IEC 7812)
CARD_LENGTHS = {"30": {14}, "36": {14}, "38": {14}, "39": {14}, "34": {15}, "37": {15}}
"""Of the kinds whose length is their own; the others have 16, some 13 or up to 19."""
OTHER_CARDS = range(13, 20)
POSTCODE = re.compile(
    r"(?:zip|post(?:al)?)[\s-]*code|code postal|codice (?:di avviamento )?postale|código postal|kod pocztowy"
    r"|почтовый (?:код|индекс)|郵便番号|الرمز البريدي"
)
CODE_WORDS = (
    "code", "codice", "código", "codigo", "код", "kod", "رمز", "コード", "認証", "otp", "tan ", "cvv", "cvc", "pin",
)  # fmt: skip
PASSWORD_WORDS = (
    "password", "passwd", "passphrase", "passcode", "passwort", "kennwort", "parola d'ordine", "contraseña", "senha",
    "palavra-passe", "mot de passe", "пароль", "пароля", "hasło", "haslo", "كلمة المرور", "كلمة السر", "パスワード",
)  # fmt: skip
IS = r"(?:is|was|è|era|es|é|est|ist|lautet|это|to)"
CODE_WITH_LETTERS = re.compile(
    rf"(?:\A\W*|\b{IS}\W{{1,3}}|[:=]\s*)(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{{{SHORTEST},{LONGEST}}}\W*\Z"
)
"""All that is said, or what it ends with after “is”: “10min” in a sentence about a code is none."""
SAYS_IT = re.compile(rf"\W{{0,2}}(?:{IS}\W{{1,3}}(?=\S*\d)|(?!это|to\b){IS}\W{{1,3}}(?=\S{{6}})|\s*[:=]\s*)\S")


def unsayable(text: str, *, question: str = "", secrets: Iterable[str] = ()) -> str | None:
    """Why this must not be said, in words for the person; None where it may.

    `question` is what the other side said last: a number is a code where one was asked for.
    """
    plain, asked = _plain(text), POSTCODE.sub(" ", _plain(question))
    if any(len(secret) >= SHORTEST_SECRET and _plain(secret) in plain for secret in secrets):
        return "it holds a password that readdress knows"
    if any(_is_card(re.sub(r"\D", "", found[0])) for found in NUMBER.finditer(plain)):
        return "it holds a number that looks like a payment card's"
    if _names_password(plain, asked):
        return "it looks like a password"
    about_codes = any(word in f"{POSTCODE.sub(' ', plain)} {asked} " for word in CODE_WORDS)
    if ONLY_A_CODE.fullmatch(plain) or (about_codes and (CODE.search(plain) or CODE_WITH_LETTERS.search(plain))):
        return "it looks like a verification code, a PIN or a card's security code"
    return None


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(str(unicodedata.digit(sign, sign)) for sign in folded)


def _is_card(digits: str) -> bool:
    """Whether a number has a card's length, its first digits, and the right last one (Luhn)."""
    lengths = CARD_LENGTHS.get(digits[:2], OTHER_CARDS)
    if len(digits) not in lengths or not CARD_PREFIXES.match(digits):
        return False
    doubled = (int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(digits)))
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0  # noqa: PLR2004 - the sum of its two digits


def _names_password(plain: str, asked: str) -> bool:
    if any(word in asked for word in PASSWORD_WORDS) and re.fullmatch(r"\S{6,}", plain.strip()):
        return True
    after = (plain[plain.index(word) + len(word) :] for word in PASSWORD_WORDS if word in plain)
    return any(SAYS_IT.match(rest) for rest in after)
