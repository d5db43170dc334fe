"""A code awaited in a real mailbox: what is taken, what is left alone, and that nothing is changed."""

from __future__ import annotations

import itertools
import smtplib
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest
from sample_letters import SHOP, VOUCHED, raw_letter, wanted
from sample_servers import listening_to
from sample_stand_ins import mail_server, signed_in

from automation.errors import MailboxStop, NoCode
from automation.mailbox import Arrival, Baseline, Code, ImapMailbox, MailboxSettings, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from automation.wanted import Wanted

PASSWORDS = {"plain": "secret", "odd": 'a "quoted\\ pass" word', "wide": "пароль é 密码"}
USERS = {f"user{n}@example.org": "secret" for n in range(60)} | {
    f"{name}@example.org": p for name, p in PASSWORDS.items()
}
CODE = "<p>Your verification code</p><div>{}</div><p>© 2026 Shop</p>"
NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def mail() -> Iterator[dict[str, str]]:
    with mail_server(USERS) as addresses:
        yield addresses


class Box:
    """A mailbox of a test's own, seen from both sides."""

    def __init__(self, mail: dict[str, str], address: str, imap: str | None = None) -> None:
        self.address, self.mail = address, mail
        self.heard: list[Arrival] = []
        host, _, port = (imap or mail["imap"]).rpartition(":")
        self.settings = MailboxSettings(address, host, int(port), address, USERS[address], "plain", timeout_s=5)
        self.imap = ImapMailbox(self.settings)

    def deliver(
        self, html: str, *more: str, sender: str = SHOP, to: str | None = None, subject: str = "Your code"
    ) -> None:
        identity = f"Message-ID: <{next(NUMBERS)}@shop.example>"
        raw = raw_letter(html, None, *more, sender=sender, to=to or self.address, subject=subject)
        self.deliver_raw(raw.replace(b"Message-ID: <1@shop.example>", identity.encode()))

    def deliver_raw(self, raw: bytes) -> None:
        host, _, port = self.mail["smtp"].rpartition(":")
        with smtplib.SMTP(host, int(port), local_hostname="localhost", timeout=10) as server:
            server.sendmail("shop@shop.example", self.address, raw)

    def wait(
        self,
        baseline: Baseline,
        want: Wanted | None = None,
        *,
        seconds: float = 10,
        then: Callable[[Arrival], None] | None = None,
        stop: threading.Event | None = None,
    ) -> Code:
        def hear(arrival: Arrival) -> None:
            self.heard.append(arrival)
            if then:
                then(arrival)

        now = time.monotonic()
        return self.imap.wait(
            baseline,
            want or wanted(recipient=self.address),
            clicked_at=now,
            deadline=now + seconds,
            stop=stop or threading.Event(),
            on_arrival=hear,
        )

    def reasons(self) -> list[str]:
        return [arrival.reason for arrival in self.heard if not arrival.taken]

    def flags(self) -> dict[str, list[bytes]]:
        """UIDs and flags of every letter, as the server has them."""
        connection = signed_in(self.mail["imap"], self.address, USERS[self.address])
        found = {}
        for folder in ("INBOX", "Junk"):
            connection.select(folder, readonly=True)
            found[folder] = [
                bytes(each) for each in connection.fetch("1:*", "(UID FLAGS)")[1] if isinstance(each, bytes)
            ]
        connection.logout()
        return found


@pytest.fixture
def box(mail: dict[str, str]) -> Iterator[Box]:
    found = Box(mail, f"user{next(NUMBERS_OF_USERS)}@example.org")
    yield found
    found.imap.close()


NUMBERS_OF_USERS = itertools.count()


def test_the_baseline_knows_how_far_inbox_and_junk_have_come(box: Box) -> None:
    box.deliver("old")
    box.deliver("old")
    box.deliver("spam", "X-Spam-Flag: YES")

    baseline = box.imap.baseline()

    assert [(mark.folder, mark.exists) for mark in baseline.folders] == [("INBOX", 2), ("Junk", 1)]
    assert baseline.letters == 3
    assert [len(mark.known_ids) for mark in baseline.folders] == [2, 1]
    assert all(mark.newest_internaldate for mark in baseline.folders)


