"""Letters that are really signed, with a key made for the test, and the records that DNS would give."""

from __future__ import annotations

import base64
import shutil
import subprocess
from functools import cache
from typing import TYPE_CHECKING

import dkim
import pytest
from sample_letters import raw_letter

if TYPE_CHECKING:
    from collections.abc import Sequence

CODE = "<p>Your verification code:</p><div>123456</div>"
SIGNED = (b"from", b"to", b"subject", b"date", b"message-id")


@cache
def key() -> tuple[bytes, str]:
    """(a private key, its public half as DNS has it), made for this process."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is missing")
    private = subprocess.run([openssl, "genrsa", "1024"], capture_output=True, check=True).stdout
    public = [openssl, "rsa", "-pubout", "-outform", "DER"]
    made = subprocess.run(public, input=private, capture_output=True, check=True).stdout
    return private, base64.b64encode(made).decode()


def records(name: str = "s1._domainkey.shop.example", flags: str = "") -> dict[str, bytes]:
    """What DNS says: one key."""
    return {name: f"v=DKIM1; k=rsa; {flags}p={key()[1]}".encode()}


def signed(
    raw: bytes | None = None,
    *,
    domain: str = "shop.example",
    fields: Sequence[bytes] = SIGNED,
    length: bool = False,
    canonical: tuple[bytes, bytes] = (b"relaxed", b"relaxed"),
) -> bytes:
    """A letter with its signature on top."""
    raw = raw_letter(CODE) if raw is None else raw
    field = dkim.sign(
        raw, b"s1", domain.encode(), key()[0], include_headers=list(fields), length=length, canonicalize=canonical
    )
    return bytes(field) + raw
