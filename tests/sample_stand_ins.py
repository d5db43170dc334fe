"""The stand-ins as their users meet them: processes started by path, letters by IMAP, pages by HTTP."""

from __future__ import annotations

import email
import imaplib
import json
import re
import subprocess
import sys
import time
import tomllib
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.policy import default
from html import unescape
from http.cookiejar import CookieJar
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from email.message import EmailMessage

FIXTURES = Path(__file__).parents[1] / "fixtures"
OLD, NEW = "anna.rossi@example.org", "bianchi@example.net"
PASSWORDS = {OLD: "old secret", NEW: "new secret"}
SHOP_PASSWORD = "shop secret"
PATIENCE_S = 10

TEXTS = {file.stem: tomllib.loads(file.read_text("utf-8")) for file in (FIXTURES / "store/texts").glob("*.toml")}
ERROR, PAGE = TEXTS["en"]["error"], TEXTS["en"]["page"]

WAYS = "/iv/mini/identity_verify.htm"
PASSWORD = "/iv/mini/password_verify.htm"
PROVE_OLD = "/iv/mini/email_verify.htm"
SEND = {"old": "/iv/mini/send_old_code.htm", "new": "/iv/mini/send_new_code.htm"}
NAME_NEW = "/iv/mini/new_email.htm"
PROVE_NEW = "/iv/mini/new_email_verify.htm"


@contextmanager
def started(name: str, configuration: Mapping[str, Any] | str) -> Iterator[subprocess.Popen[str]]:
    """A stand-in that was told its configuration; killed at the end when it is still there."""
    line = configuration if isinstance(configuration, str) else json.dumps(configuration)
    pipe = subprocess.PIPE
    command = [sys.executable, str(FIXTURES / name)]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdin is not None
        process.stdin.write(line + "\n")
        process.stdin.flush()
        try:
            yield process
        finally:
            process.kill()


def addresses(process: subprocess.Popen[str]) -> dict[str, str]:
    """The line that a stand-in prints when it is ready."""
    assert process.stdout is not None
    return dict(json.loads(process.stdout.readline()))


@contextmanager
def mail_server(users: Mapping[str, str], **more: Any) -> Iterator[dict[str, str]]:
    with started("mail", {"users": users, **more}) as process:
        yield addresses(process)


def signed_in(imap: str, address: str, password: str) -> imaplib.IMAP4:
    """An IMAP connection to a mailbox."""
    host, _, port = imap.rpartition(":")
    connection = imaplib.IMAP4(host, int(port), timeout=PATIENCE_S)
    try:
        connection.login(address, password)
    except imaplib.IMAP4.error:
        connection.logout()
        raise
    return connection


def letters(imap: str, address: str, folder: str = "INBOX", password: str | None = None) -> list[EmailMessage]:
    """All letters of a folder, oldest first; without a `password` the samples' own."""
    connection = signed_in(imap, address, password or PASSWORDS.get(address, "secret"))
    try:
        connection.select(folder, readonly=True)
        numbers = connection.search(None, "ALL")[1][0].split()
        raw = [connection.fetch(number, "(BODY.PEEK[])")[1][0] for number in numbers]
    finally:
        connection.logout()
    return [email.message_from_bytes(each[1], policy=default) for each in raw if isinstance(each, tuple)]


def html_of(letter: EmailMessage) -> str:
    body = letter.get_body(("html",))
    assert body is not None
    return str(body.get_content())


