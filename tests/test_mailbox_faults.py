"""What servers do that they should not while a letter is awaited: each oddity by script."""

from __future__ import annotations

import resource
import socket
import threading
import time

import pytest
from sample_letters import raw_letter
from sample_scripted import CODE, OLD, SEARCH, code_from, mailbox_of, settings, wait
from sample_servers import GREETING, HANG, NORMAL, RESET, Scripted, fetch_answer

from automation.errors import MailboxStop, NoCode
from automation.mailbox import Arrival, Baseline, FolderMark, ImapMailbox, MailboxSettings

pytestmark = pytest.mark.usefixtures("impatient")


@pytest.mark.parametrize("verb", ["NOOP", "STATUS", "EXAMINE", "UID_SEARCH", "UID_FETCH"])
@pytest.mark.parametrize(
    "answer",
    [None, RESET, b"* BYE bye\r\n", b"garbage\r\n", HANG],
    ids=["EOF", "reset", "BYE", "garbage", "silence"],
)
def test_a_connection_that_breaks_off_during_the_wait_is_made_again(verb: str, answer: bytes | None) -> None:
    normal = [NORMAL["EXAMINE"], NORMAL["EXAMINE"]] if verb == "EXAMINE" else []
    search = [b"* SEARCH\r\n{tag} OK done\r\n", SEARCH, SEARCH] if verb != "UID_SEARCH" else [*normal, answer, SEARCH]
    script = {"UID_FETCH": fetch_answer(5, CODE), verb: [*normal, answer], "UID_SEARCH": search}
    script["NOOP"] = script["NOOP"] if verb == "NOOP" else b"* 2 EXISTS\r\n{tag} OK done\r\n"
    if verb == "UID_FETCH":
        script["UID_FETCH"] = [answer, fetch_answer(5, CODE)]
    with Scripted(None, **script) as server:  # type: ignore[arg-type]
        assert code_from(server).value == "123456"
        assert server.count("LOGIN") == 2


def test_ok_without_a_letter_is_asked_again() -> None:
    nothing = b"{tag} OK done\r\n"
    with Scripted(UID_SEARCH=SEARCH, UID_FETCH=[nothing, fetch_answer(5, CODE)]) as server:
        assert code_from(server).value == "123456"
        assert server.count("LOGIN") == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"* 1 FETCH (FLAGS (\\Seen))\r\n" + fetch_answer(5, CODE),
        b"* 3 EXISTS\r\n* 1 EXPUNGE\r\n" + fetch_answer(5, CODE),
        fetch_answer(5, CODE).replace(b")\r\n{tag}", b" FLAGS ())\r\n{tag}"),
        fetch_answer(5, CODE)
        .replace(b" UID 5", b"")
        .replace(b"(UID 5 ", b"(")
        .replace(b")\r\n{tag}", b" UID 5)\r\n{tag}"),
        fetch_answer(5, CODE, received="nonsense"),
    ],
    ids=["flags", "expunge", "flags after", "uid after", "odd date"],
)
def test_a_letter_is_found_among_whatever_else_the_server_says(answer: bytes) -> None:
    with Scripted(UID_SEARCH=SEARCH, UID_FETCH=answer) as server:
        assert code_from(server).value == "123456"


def test_a_letter_announced_in_the_answer_to_another_command_is_not_missed() -> None:
    announcing = b"* 2 EXISTS\r\n" + NORMAL["STATUS"]
    with Scripted(
        STATUS=[NORMAL["STATUS"], announcing],
        UID_SEARCH=[NORMAL["UID SEARCH"], SEARCH],
        UID_FETCH=fetch_answer(5, CODE),
    ) as server:
        assert code_from(server).value == "123456"


def test_a_search_that_names_an_older_letter_is_filtered_again() -> None:
    script = Scripted(UID_SEARCH=b"* SEARCH 4\r\n{tag} OK done\r\n")
    with script as server, mailbox_of(server) as mailbox, pytest.raises(NoCode):
        wait(mailbox, mailbox.baseline(), 0.3)
    assert server.count("UID FETCH") == 0


def test_old_letters_that_are_moved_in_are_ignored() -> None:
    heard: list[Arrival] = []
    moved = fetch_answer(5, CODE, received="22-Nov-2026 08:00:00 +0000")
    copied = fetch_answer(6, CODE.replace(b"<new@", b"<old@"))
    search = b"* SEARCH 5 6\r\n{tag} OK done\r\n"
    script = Scripted(FETCH=OLD, UID_SEARCH=search, UID_FETCH=[copied, moved])
    with script as server, mailbox_of(server) as mailbox, pytest.raises(NoCode):
        wait(mailbox, mailbox.baseline(), 0.3, heard)

    assert [arrival.reason for arrival in heard] == [
        "known: it was in the mailbox before, or came twice",
        "older than letters that were here before (moved in)",
    ]


