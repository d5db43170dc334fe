"""The rival: the same change as a script for one site, with fixed selectors, Playwright's own waiting, bare imaplib.

`python -m bench.raw GENERATION BROWSER` is that script: it reads its account from stdin, as JSON.
"""

from __future__ import annotations

import email
import imaplib
import json
import re
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from email.policy import default
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from automation.browser import launch_arguments

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

    from playwright.sync_api import BrowserContext, FrameLocator, Page

    from automation.stand_in import StandIn

POLL_MS = 50
PATIENCE_S = 30
SUBJECT = "verification code"


@dataclass(frozen=True)
class Account:
    """Everything that the script is told."""

    url: str
    user: str
    new: str
    password: str
    imap: str
    """Where both mailboxes are, as host:port."""
    passwords: dict[str, str]
    """Of the mailboxes, by address."""


def account_of(store: StandIn) -> Account:
    """The stand-in's account, as the script wants it."""
    mail = store.mail
    return Account(store.url, store.user, store.new, store.password, mail.imap, dict(mail.passwords))


def change(context: BrowserContext, store: Account, generation: str) -> None:
    """Change the account's address and look once whether the settings show the new one."""
    page = context.new_page()
    page.goto(store.url)
    page.click("#nav-user-account")
    if generation == "legacy":
        _legacy(page, store)
    else:
        _center(page, store)


def _legacy(page: Page, store: Account) -> None:
    login = page.frame_locator("#alibaba-login-box")
    login.locator("#fm-login-id").fill(store.user)
    login.locator("#fm-login-password").fill(store.password)
    login.locator("#fm-login-submit").click()
    page.click(".account-menu a[href='/user/settings.htm']")
    page = _in_new_tab(page, "a[href='/user/account.htm']")
    settings = page
    page = _in_new_tab(page, "a[href*='change_email_security_prompt']")
    frame = page.frame_locator("#iframe1")
    frame.locator("ol.way-list > li:nth-child(1) > a").click()
    _legacy_code(page, frame, store, store.user)
    frame.locator("#J_NewEmail").fill(store.new)
    frame.locator("#J_NewEmailAgain").fill(store.new)
    frame.locator("#submitBtn").click()
    _legacy_code(page, frame, store, store.new)
    frame.locator(".ui-tipbox-success").wait_for()
    settings.reload()
    _check(settings, store)


def _legacy_code(page: Page, frame: FrameLocator, store: Account, address: str) -> None:
    with _inbox(store, address) as inbox:
        frame.locator("#J_GetCode_Email").click()
        code = inbox.code(page)
    frame.locator("#J_Checkcode").fill(code)
    frame.locator("#submitBtn").click()


def _center(page: Page, store: Account) -> None:
    page.locator(".nfm-login-id input").fill(store.user)
    page.locator(".nfm-login-id input").blur()
    page.click(".nfm-login-continue")
    page.fill("#fm-login-password", store.password)
    page.click(".nfm-login-submit")
    page.click(".account-menu a[href*='settings.html']")
    page.click("a[href*='personal.html']")
    page.click("a[href*='change-email.html']")
    frame = page.frame_locator("iframe.verify-frame")
    frame.locator("[data-post=way][data-way=email]").click()
    _center_code(page, frame, store, store.user, "old")
    frame.locator("#new-email").fill(store.new)
    frame.locator("form[data-post=address] button").click()
    _center_code(page, frame, store, store.new, "new")
    frame.locator(".ui-tipbox-success").wait_for()
    page.goto(urljoin(store.url, "/p/account-center/personal.html"))
    _check(page, store)


def _center_code(page: Page, frame: FrameLocator, store: Account, address: str, purpose: str) -> None:
    with _inbox(store, address) as inbox:
        frame.locator(f"button.verify-get-code[data-purpose={purpose}]").click()
        code = inbox.code(page)
    frame.locator(f"[data-purpose={purpose}] input").first.press_sequentially(code)


def _in_new_tab(page: Page, selector: str) -> Page:
    with page.expect_popup() as opened:
        page.click(selector)
    return opened.value


def _check(page: Page, store: Account) -> None:
    shown = page.locator(".account-email").inner_text()
    name, _, host = store.new.partition("@")
    assert shown == f"{name[0]}***{name[-1]}@{host}", shown


class _Inbox:
    """The letters that come after its making."""

    def __init__(self, imap: imaplib.IMAP4) -> None:
        self._imap = imap
        self._seen = self._numbers()

    def code(self, page: Page) -> str:
        """Six digits from a new letter with the right subject; the page lives on meanwhile."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            for number in sorted(self._numbers() - self._seen):
                self._seen.add(number)
                letter = self._letter(number)
                if SUBJECT in letter["Subject"]:
                    body = letter.get_body(("plain",))
                    found = re.search(r"\b\d{6}\b", body.get_content() if body else "")
                    if found:
                        return found[0]
            page.wait_for_timeout(POLL_MS)
        raise TimeoutError("no letter with a code came")

    def _numbers(self) -> set[int]:
        self._imap.noop()
        return {int(number) for number in self._imap.search(None, "ALL")[1][0].split()}

    def _letter(self, number: int) -> EmailMessage:
        answer = self._imap.fetch(str(number), "(BODY.PEEK[])")[1]
        raw = next(part[1] for part in answer if isinstance(part, tuple))
        return email.message_from_bytes(raw, policy=default)


@contextmanager
def _inbox(store: Account, address: str) -> Iterator[_Inbox]:
    host, _, port = store.imap.rpartition(":")
    with imaplib.IMAP4(host, int(port)) as imap:
        imap.login(address, store.passwords[address])
        imap.select("INBOX", readonly=True)
        yield _Inbox(imap)


def main(generation: str, browser: str) -> None:
    """The whole script, from the start of its browser to the end."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - the walk alone gets a browser that runs

    account = Account(**json.load(sys.stdin))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=launch_arguments())
        change(chromium.new_context(), account, generation)
        chromium.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
