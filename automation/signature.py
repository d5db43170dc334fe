"""A letter's DKIM signature (RFC 6376), checked here because no mail server has written that it did."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.authentication import is_aligned

if TYPE_CHECKING:
    from collections.abc import Iterator

Records = Callable[[str], bytes | None]
"""The TXT record of a name; None where there is none. Raises OSError where nobody answers."""

MAX_SIGNATURES = 3
MAX_FIELD = 4_000
MAX_SIGNED = 100
MUST_BE_SIGNED = frozenset(("from", "subject"))
ALGORITHMS = frozenset(("rsa-sha256", "ed25519-sha256"))
ANSWER_S = 5.0

_RUN = re.compile(rb"[ \t]{300}")
"""What the check would need quadratic time for."""


class Unsigned(Exception):  # noqa: N818 - the letter is unsigned, nothing of ours failed
    """No signature speaks for the sender; the text says why."""


@dataclass(frozen=True)
class _Claim:
    """One DKIM-Signature field, before anything is proved."""

    index: int
    tags: dict[str, str]

    def fault(self, sender_domain: str) -> str | None:
        """Why it can't speak for the sender, however well it is signed."""
        signed = {name.strip().lower() for name in self.tags.get("h", "").split(":")}
        faults = (
            (not is_aligned(self.tags.get("d", ""), sender_domain), "its signature is another domain's"),
            (self.tags.get("a", "").lower() not in ALGORITHMS, "its signature is of a kind that is not safe"),
            (not signed >= MUST_BE_SIGNED, "its signature leaves out the sender or the subject"),
            ("l" in self.tags, "its signature covers only a part of it"),
            (len(signed) > MAX_SIGNED, "its signature names too many fields"),
        )
        return next((text for wrong, text in faults if wrong), None)


def signer_of(raw: bytes, sender_domain: str, records: Records) -> str:
    """The domain whose signature is good and speaks for the sender; Unsigned where there is none.

    Asks for the signer's key, by `records`; whatever can't be found out proves nothing.
    """
    why = "it has no signature"
    for claim in _claims(raw):
        if fault := claim.fault(sender_domain):
            why = fault
            continue
        try:
            if _is_good(raw, claim, records):
                return claim.tags["d"].lower()
            why = "its signature is broken, or its key is gone"
        except OSError:
            why = "its signature's key could not be asked for"
        except Exception as odd:  # noqa: BLE001 - a hostile letter must not end the wait, however it breaks the check
            why = f"its signature can't be checked ({type(odd).__name__})"
    raise Unsigned(why)


def _claims(raw: bytes) -> Iterator[_Claim]:
    if _RUN.search(raw):
        raise Unsigned("its signature is not looked at, for its long runs of spaces")
    head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]
    fields = re.findall(rb"(?im)^dkim-signature[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)", head)
    for index, field in enumerate(fields[:MAX_SIGNATURES]):
        if len(field) <= MAX_FIELD:
            yield _Claim(index, _tags(field))


def _tags(field: bytes) -> dict[str, str]:
    """`a=x; b=y` as a mapping; values without any spaces. What stands twice makes it no signature at all."""
    pairs = [each.partition("=") for each in field.decode("ascii", "replace").split(";") if each.strip()]
    names = [name.strip() for name, _, _ in pairs]
    if len(set(names)) < len(names):
        return {}
    return {name: re.sub(r"\s", "", value) for name, (_, _, value) in zip(names, pairs, strict=True)}


def _is_good(raw: bytes, claim: _Claim, records: Records) -> bool:
    import dkim  # noqa: PLC0415 - not needed for --help, nor where no signature is checked

    def key(name: bytes, timeout: float = ANSWER_S) -> bytes | None:
        del timeout
        record = records(name.decode("ascii").rstrip("."))
        return None if record is None or _is_a_test(record) else record

    try:
        return bool(dkim.DKIM(raw).verify(idx=claim.index, dnsfunc=key))
    except dkim.ValidationError:
        return False


def _is_a_test(record: bytes) -> bool:
    """Whether the domain's owner says that its signatures mean nothing yet."""
    return "y" in _tags(record).get("t", "").split(":")


def txt_record(name: str) -> bytes | None:
    """The name's TXT record, from DNS; OSError where no server answers in five seconds."""
    from dns import exception, resolver  # noqa: PLC0415 - asked only where the user has said so

    with suppress(resolver.NXDOMAIN, resolver.NoAnswer):
        try:
            answer = resolver.resolve(name, "TXT", lifetime=ANSWER_S)
        except (resolver.NXDOMAIN, resolver.NoAnswer):
            raise
        except exception.DNSException as error:
            raise OSError(str(error)) from None
        return next((b"".join(record.strings) for record in answer), None)
    return None