def test_the_newest_by_the_servers_clock_wins_whatever_the_order() -> None:
    newer = fetch_answer(5, CODE, received="23-Nov-2026 08:00:09 +0000")
    older = fetch_answer(
        6, CODE.replace(b"123456", b"654321").replace(b"<new@", b"<other@"), received="23-Nov-2026 08:00:01 +0000"
    )
    with Scripted(UID_SEARCH=b"* SEARCH 5 6\r\n{tag} OK done\r\n", UID_FETCH=[older, newer]) as server:
        assert code_from(server).value == "123456"


def test_a_folder_that_was_renumbered_goes_on_by_date_and_message_id() -> None:
    renumbered = NORMAL["EXAMINE"].replace(b"UIDVALIDITY 7", b"UIDVALIDITY 8")
    old = fetch_answer(1, b"Message-ID: <old@shop.example>\r\nFrom: a@b.example\r\n\r\n")
    script = Scripted(
        EXAMINE=[NORMAL["EXAMINE"], NORMAL["EXAMINE"], renumbered],
        FETCH=[OLD, OLD, old],
        UID_SEARCH=b"* SEARCH 1 2\r\n{tag} OK done\r\n",
        UID_FETCH=[fetch_answer(2, CODE), fetch_answer(1, CODE.replace(b"<new@", b"<old@"))],
    )
    with script as server:
        assert code_from(server).value == "123456"
        assert "UID SEARCH UID 1:*" in server.lines


@pytest.mark.parametrize(
    "flood",
    [
        b"* 1 FETCH (UID 6 BODY[]<0> {3000000000}\r\n" + b"x" * 100_000,
        b"* 1 FETCH (UID 6 " + b"x" * 3_000_000,
        b"* 1 RECENT\r\n" * 100_000 + b"{tag} OK done\r\n",
        b"* OK " + b"[X] " * 1_000_000 + b"\r\n",
    ],
    ids=["literal", "line", "lines", "text"],
)
def test_a_flood_costs_one_letter_and_little_memory(flood: bytes) -> None:
    heard: list[Arrival] = []
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with Scripted(UID_SEARCH=b"* SEARCH 5 6\r\n{tag} OK done\r\n", UID_FETCH=[flood, fetch_answer(5, CODE)]) as server:
        assert code_from(server, heard).value == "123456"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000
    assert heard[0].uid == 6
    assert heard[0].reason == "can't be fetched: the connection breaks off"


def test_a_code_that_was_read_before_the_connection_broke_off_is_not_forgotten() -> None:
    script = Scripted(
        UID_SEARCH=[b"* SEARCH 5 6\r\n{tag} OK done\r\n", NORMAL["UID SEARCH"]],
        UID_FETCH=[fetch_answer(6, CODE), None],
    )
    with script as server:
        assert code_from(server).value == "123456"


def test_a_server_that_always_hangs_up_gets_six_logins_at_most() -> None:
    with Scripted(UID_SEARCH=None) as server, mailbox_of(server) as mailbox:
        baseline = mailbox.baseline()
        with pytest.raises(MailboxStop) as stopped:
            wait(mailbox, baseline, 3)

        assert stopped.value.reason.kind == "unreachable"
        assert server.count("LOGIN") == 6


def test_a_server_that_hangs_up_again_and_again_is_looked_into_shortly_before_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("automation.session.LAST_LOOK_S", 0.4)
    nothing = NORMAL["UID SEARCH"]
    script = Scripted(NOOP=None, UID_SEARCH=[nothing] * 4 + [SEARCH], UID_FETCH=fetch_answer(5, CODE))
    with script as server, mailbox_of(server) as mailbox:
        began = time.monotonic()
        code = wait(mailbox, mailbox.baseline(), 3)
        assert code.value == "123456"
        assert time.monotonic() - began > 1.5, "the last logins are kept for later"
        assert server.count("LOGIN") == 5


def test_silence_is_noticed_soon_enough() -> None:
    assert MailboxSettings("a@b.example", "h", 1, "u", "p").timeout_s <= 25


def test_a_machine_that_slept_a_minute_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    slept, real = [0.0], time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: real() + slept[0])

    def sleep() -> bytes | None:
        if slept[0]:
            return NORMAL["NOOP"]
        slept[0] = 60.0
        return None  # the server has long since hung up

    script = Scripted(NOOP=sleep, UID_SEARCH=[NORMAL["UID SEARCH"], SEARCH], UID_FETCH=fetch_answer(5, CODE))
    with script as server, mailbox_of(server) as mailbox:
        assert wait(mailbox, mailbox.baseline(), 100).value == "123456"
        assert server.count("LOGIN") == 2


