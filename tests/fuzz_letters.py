"""A fuzzer that is led by coverage looks for letters that break the reading: `make fuzz` (atheris, on Linux).

Whatever the bytes, a letter is read or Unusable, the same way each time, within seconds; a code is never taken from
another sender, and what is taken can be typed. The letters of the corpus are what it begins with.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["automation"]):
    from sample_letters import SHOP, VOUCHED, wanted

    from automation.authentication import results_in
    from automation.codes import Found, read_code
    from automation.message import Unusable, read_letter
    from automation.shape import Shape

CORPUS = Path(__file__).parent.parent / "fixtures/letters"
WANTED = wanted(trust_sender=False, shape=Shape(6, letters=True))


def one(data: bytes) -> None:
    """One letter, as it is and with our mail server's word on top."""
    for raw in (data, f"{VOUCHED}\r\n".encode() + data):
        first, again = verdict(raw), verdict(raw)
        assert repr(first) == repr(again), "the same letter was read in two ways"
        if isinstance(first, Found):
            assert raw is not data or b"mx.example.org" in data.lower(), "taken without proof"
            assert SHOP.encode() in raw.lower() or b"=?" in raw, "taken from another sender"
            assert len(first.value) == 6, "can't be typed"
            assert first.value.isalnum(), "can't be typed"
            assert first.value.isascii(), "can't be typed"
    results_in(data.decode("utf-8", "surrogateescape"))


def verdict(raw: bytes) -> object:
    """What is made of a letter; everything but Unusable is a fault."""
    try:
        return read_code(read_letter(raw), WANTED)
    except Unusable as odd:
        return str(odd)


def main() -> None:
    with tempfile.TemporaryDirectory() as found:
        os.chdir(found)  # what breaks it is written here, and shown
        atheris.Setup([sys.argv[0], *sys.argv[1:], "-timeout=10", "-rss_limit_mb=1024", found, str(CORPUS)], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
