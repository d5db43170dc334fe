"""Letters of the generator, each with what is to be read from it, and what is made of them."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sample_letters import ANNA, BEN

from automation.codes import Found, NotTaken, read_code
from automation.message import Unusable, read_letter
from automation.shape import Shape
from automation.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator

GENERATOR = Path(__file__).parent.parent / "fixtures/letters/generator"


@dataclass(frozen=True)
class Generated:
    """One letter of a seed."""

    name: str
    """With which it can be made again: seed and number."""
    raw: bytes
    expected: str | None
    """The code; None where none may be taken."""
    wanted: Wanted
    traits: tuple[str, ...]

    def verdict(self) -> Found | NotTaken:
        """What the tool makes of it."""
        try:
            return read_code(read_letter(self.raw), self.wanted)
        except Unusable as odd:
            return NotTaken(f"unusable: it {odd}")


def generated(seed: str, count: int) -> Iterator[Generated]:
    """So many letters, from a process of their own, as they come."""
    command = [sys.executable, str(GENERATOR), "--seed", seed, "--count", str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            yield _generated(seed, json.loads(line))
    assert process.returncode == 0


def _generated(seed: str, line: dict[str, object]) -> Generated:
    wanted = Wanted(
        recipient=ANNA,
        senders=frozenset({str(line["sender"])}),
        purpose=str(line["purpose"]),
        shape=Shape(int(str(line["length"])), letters=bool(line["letters"])),
        own_addresses=frozenset({ANNA, BEN}),
        origins=frozenset({str(line["origin"])}),
        trust_sender=True,
    )
    expected = None if line["expected"] is None else str(line["expected"])
    traits = line["traits"]
    assert isinstance(traits, list)
    return Generated(
        f"{seed}:{line['number']}", base64.b64decode(str(line["raw"])), expected, wanted, tuple(map(str, traits))
    )
