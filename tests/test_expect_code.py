"""`readdress_mailboxes.expect_code`: the plugin's fixtures as a suite uses them, on a real mail server."""

from __future__ import annotations

import smtplib
import time
from dataclasses import replace
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING

import pytest

from automation.errors import NoCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page, Route

    from automation.pytest_plugin import Mailboxes
    from automation.stand_in import StandIn
    from automation.store import Store

    Send = Callable[..., None]

SENDER = "account@notice.aliexpress.com"
LATER_MS = 300


@pytest.fixture
def send(readdress_store: StandIn) -> Send:
    """`send(code)`: a letter with a code, as a store under test would send it."""

    def send(code: str, to: str = readdress_store.user, sender: str = SENDER) -> None:
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = sender, to, "Your verification code"
        letter["Date"], letter["Message-ID"] = formatdate(), make_msgid(domain="shop.test")
        letter.set_content(f"Your verification code is {code}\n")
        host, _, port = readdress_store.mail.smtp.rpartition(":")
        with smtplib.SMTP(host, int(port), timeout=10) as server:
            server.send_message(letter)

    return send


def test_the_code_that_the_block_asked_for_is_there_after_it(readdress_mailboxes: Mailboxes, send: Send) -> None:
    with readdress_mailboxes.expect_code("old") as code:
        send("471108")

    assert code.value == "471108"
    assert code.code is not None
    assert (code.code.sender, code.code.folder) == (SENDER, "INBOX")
    assert "471108" not in repr(code.code)


def test_a_letter_that_lay_there_before_is_not_taken(readdress_mailboxes: Mailboxes, send: Send) -> None:
    send("111222")

    with pytest.raises(NoCode, match="No letter came to a"), readdress_mailboxes.expect_code("old", timeout_s=0.3):
        pass


def test_a_letter_that_is_no_code_is_named_with_the_reason(readdress_mailboxes: Mailboxes, send: Send) -> None:
    with (
        pytest.raises(NoCode, match=r"from another sender \(news@shop\.test\)"),
        readdress_mailboxes.expect_code("old", timeout_s=1),
    ):
        send("471108", sender="news@shop.test")


def test_a_mailbox_is_named_by_its_address_too(
    readdress_store: StandIn, readdress_mailboxes: Mailboxes, send: Send
) -> None:
    with readdress_mailboxes.expect_code(readdress_store.new.upper()) as code:
        send("471108", to=readdress_store.new)

    assert code.value == "471108"


def test_an_unknown_mailbox_is_refused_with_the_known_ones(readdress_mailboxes: Mailboxes) -> None:
    known = r"'old' \(anna\.rossi@example\.org\), 'new' \(anna\.bianchi@example\.net\)"
    with (
        pytest.raises(LookupError, match=f"no mailbox 'kate@shop.test'.*{known}"),
        readdress_mailboxes.expect_code("kate@shop.test"),
    ):
        pytest.fail("the block must not be entered")


def test_both_mailboxes_can_be_watched_at_once(
    readdress_store: StandIn, readdress_mailboxes: Mailboxes, send: Send
) -> None:
    with readdress_mailboxes.expect_code("old") as old, readdress_mailboxes.expect_code("new") as new:
        send("471108", to=readdress_store.new)
        send("230815")

    assert (old.value, new.value) == ("230815", "471108")


def test_one_mailbox_gives_one_code_after_another(readdress_mailboxes: Mailboxes, send: Send) -> None:
    values = []
    for sent in ("471108", "230815"):
        with readdress_mailboxes.expect_code("old") as code:
            send(sent)
        values.append(code.value)

    assert values == ["471108", "230815"]


def test_the_code_is_not_known_inside_the_block(readdress_mailboxes: Mailboxes, send: Send) -> None:
    with readdress_mailboxes.expect_code("old") as code:
        send("471108")
        with pytest.raises(RuntimeError, match="after the `with` block"):
            _ = code.value


def test_a_block_that_fails_is_not_waited_for(readdress_mailboxes: Mailboxes) -> None:
    began = time.monotonic()

    with pytest.raises(ZeroDivisionError), readdress_mailboxes.expect_code("old"):
        _ = 1 / 0

    assert time.monotonic() - began < 25  # the wait alone is 30 s


def test_the_length_of_the_code_can_be_said(readdress_mailboxes: Mailboxes, send: Send) -> None:
    with (
        pytest.raises(NoCode, match="1 letter came"),
        readdress_mailboxes.expect_code("old", length=4, timeout_s=1),
    ):
        send("471108")


def test_the_page_of_the_test_is_kept_alive_while_the_letter_is_awaited(
    page: Page, readdress_mailboxes: Mailboxes, send: Send
) -> None:
    def answer(route: Route) -> None:
        send("471108")
        route.fulfill(body="sent")

    page.route("**/send", answer)
    page.route("**/", lambda route: route.fulfill(body="a store", content_type="text/html"))
    page.goto("http://shop.test/")

    # The letter is sent when the page's request is answered, which takes a test that looks after its page.
    with readdress_mailboxes.expect_code("old") as code:
        page.evaluate(f"setTimeout(() => fetch('/send'), {LATER_MS})")

    assert code.value == "471108"


def test_a_page_may_close_while_its_letter_is_under_way(page: Page, readdress_mailboxes: Mailboxes, send: Send) -> None:
    with page.expect_popup() as opened:
        page.evaluate("window.open('about:blank')")

    with readdress_mailboxes.expect_code("old", page=opened.value) as code:
        opened.value.evaluate(f"setTimeout(() => window.close(), {LATER_MS})")
        opened.value.on("close", lambda _: send("471108"))

    assert code.value == "471108"


class TestAStoreWithOtherSenders:
    @pytest.fixture
    def readdress_description(self, readdress_description: Store) -> Store:
        return replace(readdress_description, senders=frozenset({"shop.test"}))

    def test_its_letters_are_taken(self, readdress_mailboxes: Mailboxes, send: Send) -> None:
        with readdress_mailboxes.expect_code("old") as code:
            send("471108", sender="no-reply@shop.test")

        assert code.value == "471108"
