"""What other mail programs, and the server, do to a mailbox while a code is awaited; on a real Dovecot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sample_dovecot import ARCHIVE, INBOX, JUNK
from sample_letters import ANNA
from sample_waiting import DAY, annas, append, code_letter, logged, other_letter, under_way, waiting

if TYPE_CHECKING:
    from automation.mailbox import Arrival


def test_old_letters_that_are_moved_in_are_not_taken() -> None:
    with annas() as mail:
        append(mail, ARCHIVE, code_letter("111111", age=2 * DAY), age=2 * DAY)
        append(mail, JUNK, code_letter("222222", age=2 * DAY), age=2 * DAY)
        with waiting(mail) as wait:
            with mail.client(ANNA, ARCHIVE) as imap:
                imap.copy("2", INBOX)
            assert wait.reason() == "older than letters that were here before (moved in)"
            with mail.client(ANNA, JUNK) as imap:
                imap.uid("MOVE", "2", INBOX)
            assert wait.reason() == "known: it was in the mailbox before, or came twice"
            mail.deliver(ANNA, code_letter("246810"))
            assert wait.code() == ("246810", INBOX)


def test_a_new_letter_that_somebody_moves_out_of_junk_is_taken() -> None:
    with annas() as mail:

        def move() -> None:
            mail.deliver(ANNA, code_letter("246810"), JUNK)
            with mail.client(ANNA, JUNK) as imap:
                imap.uid("MOVE", "2", INBOX)

        with waiting(mail, first=move) as wait:
            assert wait.code() == ("246810", INBOX)


def test_a_letter_that_somebody_read_first_is_taken_and_stays_read() -> None:
    with annas() as mail:

        def read() -> None:
            mail.deliver(ANNA, code_letter("246810"))
            with mail.client(ANNA, INBOX) as imap:
                imap.fetch("2", "(BODY[])")

        with waiting(mail, first=read) as wait:
            assert wait.code() == ("246810", INBOX)
        assert mail.flags(ANNA)[INBOX][2] == {r"\Seen"}


def test_a_letter_that_somebody_deletes_before_it_is_read_is_passed_over() -> None:
    with annas() as mail:

        def deliver() -> None:
            mail.deliver(ANNA, code_letter("111111"))
            mail.deliver(ANNA, other_letter())  # the newest, looked at first

        def delete(arrival: Arrival) -> None:
            if arrival.sender == "carla@elsewhere.example":
                mail.doveadm("expunge", "-u", ANNA, "mailbox", INBOX, "uid", "2")
                mail.deliver(ANNA, code_letter("246810"))

        with waiting(mail, first=deliver, meanwhile=delete) as wait:
            assert wait.code() == ("246810", INBOX)


def test_letters_that_somebody_deletes_hide_no_new_one() -> None:
    with annas() as mail, waiting(mail) as wait:
        under_way(mail, wait)
        mail.doveadm("expunge", "-u", ANNA, "mailbox", INBOX, "all")
        mail.deliver(ANNA, code_letter("246810"))
        assert wait.code() == ("246810", INBOX)


def test_a_folder_whose_letters_are_numbered_anew_is_still_watched() -> None:
    with annas() as mail:
        append(mail, INBOX, code_letter("111111", age=2 * DAY), age=2 * DAY)
        with waiting(mail) as wait:
            under_way(mail, wait)
            mail.doveadm("mailbox", "update", "-u", ANNA, "--uid-validity", "77", INBOX)
            mail.deliver(ANNA, code_letter("246810"))
            assert wait.code() == ("246810", INBOX)


def test_a_junk_folder_that_is_made_anew_is_still_watched() -> None:
    with annas() as mail, waiting(mail) as wait:
        under_way(mail, wait)
        mail.doveadm("mailbox", "delete", "-u", ANNA, JUNK)
        mail.deliver(ANNA, code_letter("246810"), JUNK)  # as many letters as before, as high a number
        assert wait.code() == ("246810", JUNK)


def test_a_lost_connection_is_made_anew() -> None:
    with annas() as mail, waiting(mail) as wait:
        under_way(mail, wait)
        mail.doveadm("kick", ANNA)
        logged(mail, "Server shutting down")
        mail.deliver(ANNA, code_letter("246810"))
        assert wait.code() == ("246810", INBOX)


def test_a_code_that_was_read_before_the_connection_was_lost_is_taken() -> None:
    with annas() as mail:

        def deliver() -> None:
            mail.deliver(ANNA, other_letter())
            mail.deliver(ANNA, code_letter("246810"))  # the newest, read first

        def lose(arrival: Arrival) -> None:
            if not arrival.taken:
                mail.doveadm("kick", ANNA)
                logged(mail, "Server shutting down")

        with waiting(mail, first=deliver, meanwhile=lose) as wait:
            assert wait.code() == ("246810", INBOX)