def test_a_code_comes_with_its_provenance(box: Box) -> None:
    baseline = box.imap.baseline()
    box.deliver(CODE.format("012345"))

    code = box.wait(baseline)

    assert (code.value, code.sender, code.folder, code.why) == ("012345", SHOP, "INBOX", "alone in its element")
    assert code.uid == baseline.folders[0].uidnext
    assert 0 <= code.arrived_after_s < 10
    assert [arrival.taken for arrival in box.heard] == [True]
    assert "012345" not in repr(code)


def test_a_code_in_the_junk_folder_is_found_too(box: Box) -> None:
    baseline = box.imap.baseline()
    box.deliver(CODE.format("123456"), "X-Spam-Flag: YES", VOUCHED)

    code = box.wait(baseline)

    assert (code.value, code.folder) == ("123456", "Junk")


def test_a_code_in_the_junk_folder_is_taken_only_where_its_sender_is_proved(box: Box) -> None:
    baseline = box.imap.baseline()
    box.deliver(CODE.format("123456"), "X-Spam-Flag: YES")

    with pytest.raises(NoCode) as stopped:
        box.wait(baseline, seconds=0.5)

    assert "not authenticated: mx.example.org hasn't written whether it is genuine" in str(stopped.value)


def test_the_name_that_the_newest_letters_bear_is_known_at_the_baseline(box: Box) -> None:
    assert box.imap.baseline().server is None
    for _ in range(3):
        box.deliver("old", VOUCHED)

    assert box.imap.baseline().server == "mx.example.org"


def test_a_letter_that_comes_while_the_mailbox_is_watched_is_found(box: Box) -> None:
    baseline = box.imap.baseline()
    box.deliver("<p>News</p>", sender="news@other.example")

    code = box.wait(baseline, then=lambda arrival: None if arrival.taken else box.deliver(CODE.format("123456")))

    assert code.value == "123456"
    assert box.reasons() == ["from another sender (news@other.example)"]


def test_letters_that_were_there_before_are_never_looked_at(box: Box) -> None:
    box.deliver(CODE.format("111111"))
    box.deliver(CODE.format("111111"), "X-Spam-Flag: YES")
    baseline = box.imap.baseline()

    with pytest.raises(NoCode) as stopped:
        box.wait(baseline, seconds=0.3)

    assert stopped.value.reason.kind == "no_letter"
    assert "INBOX and Junk were watched" in str(stopped.value)
    assert box.heard == []


def test_when_no_letter_is_acceptable_the_stop_lists_what_came_and_why_not(box: Box) -> None:
    baseline = box.imap.baseline()
    box.deliver(CODE.format("123456"), sender="evil@x.example", subject="Your code 123456 \x1b[2J for c@d.example")
    box.deliver(CODE.format("123456"), to="somebody@else.example")
    box.deliver("<p>Enter the code to reset your password</p><p>123456</p>")

    with pytest.raises(NoCode) as stopped:
        box.wait(baseline, seconds=0.5)

    text = stopped.value.reason.text
    assert stopped.value.reason.kind == "none_acceptable"
    assert "3 letters came" in text
    assert "INBOX, evil@x.example “Your code •••• \ufffd[2J for c***@d.example”: from another sender" in text
    assert "to another address" in text
    assert "for something else (“reset your password”)" in text
    assert "123456" not in text
    assert box.address not in text


def test_of_several_new_letters_the_newest_wins_and_the_older_are_dropped_for_good(box: Box) -> None:
    baseline = box.imap.baseline()
    box.deliver(CODE.format("111111"))
    box.deliver(CODE.format("222222"))

    assert box.wait(baseline).value == "222222"
    assert box.reasons() == ["a newer letter has the code"]


def test_a_second_request_begins_at_a_new_baseline_on_the_same_connection(box: Box) -> None:
    first = box.imap.baseline()
    box.deliver(CODE.format("111111"))
    one = box.wait(first)
    second = box.imap.baseline()
    box.deliver(CODE.format("222222"))

    assert [one.value, box.wait(second).value] == ["111111", "222222"]


def test_two_mailboxes_never_cross(mail: dict[str, str], box: Box) -> None:
    other = Box(mail, f"user{next(NUMBERS_OF_USERS)}@example.org")
    here, there = box.imap.baseline(), other.imap.baseline()
    other.deliver(CODE.format("222222"))
    box.deliver(CODE.format("111111"))

    assert (box.wait(here).value, other.wait(there).value) == ("111111", "222222")
    other.imap.close()