@dataclass(frozen=True)
class Store:
    """A running store, its mail, and one visitor's browser without a script."""

    at: dict[str, str]
    imap: str
    generation: str = "legacy"
    session: dict[str, str] = field(default_factory=dict)
    """The header that names the newer verification's session, once it has begun."""
    browser: OpenerDirector = field(default_factory=lambda: build_opener(HTTPCookieProcessor(CookieJar())))

    def get(self, path: str) -> str:
        """A page of the shop, redirects followed."""
        with self.browser.open(urljoin(self.at["store"], path), timeout=PATIENCE_S) as answer:
            return unescape(answer.read().decode())

    def post(self, path: str, **form: str) -> str:
        """The page that a form leads to."""
        body = urlencode({name.replace("_", "-"): value for name, value in form.items()}).encode()
        with self.browser.open(urljoin(self.at["store"], path), body, timeout=PATIENCE_S) as answer:
            return unescape(answer.read().decode())

    def ask(self, origin: str, path: str, **given: str) -> Any:
        """The answer of one of the newer pages' endpoints."""
        request = Request(urljoin(self.at[origin], path), json.dumps(given).encode(), self.session)
        with self.browser.open(request, timeout=PATIENCE_S) as answer:
            return json.load(answer)

    def control(self, path: str, method: str = "GET", body: Any = None, token: str | None = None) -> Any:
        """The answer of a control endpoint; an error's status and message."""
        request = Request(
            f"{self.at['control']}/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token or self.at['token']}"},
        )
        try:
            with self.browser.open(request, timeout=PATIENCE_S) as answer:
                return json.load(answer)
        except HTTPError as error:
            with error:
                return error.code, json.load(error)["error"]

    def switch(self, **switches: Any) -> Any:
        return self.control("switches", "PATCH", switches)

    def truth(self) -> dict[str, Any]:
        return dict(self.control("truth"))

    def sent(self, kind: str, to: str, count: int = 1) -> list[dict[str, Any]]:
        """What the truth says of letters of a kind, once there are so many."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            found = [each for each in self.truth()["letters"] if (each["kind"], each["to"]) == (kind, to)]
            if len(found) >= count:
                return found
        raise AssertionError(f"no {count} letters of the kind {kind} to {to}: {self.truth()['letters']}")

    def code(self, to: str, count: int = 1) -> str:
        """The code in the newest letter, once so many were asked for; an old one lay there before."""
        self.sent("code", to, count + (to == OLD))
        pages = [html_of(each) for each in letters(self.imap, to)]
        found = [re.findall(r'color:#FF4747;">(\w+)</div>', page) for page in pages]
        return str([values[0] for values in found if values][-1])

    def sign_in(self, name: str = OLD, password: str = SHOP_PASSWORD) -> str:
        if self.generation == "center":
            return str(self.ask("store", "/api/login", id=name, password=password))
        return self.post("/login/mini.htm", fm_login_id=name, fm_login_password=password)

    def begin(self) -> str:
        """The choice of ways."""
        if self.generation == "legacy":
            return self.get(WAYS)
        page = json.loads(self.get("/api/view/change_email"))["html"]
        frame = re.findall(r'<iframe[^>]* src="([^"]+)"', page)[0]
        self.session["X-Verify-Session"] = re.findall(r'data-session="([^"]+)"', self.get(frame))[0]
        return self.verify("begin")

    def verify(self, what: str, **given: str) -> str:
        """What the newer verification shows next, or says."""
        answer = self.ask("frame", f"/api/verify/{what}", **given)
        return str(answer["html"] or answer["error"])

    def submit(self, purpose: str, code: str) -> str:
        """Type a code; what is shown then."""
        if self.generation == "center":
            return self.verify("code", purpose=purpose, code=code)
        return self.post({"old": PROVE_OLD, "new": PROVE_NEW}[purpose], checkcode=code)


@contextmanager
def store(**configuration: Any) -> Iterator[Store]:
    """A store with one account and two mailboxes."""
    with mail_server(PASSWORDS) as mail:
        account = {"email": OLD, "password": SHOP_PASSWORD, "name": "Anna"}
        given = {"smtp": mail["smtp"], "accounts": [account], **configuration}
        with started("store", given) as process:
            yield Store(addresses(process), mail["imap"], configuration.get("generation", "legacy"))


def ask(shop: Store, purpose: str) -> str:
    """Ask for a code; the refusal, empty when there is none."""
    if shop.generation == "center":
        return str(shop.ask("frame", "/api/verify/send", purpose=purpose)["error"] or "")
    return json.loads(shop.post(SEND[purpose]))["error"] or ""


def prove_old(shop: Store) -> None:
    shop.begin()
    assert not ask(shop, "old")
    shop.submit("old", shop.code(OLD))


def name_new(shop: Store, address: str = NEW) -> str:
    if shop.generation == "center":
        return shop.verify("address", email=address)
    return shop.post(NAME_NEW, newEmail=address, newEmailAgain=address)


def reach_the_submit(shop: Store) -> str:
    """Everything before the committing step; the code that it wants."""
    shop.sign_in()
    prove_old(shop)
    name_new(shop)
    assert not ask(shop, "new")
    return shop.code(NEW)


def change(shop: Store) -> str:
    """The whole path; the page at its end."""
    prove_old(shop)
    name_new(shop)
    assert not ask(shop, "new")
    return shop.submit("new", shop.code(NEW))


def wrong(code: str) -> str:
    return code[:-1] + str((int(code[-1]) + 1) % 10)
