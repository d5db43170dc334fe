"""Wrong codes and codes not found, on generated letters of a fresh seed, beside simple scripts; and times."""

from __future__ import annotations

import argparse
import email
import re
import secrets
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from email.policy import default
from typing import TYPE_CHECKING

from bench.measured import Row, Target, alternating, transposed
from sample_generated import Generated, generated
from sample_large_letters import costs, typical_letter
from sample_letters import verdict, wanted

from automation.codes import Found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import EmailMessage

COUNT = 5_000
MOST_NOT_FOUND = 0.01
TARGET_MS, TARGET_S, TARGET_MB = 5.0, 2.0, 100.0
REPEATS = 101
OURS, TEXT = "readdress", r"first `\b\d{n}\b` in the text"
_TAG = re.compile(r"(?s)<style.*?</style>|<[^>]*>")


def ours(letter: Generated) -> str | None:
    """What the tool types."""
    found = letter.verdict()
    return found.value if isinstance(found, Found) else None


def first_in_the_text(letter: Generated) -> str | None:
    """The first number of the right length in the text, as most scripts take it."""
    message = _message(letter)
    part = message.get_body(("plain", "html")) if message else None
    return _first(letter, _TAG.sub(" ", _content(part)))


def first_in_the_source(letter: Generated) -> str | None:
    """The first number of the right length in the source of the HTML."""
    message = _message(letter)
    return _first(letter, _content(message.get_body(("html", "plain")) if message else None))


def _message(letter: Generated) -> EmailMessage | None:
    message = email.message_from_bytes(letter.raw, policy=default)
    sent_by, to = str(message["From"]), str(message["To"])
    right = letter.wanted.recipient in to and any(f"<{sender}>" in sent_by for sender in letter.wanted.senders)
    return message if right else None


def _content(part: object) -> str:
    try:
        return str(part.get_content()) if part is not None else ""  # type: ignore[attr-defined]
    except (LookupError, UnicodeError):
        return ""


def _first(letter: Generated, text: str) -> str | None:
    found = re.search(rf"\b[0-9]{{{letter.wanted.shape.length}}}\b", text)
    return found[0] if found else None


READERS: dict[str, Callable[[Generated], str | None]] = {
    OURS: ours,
    TEXT: first_in_the_text,
    r"first `\b\d{n}\b` in the HTML source": first_in_the_source,
}
"""The simple ones know the sender, the recipient and how many digits the page asks for, too."""


@dataclass
class Faults:
    """What each reader got wrong."""

    letters: int = 0
    with_code: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    not_found: Counter[str] = field(default_factory=Counter)

    def table(self, seed: str) -> str:
        """The two figures of each reader."""
        lines = [f"{self.letters:,} generated letters of seed {seed}, {self.with_code:,} with a code"]
        lines += [f"{'':40}{'wrong codes':>12}{'codes not found':>20}"]
        for name in READERS:
            missed = self.not_found[name]
            lines += [f"{name:40}{self.wrong[name]:>12,}{missed:>11,} = {missed / self.with_code:6.2%}"]
        lines += [f"{'target':40}{0:>12}{'<= 1%':>20}"]
        return "\n".join(f"  {line}" for line in lines)


def faults(seed: str, count: int, *, show: bool = False) -> Faults:
    """Have every reader read so many letters; a wrong code of ours is named, with `show` also one not found."""
    found = Faults()
    for letter in generated(seed, count):
        found.letters += 1
        found.with_code += letter.expected is not None
        for name, reader in READERS.items():
            fault = _fault(letter, reader(letter))
            if fault:
                (found.wrong if fault == "wrong" else found.not_found)[name] += 1
            if fault and name == OURS and (show or fault == "wrong"):
                print(f"  {fault}: {letter.name} ({', '.join(letter.traits)})")
    return found


def _fault(letter: Generated, taken: str | None) -> str | None:
    if taken is not None:
        return None if taken == letter.expected else "wrong"
    return "not found" if letter.expected is not None else None


def rows() -> Iterator[Row]:
    """Faults on letters of a fresh seed, and what a typical letter and the worst of the hostile ones cost."""
    seed = secrets.token_hex(4)
    found = faults(seed, COUNT)
    print(found.table(seed))
    for name in list(READERS)[1:]:
        what = f"wrong codes in {found.letters:,} letters"
        yield Row(what, name, (found.wrong[OURS],), (found.wrong[name],), unit="codes", target=Target(0, "ours"))
        what, most = f"codes not found in {found.with_code:,}", MOST_NOT_FOUND * found.with_code
        counts = (found.not_found[OURS],), (found.not_found[name],)
        yield Row(what, name, *counts, unit="codes", target=Target(most, "ours"))
    yield typical()
    seconds, mb = costs()
    slowest = max(seconds, key=lambda name: seconds[name])
    print(f"  slowest of {len(seconds)} hostile letters: {seconds[slowest]:.2f} s, {slowest} (target {TARGET_S:g} s)")
    print(f"  all of them together: {mb:.0f} MB at most (target {TARGET_MB:g} MB)")


def typical() -> Row:
    """CPU time of a letter of the usual size."""
    raw = typical_letter()
    letter = Generated("typical", raw, "123456", wanted(), ())
    pairs = [
        alternating(n, lambda: _cpu_s(lambda: verdict(raw)), lambda: _cpu_s(lambda: first_in_the_text(letter)))
        for n in range(REPEATS)
    ]
    what = f"a letter of {len(raw) / 1024:.0f} KB read (CPU)"
    return Row(what, TEXT, *transposed(pairs), target=Target(TARGET_MS / 1000, "ours"))


def _cpu_s(act: Callable[[], object]) -> float:
    began = time.thread_time()
    act()
    return max(time.thread_time() - began, 1e-6)


def main() -> int:
    parser = argparse.ArgumentParser("letters", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", default=secrets.token_hex(4), help="to see the same letters again")
    parser.add_argument("--count", type=int, default=COUNT)
    given = parser.parse_args()
    found = faults(given.seed, given.count, show=True)
    print(found.table(given.seed))
    return int(found.wrong[OURS] > 0 or found.not_found[OURS] > MOST_NOT_FOUND * found.with_code)


if __name__ == "__main__":
    sys.exit(main())