# -- All Mail, which shows every letter a second time ----------------------------------------------

WITH_ALL = b'* LIST () "/" INBOX\r\n* LIST (\\All) "/" "[Gmail]/All Mail"\r\n{tag} OK done\r\n'
MORE = NORMAL["STATUS"].replace(b"UIDNEXT 5 MESSAGES 1", b"UIDNEXT 6 MESSAGES 2")


def test_a_letter_that_is_only_in_all_mail_is_found_and_told_from_there() -> None:
    brief = fetch_answer(5, CODE.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", section="BODY[HEADER.FIELDS (FROM TO)]")
    script = Scripted(
        LIST=WITH_ALL,
        STATUS=MORE,
        UID_SEARCH=[NORMAL["UID SEARCH"], SEARCH],
        UID_FETCH=[brief, fetch_answer(5, CODE)],
    )
    with script as server:
        code = code_from(server)
    assert (code.value, code.folder) == ("123456", "[Gmail]/All Mail")


def test_a_letter_that_all_mail_shows_again_is_told_once() -> None:
    heard: list[Arrival] = []
    other = raw_letter("<p>News</p>", sender="news@other.example")
    brief = fetch_answer(5, other.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", section="BODY[HEADER.FIELDS (FROM TO)]")
    script = Scripted(LIST=WITH_ALL, STATUS=MORE, UID_SEARCH=SEARCH, UID_FETCH=[fetch_answer(5, other), brief])
    with script as server, mailbox_of(server) as mailbox, pytest.raises(NoCode):
        wait(mailbox, mailbox.baseline(), 0.5, heard)
    assert [(each.folder, each.reason) for each in heard] == [("INBOX", "from another sender (news@other.example)")]


def test_a_login_refused_during_the_wait_is_final() -> None:
    script = Scripted(LOGIN=[b"{tag} OK done\r\n", b"{tag} NO [AUTHENTICATIONFAILED] x\r\n"], UID_SEARCH=None)
    with script as server, mailbox_of(server) as mailbox:
        baseline = mailbox.baseline()
        with pytest.raises(MailboxStop) as stopped:
            wait(mailbox, baseline)

        assert stopped.value.reason.kind == "login_refused"
        assert server.count("LOGIN") == 2


def test_a_mailbox_that_is_gone_when_the_time_is_up_is_not_called_an_empty_one() -> None:
    baseline = Baseline((FolderMark("INBOX", 7, 5, 0, None),))
    with Scripted(GREETING=None) as server, mailbox_of(server) as mailbox, pytest.raises(MailboxStop) as stopped:
        wait(mailbox, baseline, 0.3)

    assert stopped.value.reason.kind == "unreachable"


def test_nothing_out_of_a_letter_goes_back_to_the_server() -> None:
    hostile = raw_letter("x", sender="evil@x.example", subject="A1 LOGOUT").replace(
        b"<1@shop.example>", b"<\r\n A1 DELETE INBOX>"
    )
    script = Scripted(UID_SEARCH=SEARCH, UID_FETCH=fetch_answer(5, hostile))
    with script as server, mailbox_of(server) as mailbox, pytest.raises(NoCode):
        wait(mailbox, mailbox.baseline(), 0.3)

    words = {word for line in server.lines for word in line.split()}
    assert not words & {"DELETE", "evil@x.example", "A1"}


def test_the_greeting_may_come_in_pieces() -> None:
    pieces = [GREETING[:3], GREETING[3:]]
    listener = socket.create_server(("127.0.0.1", 0))
    with listener, Scripted() as behind:

        def stammer() -> None:
            with socket.create_connection(("127.0.0.1", behind.port)) as server, listener.accept()[0] as client:
                server.recv(len(GREETING))
                for piece in pieces:
                    client.sendall(piece)
                while command := client.recv(4096):
                    server.sendall(command)
                    answer = b""
                    while not answer.endswith(b"\r\n") or b" OK" not in answer.splitlines()[-1]:
                        answer += server.recv(4096)
                    for byte in answer:
                        client.sendall(bytes([byte]))

        thread = threading.Thread(target=stammer)
        thread.start()
        mailbox = ImapMailbox(settings(listener.getsockname()[1], timeout_s=3))
        assert mailbox.baseline().letters == 2
        mailbox.close()
        thread.join(5)
