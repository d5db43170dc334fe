"""Secrets that were planted, and every place where one of them came out."""

from __future__ import annotations

import base64
import imaplib
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from automation.stand_in import StandIn

PASSWORD = 'canary "ünï" 5e1f%\\'
CODE_LENGTH = 8
"""The longest that codes can be: such a number stands nowhere by chance."""
SWITCHES = {"old_code_length": CODE_LENGTH, "new_code_length": CODE_LENGTH, "resend_timer_s": 0}
CODE = re.compile(rb'color:#FF4747;">(\d{%d})</div>' % CODE_LENGTH)
FOLDERS = ("INBOX", "Junk")
SHORTEST = 8
"""Shorter forms of a secret could stand in a file by chance."""


def secrets_of(store: StandIn) -> set[str]:
    """The account's password, the mailboxes' and all codes that were ever sent to them."""
    codes = {code.decode() for letter, _ in letters(store) for code in CODE.findall(_joined(letter))}
    assert all(len(code) == CODE_LENGTH for code in codes)
    return {store.password, *store.mail.passwords.values(), *codes}


def leaks(folder: Path, secrets: set[str]) -> Iterator[tuple[Path, str]]:
    """(file, secret) of each secret that stands in a file, in any encoding."""
    patterns = [(secret, form) for secret in secrets for form in encodings(secret)]
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            yield from ((path, secret) for secret, form in patterns if _stands(form, content))


def leaks_in(text: bytes, secrets: set[str]) -> set[str]:
    """The secrets that stand in an output, in any encoding."""
    return {secret for secret in secrets for form in encodings(secret) if _stands(form, text)}


def encodings(secret: str) -> set[bytes]:
    """The ways in which a text may stand in a file."""
    raw = secret.encode()
    # Base64 at each of its three alignments, without the characters that depend on the neighbours.
    aligned = {base64.b64encode(b"\0" * skip + raw)[4 if skip else 0 : -4] for skip in range(3)}
    escaped = json.dumps(secret)[1:-1].encode()
    forms = {raw, secret.encode("utf-16-le"), quote(secret).encode(), escaped, raw.hex().encode(), *aligned}
    return {form for form in forms if len(form) >= SHORTEST}


def _stands(form: bytes, content: bytes) -> bool:
    """Whether it stands there; a number only where no further digit touches it."""
    if form not in content:
        return False
    digits = form.isdigit()
    return not digits or re.search(rb"(?<!\d)" + form + rb"(?!\d)", content) is not None


def flags(store: StandIn) -> set[bytes]:
    r"""All flags that letters have got, over both mailboxes; nothing but `\Recent` may ever be there."""
    return {flag for _, found in letters(store) for flag in found} - {b"\\Recent"}


def letters(store: StandIn) -> Iterator[tuple[bytes, tuple[bytes, ...]]]:
    """(letter, flags) of all letters in both mailboxes, looked at without a trace."""
    host, port = store.mail.imap.split(":")
    for address, password in store.mail.passwords.items():
        with imaplib.IMAP4(host, int(port)) as box:
            box.login(address, password)
            for folder in FOLDERS:
                if int(box.select(folder, readonly=True)[1][0] or 0):
                    yield from _fetched(box)


def _fetched(box: imaplib.IMAP4) -> Iterator[tuple[bytes, tuple[bytes, ...]]]:
    for part in box.fetch("1:*", "(FLAGS BODY.PEEK[])")[1]:
        if isinstance(part, tuple):
            assert b"FLAGS" in part[0]
            yield part[1], imaplib.ParseFlags(part[0])


def _joined(letter: bytes) -> bytes:
    """A letter's quoted-printable lines put together."""
    return letter.replace(b"=\r\n", b"").replace(b"=3D", b"=")
