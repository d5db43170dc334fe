"""Wrong codes and codes not found, on generated letters of a fresh seed, beside simple scripts; and times."""

from __future__ import annotations

import argparse
import email
import re
import secrets
import sys
import time
from collections import Counter
from email.policy import default
from statistics import median
from typing import TYPE_CHECKING

from sample_generated import Generated, generated
from sample_large_letters import costs, typical_letter
from sample_letters import verdict

from automation.codes import Found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import EmailMessage

COUNT = 5_000
MOST_NOT_FOUND = 0.01
TARGET_MS, TARGET_S, TARGET_MB = 5.0, 2.0, 100.0
REPEATS = 101
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
    "readdress": ours,
    r"first \b\d{n}\b in the text": first_in_the_text,
    r"first \b\d{n}\b in the HTML source": first_in_the_source,
}
"""The simple ones know the sender, the recipient and how many digits the page asks for, too."""


def judged(seed: str, count: int) -> Iterator[tuple[Generated, str, str]]:
    """(letter, reader, its fault) of each fault: `wrong` or `not found`."""
    for letter in generated(seed, count):
        yield letter, "", "with a code" if letter.expected else "without"
        for name, reader in READERS.items():
            taken = reader(letter)
            if taken is not None and taken != letter.expected:
                yield letter, name, "wrong"
            elif taken is None and letter.expected is not None:
                yield letter, name, "not found"


def figures(seed: str, count: int, *, show: bool) -> bool:
    """Print the two figures of each reader; whether ours are good enough."""
    faults: Counter[tuple[str, str]] = Counter()
    for letter, name, fault in judged(seed, count):
        faults[name, fault] += 1
        if name == "readdress" and (fault == "wrong" or show):
            print(f"  {fault}: {letter.name} ({', '.join(letter.traits)})")
    with_code = faults["", "with a code"]
    print(f"{count:,} generated letters of seed {seed}, {with_code:,} with a code\n")
    print(f"{'':36}{'wrong codes':>12}{'codes not found':>22}")
    for name in READERS:
        wrong, missed = faults[name, "wrong"], faults[name, "not found"]
        print(f"{name:36}{wrong:>12,}{missed:>14,} = {missed / with_code:6.2%}")
    print(f"{'target':36}{0:>12}{'<=':>17} {MOST_NOT_FOUND:.0%}\n")
    return not faults["readdress", "wrong"] and faults["readdress", "not found"] <= MOST_NOT_FOUND * with_code


def times() -> None:
    """Print what a typical letter and the worst of the hostile ones cost."""
    raw = typical_letter()
    took = []
    for _ in range(REPEATS):
        began = time.thread_time()
        assert isinstance(verdict(raw), Found)
        took.append(time.thread_time() - began)
    print(f"typical letter, {len(raw) / 1024:.0f} KB: {median(took) * 1000:.1f} ms (median; target {TARGET_MS:g} ms)")
    seconds, mb = costs()
    slowest = max(seconds, key=lambda name: seconds[name])
    print(f"slowest of {len(seconds)} hostile letters: {seconds[slowest]:.2f} s, {slowest} (target {TARGET_S:g} s)")
    print(f"all of them together: {mb:.0f} MB at most (target {TARGET_MB:g} MB)")


def main() -> int:
    parser = argparse.ArgumentParser("letters", description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--seed", default=secrets.token_hex(4), help="to see the same letters again (default: a fresh one)"
    )
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--show", action="store_true", help="name each letter whose code is not found")
    given = parser.parse_args()
    good = figures(given.seed, given.count, show=given.show)
    times()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
