"""E-mail addresses and the masks that sites show instead of them (`a***i@example.org`)."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from typing import Literal

Which = Literal["old", "new", "both", "neither"]

_LETTER = r"0-9A-Za-zÀ-ɏͰ-ӿ"
_MASK = "*•●·…\u2217\u00d7"
_LOCAL = re.compile(rf"[{_LETTER}{_MASK}._%+'#-]{{1,64}}\Z")
_DOMAIN = re.compile(rf"[{_LETTER}{_MASK}.-]{{1,255}}")
_WILD = re.compile(rf"[{_MASK}]+|\.{{2,}}|x{{3,}}", re.IGNORECASE)
_ENDINGS_OF_OWN_NETWORKS = ("localhost", "local", "lan", "internal", "invalid", "onion")
"""Top-level names nobody can register: a test mailbox may well live there."""


def mask(address: str) -> str:
    """`anna@example.org` as `a***a@example.org`, so that a report names an address without giving it away."""
    local, at, domain = address.rpartition("@")
    if not at:
        return "***"
    first, last = local[:1], local[1:][-1:]
    return f"{first}***{last}@{domain}"


def fits(shown: str, address: str) -> bool:
    """True where what a page shows may be this address, in full or behind a mask.

    Runs of `*`, `•`, `…` and the like (and of dots or x) stand for anything; without an @ the text may be the
    address or its local part. A text without a letter or digit of evidence fits every address.
    """
    shown = _plain(shown)
    if not any(c.isalnum() for c in _WILD.sub("", shown)):
        return True
    return any(_fits_form(shown, form) for form in _forms(_plain(address)))


def which(shown: str, old: str, new: str) -> Which:
    """Which of the two addresses the shown text may be; a full address is not read as a mask."""
    seen = (same_mailbox_name(shown, old), same_mailbox_name(shown, new))
    if not any(seen):
        seen = (fits(shown, old), fits(shown, new))
    if all(seen):
        return "both"
    return "old" if seen[0] else "new" if seen[1] else "neither"


def same_mailbox_name(a: str, b: str) -> bool:
    """Equal up to case: providers tell no mailboxes apart by it."""
    return _plain(a) == _plain(b)


def addresses_in(text: str) -> tuple[str, ...]:
    """Every address, masked or full, that a visible text names, in order and once each."""
    found = []
    for at in re.finditer("@", text):
        local = _last_run(text[max(0, at.start() - 64) : at.start()])
        domain = _DOMAIN.match(text, at.end())
        if local and domain and (name := _trimmed_domain(domain.group())):
            found.append(f"{local}@{name}")
    return tuple(dict.fromkeys(found))


def checked_address(text: str) -> str:
    """The address as it is to be written, or ValueError with a sentence that says what is wrong with it.

    Nothing is asked of the network; domains kept for tests and own networks (`x.test`, `localhost`) will do.
    """
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - slow to import

    wanted = text.strip()
    stand_in = ".test" if wanted.lower().rpartition("@")[2].endswith(_ENDINGS_OF_OWN_NETWORKS) else ""
    shown = "".join(c if c.isprintable() else "?" for c in wanted[:80])
    if "*" in wanted:
        raise ValueError(f"“{shown}” is a masked address: write it in full.")
    try:
        checked = validate_email(wanted + stand_in, check_deliverability=False, test_environment=True)
    except EmailNotValidError as wrong:
        raise ValueError(f"“{shown}” is not an e-mail address: {wrong}") from None
    return checked.normalized.removesuffix(stand_in)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().lower()


def _forms(address: str) -> set[str]:
    """The address with its domain as written, in Unicode and in Punycode: sites show either."""
    local, _, domain = address.rpartition("@")
    forms = {address}
    with suppress(UnicodeError):
        forms.add(f"{local}@{domain.encode('ascii').decode('idna')}")
    with suppress(UnicodeError):
        forms.add(f"{local}@{domain.encode('idna').decode('ascii')}")
    return forms


def _fits_form(shown: str, address: str) -> bool:
    shown_local, at, shown_domain = shown.rpartition("@")
    local, _, domain = address.rpartition("@")
    if at:
        return _like(shown_local, local) and _like(shown_domain, domain)
    return _like(shown, address) or _like(shown, local)


def _like(pattern: str, text: str) -> bool:
    """Match runs of mask characters against anything, in linear time whatever the pattern."""
    head, *middle = _WILD.split(pattern)
    if not middle:
        return pattern == text
    tail = middle.pop()
    if len(text) < len(head) + len(tail) or not (text.startswith(head) and text.endswith(tail)):
        return False
    place = len(head)
    for piece in middle:
        found = text.find(piece, place, len(text) - len(tail))
        if found < 0:
            return False
        place = found + len(piece)
    return True


def _last_run(text: str) -> str:
    for start in range(len(text)):
        if run := _LOCAL.match(text, start):
            local = run.group().lstrip("'")
            return local.lstrip(".") if re.match(r"\.(?!\.)", local) else local
    return ""


def _trimmed_domain(domain: str) -> str:
    return re.sub(r"(?<!\.)\.\Z", "", domain.rstrip("-"))
