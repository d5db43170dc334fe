"""The built-in store and its mail server, started as processes of their own."""

from __future__ import annotations

import json
import secrets
import select
import subprocess
import sys
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from urllib.request import Request, urlopen

from automation.errors import SiteStop

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OLD, NEW = "anna.rossi@example.org", "anna.bianchi@example.net"
START_S = 30
STOP_S = 5


def fixtures_folder() -> Path:
    """Where the stand-ins lie: inside the wheel, or beside the engine in a checkout."""
    inside = Path(__file__).with_name("fixtures")
    return inside if inside.exists() else Path(__file__).parents[1] / "fixtures"


@dataclass(frozen=True)
class Mail:
    """Where the mail server listens, and who has a mailbox there."""

    smtp: str
    imap: str
    passwords: Mapping[str, str] = field(repr=False)

    def url(self, address: str) -> str:
        """The IMAP address of a mailbox, as the settings want it."""
        return f"imap://{quote(address, safe='')}@{self.imap}"


@dataclass(frozen=True)
class StandIn:
    """A running store with its mail server."""

    url: str
    frame: str
    control: str
    mail_page: str
    mail: Mail
    user: str
    new: str
    token: str = field(repr=False)
    password: str = field(repr=False)

    def addresses(self) -> dict[str, str]:
        """Everything another program needs to use it; the passwords are made up for this start."""
        return {
            "store": self.url,
            "frame": self.frame,
            "control": self.control,
            "token": self.token,
            "mail": self.mail_page,
            "smtp": self.mail.smtp,
            "imap": self.mail.imap,
        }

    def environment(self) -> dict[str, str]:
        """Settings with which `readdress change` works on it."""
        old, new = self.user, self.new
        return {
            "READDRESS_STORE": "aliexpress",
            "READDRESS_STORE_URL": self.url,
            "READDRESS_STORE_USER": old,
            "READDRESS_STORE_PASSWORD": self.password,
            "READDRESS_OLD_EMAIL": old,
            "READDRESS_OLD_IMAP_URL": self.mail.url(old),
            "READDRESS_OLD_IMAP_PASSWORD": self.mail.passwords[old],
            "READDRESS_NEW_EMAIL": new,
            "READDRESS_NEW_IMAP_URL": self.mail.url(new),
            "READDRESS_NEW_IMAP_PASSWORD": self.mail.passwords[new],
        }

    def truth(self) -> dict[str, Any]:
        """What really happened in the store."""
        return dict(self._ask("/truth"))

    def switch(self, **switches: Any) -> dict[str, Any]:
        """Turn switches of the store; returns all of them."""
        return dict(self._ask("/switches", "PATCH", switches))

    def post(self, path: str) -> Any:
        """Call another control of the store, such as `/forget-sessions`."""
        return self._ask(path, "POST")

    def _ask(self, path: str, method: str = "GET", body: Any = None) -> Any:
        request = Request(  # noqa: S310 - the store's own address on loopback
            self.control + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with urlopen(request, timeout=START_S) as answer:  # noqa: S310 - as above
            return json.load(answer)


@contextmanager
def stand_in(
    *,
    generation: str = "center",
    language: str = "en",
    old: str = OLD,
    new: str = NEW,
    ports: Mapping[str, int] | None = None,
    switches: Mapping[str, Any] | None = None,
    registered: tuple[str, ...] = (),
    password: str | None = None,
) -> Iterator[StandIn]:
    """A store with one account and two mailboxes; both processes end with the block, or with this process.

    Without a `password` the account gets one that is made up.
    """
    port = {"port": 0, "frame_port": 0, "smtp_port": 0, "imap_port": 0, **(ports or {})}
    password = password or secrets.token_urlsafe(12)
    users = {old: secrets.token_urlsafe(12), new: secrets.token_urlsafe(12)}
    with ExitStack() as stack:
        served = stack.enter_context(
            process("mail", {"smtp_port": port["smtp_port"], "imap_port": port["imap_port"], "users": users})
        )
        mail = Mail(served["smtp"], served["imap"], users)
        store = stack.enter_context(
            process(
                "store",
                {
                    "port": port["port"],
                    "frame_port": port["frame_port"],
                    "smtp": mail.smtp,
                    "generation": generation,
                    "language": language,
                    "accounts": [{"email": old, "password": password, "name": "Anna"}],
                    "registered": list(registered),
                    "mailboxes": [
                        {"address": address, "imap": mail.imap, "password": secret} for address, secret in users.items()
                    ],
                    "decoys_to": [new],
                    "switches": dict(switches or {}),
                },
            )
        )
        yield StandIn(
            url=store["store"],
            frame=store["frame"],
            control=store["control"],
            mail_page=store["mail"],
            mail=mail,
            user=old,
            new=new,
            token=store["token"],
            password=password,
        )


@contextmanager
def process(name: str, configuration: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """One stand-in, started by path and told its configuration on stdin; its addresses once it is ready.

    It ends when its stdin does, so it never outlives whoever started it.
    """
    with subprocess.Popen(  # noqa: S603 - our own folder, our own Python
        [sys.executable, fixtures_folder() / name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for us; it ends when we close its stdin
    ) as running:
        try:
            yield _ready(name, running, configuration)
        finally:
            _end(running)


def _ready(name: str, running: subprocess.Popen[str], configuration: Mapping[str, Any]) -> dict[str, str]:
    assert running.stdin is not None
    assert running.stdout is not None
    line = ""
    try:
        running.stdin.write(json.dumps(configuration) + "\n")
        running.stdin.flush()
        if select.select([running.stdout], [], [], START_S)[0]:
            line = running.stdout.readline()
    except BrokenPipeError:
        pass  # it ended at once; its own message is on stderr
    if not line:
        raise SiteStop(f"The stand-in “{name}” did not start; its message is above.", kind="stand_in")
    return dict(json.loads(line))


def _end(running: subprocess.Popen[str]) -> None:
    assert running.stdin is not None
    with suppress(BrokenPipeError):  # it is gone already
        running.stdin.close()
    try:
        running.wait(STOP_S)
    except subprocess.TimeoutExpired:
        running.kill()