def test_a_malformed_letter_ends_no_wait(box: Box) -> None:
    baseline = box.imap.baseline()
    box.deliver_raw(b"From: a@b.example\r\nFrom: c@d.example\r\n\r\nx")
    box.deliver_raw(raw_letter(CODE.format("111111"), to='"'))
    box.deliver(CODE.format("123456"))

    assert box.wait(baseline).value == "123456"
    assert sorted(box.reasons()) == [
        "unusable: it has 2 From headers",
        "unusable: it has a To header that has an unclosed quotation",
    ]


def test_many_letters_of_others_and_to_others_are_told_by_their_first_lines_alone(box: Box) -> None:
    baseline = box.imap.baseline()
    for _ in range(30):
        box.deliver("<p>News</p>", sender="news@other.example")
        box.deliver(CODE.format("111111"), to="neighbour@example.org")
    box.deliver(CODE.format("123456"))

    assert box.wait(baseline).value == "123456"
    assert set(box.reasons()) == {"from another sender (news@other.example)", "to another address"}
    assert len(box.reasons()) == 60


def test_whoever_sets_stop_ends_the_wait(box: Box) -> None:
    baseline = box.imap.baseline()
    box.deliver("<p>News</p>", sender="news@other.example")
    stop = threading.Event()

    with pytest.raises(Stopped):
        box.wait(baseline, stop=stop, then=lambda _: stop.set())

    assert box.imap.baseline().letters == 1  # and the mailbox is usable again


READ_ONLY = {
    *("CAPABILITY", "ID", "LOGIN", "AUTHENTICATE", "LIST", "EXAMINE", "NOOP", "STATUS", "UID SEARCH", "LOGOUT"),
    *("FETCH", "UID FETCH"),
}


def test_only_reading_commands_are_on_the_wire_and_no_flag_changes(mail: dict[str, str], box: Box) -> None:
    said: list[bytes] = []
    with listening_to(mail["imap"], said.append) as address:
        watched = Box(mail, box.address, address)
        box.deliver("old")
        before = box.flags()
        baseline = watched.imap.baseline()
        box.deliver("<p>News</p>", sender="news@other.example")
        box.deliver(CODE.format("123456"), "X-Spam-Flag: YES", VOUCHED)
        watched.wait(baseline)
        watched.imap.close()
    after = box.flags()

    commands = [line.partition(b" ")[2].decode() for line in b"".join(said).splitlines()]
    verbs = {" ".join(line.upper().split()[: 2 if line.upper().startswith("UID") else 1]) for line in commands}
    assert verbs <= READ_ONLY
    assert all("BODY.PEEK[" in line for line in commands if "BODY" in line)
    assert sum(line.startswith(("LOGIN", "AUTHENTICATE")) for line in commands) == 1
    assert after["INBOX"][: len(before["INBOX"])] == before["INBOX"]
    assert not any(b"\\Seen" in letter for folder in after.values() for letter in folder)


@pytest.mark.parametrize("name", PASSWORDS)
def test_passwords_may_hold_blanks_quotes_and_any_letter(mail: dict[str, str], name: str) -> None:
    box = Box(mail, f"{name}@example.org")

    assert box.imap.baseline().letters == 0
    box.imap.close()
    assert USERS[box.address] not in repr(box.settings)


def test_a_wrong_password_is_tried_once_and_the_remedy_named(mail: dict[str, str]) -> None:
    said: list[bytes] = []
    with listening_to(mail["imap"], said.append) as address:
        host, _, port = address.rpartition(":")
        settings = MailboxSettings("a@b.example", host, int(port), "user1@example.org", "wrong one", "plain")
        with pytest.raises(MailboxStop) as stopped:
            ImapMailbox(settings).baseline()

    assert stopped.value.reason.kind == "login_refused"
    assert "app password" in str(stopped.value)
    assert "u***1@example.org" in str(stopped.value)
    assert "wrong one" not in str(stopped.value)
    assert b"".join(said).count(b"LOGIN") == 1


def test_a_mailbox_can_be_named_without_loading_an_imap_client() -> None:
    clients = ("imaplib", "imap_tools", "selectolax")
    program = f"import sys, automation.mailbox; print([name for name in {clients} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"
