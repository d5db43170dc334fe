"""The built-in store and its mail server, started as processes of their own."""

from __future__ import annotations

import json
import secrets
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from urllib.request import Request, urlopen

from automation.process import PATIENCE_S, process

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from automation.process import Process

SERVER = "mx.stand-in.example"
"""The name under which its mail server vouches for letters."""
GENUINE = ("aliexpress.com", "notice.aliexpress.com")
OLD, NEW = "anna.rossi@example.org", "anna.bianchi@example.net"


@dataclass(frozen=True)
class Mail:
    """Where the mail server listens, and who has a mailbox there."""

    smtp: str
    imap: str
    passwords: Mapping[str, str] = field(repr=False)
    running: Process | None = field(default=None, repr=False)
    """Who is told of further mailboxes; None where nobody takes them."""
    vouches_as: str | None = None
    """The name with which the server's Authentication-Results begin; None: it writes none."""

    def also(self, passwords: Mapping[str, str]) -> Mail:
        """The same server with mailboxes for these people, by address; the others' stay."""
        assert self.running is not None, "this mail server takes no further mailboxes"
        self.running.say({"add": dict(passwords)})
        return replace(self, passwords=passwords)

    def url(self, address: str) -> str:
        """The IMAP address of a mailbox, as the settings want it."""
        return f"imap://{quote(address, safe='')}@{self.imap}"


@dataclass(frozen=True)
class StandIn:
    """A running store with its mail server, and one of its accounts."""

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
        server = self.mail.vouches_as
        vouching = {f"READDRESS_{party}_AUTHSERV_ID": server for party in ("OLD", "NEW")} if server else {}
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
            **vouching,
        }

    def another(self, old: str, new: str, *, password: str | None = None) -> StandIn:
        """A fresh account with two new mailboxes on the same processes: cheap, and nobody else uses them.

        The store's switches are for all its accounts. A `password` of None: one is made up.
        """
        passwords = {old: secrets.token_urlsafe(12), new: secrets.token_urlsafe(12)}
        password = password or secrets.token_urlsafe(12)
        mail = self.mail.also(passwords)
        self._ask("/accounts", "POST", {"email": old, "password": password, "name": "Anna", "decoys_to": [new]})
        return replace(self, mail=mail, user=old, new=new, password=password)

    def truth(self) -> dict[str, Any]:
        """What really happened in the store to this account.

        What can't be said to be another account's is told too, such as a sign-in with a name that nobody has.
        """
        told = self._ask("/truth")
        accounts = told.pop("accounts")
        others = {address for key, each in accounts.items() if key != self.user for address in (key, each["email"])}
        mine = {what: [each for each in happened if self._concerns(each, others)] for what, happened in told.items()}
        return {"accounts": {self.user: accounts[self.user]}, **mine}

    def _concerns(self, happened: Mapping[str, Any], others: set[str]) -> bool:
        """False for what was sent elsewhere or done by another account; cookies are nobody's in particular."""
        if "account" in happened:
            return happened["account"] not in others
        return happened.get("to", self.user) in {self.user, self.new}

    def switch(self, **switches: Any) -> dict[str, Any]:
        """Turn switches of the store, for all its accounts; returns all of them."""
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
        with urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310 - as above
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
            process(
                "mail",
                {
                    "smtp_port": port["smtp_port"],
                    "imap_port": port["imap_port"],
                    "users": users,
                    "server": SERVER,
                    "genuine": GENUINE,
                },
            )
        )
        mail = Mail(served.addresses["smtp"], served.addresses["imap"], users, served, SERVER)
        started = stack.enter_context(
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
        store = started.addresses
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
