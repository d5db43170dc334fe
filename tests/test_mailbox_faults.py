"""What servers do that they should not: each oddity by script, each with a short deadline."""

from __future__ import annotations

import resource
import shutil
import socket
import ssl
import subprocess
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sample_letters import ANNA, raw_letter, wanted
from sample_servers import EOF, GREETING, HANG, NORMAL, Scripted, fetch_answer

from automation.errors import MailboxStop, NoCode, SettingsStop
from automation.mailbox import Arrival, Baseline, Code, FolderMark, ImapMailbox, MailboxSettings, Stopped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET = "sesame 4711"
CODE = raw_letter("<p>Your verification code</p><div>123456</div>").replace(b"<1@", b"<new@")
SEARCH = b"* SEARCH 5\r\n{tag} OK done\r\n"
OLD = fetch_answer(
    4, b"Message-ID: <old@shop.example>\r\nFrom: a@b.example\r\n\r\n", section="BODY[HEADER.FIELDS (FROM)]"
)
SOON, PATIENT = 0.4, 8.0


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six logins should not take a test twenty seconds."""
    monkeypatch.setattr("automation.session.BACK_OFF_S", (0.02,) * 3)


def settings(port: int, *, timeout_s: float = SOON, tls: str = "plain") -> MailboxSettings:
    assert tls in {"plain", "implicit", "starttls"}
    return MailboxSettings(ANNA, "127.0.0.1", port, ANNA, SECRET, tls, timeout_s=timeout_s)  # type: ignore[arg-type]


@contextmanager
def mailbox_of(server: Scripted, *, timeout_s: float = SOON) -> Iterator[ImapMailbox]:
    mailbox = ImapMailbox(settings(server.port, timeout_s=timeout_s))
    try:
        yield mailbox
    finally:
        mailbox.close()


def wait(
    mailbox: ImapMailbox, baseline: Baseline, seconds: float = PATIENT, heard: list[Arrival] | None = None
) -> Code:
    now = time.monotonic()
    arrivals = heard if heard is not None else []
    return mailbox.wait(
        baseline, wanted(), clicked_at=now, deadline=now + seconds, stop=threading.Event(), on_arrival=arrivals.append
    )


def stop_of(server: Scripted, **more: float) -> MailboxStop:
    with mailbox_of(server, **more) as mailbox, pytest.raises(MailboxStop) as stopped:
        mailbox.baseline()
    assert SECRET not in str(stopped.value)
    return stopped.value


def code_from(server: Scripted, heard: list[Arrival] | None = None) -> Code:
    """Baseline and wait against a script that offers one code letter as UID 5."""
    with mailbox_of(server) as mailbox:
        return wait(mailbox, mailbox.baseline(), heard=heard)


# -- before anything is asked for ------------------------------------------------------------------


@pytest.mark.parametrize("code", ["AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED"])
def test_a_refused_login_is_final_after_one_try(code: str) -> None:
    with Scripted(LOGIN=f"{{tag}} NO [{code}] no, {SECRET}\r\n".encode()) as server:
        stopped = stop_of(server)

        assert stopped.reason.kind == "login_refused"
        assert f"[{code}] no, •••" in str(stopped)
        assert server.count("LOGIN") == 1


def test_a_bad_answer_to_the_login_is_final_too() -> None:
    with Scripted(LOGIN=b"{tag} BAD what?\r\n") as server:
        assert stop_of(server).reason.kind == "login_refused"
        assert server.count("LOGIN") == 1


def test_a_server_that_is_busy_is_asked_again() -> None:
    with Scripted(LOGIN=[b"{tag} NO [UNAVAILABLE] later\r\n"]) as server, mailbox_of(server) as mailbox:
        assert mailbox.baseline().letters == 2


@pytest.mark.parametrize("greeting", [b"* BYE too many connections\r\n", None, b"220 mail.example ESMTP\r\n"])
def test_a_server_that_turns_visitors_away_is_given_up_after_three_tries(greeting: bytes | None) -> None:
    with Scripted(GREETING=greeting) as server:
        assert stop_of(server).reason.kind == "unreachable"
        assert server.count("LOGIN") == 0


@pytest.mark.parametrize("verb", ["CAPABILITY", "LOGIN", "LIST", "EXAMINE", "FETCH"])
@pytest.mark.parametrize("answer", [None, b"* BYE bye\r\n", b"* BY" + EOF], ids=["EOF", "BYE", "torn"])
def test_a_connection_that_breaks_off_during_the_baseline_is_made_again(verb: str, answer: bytes | None) -> None:
    with Scripted(None, **{verb: [answer]}) as server, mailbox_of(server) as mailbox:
        assert mailbox.baseline().letters == 2


def test_nobody_listening_is_told_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(MailboxStop) as stopped:
        ImapMailbox(settings(port)).baseline()

    assert stopped.value.reason.kind == "unreachable"
    assert f"127.0.0.1:{port}: Connection refused" in str(stopped.value)


@pytest.mark.parametrize("verb", ["GREETING", "CAPABILITY", "LOGIN"])
def test_a_server_that_says_nothing_is_given_up_in_time(verb: str) -> None:
    with Scripted(None, **{verb: HANG}) as server:
        began = time.monotonic()

        assert "did not answer within 0.4 s" in str(stop_of(server))
        assert time.monotonic() - began < 4


def test_a_tls_handshake_that_hangs_is_given_up_in_time() -> None:
    with Scripted(GREETING=HANG) as server, pytest.raises(MailboxStop) as stopped:
        ImapMailbox(settings(server.port, tls="implicit")).baseline()

    assert stopped.value.reason.kind == "unreachable"


def test_a_hanging_login_ends_when_it_is_told_to() -> None:
    stop = threading.Event()
    with Scripted(LOGIN=HANG) as server, mailbox_of(server, timeout_s=60) as mailbox:
        threading.Timer(0.2, stop.set).start()
        with pytest.raises(Stopped):
            mailbox.baseline(stop)


def test_a_login_that_is_accepted_by_a_server_that_opens_nothing_is_a_stop_with_a_hint() -> None:
    with Scripted(EXAMINE=b"{tag} BAD User is authenticated but not connected.\r\n") as server:
        stopped = stop_of(server)

    assert stopped.reason.kind == "baseline"
    assert "User is authenticated but not connected." in str(stopped)
    assert "IMAP may be switched off" in str(stopped)


def test_a_junk_folder_that_can_not_be_opened_is_not_watched() -> None:
    refused = b"{tag} NO [NOPERM] no\r\n"
    with Scripted(EXAMINE=[refused, refused]) as server, mailbox_of(server) as mailbox:
        assert [mark.folder for mark in mailbox.baseline().folders] == ["INBOX"]


@pytest.mark.parametrize(
    ("listed", "junk"),
    [
        (b'* LIST (\\Junk) "/" "Post/M&APw-ll"\r\n', "EXAMINE Post/M&APw-ll"),
        (b'* LIST (\\HasNoChildren) "." INBOX.Spam\r\n', "EXAMINE INBOX.Spam"),
        (b'* LIST () "/" "Posta indesiderata"\r\n', 'EXAMINE "Posta indesiderata"'),
        (b'* LIST () "/" {4}\r\nSpam\r\n', "EXAMINE Spam"),
        (b'* LIST (\\Noselect) "/" Spam\r\n', None),
        (b'* LIST () "/" Other\r\n', None),
        (b"* LIST nonsense\r\n", None),
        (b'* LIST (\\Junk) "/" "a\\"b"\r\n', 'EXAMINE "a\\"b"'),
        (b'* LIST (\\Junk) "/" {12}\r\nx\r\nA1 LOGOUT\r\n', "EXAMINE "),
    ],
)
def test_the_junk_folder_is_found_by_its_use_or_its_name_and_its_name_injects_nothing(
    listed: bytes, junk: str | None
) -> None:
    with Scripted(LIST=listed + b"{tag} OK done\r\n") as server, mailbox_of(server) as mailbox:
        mailbox.baseline()

    opened = [line.replace('"', "") for line in server.lines if line.startswith("EXAMINE")]
    assert server.count("LOGOUT") == 1
    assert server.lines[-1] == "LOGOUT"
    assert len(opened) == (1 if junk is None else 2)
    assert junk is None or opened[0].startswith(junk.replace('"', ""))


def test_a_server_that_wants_to_know_its_client_is_told_a_name() -> None:
    with (
        Scripted(CAPABILITY=b"* CAPABILITY IMAP4rev1 ID\r\n{tag} OK done\r\n") as server,
        mailbox_of(server) as mailbox,
    ):
        mailbox.baseline()

    assert 'ID ("name" "readdress")' in server.lines


def test_where_uidnext_is_missing_it_is_reckoned_from_the_newest_letter() -> None:
    bare = b"* 1 EXISTS\r\n{tag} OK done\r\n"
    with Scripted(EXAMINE=bare, FETCH=OLD) as server, mailbox_of(server) as mailbox:
        mark = mailbox.baseline().folders[0]

    assert (mark.uidnext, mark.uidvalidity, mark.known_ids) == (5, None, frozenset({"<old@shop.example>"}))


# -- encryption ------------------------------------------------------------------------------------


def test_plain_text_goes_nowhere_off_this_machine() -> None:
    away = replace(settings(143), host="mail.example", plain_hosts=frozenset({"other.example"}))
    with pytest.raises(SettingsStop) as stopped:
        ImapMailbox(away).baseline()

    assert stopped.value.reason.kind == "plain_text"


def test_where_starttls_is_offered_it_is_used_even_on_this_machine() -> None:
    offered = b"* CAPABILITY IMAP4rev1 STARTTLS\r\n{tag} OK done\r\n"
    with Scripted(CAPABILITY=offered, STARTTLS=b"{tag} NO not today\r\n") as server:
        assert stop_of(server).reason.kind == "tls"
        assert server.count("LOGIN") == 0


def test_what_comes_ahead_of_the_tls_handshake_is_not_trusted() -> None:
    offered = b"* CAPABILITY IMAP4rev1 STARTTLS\r\n{tag} OK done\r\n"
    injected = b"{tag} OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"
    with Scripted(CAPABILITY=offered, STARTTLS=injected) as server:
        assert stop_of(server).reason.kind == "tls"
        assert server.count("LOGIN") == 0


def test_starttls_that_somebody_took_out_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    with Scripted() as server:
        away = replace(settings(server.port, tls="starttls"), host="mail.example")
        connect = socket.create_connection
        monkeypatch.setattr(socket, "create_connection", lambda at, *more: connect(("127.0.0.1", at[1]), *more))
        with pytest.raises(MailboxStop) as stopped:
            ImapMailbox(away).baseline()

        assert stopped.value.reason.kind == "tls"
        assert server.count("LOGIN") == 0


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that signs itself, with its key, for 127.0.0.1."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is missing")
    file = tmp_path_factory.mktemp("tls") / "self.pem"
    made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    named = ["-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(file), "-out", f"{file}.crt"]
    subprocess.run([openssl, *made, *named], check=True, capture_output=True)
    file.write_bytes(file.read_bytes() + file.with_suffix(".pem.crt").read_bytes())
    return file


def test_a_certificate_nobody_vouches_for_gets_no_password_unless_it_is_given_as_the_ca(certificate: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with Scripted(context) as server:
        unknown = settings(server.port, tls="implicit", timeout_s=3)
        with pytest.raises(MailboxStop) as stopped:
            ImapMailbox(unknown).baseline()
        assert stopped.value.reason.kind == "tls"
        assert server.count("LOGIN") == 0
        assert "--imap-ca" in str(stopped.value)

        mailbox = ImapMailbox(replace(unknown, ca_file=str(certificate) + ".crt"))
        assert mailbox.baseline().letters == 2
        mailbox.close()


def test_a_ca_file_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(MailboxStop, match=r"no-such\.pem can't be used"):
        ImapMailbox(replace(settings(993, tls="implicit"), ca_file=str(tmp_path / "no-such.pem"))).baseline()


# -- while the letter is awaited -------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["NOOP", "STATUS", "EXAMINE", "UID_SEARCH", "UID_FETCH"])
@pytest.mark.parametrize(
    "answer", [None, b"* BYE bye\r\n", b"garbage\r\n", HANG], ids=["EOF", "BYE", "garbage", "silence"]
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
            wait(mailbox, baseline, 60)

        assert stopped.value.reason.kind == "unreachable"
        assert server.count("LOGIN") == 6


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
